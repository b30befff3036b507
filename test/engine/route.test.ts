/** Who would hear of a failure, and which rule says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeOf } from '../../src/engine/route.ts'
import { noDependencies } from '../../src/model/dependency.ts'
import type { RecurringWindow } from '../../src/model/maintenance.ts'
import type { AlertCall, Model, Period, Service } from '../../src/model/model.ts'
import { groupName } from '../../src/model/names.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import { hours, milliseconds, minutes, seconds, wallTime } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, place, Run, result, service } from './build.ts'

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall', combines: true })
const oncall: Receiver = {
  name: 'oncall',
  channels: [channel('mail')],
  second: { calls: [channel('phone')], after: minutes(5) },
  groupWait: seconds(10),
  groupBy: 'watch',
  digest: { count: 10, within: minutes(1) },
  rate: { count: 20, within: minutes(10) },
  place,
}
const backup: RecurringWindow = {
  ...{ name: 'backup', subjects: ['g'], cron: '0 2 * * *', zone: 'UTC', lasts: hours(2), reason: 'nightly', place },
}
const of = (changes: Partial<Period> = {}, more: Partial<Service> = {}): Service =>
  service({ periods: [period({ label: '', text: 'always', upalerts: [], ...changes })], ...more })
const modelOf = (one: Service): Model => ({
  ...model([one]),
  receivers: new Map([['oncall', oncall]]),
  windows: [backup],
})

/** `A +` hears, `A -` does not, with the rule; then the limits. */
function routed(run: Run, { second = 0, exit = 1 } = {}): string[] {
  const route = routeOf(run.state, 0, at(second).wall, exit)
  assert(route !== null)
  return route.lines.map(({ who, hears, hearsOfEnd, rule, limits }) =>
    [`${who} ${hears ? '+' : '-'}${hearsOfEnd ? ' end' : ''}: ${rule}`, ...limits].join('; '),
  )
}

const limited = { label: 'day', alertafter: { count: 3, time: minutes(5), window: { count: 2, time: minutes(1) } } }

interface Case {
  readonly title: string
  readonly service?: Service
  readonly before?: (run: Run, of: Service) => void
  readonly asked?: { readonly second?: number; readonly exit?: number }
  readonly says: readonly string[]
}

const key = of().key
const cases: readonly Case[] = [
  { title: 'a plain line without an upalert', says: ['A +: period "always"'] },
  {
    title: 'an upalert line of the same words hears of the end',
    service: of({ upalerts: [alertCall('A')] }),
    says: ['A + end: period "always"'],
  },
  {
    title: 'a receiver, its limits, and its second channel',
    service: of({ alerts: [channel('mail')] }),
    says: [
      'oncall by mail + end: period "always"; waits 10 s for others (group_wait); beyond 10 within 1 min as a digest; at most 20 messages within 10 min (rate); after 5 min without delivery phone (second)',
    ],
  },
  {
    title: 'limits of the period',
    service: of({
      ...limited,
      alertevery: { every: hours(1), unless: 'summary' },
      numalerts: 4,
    }),
    says: [
      'A +: period "day"; from failure 3 in a row on (alertafter); after 5 min of failing (alertafter); after 2 failures within 1 min (alertafter); once in 1 h (alertevery); 4 times at most (numalerts)',
    ],
  },
  {
    title: 'an exit status outside of the period',
    service: of({ alertexitrange: { from: 2, to: 3 } }),
    says: ['A -: alertexitrange of period "always" leaves out 1'],
  },
  {
    title: 'an exit status inside of it',
    service: of({ alertexitrange: { from: 2, to: 3 } }),
    asked: { exit: 3 },
    says: ['A +: period "always"'],
  },
  {
    title: 'an exit status outside of a line',
    service: of({ alerts: [alertCall('A', { from: 0, to: 1 }), alertCall('B', { from: 2, to: 9 })] }),
    asked: { exit: 5 },
    says: ['A -: its line asks for exit=0-1', 'B +: period "always"'],
  },
  {
    title: 'an alert that was not found',
    service: of({ alerts: [{ ...alertCall('A'), missing: true }] }),
    says: ['A -: no such alert was found'],
  },
  {
    title: 'redistribute hears whatever happens',
    service: of({}, { redistribute: alertCall('R') }),
    before: (run) => disable(run),
    says: [
      'R + end: redistribute: it hears of every event',
      'A -: period "always", but the service is disabled by ann',
    ],
  },
  {
    title: 'escalations come later',
    service: of({ escalations: [{ after: minutes(15), calls: [alertCall('boss')] }] }),
    says: [
      'A +: period "always"',
      'boss + end: period "always": escalate, if nobody has acknowledged it 15 min after the first alert',
    ],
  },
  {
    title: 'an escalation whose alert was not found, and one outside of the range',
    service: of({
      escalations: [{ after: minutes(15), calls: [{ ...alertCall('boss'), missing: true }] }],
    }),
    says: ['A +: period "always"', 'boss - end: no such alert was found'],
  },
  {
    title: 'what is silent does not escalate either',
    service: of({ escalations: [{ after: minutes(15), calls: [alertCall('boss')] }] }),
    before: (run) => disable(run),
    says: [
      'A -: period "always", but the service is disabled by ann',
      'boss - end: period "always": escalate, if nobody has acknowledged it 15 min after the first alert, but the service is disabled by ann',
    ],
  },
  {
    title: 'a dependency that may explain it',
    service: of(
      {},
      {
        dependencies: {
          ...noDependencies,
          alerts: { text: 'SELF:ping', alone: false, expression: { kind: 'service', service: key } },
        },
      },
    ),
    says: ['A +: period "always"; not while what it depends on explains it: SELF:ping (depend)'],
  },
  {
    title: 'Alertmanager by a plain line hears of the end',
    service: of({ alerts: [{ ...alertCall('am'), keepAlive: true }] }),
    says: ['am + end: period "always"'],
  },
  {
    title: 'an acknowledgement of the failure there is',
    before: (run, one) => {
      run.post(checked(one, result(one.hosts, one.hosts)), at(0))
      run.post({ kind: 'command', who: 'ann', command: { kind: 'ack', service: key, comment: 'on it' } }, at(1))
    },
    says: ['A -: period "always", but the failure there is now is acknowledged by ann'],
  },
  {
    title: 'an acknowledgement that will be over by then',
    before: (run, one) => {
      run.post(checked(one, result(one.hosts, one.hosts)), at(0))
      const command = { kind: 'ack', service: key, comment: '', lasts: minutes(10) } as const
      run.post({ kind: 'command', who: 'ann', command }, at(1))
    },
    asked: { second: 3600 },
    says: ['A +: period "always"'],
  },
  {
    title: 'a watch that is disabled',
    before: (run) => watchOff(run),
    says: ['A -: period "always", but the watch is disabled by ann'],
  },
  {
    title: 'maintenance that comes again, at that time',
    asked: { second: 15 * 3600 },
    says: ['A -: period "always", but it is in maintenance then: backup'],
  },
  {
    title: 'maintenance that comes again and was ended by an operator',
    before: (run) => {
      run.post({ kind: 'started', text: '' }, at(14.5 * 3600))
      const command = { kind: 'end-maintenance', name: 'backup' } as const
      run.post({ kind: 'command', who: 'ann', command }, at(14.6 * 3600))
    },
    asked: { second: 15 * 3600 },
    says: ['A +: period "always"'],
  },
  { title: 'the hour after it', asked: { second: 16 * 3600 }, says: ['A +: period "always"'] },
  {
    title: 'maintenance that an operator begins later',
    before: (run) => {
      const command = {
        kind: 'begin-maintenance' as const,
        ...{ name: 'disks', subjects: ['g/s'], reason: '' },
        ...{ from: wallTime(at(600).wall), lasts: milliseconds(minutes(10)) },
      }
      run.post({ kind: 'command', who: 'ann', command }, at(0))
    },
    asked: { second: 700 },
    says: ['A -: period "always", but it is in maintenance then: disks'],
  },
  {
    title: 'the scheduler is stopped',
    service: of({}, { redistribute: alertCall('R') }),
    before: (run) => run.post({ kind: 'command', who: 'ann', command: { kind: 'stop' } }, at(0)),
    says: ['R - end: redistribute, but the scheduler is stopped', 'A -: period "always", but the scheduler is stopped'],
  },
  {
    title: 'flapping',
    service: of({}, { flap: { count: 2, within: hours(1) } }),
    before: (run, one) => {
      for (const [i, failing] of [[], one.hosts, [], one.hosts].entries())
        run.post(checked(one, result(one.hosts, failing)), at(i))
    },
    says: ['A -: period "always", but it is flapping: its state is told when it is calm'],
  },
]

const disable = (run: Run) =>
  run.post({ kind: 'command', who: 'ann', command: { kind: 'disable', service: key, reason: '' } }, at(0))
const watchOff = (run: Run) =>
  run.post(
    { kind: 'command', who: 'ann', command: { kind: 'disable-watch', group: groupName('g'), reason: '' } },
    at(0),
  )

for (const { title, service: one = of(), before, asked, says } of cases)
  test(title, () => {
    const run = new Run(modelOf(one))
    before?.(run, one)
    assert.deepEqual(routed(run, asked), says)
  })
