/** Small makers of models, states and events for the engine's tests. */

import { decide } from '../../src/engine/decide.ts'
import type { Decided } from '../../src/engine/scribe.ts'
import { stateFor } from '../../src/engine/start.ts'
import { noDependencies } from '../../src/model/dependency.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { AlertCall, Call, Model, Period, Place, Real, Service, Settings, Virtual } from '../../src/model/model.ts'
import { LAST_KNOWN, noNotices } from '../../src/model/model.ts'
import { groupName, type Host, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { KEEP_QUIET } from '../../src/model/notify-settings.ts'
import { asPromised } from '../../src/model/quirks.ts'
import type { CheckResult, HostResult } from '../../src/model/result.ts'
import type { State } from '../../src/model/state.ts'
import { KEEP_TABLE } from '../../src/model/table-settings.ts'
import { type Milliseconds, milliseconds, type Now, seconds, uptime, wallTime, weight } from '../../src/model/units.ts'
import { plainService } from '../plain-table.ts'

export const place: Place = { file: 'mon.cf', line: 1, column: 1 }

/** Noon of a Monday; tests that mind the calendar name their own. */
const noon = Date.UTC(2026, 10, 16, 12, 0, 0)

/** So many seconds into a test. */
export const at = (second: number): Now => ({ wall: wallTime(noon + second * 1000), uptime: uptime(second * 1000) })

export const call = (text: string): Call => ({ module: 'test', options: {}, text, withHosts: true, place })
export const alertCall = (text: string, exit: AlertCall['exit'] = null): AlertCall => ({
  ...call(text),
  exit,
  script: text,
  argumentText: '',
})

export function period(changes: Partial<Period> = {}): Period {
  return {
    label: 'p',
    text: '',
    when: { kind: 'always' },
    alertevery: null,
    alertafter: { count: null, time: null, window: null },
    numalerts: 0,
    upalertafter: null,
    alertexitrange: null,
    noCompAlerts: false,
    alertsDontCount: false,
    alerts: [alertCall('A')],
    upalerts: [alertCall('U')],
    startupalerts: [],
    ackalerts: [],
    disablealerts: [],
    escalations: [],
    place,
    ...changes,
  }
}

export function service(changes: Partial<Service> & { readonly called?: string } = {}): Service {
  const [group = 'g', name = 's'] = (changes.called ?? 'g/s').split('/')
  const { called, ...rest } = changes
  return {
    key: serviceKey(groupName(group), serviceName(name)),
    group: groupName(group),
    name: serviceName(name),
    hosts: [host('h1'), host('h2')],
    description: '',
    timing: { kind: 'every', interval: seconds(4), randskew: null },
    failureInterval: null,
    timeout: seconds(10),
    fall: 1,
    rise: 1,
    firstFall: null,
    retryInterval: null,
    retriesWhileDown: false,
    logFailures: false,
    warmup: null,
    onlyWith: null,
    monitor: call('test.monitor'),
    monitorMissing: '',
    allowEmptyGroup: false,
    excludeHosts: [],
    excludePeriod: null,
    dependencies: noDependencies,
    depMemory: seconds(0),
    unackSummary: false,
    redistribute: null,
    traptimeout: null,
    trapduration: null,
    environment: {},
    flap: null,
    periods: [period()],
    mailBodies: null,
    place,
    ...rest,
  }
}

export const settings: Settings = {
  basedir: '',
  cfbasedir: '',
  mondir: [],
  alertdir: [],
  statedir: '',
  logdir: '',
  maxprocs: 0,
  randstart: null,
  database: 'none',
  mailserver: '',
  mailfrom: '',
  routerId: 'lb1',
  socket: '',
  plugins: [],
  demoServers: [],
  demoMailbox: null,
  quirks: asPromised,
  excludePeriod: null,
  depRecurLimit: 10,
  startupalertsOnReset: false,
  clients: {
    authfile: { path: 'auth.cf', written: false, place: null },
    authtypes: ['getpwnam'],
    userfile: { path: 'monusers.cf', written: false, place: null },
    pamservice: 'passwd',
    serverbind: '',
    trapbind: '',
    serverport: 2583,
    trapport: 2583,
    clientallow: [],
    cltimeout: seconds(30),
    monremote: '',
  },
  logs: {
    histlength: 100,
    historicfile: '',
    historictime: seconds(0),
    dtlogging: false,
    dtlogfile: 'downtime.log',
    syslogFacility: '',
    pidfile: { path: '', written: false },
    monerrfile: '/dev/null',
  },
  table: KEEP_TABLE,
  notify: KEEP_QUIET,
  reload: { auto: false, callback: [], every: seconds(10) },
  keepalived: [],
}

export function model(
  services: readonly Service[],
  virtuals: readonly Virtual[] = [],
  used: Settings = settings,
): Model {
  const groups = services.map(({ group, hosts }) => ({ name: group, hosts, disabled: [], place }))
  const serviceIndex = new Map(services.map(({ key }, i) => [key, i]))
  return {
    settings: used,
    groups,
    services,
    serviceIndex,
    virtuals,
    views: [],
    aliases: [],
    paths: [],
    receivers: new Map(),
    windows: [],
    reports: [],
  }
}

export function real(address: string, changes: Partial<Real> = {}): Real {
  const check = { service: serviceKey(groupName('g'), serviceName('s')), host: host(address) }
  return {
    id: { family: 4, address, port: 80 },
    weight: weight(1),
    forward: 'masq',
    upperThreshold: 0,
    lowerThreshold: 0,
    role: 'primary',
    onFail: 'remove',
    checks: [check],
    initial: LAST_KNOWN,
    notices: noNotices,
    place,
    ...changes,
  }
}

export function virtual(reals: readonly Real[], changes: Partial<Virtual> = {}): Virtual {
  return {
    name: 'web',
    keepalivedName: null,
    services: [{ kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }],
    settings: plainService,
    quorum: weight(1),
    hysteresis: 0,
    backupBelow: weight(1),
    sorry: null,
    slowStart: seconds(0),
    doubling: null,
    loadFeedback: null,
    onStop: null,
    haSuspend: false,
    omega: false,
    notices: noNotices,
    driftAlerts: [],
    reals,
    place,
    ...changes,
  }
}

const timings = { connect: null, firstByte: null, total: milliseconds(1) }

/** A run in which the named hosts fail and all others of `hosts` pass. */
export function result(
  hosts: readonly Host[],
  failing: readonly string[],
  changes: Partial<CheckResult> = {},
): CheckResult {
  const verdicts = hosts.map(
    (one): HostResult =>
      failing.includes(one)
        ? { kind: 'down', host: one, code: 'refused', text: 'refused', timings }
        : { kind: 'up', host: one, text: '', timings },
  )
  return {
    exit: failing.length === 0 ? 0 : 1,
    summary: failing.join(' '),
    detail: '',
    hosts: verdicts,
    performance: [],
    warnings: [],
    ...changes,
  }
}

export function checked(of: Service, said: CheckResult, took: Milliseconds = milliseconds(1)): EventBody {
  return { kind: 'checked', service: of.key, result: said, took }
}

/** Feeds events to the engine one after another, as the loop does. */
export class Run {
  state: State
  private count = 0

  constructor(of: Model) {
    this.state = stateFor(of, null)
  }

  post(body: EventBody, now: Now): Decided['effects'] {
    this.count += 1
    const decided = decide(this.state, { ...body, id: id(`t-${this.count}`) }, now)
    this.state = decided.state
    return decided.effects
  }
}
