import assert from 'node:assert/strict'
import { test } from 'node:test'
import { syslogLines, toSyslog } from '../../../src/daemon/mon/syslog-lines.ts'
import { readiness } from '../../../src/engine/readiness.ts'
import type { AlertKind } from '../../../src/model/alert.ts'
import type { Entry, QuietReason } from '../../../src/model/entry.ts'
import type { AlertCall } from '../../../src/model/model.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import { wallTime } from '../../../src/model/units.ts'
import { alertCall, at, service as makeService, model, period, Run } from '../../engine/build.ts'

const common = { id: id('e'), at: wallTime(0), cause: null }
const service = serviceKey(groupName('g'), serviceName('s'))
const missing = (script: string, argumentText = ''): AlertCall => ({
  ...alertCall(script),
  argumentText,
  missing: true,
})
const of = model([
  makeService({ periods: [period({ label: 'P', alerts: [missing('gone.alert', 'secret'), missing('gone.alert')] })] }),
])
const told = (entry: Entry): readonly string[] =>
  syslogLines(entry, { file: '/etc/mon/mon.cf', model: of }).map(({ priority, text }) => `${priority}: ${text}`)

const quiets: readonly (readonly [reason: QuietReason, alert: AlertKind, line: string | null])[] = [
  ['numalerts-reached', 'failure', 'debug: g/s/P: Suppressing alert since numalerts is met.'],
  ['alertevery', 'failure', 'debug: g/s/P: Suppressing alert for now due to alertevery.'],
  ['alertafter-count', 'failure', 'debug: g/s/P: Suppressing alert for now due to alertafter consecutive failures.'],
  ['alertafter-time', 'failure', 'debug: g/s/P: Suppressing alert for now due to alertafter numval.'],
  ['alertafter-window', 'failure', 'debug: g/s/P: Suppressing alert for now due to alertafter num timeval.'],
  ['no-alert-before', 'up', 'debug: g/s/P: Suppressing upalert since no down alert was sent.'],
  ['no-alert-before', 'ack', 'debug: g/s/P: Suppressing ackalert since no down alert was sent.'],
  ['acknowledged', 'failure', "debug: no alert for g.s because of ack'd failure"],
  ['disabled', 'failure', 'notice: ignoring alert for g,s'],
  ['watch-disabled', 'failure', 'notice: ignoring alert for g,s'],
  ['stopped', 'failure', 'notice: ignoring alert for g,s because the mon scheduler is stopped'],
  ['alert-missing', 'failure', 'err: no alert found while trying to run gone.alert'],
  ['outside-period', 'failure', null],
  ['depends', 'failure', null],
]
for (const [reason, alert, line] of quiets) {
  test(`of an alert that is not sent for ${reason} (${alert}) syslog hears ${line === null ? 'nothing' : 'mon’s words'}`, () => {
    const entry: Entry = { ...common, kind: 'quiet', service, period: 'P', alert, reason, text: 'TEXT' }
    assert.deepEqual(told(entry), line === null ? [] : [line])
  })
}

const daemon = (what: string): Entry => ({ ...common, kind: 'daemon', what, text: 'TEXT' })

test('starts, reloads and their refusals are told in mon’s words', () => {
  const gone = 'err: no alert found while trying to run gone.alert'
  assert.deepEqual(told(daemon('started')), ['info: mon server started', gone])
  const resetting = 'info: resetting, and re-reading configuration /etc/mon/mon.cf'
  assert.deepEqual(told(daemon('reloaded')), [resetting, gone])
  assert.deepEqual(told(daemon('reload-refused')), [resetting, 'err: error reading config file: TEXT'])
})

test('troubles reach whoever reads syslog only', () => {
  assert.deepEqual(told(daemon('trouble')), ['err: TEXT'])
  assert.deepEqual(told(daemon('clock-stepped')), ['warning: TEXT'])
  assert.deepEqual(told(daemon('socket')), [])
})

test('an alert that does not get through is an error, one that does is told when it is called', () => {
  const delivery = (outcome: 'sent' | 'retry' | 'gave-up'): Entry => ({
    ...common,
    ...{ kind: 'delivery', service, call: 'mail.alert ann', delivery: id('d'), outcome, attempt: 1, text: 'TEXT' },
  })
  assert.deepEqual(told(delivery('sent')), [])
  assert.deepEqual(told(delivery('retry')), ['err: g/s: "mail.alert ann" has NOT got through: TEXT'])
  assert.deepEqual(told(delivery('gave-up')), ['err: g/s: "mail.alert ann" is GIVEN UP: TEXT'])
})

test('a check that is held back is told, its going on is not', () => {
  assert.deepEqual(told({ ...common, kind: 'held', service, text: 'maxprocs' }), ['info: g/s is not checked: maxprocs'])
  assert.deepEqual(told({ ...common, kind: 'held', service, text: null }), [])
})

test('monitors and alerts that were not found are told once each at a start', () => {
  const lost = (called: string, monitorMissing: string) => makeService({ called, monitor: null, monitorMissing })
  const other = makeService({
    called: 'g/o',
    redistribute: missing('all.alert'),
    periods: [period({ upalerts: [missing('up.alert')] })],
  })
  const about = {
    file: 'mon.cf',
    model: model([lost('g/a', 'a.monitor -p hush'), lost('g/b', 'a.monitor'), lost('g/c', 'c.monitor'), other]),
  }
  assert.deepEqual(
    syslogLines(daemon('started'), about).slice(1),
    [
      'no monitor found while trying to run [a.monitor]',
      'no monitor found while trying to run [c.monitor]',
      'no alert found while trying to run all.alert',
      'no alert found while trying to run up.alert',
    ].map((text) => ({ priority: 'err', text })),
  )
})

test('a check that has no host left is told in mon’s words', () => {
  const run = new Run(model([makeService()]))
  const hosts = [host('h1'), host('h2')]
  run.post({ kind: 'command', who: '', command: { kind: 'disable-hosts', hosts, reason: '' } }, at(1))
  const ready = readiness(run.state, 0, at(2))
  assert.ok(ready.kind === 'no-hosts')
  const { text } = ready
  const line = 'err: monitor for g/s not called because of no host arguments'
  assert.deepEqual(told({ ...common, kind: 'held', service, text }), [line])
})

test('what holds for the service is said once for all its periods, and again at the next event', () => {
  const said: string[] = []
  const show = toSyslog({ log: ({ text }) => void said.push(text) }, () => ({ file: 'mon.cf', model: of }))
  const quiet = (changes: { at?: number; label?: string; reason?: QuietReason }): Entry => ({
    ...common,
    at: wallTime(changes.at ?? 0),
    ...{ kind: 'quiet', service, period: changes.label ?? 'P', alert: 'failure', reason: changes.reason ?? 'disabled' },
    text: 'TEXT',
  })
  const entries = [{}, { label: 'Q' }, { reason: 'numalerts-reached' as const }, { at: 1 }, { at: 1, label: 'Q' }]
  for (const entry of entries) show(quiet(entry))
  const once = 'ignoring alert for g,s'
  assert.deepEqual(said, [once, 'g/s/P: Suppressing alert since numalerts is met.', once])
})
