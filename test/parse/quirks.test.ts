/** quirks = mon-1.3: what mon accepts without a word is a warning that says what mon does, and the Model carries it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../../src/model/model.ts'
import { minutes, seconds } from '../../src/model/units.ts'
import { acceptedCodes } from '../../src/parse/accepted.ts'
import { loadMon } from '../../src/parse/check.ts'
import type { Problem } from '../../src/parse/problem.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { world } from './world.ts'

const group = 'hostgroup web h1 h2\n\n'
const service = (lines: string) => `${group}watch web\n service http\n  interval 1m\n  monitor tcp.monitor\n${lines}\n`
const period = (lines: string) => service(`  period\n   alert file.alert x\n   ${lines}`)

function read(text: string | Uint8Array, quirks: 'none' | 'mon-1.3') {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const loaded = loadMon('mon.cf', bytes, { fallbacks: { quirks } })
  assert.ok(loaded.kind === 'parsed')
  return resolve(loaded.file, world)
}

const only = (model: Model) => {
  const [one] = model.services
  assert.ok(one)
  return one
}
const alertsOf = (model: Model) => only(model).periods[0]?.alerts ?? []
const missing = (model: Model) => alertsOf(model).map((call) => [call.script, call.missing === true])
const hosts = (model: Model) => model.groups[0]?.hosts
const names = (model: Model) => model.services.map(({ key }) => key)

interface Accepted {
  readonly code: string
  readonly text: string | Uint8Array
  /** What the Model carries. */
  readonly carries: (model: Model) => unknown
  readonly as: unknown
}

const accepted: readonly Accepted[] = [
  { code: 'config-empty', text: '# nothing\n', carries: names, as: [] },
  {
    code: 'not-utf8',
    text: Buffer.from(service('  description caf\u00e9'), 'latin1'),
    carries: names,
    as: ['web/http'],
  },
  { code: 'line-end', text: 'hostgroup web h1\rh2\n\nwatch web\n service s\n', carries: hosts, as: ['h1', 'h2'] },
  {
    code: 'continuation-blank',
    text: 'hostgroup web h1 \\\n\n  h2\n\nwatch web\n service s\n',
    carries: hosts,
    as: ['h1', 'h2'],
  },
  {
    code: 'continuation-end',
    text: `${service('')}\nhostgroup lost h1 \\\n`,
    carries: ({ groups }) => groups.length,
    as: 1,
  },
  { code: 'unknown-line', text: `Watch x\n service y\n\n${service('')}`, carries: names, as: ['web/http'] },
  { code: 'block-name', text: `hostgroup\nview v\nalias a b\nwatch\n${service('')}`, carries: names, as: ['web/http'] },
  {
    code: 'hostgroup-keyword',
    text: 'hostgroup web h1\nwatch web\n  service http\n',
    carries: hosts,
    as: ['h1', 'watch', 'web', 'service', 'http'],
  },
  {
    code: 'view-keyword',
    text: 'view v web\nwatch web\n',
    carries: ({ views }) => views[0]?.members,
    as: ['web', 'watch'],
  },
  { code: 'comment-behind-text', text: 'hostgroup web h1 # x\n', carries: hosts, as: ['h1', '#', 'x'] },
  {
    code: 'keyword-blank',
    text: service('  description/x'),
    carries: (model) => only(model).description,
    as: '/x',
  },
  {
    code: 'bad-host',
    text: service('').replace('tcp.monitor', 'http').replace('h2', 'h/2'),
    carries: hosts,
    as: ['h1', 'h/2'],
  },
  { code: 'setting-empty', text: `maxprocs =\n${service('')}`, carries: ({ settings }) => settings.maxprocs, as: 100 },
  {
    code: 'setting-number',
    text: `maxprocs = 20 # many\n${service('')}`,
    carries: ({ settings }) => settings.maxprocs,
    as: 20,
  },
  {
    code: 'setting-flag',
    text: `dtlogging = perhaps\n${service('')}`,
    carries: ({ settings }) => settings.logs.dtlogging,
    as: false,
  },
  {
    code: 'setting-facility',
    text: `syslog_facility = mine\n${service('')}`,
    carries: ({ settings }) => settings.logs.syslogFacility,
    as: '',
  },
  {
    code: 'authtype-unknown',
    text: `authtype = magic userfile\n${service('')}`,
    carries: ({ settings }) => settings.clients.authtypes,
    as: ['magic', 'userfile'],
  },
  {
    code: 'no-interval',
    text: `${group}watch web\n service http\n  monitor tcp.monitor\n`,
    carries: (model) => only(model).timing,
    as: null,
  },
  {
    code: 'no-monitor',
    text: `${group}watch web\n service http\n  interval 1m\n`,
    carries: (model) => [only(model).monitor, only(model).monitorMissing, only(model).timing?.kind],
    as: [null, '', 'every'],
  },
  {
    code: 'interval-too-long',
    text: period('alertevery 9999d'),
    carries: (model) => only(model).periods[0]?.alertevery?.every,
    as: 3660 * 86_400_000,
  },
  {
    code: 'alertafter-zero',
    text: period('alertafter 0'),
    carries: (model) => only(model).periods[0]?.alertafter,
    as: { count: null, time: null, window: null },
  },
  {
    code: 'alertafter-extra',
    text: period('alertafter about 3 30m'),
    carries: (model) => only(model).periods[0]?.alertafter.window,
    as: { count: 3, time: minutes(30) },
  },
  {
    code: 'alertevery-extra',
    text: period('alertevery 1h summary strict'),
    carries: (model) => only(model).periods[0]?.alertevery?.unless,
    as: 'summary',
  },
  {
    code: 'exit-range',
    text: period('alert exit=5-1 file.alert\n   alert exit=x file.alert'),
    carries: (model) => alertsOf(model).map(({ exit, script, missing: gone }) => [exit, script, gone]),
    as: [
      [null, '/usr/lib/mon/alert.d/file.alert', undefined],
      [{ from: 5, to: 1 }, '/usr/lib/mon/alert.d/file.alert', undefined],
      [null, 'exit=x', true],
    ],
  },
  {
    code: 'quote',
    text: period("alert file.alert it's").replace('tcp.monitor', 'tcp.monitor "x'),
    carries: (model) => [only(model).monitorMissing, alertsOf(model).map(({ options }) => options)],
    as: [
      'tcp.monitor "x',
      [{ command: ['/usr/lib/mon/alert.d/file.alert', 'x'] }, { command: ['/usr/lib/mon/alert.d/file.alert'] }],
    ],
  },
  {
    code: 'call-name',
    text: period('alert'),
    carries: missing,
    as: [
      ['/usr/lib/mon/alert.d/file.alert', false],
      ['', true],
    ],
  },
  {
    code: 'monitor-unknown',
    text: service('').replace('tcp.monitor', 'my.monitor -x y ;;'),
    carries: (model) => [only(model).monitor, only(model).monitorMissing],
    as: [null, 'my.monitor -x y ;;'],
  },
  {
    code: 'alert-unknown',
    text: period('alert my.alert a "b  c"'),
    carries: (model) => alertsOf(model).map(({ script, argumentText, missing: gone }) => [script, argumentText, gone]),
    as: [
      ['/usr/lib/mon/alert.d/file.alert', 'x', undefined],
      ['my.alert', 'a "b  c"', true],
    ],
  },
  {
    code: 'option-unknown',
    text: period('alert mail -z a@b'),
    carries: (model) => missing(model)[1],
    as: ['mail', true],
  },
  {
    code: 'option-unexpected',
    text: service('').replace('tcp.monitor', 'http /x'),
    carries: (model) => only(model).monitorMissing,
    as: 'http /x',
  },
  {
    code: 'option-value',
    text: service('').replace('tcp.monitor', 'http -p x'),
    carries: (model) => only(model).monitorMissing,
    as: 'http -p x',
  },
  {
    code: 'option-missing',
    text: period('alert mail.alert'),
    carries: (model) => missing(model)[1],
    as: ['mail.alert', true],
  },
  {
    code: 'depend-syntax',
    text: service('  depend (web:http) == 1'),
    carries: (model) => only(model).dependencies.alerts?.expression,
    as: { kind: 'or', of: [] },
  },
  {
    code: 'depend-unknown',
    text: service('  depend nosuch:x'),
    carries: (model) => only(model).dependencies.alerts?.expression,
    as: { kind: 'service', service: 'nosuch/x' },
  },
  {
    code: 'depend-cycle',
    text: service('  depend SELF:http'),
    carries: (model) => only(model).dependencies.alerts?.expression,
    as: { kind: 'service', service: 'web/http' },
  },
]

const codesOf = (problems: readonly Problem[], severity: Problem['severity']) =>
  problems.filter((problem) => problem.severity === severity).map(({ code }) => code)

for (const { code, text, carries, as } of accepted) {
  test(`${code} is an error, and with quirks a warning that says what mon does`, () => {
    const strict = read(text, 'none')
    assert.equal(strict.model, null)
    assert.ok(codesOf(strict.problems, 'error').includes(code))

    const { model, problems } = read(text, 'mon-1.3')
    assert.deepEqual(codesOf(problems, 'error'), [])
    assert.ok(codesOf(problems, 'warning').includes(code))
    assert.ok(model)
    assert.deepEqual(carries(model), as)
  })
}

test('every mistake that mon accepts has an example here', () => {
  assert.deepEqual(accepted.map(({ code }) => code).sort(), [...acceptedCodes].sort())
})

test('a dependency that says nothing silences alerts for ever, and holds no monitor', () => {
  const { model } = read(service('  depend\n  monitordepend'), 'mon-1.3')
  assert.ok(model)
  assert.deepEqual(only(model).dependencies.alerts?.expression, { kind: 'or', of: [] })
  assert.equal(only(model).dependencies.monitor, null)
})

test('the file decides by itself, and what it says is not asked twice', () => {
  const text = `quirks = mon-1.3\nprose\n\n${service('')}`
  assert.ok(read(text, 'none').model)
  assert.deepEqual(codesOf(read(text, 'none').problems, 'warning'), ['unknown-line'])
  assert.equal(read(text.replace('mon-1.3', 'none'), 'mon-1.3').model, null)
})

test('an error behind thousands of warnings is an error', () => {
  const text = `${'prose\n\n'.repeat(3000)}${service('  nonsense 5')}`
  assert.equal(read(text, 'mon-1.3').model, null)
})

test('with quirks a monitor program has five minutes, and what is built in its ten seconds', () => {
  const timeout = (text: string) => {
    const { model } = read(text, 'mon-1.3')
    assert.ok(model)
    return only(model).timeout
  }
  assert.equal(timeout(service('')), minutes(5))
  assert.equal(timeout(service('  timeout 20s')), seconds(20))
  assert.equal(timeout(service('').replace('tcp.monitor', 'ping')), seconds(10))
})
