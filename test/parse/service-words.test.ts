/** Every keyword of a service and of a period, and the views and aliases around them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertCall, Period, Service } from '../../src/model/model.ts'
import { hours, milliseconds, minutes, seconds } from '../../src/model/units.ts'
import { modelOf, resolveText } from './world.ts'

const group = 'hostgroup web h1 h2 h3\n\n'
const checked = '  interval 1m\n  monitor http\n'

function serviceOf(lines: string, codes: readonly string[] = []): Service {
  const [service] = modelOf(`${group}watch web\n service http\n${checked}${lines}\n`, codes).services
  assert.ok(service)
  return service
}

const words: readonly (readonly [line: string, expected: Partial<Service>])[] = [
  ['failure_interval 10s', { failureInterval: seconds(10) }],
  ['allow_empty_group', { allowEmptyGroup: true }],
  ['allow_empty_group yes', { allowEmptyGroup: true }],
  ['traptimeout 15m', { traptimeout: minutes(15) }],
  ['trapduration 1h', { trapduration: hours(1) }],
  ['unack_summary', { unackSummary: true }],
  ['unack_summary ON', { unackSummary: true }],
  ['unack_summary no', { unackSummary: false }],
  ['dep_memory 5m', { depMemory: minutes(5) }],
  ['fall 3', { fall: 3, firstFall: null, retryInterval: null }],
  ['fall 3\n  first_fall 1', { fall: 3, firstFall: 1 }],
  ['first_fall 2\n  retry_interval 1s', { fall: 1, firstFall: 2, retryInterval: seconds(1) }],
  ['fall 3\n  retry_interval 0.5s', { fall: 3, retryInterval: milliseconds(500) }],
  ['A_B1=x "y', { environment: { A_B1: 'x "y' } }],
]
for (const [line, expected] of words) {
  test(`"${line.replace('\n  ', '", "')}" in a service`, () => {
    const service = serviceOf(`  ${line}`)
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(service[key as keyof Service], value)
  })
}

test('excluded hosts are those of the group, and a strange one is told', () => {
  assert.deepEqual(serviceOf('  exclude_hosts h9\n  exclude_hosts h1 h3').excludeHosts, ['h1', 'h3'])
  assert.deepEqual(serviceOf('  exclude_hosts h1 h9', ['exclude-unknown']).excludeHosts, ['h1', 'h9'])
})

test('an excluded period is checked as any other', () => {
  assert.deepEqual(serviceOf('  exclude_period hr {3-4}').excludePeriod, {
    text: 'hr {3-4}',
    when: { kind: 'any', subs: [{ hr: [{ from: 3, to: 4 }] }] },
  })
  assert.equal(serviceOf('  exclude_period').excludePeriod, null)
  assert.equal(resolveText(`${group}watch web\n service http\n${checked}  exclude_period always\n`).model, null)
})

test('redistribute is an alert, with arguments as well', () => {
  const call = serviceOf('  redistribute file.alert -d /x "a  b"').redistribute
  assert.deepEqual(
    [call?.script, call?.argumentText, call?.exit],
    ['/usr/lib/mon/alert.d/file.alert', '-d /x "a  b"', null],
  )
})

test('a service without monitor and interval receives traps', () => {
  const traps = (lines: string, before = '') => `${before}${group}watch web\n service traps\n  description x\n${lines}`
  const [service] = modelOf(traps('  traptimeout 5m\n', 'authfile = a\n')).services
  assert.deepEqual([service?.timing, service?.monitor, service?.monitorMissing], [null, null, ''])
  assert.equal(modelOf(traps('', 'authfile = a\n')).services.length, 1)
  assert.equal(modelOf(traps(''), ['never-heard']).services.length, 1)
  assert.equal(modelOf(traps('  monitor http\n  trapduration 5m\n'), ['monitor-unused']).services[0]?.timing, null)
})

function periodOf(lines: string): Period {
  const [period] = serviceOf(`  period\n   alert mail a@b\n${lines}`).periods
  assert.ok(period)
  return period
}

const inPeriod: readonly (readonly [lines: string, expected: Partial<Period>])[] = [
  ['', { noCompAlerts: false, alertsDontCount: false, alertexitrange: null, upalertafter: null }],
  ['no_comp_alerts', { noCompAlerts: true }],
  ['alerts_dont_count', { alertsDontCount: true }],
  ['alertexitrange 3', { alertexitrange: { from: 3, to: 3 } }],
  ['alertexitrange 3-5', { alertexitrange: { from: 3, to: 5 } }],
  ['upalertafter 5m', { upalertafter: minutes(5) }],
  [
    'alertafter 3 30m\nalertafter 10m',
    { alertafter: { count: null, time: null, window: { count: 3, time: minutes(10) } } },
  ],
  [
    'alertafter 10m\nalertafter 3 30m',
    { alertafter: { count: null, time: null, window: { count: 3, time: minutes(30) } } },
  ],
  ['alertafter 2\nalertafter 3 30m', { alertafter: { count: 2, time: null, window: { count: 3, time: minutes(30) } } }],
  ['alertafter 10m\nalertafter 20m', { alertafter: { count: null, time: minutes(20), window: null } }],
]
for (const [lines, expected] of inPeriod) {
  test(`"${lines.replace('\n', '", "')}" in a period`, () => {
    const period = periodOf(lines)
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(period[key as keyof Period], value)
  })
}

test('each sort of alert has its list, in the order of the file', () => {
  const sorts = ['alert', 'upalert', 'startupalert', 'ackalert', 'disablealert'] as const
  const period = periodOf(sorts.map((sort) => `${sort} mail 1@${sort}\n${sort} file.alert 2`).join('\n'))
  for (const sort of sorts) {
    const calls = period[`${sort}s`].slice(sort === 'alert' ? 1 : 0)
    assert.deepEqual(
      calls.map(({ argumentText }) => argumentText),
      [`1@${sort}`, '2'],
    )
  }
})

const names: readonly (readonly [line: string, script: string, argumentText: string])[] = [
  ['mail a@b', 'mail', 'a@b'],
  ['mail.alert   -S "two  words"  a@b', 'mail', '-S "two  words"  a@b'],
  ['file.alert -d /x log', '/usr/lib/mon/alert.d/file.alert', '-d /x log'],
  ['exit=1-5  file.alert x', '/usr/lib/mon/alert.d/file.alert', 'x'],
  ['program file.alert x y', '/usr/lib/mon/alert.d/file.alert', 'x y'],
  ['file.alert', '/usr/lib/mon/alert.d/file.alert', ''],
]
for (const [line, script, argumentText] of names) {
  test(`clients are told of "${line}" as ${script}`, () => {
    const [, call] = periodOf(`alert ${line}`).alerts as readonly [AlertCall, AlertCall]
    assert.deepEqual([call.script, call.argumentText, call.missing], [script, argumentText, undefined])
  })
}

test('a host behind a star is one of the group, and starts disabled', () => {
  const { groups, services } = modelOf(`hostgroup web h1 *h2\n\nwatch web\n service http\n${checked}`, [
    'disabled-host',
  ])
  assert.deepEqual([groups[0]?.hosts, groups[0]?.disabled], [['h1', 'h2'], ['h2']])
  assert.deepEqual(services[0]?.hosts, ['h1', 'h2'])
})

test('views have their members once, and a later one of the name replaces the first', () => {
  const watch = `${group}watch web\n service http\n${checked}\n`
  const { views } = modelOf(`${watch}view v web:http\n\nview v web web:http\n  web\nview w web\n`, ['view-again'])
  assert.deepEqual(views, [
    { name: 'v', members: ['web', 'web:http'] },
    { name: 'w', members: ['web'] },
  ])
  assert.equal(modelOf(`${watch}view v web:htp wbe\n`, ['view-unknown', 'view-unknown']).views[0]?.members.length, 2)
})

test('aliases have their lines as they are, those of a second block behind those of the first', () => {
  const text = `alias a\n  the shop\n  service http\n    watch web service http items\n\nalias b\nalias a\n more\n\n`
  assert.deepEqual(modelOf(`${text}${group}watch web\n service http\n${checked}`).aliases, [
    { name: 'a', lines: ['the shop', 'service http', 'watch web service http items', 'more'] },
  ])
})

test('an alias takes all lines up to an empty one, and a setting in between still counts', () => {
  const { aliases, settings } = modelOf(
    `alias a\n watch x\n maxprocs = 3\n view y\n\n${group}watch web\n service http\n${checked}`,
  )
  assert.deepEqual([aliases[0]?.lines, settings.maxprocs], [['watch x', 'view y'], 3])
})
