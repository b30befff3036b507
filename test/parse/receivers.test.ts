/** Receivers: what a line with `to NAME` comes to, wherever it stands; escalations and flapping beside it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AlertCall, Period } from '../../src/model/model.ts'
import { minutes, seconds } from '../../src/model/units.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { programPaths, resolve } from '../../src/parse/resolve.ts'
import { modelOf, resolveText, world } from './world.ts'

const receivers =
  'receiver oncall\n  alert mail ops@example.com\n  alert pager 0170\n\nreceiver boss\n  alert mail boss@example.com\n\n'
const watched = (period: string, service = '') =>
  `hostgroup web 10.1.1.2\n\nwatch web\n  service http\n    interval 1m\n    monitor http\n${service}    period\n${period}\n`

function periodOf(lines: string, codes: readonly string[] = []): Period {
  const text = lines.replace(/^/gm, '      ')
  const named = /\bboss\b/.test(lines) ? codes : [...codes, 'receiver-unused']
  const [period] = modelOf(watched(text) + receivers, named).services[0]?.periods ?? []
  assert.ok(period)
  return period
}

/** Whom a call tells, in one word each. */
const told = (calls: readonly AlertCall[]) => calls.map(({ receiver = '', text }) => `${receiver}:${text}`)
const ONCALL = ['oncall:mail ops@example.com', 'oncall:pager 0170']
const BOSS = 'boss:mail boss@example.com'

test('a line with to NAME calls each channel of the receiver, with its module and options', () => {
  const [mail, pager] = periodOf('alert to oncall').alerts
  assert.deepEqual(mail, {
    module: 'mail',
    options: { to: ['ops@example.com'] },
    text: 'mail ops@example.com',
    withHosts: true,
    place: { file: 'mon.cf', line: 8, column: 13 },
    exit: null,
    script: 'mail',
    argumentText: 'ops@example.com',
    receiver: 'oncall',
    combines: true,
  })
  assert.deepEqual([pager?.module, pager?.combines, pager?.receiver], ['pager', undefined, 'oncall'])
})

test('several names, each once, and other lines keep their order', () => {
  const { alerts } = periodOf('alert mail a@b\nalert to oncall boss oncall\nalert mail c@d')
  assert.deepEqual(told(alerts), [':mail a@b', ...ONCALL, BOSS, ':mail c@d'])
})

test('the exit range of the line is that of each channel', () => {
  const { alerts } = periodOf('alert exit=1-2 to oncall')
  assert.deepEqual(
    alerts.map(({ exit }) => exit),
    [
      { from: 1, to: 2 },
      { from: 1, to: 2 },
    ],
  )
})

for (const word of ['upalert', 'startupalert', 'ackalert', 'disablealert'] as const) {
  test(`${word} to NAME`, () => {
    assert.deepEqual(told(periodOf(`${word} to oncall`)[`${word}s`]), ONCALL)
  })
}

test('who is told of the failure, or of an escalation, is not told of its end twice', () => {
  const period = periodOf('alert to oncall\nescalate 5m to boss\nupalert to boss oncall\nupalert mail a@b', [
    'upalert-receiver',
  ])
  assert.deepEqual(told(period.upalerts), [':mail a@b'])
})

test('who is told of nothing else may be told of the end', () => {
  const period = periodOf('alert to oncall\nupalert to boss oncall', ['upalert-receiver'])
  assert.deepEqual(told(period.upalerts), [BOSS])
})

test('escalations are in the order of their times, with one step for each', () => {
  const { escalations } = periodOf(
    'alert to oncall\nescalate 1h mail z@z\nescalate 15m to boss\nescalate 60m to oncall\nescalate 90s mail y@y',
  )
  assert.deepEqual(
    escalations.map(({ after, calls }) => [after, told(calls)]),
    [
      [seconds(90), [':mail y@y']],
      [minutes(15), [BOSS]],
      [minutes(60), [':mail z@z', ...ONCALL]],
    ],
  )
})

test('a receiver of a pool hears of the end of what it was told, once', () => {
  const pool = (lines: string, codes: readonly string[]) => {
    const block = `virtual shop\n  address 192.0.2.1:80\n  real 10.1.1.2 check web/http\n${lines}\n`
    const [virtual] = modelOf(`${watched('      alert to boss')}\n${receivers}${block}`, codes).virtuals
    assert.ok(virtual)
    return virtual
  }
  const { notices, driftAlerts } = pool(
    '  alert to oncall\n  alert mail a@b\n  upalert mail c@d\n  driftalert to oncall',
    [],
  )
  assert.deepEqual(told(notices.down), [...ONCALL, ':mail a@b'])
  assert.deepEqual(told(notices.up), [':mail c@d', ...ONCALL])
  assert.deepEqual(told(driftAlerts), ONCALL)
  const twice = pool('  alert to oncall\n  upalert to oncall boss', ['upalert-receiver'])
  assert.deepEqual(told(twice.notices.up), [BOSS, ...ONCALL])
})

test('a receiver with all of its words', () => {
  const block =
    'receiver oncall\n  alert mail ops@example.com\n  second 5m pager 0170\n  group_wait 10s\n  group_by watch\n  digest 10 1m\n  rate 20 10m\n\n'
  const receiver = modelOf(block + watched('      alert to oncall')).receivers.get('oncall')
  assert.ok(receiver)
  const { channels, second, place, ...rest } = receiver
  assert.deepEqual(told(channels), ['oncall:mail ops@example.com'])
  assert.deepEqual([second?.after, told(second?.calls ?? [])], [minutes(5), ['oncall:pager 0170']])
  assert.deepEqual(place, { file: 'mon.cf', line: 1, column: 10 })
  assert.deepEqual(rest, {
    name: 'oncall',
    groupWait: seconds(10),
    groupBy: 'watch',
    digest: { count: 10, within: minutes(1) },
    rate: { count: 20, within: minutes(10) },
  })
})

test('a receiver with channels alone', () => {
  const receiver = modelOf(`receiver a\n  alert mail a@b\n\n${watched('      alert to a')}`).receivers.get('a')
  const { second, groupWait, groupBy, digest, rate } = receiver ?? {}
  assert.deepEqual([second, groupWait, groupBy, digest, rate], [null, 0, 'receiver', null, null])
})

test('an executable called to does not take over, and is named where the receiver is missing', () => {
  const programs = { ...world.programs, alerts: new Map([['to', '/usr/lib/mon/alert.d/to']]) }
  const texts = [`${receivers}${watched('      alert to oncall boss')}`, watched('      alert to oncall')]
  const [found, missing] = texts.map((text) => resolveText(text, { ...world, programs }))
  assert.equal(found?.model?.services[0]?.periods[0]?.alerts.length, 3)
  assert.match(missing?.problems[0]?.hint ?? '', /alert program to$/)
  const named = resolveText(watched('      alert program to oncall'), { ...world, programs }).model
  assert.equal(named?.services[0]?.periods[0]?.alerts[0]?.module, 'program')
})

test('a way of telling that forgets is said to be kept alive, of a receiver and of a line', () => {
  const mail = world.alerts.get('mail')
  assert.ok(mail)
  const alerts = new Map([...world.alerts, ['manager', { ...mail, name: 'manager', keepAlive: true as const }]])
  const text = `receiver a\n  alert manager x\n\n${watched('      alert manager y\n      alert to a\n      alert pager z')}`
  const { model } = resolveText(text, { ...world, alerts })
  const calls = model?.services[0]?.periods[0]?.alerts ?? []
  assert.deepEqual(
    calls.map(({ keepAlive, combines }) => [keepAlive, combines]),
    [
      [true, true],
      [true, true],
      [undefined, undefined],
    ],
  )
})

test('what a way of telling says of its own options is a warning on each line that has them, and on no other', () => {
  const alertFaults = (module: string, options: unknown) =>
    module === 'mail' && JSON.stringify(options).includes('wrong') ? ['the template is wrong', 'so is the file'] : []
  const text = `receiver a\n  alert mail wrong@b\n  second 5m mail wrong@c\n\n${watched('      alert to a\n      alert mail right@b')}`
  const { model, problems } = resolveText(text, { ...world, alertFaults })
  assert.ok(model)
  assert.deepEqual(
    problems.map(({ code, severity, message, span }) => [code, severity, message, span.source.text[span.start]]),
    [2, 3].flatMap(() => [
      ['alert-faults', 'warning', 'the template is wrong', 'm'],
      ['alert-faults', 'warning', 'so is the file', 'm'],
    ]),
  )
})

test('executables that receivers, escalations, reports and undelivered call are looked for', () => {
  const text =
    'undelivered = /opt/a x\n\nreceiver r\n alert /opt/b\n second 5m /opt/c\n\nreport t\n alert /opt/d\n\n' +
    'watch w\n service s\n period\n escalate 5m exit=1 /opt/e\n'
  const { alerts } = programPaths(parseMon({ file: 'mon.cf', text }))
  assert.deepEqual([...alerts].sort(), ['/opt/a', '/opt/b', '/opt/c', '/opt/d', '/opt/e'])
})

test('undelivered may go to a receiver, which is named by that', () => {
  const { settings } = modelOf(`undelivered = to boss\n${receivers}${watched('      alert to oncall')}`)
  assert.deepEqual(told(settings.notify.undelivered), [BOSS])
})

test('flap N TIME', () => {
  const flaps = (line: string) => modelOf(watched('      alert mail a@b', `    ${line}\n`)).services[0]?.flap
  assert.deepEqual(flaps('flap 5 30m'), { count: 5, within: minutes(30) })
  assert.deepEqual(flaps('flap 2 24h'), { count: 2, within: minutes(24 * 60) })
  assert.equal(modelOf(watched('      alert mail a@b')).services[0]?.flap, null)
})

test('more calls than the daemon can hold are refused, however few the lines are', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `r${i}`)
  const channels = Array.from({ length: 20 }, (_, i) => ` alert mail a@b${i}\n`).join('')
  const blocks = names.map((name) => `receiver ${name}\n${channels}\n`).join('')
  const { model, problems } = resolveText(blocks + watched(`      alert to ${names.join(' ')}\n`.repeat(26)))
  assert.equal(model, null)
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['receiver-many'],
  )
})

const asMon = (text: string) => resolve(parseMon({ file: 'mon.cf', text: `quirks = mon-1.3\n\n${text}` }), world)

test('with quirks, receivers work as well', () => {
  const { model, problems } = asMon(`${receivers}${watched('      alert to oncall boss')}`)
  assert.deepEqual(problems, [])
  assert.equal(model?.services[0]?.periods[0]?.alerts.length, 3)
})

const WORDS = ['receiver', 'maintenance', 'report'] as const

for (const word of WORDS) {
  test(`a host called ${word} is a host, in the line of a hostgroup and below it`, () => {
    const text = `hostgroup web ${word} h1 \\\n  ${word}\n  ${word} h2 h3\n  ${word}2\n`
    for (const parse of [resolveText, asMon]) {
      const groups = parse(`${text}\nwatch web\n  service s\n    interval 1m\n    monitor ping\n`).model?.groups
      assert.deepEqual(groups?.[0]?.hosts.toSorted(), ['h1', 'h2', 'h3', word, `${word}2`, word, word].sort())
    }
  })

  test(`with quirks, what mon overlooks or swallows that begins with ${word} stays so`, () => {
    const watch = 'watch web\n  service s\n    interval 1m\n    monitor ping\n'
    const before = asMon(`hostgroup web h1\n${word} h2\n\nalias a\n${word} b\n\n${word}\n\n${word} x y\n\n${watch}`)
    assert.deepEqual(before.model?.groups[0]?.hosts, ['h1', word, 'h2'])
    assert.deepEqual(before.model?.aliases, [{ name: 'a', lines: [`${word} b`] }])
    assert.ok(before.problems.every(({ severity }) => severity === 'warning'))
  })
}

test('whatever the lines are, who is told of the failure stands in no upalert', () => {
  const line = fc.record({
    word: fc.constantFrom('alert', 'upalert'),
    to: fc.constantFrom('oncall', 'boss', 'oncall boss'),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const text = lines.map(({ word, to }) => `      ${word} to ${to}`).join('\n')
      const period = resolveText(watched(text) + receivers).model?.services[0]?.periods[0]
      assert.ok(period)
      const failing = new Set(period.alerts.map(({ receiver }) => receiver))
      assert.ok(period.upalerts.every(({ receiver }) => !failing.has(receiver)))
    }),
  )
})
