/** What a mon.cf that upalert writes looks like, and that services of a mon.cf come back as they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model, Virtual } from '../../../src/model/model.ts'
import { milliseconds } from '../../../src/model/units.ts'
import type { Dormant } from '../../../src/parse/director/part.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { differencesOf } from '../../../src/write/differences.ts'
import { meaningOf } from '../../../src/write/meaning.ts'
import { monText } from '../../../src/write/mon/mon-text.ts'
import { lengthText, lineText, nameText, word } from '../../../src/write/mon/words.ts'
import { textOf } from '../../../src/write/written.ts'
import { base, modules, readBack, readMon, writtenMon } from '../world.ts'

const group =
  'hostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n    service http\n        interval 9s\n        monitor http -p 8080\n'

/** Lines that are written as they stand here. */
const services: readonly string[] = [
  'description the shop',
  'randskew 2s',
  'failure_interval 3s',
  'timeout 4.5s',
  'fall 3',
  'rise 2',
  'first_fall 1',
  'retries_while_down yes',
  'log_failures yes',
  'warmup 0s',
  'only_with 192.0.2.1 2001:db8::1',
  'mail_words DNS_CHECK',
  'flap 5 30m',
  'exclude_hosts 10.1.1.3',
  'exclude_period hr {3-4}',
  'allow_empty_group',
  'traptimeout 15m',
  'trapduration 1h',
  'unack_summary',
  'dep_memory 5m',
  'alertdepend web:http2',
  'redistribute mail noc@example.com',
  'PROXY=10.9.9.9 "x"',
  'period wd {Mon-Fri}',
  'period NIGHT: hr {22-6}',
  'period "by mail #1": wd {Sun}',
]
for (const line of services) {
  test(`"${line}" is written as it is read`, () => {
    const second = '    service http2\n        cron "*/5 * * * *"\n        monitor tcp -p 25 ;;\n'
    const { model, problems } = readMon(`${group}        ${line}\n${second}`)
    assert.ok(model, formatProblems(problems))
    const text = writtenMon(model)
    assert.ok(text.includes(`        ${line}\n`), text)
    assert.deepEqual(differencesOf(meaningOf(model), meaningOf(readBack(text))).told, [])
  })
}

test('dependencies and all lines of a period come back', () => {
  const lines = [
    '        depend web:tcp && !web:ping',
    '        dep_behavior m',
    '        period P: wd {Mon-Fri}',
    '            alertevery 1h observe_detail',
    '            alertafter 3',
    '            alertafter 2 30m',
    '            numalerts 5',
    '            upalertafter 10m',
    '            alertexitrange 2-3',
    '            no_comp_alerts',
    '            alerts_dont_count',
    '            alert exit=1-2 mail ops@example.com',
    '            upalert mail ops@example.com',
    '            startupalert mail a@example.com',
    '            ackalert mail b@example.com',
    '            disablealert mail c@example.com',
    '            escalate 15m mail boss@example.com',
    '        period',
    '            alertevery 30m strict',
    '            alertafter 20m',
  ]
  const others = ['tcp', 'ping'].map((name) => `    service ${name}\n        interval 1m\n        monitor tcp -p 22\n`)
  const { model, problems } = readMon(`${group}${lines.join('\n')}\n${others.join('')}`)
  assert.ok(model, formatProblems(problems))
  const text = writtenMon(model)
  for (const line of lines) assert.ok(text.includes(`${line}\n`), `${line}\n${text}`)
  assert.deepEqual(differencesOf(meaningOf(model), meaningOf(readBack(text))).told, [])
})

const pool = `${group}
virtual shop
    address 192.0.2.1:80
    scheduler wrr
    quorum 2
    on_stop drain
    real 10.1.1.2:8080 weight 2 check web/http
    real 10.1.1.3:8080 check web/http
`
const expected = `${group}
virtual shop
    address 192.0.2.1:80
    scheduler wrr
    quorum 2
    on_stop drain
    real 10.1.1.2:8080 weight 2 check web/http
    real 10.1.1.3:8080 check web/http
`

test('a pool is written as an operator would write it', () => assert.equal(writtenMon(readBack(pool)), expected))

test('a quorum that counts servers comes back with its hysteresis, and with 1 as well', () => {
  for (const counted of ['quorum 1 servers', 'quorum 2 servers', 'quorum 1 servers\n    hysteresis 1 always']) {
    const text = writtenMon(
      readBack(pool.replace('quorum 2', counted).replace('    on_stop', '    backup_below 1\n    on_stop')),
    )
    assert.ok(text.includes(`    ${counted.split('\n')[0]}\n`), text)
    assert.equal(readBack(text).virtuals[0]?.quorumCounts, 'servers')
    assert.equal(writtenMon(readBack(text)), text)
  }
})

test('what is switched off stands there as comments, and means nothing', () => {
  const model = readBack(pool)
  const other = readBack(pool.replaceAll('web', 'off').replace('shop', 'closed').replace('192.0.2.1', '192.0.2.2'))
  const [virtual] = other.virtuals
  const [shop] = model.virtuals
  assert.ok(virtual && shop)
  const [real] = readBack(pool.replaceAll('10.1.1.2', '10.1.1.9')).virtuals[0]?.reals ?? []
  assert.ok(real)
  const dormant: Dormant[] = [
    { kind: 'virtual', virtual, services: other.services },
    { kind: 'real', virtual: { ...shop, reals: [real] }, services: [] },
  ]
  const text = writtenMon(model, dormant)
  for (const line of [
    '# hostgroup off 10.1.1.2 10.1.1.3',
    '# watch off',
    '# virtual closed',
    '    # real 10.1.1.9:8080 weight 2 check web/http',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`)
  }
  assert.deepEqual(differencesOf(meaningOf(model), meaningOf(readBack(text))).told, [])
  const awake = readBack(text.replace(/^(\s*)# (?!real 10\.1\.1\.9)/gm, '$1'))
  assert.deepEqual(
    awake.virtuals.map(({ name }) => name),
    ['shop', 'closed'],
  )
})

const refused: readonly (readonly [name: string, change: (model: Model) => Model, text: RegExp])[] = [
  [
    'a sender with a name',
    (model) => ({ ...model, settings: { ...model.settings, mailfrom: 'A <a@b>' } }),
    /^sender A <a@b>$/,
  ],
  [
    'a lower threshold above the upper',
    (model) =>
      changed(model, (virtual) => ({
        ...virtual,
        reals: virtual.reals.map((real) => ({ ...real, lowerThreshold: 3 })),
      })),
    /^lower threshold 3 of 10\.1\.1\.2:8080$/,
  ],
  [
    'an engine for TCP',
    (model) => changed(model, (virtual) => ({ ...virtual, settings: { ...virtual.settings, engine: 'sip' } })),
    /^persistence engine sip$/,
  ],
]
const changed = (model: Model, change: (virtual: Virtual) => Virtual): Model => ({
  ...model,
  virtuals: model.virtuals.map(change),
})
for (const [name, change, text] of refused) {
  test(`${name}, which mon.cf refuses, is told as lost and not written`, () => {
    const { lines, losses } = monText(change(readBack(pool)), { modules, base })
    assert.match(losses[0]?.text ?? '', text)
    assert.ok(readBack(textOf({ lines })))
  })
}

test('a sender may be a name that the relay knows', () => {
  assert.match(writtenMon({ ...readBack(pool), settings: { ...base, mailfrom: 'root' } }), /^mailfrom = root\n/)
})

const words: readonly (readonly [of: (text: string) => string, text: string, is: string])[] = [
  [word, 'a-b/c', 'a-b/c'],
  [word, '', "''"],
  [word, 'a b\\d', "'a b\\d'"],
  [word, "it's", '"it\'s"'],
  [word, 'a\\', '"a\\\\"'],
  [lineText, 'LVS MAIN', 'LVS MAIN'],
  [lineText, ' a', '" a"'],
  [lineText, 'a\\', '"a\\\\"'],
  [nameText, '10.0.0.1:80', '10.0.0.1:80'],
  [nameText, '[2001:db8::1]:80/udp', '[2001:db8::1]:80/udp'],
  [nameText, '[a b]', '"[a b]"'],
]
for (const [of, text, is] of words) {
  test(`${JSON.stringify(text)} is written ${is} by ${of.name}`, () => assert.equal(of(text), is))
}

test('lengths of time are written to the microsecond', () => {
  const lengths = [0, 0.001, 1, 1500, 60_000, 5_400_000, 86_400_000, 1234.567]
  const texts = ['0s', '0.000001s', '0.001s', '1.5s', '1m', '90m', '1d', '1.234567s']
  assert.deepEqual(
    lengths.map((length) => lengthText(milliseconds(length))),
    texts,
  )
})
