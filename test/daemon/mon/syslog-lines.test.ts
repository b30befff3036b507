import assert from 'node:assert/strict'
import { test } from 'node:test'
import { syslogLines } from '../../../src/daemon/mon/syslog-lines.ts'
import type { AlertKind } from '../../../src/model/alert.ts'
import type { Entry, QuietReason } from '../../../src/model/entry.ts'
import { groupName, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import { wallTime } from '../../../src/model/units.ts'

const common = { id: id('e'), at: wallTime(0), cause: null }
const service = serviceKey(groupName('g'), serviceName('s'))
const told = (entry: Entry): readonly string[] =>
  syslogLines(entry, '/etc/mon/mon.cf').map(({ priority, text }) => `${priority}: ${text}`)

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
  ['alert-missing', 'failure', 'err: g/s: no alert for period "P", because TEXT'],
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
  assert.deepEqual(told(daemon('started')), ['info: mon server started'])
  const resetting = 'info: resetting, and re-reading configuration /etc/mon/mon.cf'
  assert.deepEqual(told(daemon('reloaded')), [resetting])
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
