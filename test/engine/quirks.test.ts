/** Each quirk of mon 1.3.6, both ways: what the manual promises, and what mon does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readiness } from '../../src/engine/readiness.ts'
import { noDependencies } from '../../src/model/dependency.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { Period, Service } from '../../src/model/model.ts'
import { groupName, host, type ServiceKey, serviceKey, serviceName } from '../../src/model/names.ts'
import { asMon13, asPromised, type Quirks } from '../../src/model/quirks.ts'
import { hours, minutes, seconds } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service, settings } from './build.ts'

interface Play {
  readonly name: string
  readonly quirk: keyof Quirks
  readonly services: readonly Service[]
  /** What happens at which second. */
  readonly events: readonly (readonly [number, EventBody])[]
  /** What is sent at each event, as promised and as mon does it. */
  readonly promised: readonly string[]
  readonly mon: readonly string[]
}

const web = (changes: Partial<Service> = {}, rule: Partial<Period> = {}): Service =>
  service({ called: 'g/s', periods: [period(rule)], ...changes })
const fails = (of: Service, summary = 'x') => checked(of, result(of.hosts, of.hosts, { summary }))
const passes = (of: Service) => checked(of, result(of.hosts, []))
const killed = (of: Service) =>
  checked(of, result(of.hosts, of.hosts, { exit: 137, signalled: true, summary: 'killed' }))
const key = (text: string): ServiceKey => {
  const [group = '', name = ''] = text.split('/')
  return serviceKey(groupName(group), serviceName(name))
}
const on = (text: string) => ({ text, expression: { kind: 'service', service: key(text) } as const })
const trap = (of: Service, status: string): EventBody => ({
  kind: 'trapped',
  service: of.key,
  trap: { status, summary: 'x', detail: '', output: 'x\n\n', hosts: [], intended: null, from: '192.0.2.9' },
})
const ack = (of: Service): EventBody => ({
  kind: 'command',
  who: '',
  command: { kind: 'ack', service: of.key, comment: 'mine' },
})

const plain = web()
const lone = web({ dependencies: { ...noDependencies, alerts: { ...on('p/ping'), alone: true } } })
const ping = service({ called: 'p/ping', periods: [] })
const remembering = service({ called: 'p/ping', periods: [], depMemory: seconds(30) })
const child = web({ dependencies: { ...noDependencies, alerts: { ...on('p/ping'), alone: false } } })
const patient = web({}, { upalertafter: hours(1) })
const strict = web({}, { alertevery: { every: hours(1), unless: 'strict' } })
const uncompensated = web({}, { noCompAlerts: true, alertafter: { count: 3, time: null, window: null } })
const counted = web(
  {},
  {
    numalerts: 1,
    ackalerts: [alertCall('K')],
    alertafter: { count: null, time: null, window: null },
    noCompAlerts: true,
  },
)
const short = web({ trapduration: minutes(1) })

const plays: readonly Play[] = [
  {
    name: 'a monitor that dies by a signal has failed',
    quirk: 'signalIsSuccess',
    services: [plain],
    events: [
      [0, fails(plain)],
      [4, killed(plain)],
      [8, passes(plain)],
    ],
    promised: ['A', 'A', 'U'],
    mon: ['A', 'U', ''],
  },
  {
    name: 'alertdepend alone holds alerts back only while what it names fails',
    quirk: 'loneAlertdependSilences',
    services: [ping, lone],
    events: [
      [0, passes(ping)],
      [1, fails(lone)],
      [4, fails(ping)],
      [5, fails(lone)],
      [8, passes(ping)],
      [9, fails(lone)],
    ],
    promised: ['', 'A', '', '', '', 'A'],
    mon: ['', '', '', '', '', ''],
  },
  {
    name: 'upalertafter keeps the end of a short outage quiet',
    quirk: 'upalertafterIgnored',
    services: [patient],
    events: [
      [0, fails(patient)],
      [4, passes(patient)],
    ],
    promised: ['A', ''],
    mon: ['A', 'U'],
  },
  {
    name: 'dep_memory holds alerts back a while after the other service is well again',
    quirk: 'depMemoryIgnored',
    services: [remembering, child],
    events: [
      [0, fails(remembering)],
      [1, fails(child)],
      [10, passes(remembering)],
      [11, fails(child)],
      [31, fails(child)],
    ],
    promised: ['', '', '', '', 'A'],
    mon: ['', '', '', 'A', 'A'],
  },
  {
    name: 'an acknowledgement is not counted as an alert',
    quirk: 'otherAlertsCount',
    services: [counted],
    events: [
      [0, fails(counted)],
      [1, ack(counted)],
      [4, passes(counted)],
      [8, fails(counted)],
    ],
    promised: ['A', 'K', 'U', 'A'],
    mon: ['A', 'K', 'U', 'A'],
  },
  {
    name: 'a sent upalert does not let a strict alertevery begin anew',
    quirk: 'upalertEndsStrict',
    services: [strict],
    events: [
      [0, fails(strict)],
      [4, passes(strict)],
      [8, fails(strict)],
    ],
    promised: ['A', 'U', ''],
    mon: ['A', 'U', 'A'],
  },
  {
    name: 'no_comp_alerts tells the end of each outage, also of those nobody was told of',
    quirk: 'oneUnpairedUpalert',
    services: [uncompensated],
    events: [
      [0, fails(uncompensated)],
      [4, passes(uncompensated)],
      [8, fails(uncompensated)],
      [12, passes(uncompensated)],
    ],
    promised: ['', 'U', '', 'U'],
    mon: ['', 'U', '', ''],
  },
  {
    name: 'the end of trapduration is told like any other, and ends an acknowledgement',
    quirk: 'trapdurationEndsSilently',
    services: [short],
    events: [
      [0, trap(short, '1')],
      [1, ack(short)],
      [60, { kind: 'trap-expired', service: short.key }],
      [70, trap(short, '1')],
    ],
    promised: ['A', '', 'U', 'A'],
    mon: ['A', '', '', ''],
  },
  {
    name: 'who was told of a failure hears of its end, also of a service that somebody has disabled since',
    quirk: 'endsMayBeUntold',
    services: [plain],
    events: [
      [0, fails(plain)],
      [1, { kind: 'command', who: '', command: { kind: 'disable', service: plain.key, reason: '' } }],
      [4, passes(plain)],
    ],
    promised: ['A', '', 'U'],
    mon: ['A', '', ''],
  },
]

function played({ services, events }: Play, quirks: Quirks): string[] {
  const run = new Run(model(services, [], { ...settings, quirks }))
  return events.map(([second, body]) =>
    run
      .post(body, at(second))
      .flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.call.text] : []))
      .join(' '),
  )
}

for (const play of plays) {
  test(`as promised, ${play.name}`, () => {
    assert.deepEqual(played(play, asPromised), play.promised)
    assert.deepEqual(played(play, { ...asMon13, [play.quirk]: false }), play.promised)
  })
  test(`with ${play.quirk}, mon does as it did: ${play.name}`, () => {
    assert.deepEqual(played(play, asMon13), play.mon)
    assert.deepEqual(played(play, { ...asPromised, [play.quirk]: true }), play.mon)
  })
}

test('an acknowledgement counts towards numalerts in mon, as the next failure after an ended one shows', () => {
  const of = web({ unackSummary: true }, { numalerts: 2, ackalerts: [alertCall('K')] })
  const events = [
    [0, fails(of, 'a')],
    [1, ack(of)],
    [4, fails(of, 'b')],
  ] as const
  const play = { name: '', quirk: 'otherAlertsCount', services: [of], events, promised: [], mon: [] } as const
  assert.deepEqual(played(play, asPromised), ['A', 'K', 'A'])
  assert.deepEqual(played(play, { ...asPromised, otherAlertsCount: true }), ['A', 'K', ''])
})

test('a host dependency leaves out whole words; mon leaves out web1 where web10 is named', () => {
  const hosts = ['web1', 'web10', 'db'].map(host)
  const parent = service({ called: 'p/ping', periods: [], hosts })
  const dependencies = { ...noDependencies, hosts: { text: 'p:ping', services: [parent.key] } }
  const of = web({ hosts, dependencies })
  for (const [quirks, left] of [
    [asPromised, 'web1 db'],
    [asMon13, 'db'],
  ] as const) {
    const run = new Run(model([parent, of], [], { ...settings, quirks }))
    run.post(checked(parent, result(hosts, ['web10'], { summary: 'web10' })), at(0))
    const ready = readiness(run.state, 1, at(1))
    assert.equal(ready.kind === 'ready' ? ready.hosts.join(' ') : ready.text, left)
  }
})

test('a reset that keeps state keeps what an upalert reads; mon forgets it', () => {
  for (const [quirks, read] of [
    [asPromised, 'x\n'],
    [asMon13, ''],
  ] as const) {
    const world = model([plain], [], { ...settings, quirks })
    const run = new Run(world)
    run.post(fails(plain), at(0))
    run.post({ kind: 'reloaded', model: world, text: 'again', reset: { keepstate: true, stopped: false } }, at(1))
    const sent = run.post(passes(plain), at(4)).find((effect) => effect.kind === 'deliver')
    assert.equal(sent?.kind === 'deliver' ? sent.delivery.message.output : null, read)
  }
})
