/**
 * The same question as to the real mon, asked of our own: its mon.cf through our parser with `quirks = mon-1.3`, each
 * event through our engine, clients' lines and traps through the code that serves them. No daemon, no clock, no files.
 */
import assert from 'node:assert/strict'
import { commandFor } from '../../../alerts/program.ts'
import { startAttempt } from '../../../src/edge/probe/attempt.ts'
import { scriptResult } from '../../../src/edge/program/script-verdict.ts'
import { decide } from '../../../src/engine/decide.ts'
import { satisfied } from '../../../src/engine/depend.ts'
import { enabledHosts } from '../../../src/engine/readiness.ts'
import { stateFor } from '../../../src/engine/start.ts'
import type { AuthFile } from '../../../src/model/auth.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { EventBody } from '../../../src/model/event.ts'
import type { Model } from '../../../src/model/model.ts'
import { groupName, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import type { Delivery, State } from '../../../src/model/state.ts'
import { milliseconds, type Now, seconds, uptime, wallTime } from '../../../src/model/units.ts'
import { loadAuth } from '../../../src/parse/auth.ts'
import { parseMon } from '../../../src/parse/mon.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { resolve } from '../../../src/parse/resolve.ts'
import { backoff } from '../../../src/server/mon/backoff.ts'
import type { MonDaemon } from '../../../src/server/mon/daemon.ts'
import { answer } from '../../../src/server/mon/dispatch.ts'
import { checkTrap } from '../../../src/server/mon/trap-check.ts'
import { decodeTrap } from '../../../src/wire/mon/trap.ts'
import { scriptShape, shape } from '../../parse/world.ts'
import { DIRECTORY, type DiffCase, type DiffEvent, MISSING, type RanAlert } from './reference.ts'

export interface OurResult {
  readonly startup: readonly OurAlert[]
  /** For each event. */
  readonly events: readonly (readonly OurAlert[])[]
  /** What the service remembers at the end, for the report of a mismatch. */
  readonly state: State
}

export interface OurAlert extends RanAlert {
  /** Its line has a range of exit statuses. */
  readonly ranged: boolean
  /** It is the service's redistribute. */
  readonly redistributed: boolean
  /** How many words its line has behind the script. */
  readonly words: number
}

/** Throws the problems of a configuration that we refuse. */
export async function decideOurs({ config, start, events }: DiffCase): Promise<OurResult> {
  const ours = new Ours(modelOf(config), start)
  const startup = ours.begin()
  const ran: OurAlert[][] = []
  for (const event of events) ran.push(await ours.happen(event))
  return { startup, events: ran, state: ours.state }
}

const HEAD = `quirks = mon-1.3
statedir = ${DIRECTORY}/state
logdir = ${DIRECTORY}/log
cfbasedir = ${DIRECTORY}/etc
`

const command = {
  type: 'array',
  items: { type: 'string' },
  minItems: 1,
  description: 'program and its arguments',
} as const
const program = shape('program', { command }, { required: ['command'], rest: 'command', restIsVerbatim: true })

function modelOf(config: string): Model {
  const scripts = [...config.matchAll(/[\w.-]+\.alert\b/g)].map(([name]) => name).filter((name) => name !== MISSING)
  const { model, problems } = resolve(parseMon({ file: 'mon.cf', text: HEAD + config }), {
    monitors: new Map([[scriptShape.name, scriptShape]]),
    alerts: new Map([[program.name, program]]),
    programs: {
      monitors: new Map([[MONITOR, MONITOR]]),
      alerts: new Map(scripts.map((name) => [name, `${ALERTS}${name}`])),
    },
    environment: {},
    hostname: 'director',
  })
  return model ?? assert.fail(`we refuse it:\n${formatProblems(problems)}`)
}

export const MONITOR = 'test.monitor'
const ALERTS = `${DIRECTORY}/alert.d/`

const COMMANDS = 'ack clear disable enable get list loadstate reload reset savestate servertime set start stop test'
const everybody: AuthFile = loadAuth(
  'auth.cf',
  Buffer.from(`${COMMANDS.replace(/\w+/g, '$&: all\n')}\ntrap section\n* * *\n`),
).file

type MonitorEvent = Exclude<DiffEvent, { kind: 'command' | 'trap' | 'traptimeout' | 'trapduration' }>

class Ours {
  state: State
  private readonly start: number
  private now: Now
  private count = 0
  private ran: OurAlert[] = []

  constructor(model: Model, start: number) {
    this.state = stateFor(model, null)
    this.start = start
    this.now = this.at(0)
  }

  begin(): OurAlert[] {
    return this.ranBy(() => this.post({ kind: 'started', saved: null, text: '' }))
  }

  async happen(event: DiffEvent): Promise<OurAlert[]> {
    this.now = this.at(event.at)
    if (event.kind !== 'command') return this.ranBy(() => this.postEvent(event))
    this.ran = []
    await this.command(event.line, event.user)
    return this.ran
  }

  private ranBy(act: () => void): OurAlert[] {
    this.ran = []
    act()
    return this.ran
  }

  private at(second: number): Now {
    return { wall: wallTime((this.start + second) * 1000), uptime: uptime(second * 1000) }
  }

  private postEvent(event: Exclude<DiffEvent, { kind: 'command' }>): void {
    if (event.kind === 'trap') this.trap(event.packet)
    else if (event.kind === 'traptimeout') this.post({ kind: 'trap-timeout', service: keyOf(event) })
    else if (event.kind === 'trapduration') this.post({ kind: 'trap-expired', service: keyOf(event) })
    else this.checked(event)
  }

  private checked(event: MonitorEvent): void {
    const key = keyOf(event)
    const service = this.state.model.services[this.state.model.serviceIndex.get(key) ?? -1]
    assert.ok(service, `no service ${key}`)
    const { monitor } = service.dependencies
    if (event.due && monitor !== null && satisfied(this.state, monitor.expression, 'monitor', this.now) !== true) {
      this.post({ kind: 'held', service: key, text: `it depends on ${monitor.text}` })
      return
    }
    const end =
      event.kind === 'exit'
        ? ({ kind: 'exited', status: event.status } as const)
        : ({ kind: 'signalled', signal: 'SIGKILL', number: event.signal } as const)
    const attempt = startAttempt(seconds(1), AbortSignal.abort())
    attempt.end()
    const run = { end, output: Buffer.from(event.output), truncated: false, leftBehind: false }
    const hosts = enabledHosts(this.state, service)
    const result = scriptResult({ hosts, command: [MONITOR], attempt, run })
    this.post({ kind: 'checked', service: key, result, took: milliseconds(0) })
  }

  private trap(packet: string): void {
    const sender = { file: everybody, address: '127.0.0.1', resolved: new Map() }
    const checked = checkTrap(decodeTrap(Buffer.from(packet)), sender, this.state)
    if (checked.kind === 'taken') this.post({ kind: 'trapped', service: checked.service.key, trap: checked.trap })
  }

  private async command(line: string, user: string | null): Promise<void> {
    const session = { address: '127.0.0.1', port: 1, user, view: null, gone: new AbortController().signal }
    await answer(line, { daemon: this.daemon, session, variables: new Map(), backoff: backoff(), log: () => {} })
  }

  private readonly daemon: MonDaemon = {
    pid: 1,
    hostname: 'director',
    now: () => this.now,
    state: () => this.state,
    post: (event) => this.post(event),
    run: () => ({ timer: null, running: false, pid: null }),
    alertHistory: () => [],
    failureHistory: () => [],
    histlength: () => 100,
    setHistlength: () => {},
    downtimeLog: async () => ({ kind: 'off' }),
    reset: async (reset) => {
      this.post({ kind: 'reloaded', model: this.state.model, text: '', reset })
      return true
    },
    reloadAuth: async () => {},
    saveState: async () => true,
    loadState: async () => {},
    testConfiguration: async () => null,
    terminate: () => {},
    authFile: () => everybody,
    login: async () => ({ ok: false, text: 'nobody logs in here' }),
    trapAddresses: () => new Map(),
    comparePassword: async () => ({ kind: 'different' }),
    log: () => {},
  }

  /** What is to be delivered has arrived before anything else happens, as with mon. */
  private post(body: EventBody): readonly Entry[] {
    this.count += 1
    const { state, effects } = decide(this.state, { ...body, id: id(`d-${this.count}`) }, this.now)
    this.state = state
    const entries = effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
    for (const effect of effects) {
      if (effect.kind !== 'deliver') continue
      const { delivery } = effect
      this.ran.push(rendered(delivery, entries))
      this.post({ kind: 'attempted', delivery: delivery.id, outcome: { kind: 'sent', text: '' } })
    }
    return entries
  }
}

const keyOf = ({ group, service }: { readonly group: string; readonly service: string }) =>
  serviceKey(groupName(group), serviceName(service))

function rendered({ id, message, call }: Delivery, entries: readonly Entry[]): OurAlert {
  const { options } = call
  assert.ok(typeof options === 'object' && options !== null && 'command' in options && Array.isArray(options.command))
  const words = options.command.map(String)
  const [path = '', ...args] = commandFor(message, words)
  const script = path.startsWith(ALERTS) ? path.slice(ALERTS.length) : path
  const entry = entries.find((one) => one.kind === 'alert' && one.delivery === id)
  const period = entry?.kind === 'alert' ? entry.period : ''
  return {
    period: period === '' || message.isTest === true ? null : period,
    script,
    args,
    environment: message.environment,
    input: message.output,
    ranged: call.exit !== null,
    redistributed: period === '',
    words: words.length - 1,
  }
}
