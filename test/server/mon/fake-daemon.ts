/** A daemon for the servers' tests: the real engine over a model, a clock that stands, and doors that remember. */
import assert from 'node:assert/strict'
import type { Comparison } from '../../../src/edge/auth/password.ts'
import type { AuthFile } from '../../../src/model/auth.ts'
import type { Note } from '../../../src/model/effect.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { EventBody, Reset } from '../../../src/model/event.ts'
import type { Model } from '../../../src/model/model.ts'
import type { ServiceKey } from '../../../src/model/names.ts'
import type { State } from '../../../src/model/state.ts'
import { milliseconds, type Now, seconds, uptime, wallTime } from '../../../src/model/units.ts'
import { loadAuth } from '../../../src/parse/auth.ts'
import type { DowntimeLog, MonDaemon, MonitorRun } from '../../../src/server/mon/daemon.ts'
import { encodeAlertHistory, encodeFailureHistory } from '../../../src/wire/mon/history.ts'
import type { Priority } from '../../../src/wire/mon/syslog.ts'
import { Run } from '../../engine/build.ts'

/** Everything, for everybody. */
export const OPEN_AUTH = `${[
  ...['ack', 'checkauth', 'clear', 'disable', 'enable', 'get', 'list', 'loadstate', 'reload', 'reset', 'savestate'],
  ...['servertime', 'set', 'start', 'stop', 'term', 'test', 'version'],
]
  .map((command) => `${command}: all\n`)
  .join('')}trap section\n* * *\n`

export const auth = (text: string): AuthFile => loadAuth('auth.cf', new TextEncoder().encode(text)).file

/** When the fake's clock begins, in epoch seconds. */
export const EPOCH = 1795165559

export class FakeDaemon implements MonDaemon {
  readonly pid = 4711
  readonly hostname = 'monitor.example'
  readonly engine: Run
  auth: AuthFile
  /** Everything that was posted, in order. */
  readonly posted: EventBody[] = []
  /** `priority: text`. */
  readonly logged: string[] = []
  /** What was asked of the daemon as a whole, such as `reset keepstate`. */
  readonly asked: string[] = []
  readonly runs = new Map<ServiceKey, MonitorRun>()
  readonly passwords = new Map<string, string>()
  addresses = new Map<string, readonly string[]>()
  downtime: DowntimeLog = { kind: 'off' }
  mistakes: string | null = null
  kept = 100
  /** Clients that look at the clock themselves want this. */
  realTime = false
  /** Stands in for crypt(3). */
  compare: (password: string, hash: string) => Promise<Comparison> = async (password, hash) =>
    hash === `hash-of-${password}` ? { kind: 'same' } : { kind: 'different' }
  private readonly alerts: string[] = []
  private readonly failures: string[] = []
  private elapsed = 0

  constructor(model: Model, authText = OPEN_AUTH) {
    this.engine = new Run(model)
    this.auth = auth(authText)
  }

  pass(count: number): void {
    this.elapsed += count
  }

  now(): Now {
    if (this.realTime) return { wall: wallTime(Date.now()), uptime: uptime(performance.now()) }
    return { wall: wallTime((EPOCH + this.elapsed) * 1000), uptime: uptime(this.elapsed * 1000) }
  }

  state(): State {
    return this.engine.state
  }

  post(event: EventBody): readonly Entry[] {
    this.posted.push(event)
    const effects = this.engine.post(event, this.now())
    for (const effect of effects) if (effect.kind === 'note') this.note(effect.note)
    return effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
  }

  run(key: ServiceKey): MonitorRun {
    return this.runs.get(key) ?? { timer: seconds(2), running: false, pid: null }
  }

  alertHistory(): readonly string[] {
    return this.alerts.slice(-this.kept)
  }

  failureHistory(): readonly string[] {
    return this.failures.slice(-this.kept)
  }

  histlength(): number {
    return this.kept
  }

  setHistlength(lines: number): void {
    this.kept = lines
  }

  async downtimeLog(): Promise<DowntimeLog> {
    return this.downtime
  }

  async reset(how: Reset): Promise<boolean> {
    this.asked.push(`reset${how.stopped ? ' stopped' : ''}${how.keepstate ? ' keepstate' : ''}`)
    return this.mistakes === null
  }

  async reloadAuth(): Promise<void> {
    this.asked.push('reload auth')
  }

  async saveState(words: readonly string[]): Promise<boolean> {
    this.asked.push(`savestate ${words.join(' ')}`)
    return true
  }

  async loadState(words: readonly string[]): Promise<void> {
    this.asked.push(`loadstate ${words.join(' ')}`)
  }

  async testConfiguration(): Promise<string | null> {
    return this.mistakes
  }

  terminate(): void {
    this.asked.push('term')
  }

  authFile(): AuthFile {
    return this.auth
  }

  async login(user: string, password: string, from: string) {
    this.asked.push(`login ${user} from ${from}`)
    const ok = this.passwords.has(user) && this.passwords.get(user) === password
    if (ok) return { ok, text: 'accepted by userfile' }
    if (!this.passwords.has(user)) return { ok, text: 'userfile: the user is not in users' }
    return { ok, wrongPassword: true as const, text: 'userfile: wrong password' }
  }

  trapAddresses(): ReadonlyMap<string, readonly string[]> {
    return this.addresses
  }

  comparePassword(password: string, hash: string): Promise<Comparison> {
    return this.compare(password, hash)
  }

  log(priority: Priority, text: string): void {
    this.logged.push(`${priority}: ${text}`)
  }

  private note(of: Note): void {
    if (of.kind === 'failure') this.failures.push(encodeFailureHistory(of))
    if (of.kind !== 'calling' || !of.counts) return
    const { script: path, argumentText: args } = of
    const type = of.alert === 'failure' ? 'alert' : (`${of.alert}alert` as const)
    assert.ok(type !== 'testalert')
    this.alerts.push(encodeAlertHistory({ ...of, type, path, args }))
  }
}

/** A monitor that runs as a program of its own. */
export const running = (pid: number): MonitorRun => ({ timer: milliseconds(0), running: true, pid })
