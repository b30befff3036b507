/**
 * The real mon as an oracle: what alerts does it run for a configuration and a list of timed events? decide.pl beside
 * this file loads the installed mon unmodified and puts it on a clock of its own.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface DiffCase {
  /** The text of mon.cf; it sets no directories, as these are the reference's own. */
  readonly config: string
  /** When the daemon starts, in seconds since 1970. The time zone is UTC. */
  readonly start: number
  readonly events: readonly DiffEvent[]
}

/**
 * `at`: seconds after the start, never less than of the event before. `due`: the monitor is to start and end in this second,
 * and if it waits for another service, by monitordepend or dep_behavior m, nothing happens; else it was started before.
 */
export type DiffEvent = { readonly at: number } & (
  | Ended<{ readonly kind: 'exit'; readonly status: number }>
  | Ended<{ readonly kind: 'killed'; readonly signal: number }>
  | Of<{ readonly kind: 'traptimeout' }>
  | Of<{ readonly kind: 'trapduration' }>
  | { readonly kind: 'trap'; readonly packet: string }
  /** A client's line; `user` is null for a client that is not logged in. Every user may do everything. */
  | { readonly kind: 'command'; readonly line: string; readonly user: string | null }
)
type Of<What> = What & { readonly group: string; readonly service: string }
type Ended<What> = Of<What & { readonly due: boolean; readonly output: string }>

export interface CaseResult {
  /** What the start of the daemon brings: startup alerts. */
  readonly startup: Happened
  /** In the order of the events. */
  readonly events: readonly Happened[]
}

export interface Happened {
  /** In the order in which they were started. */
  readonly alerts: readonly RanAlert[]
  /** All that a client was answered. */
  readonly reply: string
  /** What mon remembers after the event, by `group/service` and by the label of the period. */
  readonly counters: Readonly<Record<string, Counters>>
}

export interface Counters {
  readonly service: Readonly<Record<string, string | null>>
  readonly periods: Readonly<Record<string, Readonly<Record<string, string | null>>>>
}

export interface RanAlert {
  /** The label of its period; null for redistribute and `test`. */
  readonly period: string | null
  /** Without its directory. */
  readonly script: string
  /** Without the script. */
  readonly args: readonly string[]
  /** What mon adds to its own environment; directories begin with DIRECTORY. */
  readonly environment: Readonly<Record<string, string>>
  /** Its standard input. */
  readonly input: string
}

/** Stands for the directory of the reference in environments. */
export const DIRECTORY = '/mon'

/** No script of this name exists; every other `*.alert` in a configuration does. */
export const MISSING = 'nosuch.alert'

export interface Reference {
  /**
   * `really`: alerts are started as processes, and tell what they see; otherwise what mon would start is written down.
   * Throws what mon says of a configuration that it refuses.
   */
  decide(asked: DiffCase, how?: { readonly really: boolean }): Promise<CaseResult>
  stop(): Promise<void>
}

/** Drivers at once; a case keeps one processor busy. */
const DRIVERS = Math.min(2, availableParallelism())

/** Needs Debian's packages mon and perl. */
export async function startReference(): Promise<Reference> {
  const drivers = Array.from({ length: DRIVERS }, () => new Driver())
  return {
    decide(asked, how = { really: false }) {
      const [idlest] = [...drivers].sort((a, b) => a.waiting - b.waiting)
      assert.ok(idlest)
      return idlest.decide(asked, how.really)
    },
    async stop() {
      await Promise.all(drivers.map((driver) => driver.stop()))
    },
  }
}

interface Waiting {
  resolve(result: CaseResult): void
  reject(error: Error): void
}

class Driver {
  private readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'upalert-mon-')))
  private readonly child: ChildProcess
  private readonly queue: Waiting[] = []
  private readonly scripts = new Set<string>()

  constructor() {
    for (const name of ['alert.d', 'mon.d']) mkdirSync(join(this.directory, name))
    const script = join(import.meta.dirname, 'decide.pl')
    this.child = spawn('perl', [script, '/usr/sbin/mon', this.directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' },
    })
    const { stdout } = this.child
    assert.ok(stdout)
    createInterface({ input: stdout }).on('line', (line) => this.answered(line))
    this.child.on('exit', (status, signal) => this.failAll(`decide.pl ended with ${status ?? signal}`))
    this.child.stdin?.on('error', () => {})
  }

  get waiting(): number {
    return this.queue.length
  }

  decide(asked: DiffCase, really: boolean): Promise<CaseResult> {
    for (const [script] of asked.config.matchAll(/[\w.-]+\.alert\b/g)) this.provide(script)
    const answer = new Promise<CaseResult>((resolve, reject) => this.queue.push({ resolve, reject }))
    this.child.stdin?.write(`${JSON.stringify({ ...asked, exec: really ? 1 : 0 })}\n`)
    return answer
  }

  async stop(): Promise<void> {
    const ended = this.child.exitCode === null && this.child.signalCode === null ? once(this.child, 'exit') : null
    this.child.stdin?.end()
    await ended
    rmSync(this.directory, { recursive: true, force: true })
  }

  private provide(script: string): void {
    if (script === MISSING || this.scripts.has(script)) return
    this.scripts.add(script)
    const path = join(this.directory, 'alert.d', script)
    if (existsSync(path)) return
    writeFileSync(path, LOGGING_ALERT)
    chmodSync(path, 0o755)
  }

  private answered(line: string): void {
    const waiting = this.queue.shift()
    const answer = JSON.parse(line) as CaseResult | { readonly error: string }
    if ('error' in answer) waiting?.reject(new Error(answer.error.trim()))
    else
      waiting?.resolve({ startup: this.placed(answer.startup), events: answer.events.map((one) => this.placed(one)) })
  }

  /** The directory has another name in each run. */
  private placed(happened: Happened): Happened {
    const alerts = happened.alerts.map((alert) => {
      const entries = Object.entries(alert.environment).map(([name, value]): [string, string] => [
        name,
        /^MON_(?:STATE|LOG|CFBASE)DIR$/.test(name) ? value.replace(this.directory, DIRECTORY) : value,
      ])
      return { ...alert, environment: Object.fromEntries(entries) }
    })
    return { ...happened, alerts }
  }

  private failAll(why: string): void {
    for (const waiting of this.queue.splice(0)) waiting.reject(new Error(why))
  }
}

/** Appends what it sees to the file `ran` beside its directory, in the form that decide.pl reads. */
const LOGGING_ALERT = `#!/usr/bin/perl
local $/;
my $input = <STDIN> // '';
(my $log = $0) =~ s{alert\\.d/.*}{ran};
my @fields = ($0, @ARGV, map { "$_=$ENV{$_}" } keys %ENV);
open LOG, '>>', $log;
print LOG 1 + @ARGV, ' ', scalar(keys %ENV), ' ', length $input, "\\n", map({ "$_\\0" } @fields), $input;
close LOG;
`

/**
 * A trap as Mon::Client sends it: `tag='value'` in lines, values escaped. A tag that is undefined is left out.
 * Spec mon 5.1.
 */
export function trapPacket(tags: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries({ pro: '0.3807', ...tags }).flatMap(([tag, value]) =>
    value === undefined ? [] : [`${tag}='${escaped(value)}'\n`],
  )
  return lines.join('')
}

function escaped(value: string): string {
  const bytes = Buffer.from(value).toString('latin1')
  return bytes.replace(/[^!#-&(-[\]-~]/g, (byte) => `\\${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
