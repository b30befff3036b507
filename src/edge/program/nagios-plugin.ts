/**
 * Runs a Nagios plugin, once for each host, and reads its verdict.
 * Source: Monitoring Plugins Development Guidelines, 2.2 (output), 2.3 (exit status), 2.6 (performance data).
 */
import type { Host } from '../../model/names.ts'
import type { CheckResult, HostResult, PerformanceDatum } from '../../model/result.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { hostsNamed, readOutput } from '../../wire/program/output.ts'
import { readPluginOutput } from '../../wire/program/perfdata.ts'
import type { Attempt } from '../probe/attempt.ts'
import { checkResult } from '../probe/each-host.ts'
import { programName } from './launch.ts'
import { OUTPUT_LIMIT, type ProgramRun } from './process.ts'
import { brokenRun, remarks, results, type Say, sayBroken, sayOf } from './script-verdict.ts'

interface PluginCheck {
  readonly hosts: readonly Host[]
  readonly command: readonly string[]
  /** `false`: one run that is told no host and speaks for all. */
  readonly withHosts: boolean
  readonly attempt: Attempt
  readonly run: (command: readonly string[]) => Promise<ProgramRun>
}

/** Plugins of one check that run at the same time. */
const PLUGINS_AT_ONCE = 8
/** Characters of a plugin's first line that are shown. */
const STATUS_LIMIT = 1000
const PLACEHOLDER = /\{host\}|%h/g

export async function checkPlugin(check: PluginCheck): Promise<CheckResult> {
  const { hosts, command, attempt, run } = check
  if (!check.withHosts || hosts.length === 0) return forAll(check, report(check, await run(command)))

  const reports = new Map<Host, Report>()
  const queue = [...new Set(hosts)].entries()
  async function worker(): Promise<void> {
    for (const [index, host] of queue) {
      if (attempt.signal.aborted) return
      const words = commandFor(command, host)
      reports.set(host, report(check, await run(words), { wholeTime: index < PLUGINS_AT_ONCE }))
    }
  }
  await Promise.all(Array.from({ length: PLUGINS_AT_ONCE }, worker))
  return combine(check, reports)
}

/** `{host}` and `%h` in the arguments become the host; where there is neither, `-H HOST` follows. */
function commandFor([program = '', ...words]: readonly string[], host: string): string[] {
  const placed = words.map((word) => word.replace(PLACEHOLDER, () => host))
  const found = words.some((word) => word.search(PLACEHOLDER) >= 0)
  return found ? [program, ...placed] : [program, ...words, '-H', host]
}

interface Report {
  readonly run: ProgramRun
  readonly say: Say
  /** The plugin's first line without figures. */
  readonly status: string
  readonly long: string
  readonly performance: readonly PerformanceDatum[]
  readonly warnings: readonly string[]
}

function report({ command, attempt }: PluginCheck, run: ProgramRun, { wholeTime } = { wholeTime: true }): Report {
  const name = programName(command)
  const { text, performance } = readPluginOutput(plain(run))
  const [first = '', ...long] = text.split('\n')
  const broken = brokenRun(name, run, attempt)
  const status = broken ?? (oneLine(first, STATUS_LIMIT) || `${name} printed nothing`)
  const say = broken === null ? sayExit(name, run, status) : sayBroken(broken, run, { alone: wholeTime, attempt })
  const warning = run.end.kind === 'exited' && run.end.status === 1 ? [`${name} warns: ${status}`] : []
  return { run, say, status, long: long.join('\n'), performance, warnings: [...warning, ...remarks(name, run)] }
}

/** 2.3: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Any other status is a plugin that broke. */
function sayExit(name: string, { end }: ProgramRun, status: string): Say {
  const exit = end.kind === 'exited' ? end.status : 3
  if (exit === 0 || exit === 1) return { kind: 'up', text: `passed ${name}: ${status}` }
  if (exit === 2) return { kind: 'down', code: 'critical', text: `failed ${name}: ${status}` }
  if (exit === 3) return { kind: 'unknown', code: 'plugin-unknown', text: `was not judged by ${name}: ${status}` }
  const text = `was not judged: ${name} ended with status ${exit}, which no Nagios plugin should: ${status}`
  return { kind: 'unknown', code: 'plugin-broken', text }
}

function combine({ hosts, attempt }: PluginCheck, reports: ReadonlyMap<Host, Report>): CheckResult {
  const unique = [...new Set(hosts)]
  const said = results(unique, attempt, (host) => reports.get(host)?.say ?? notReached)
  const [only] = reports.values()
  if (unique.length === 1 && only !== undefined) return single(said, only)

  const lines = said.map(({ host, text }) => `${host} ${text}\n${indented(reports.get(host)?.long ?? '')}`)
  return {
    ...checkResult(said),
    exit: worst(said),
    detail: lines.join(''),
    performance: unique.flatMap((host) => labelled(host, reports.get(host)?.performance ?? [])),
    warnings: unique.flatMap((host) => (reports.get(host)?.warnings ?? []).map((warning) => `${host}: ${warning}`)),
  }
}

const notReached: Say = {
  kind: 'unknown',
  code: 'not-checked',
  text: 'was not checked: the time of the whole check was over before its turn came',
}

function single(hosts: readonly HostResult[], { status, long, performance, warnings }: Report): CheckResult {
  return { exit: worst(hosts), summary: status, detail: long, hosts, performance, warnings }
}

/** One run that was told no host: its status is the service's, and hosts are down only where its first line names them. */
function forAll({ hosts, command, attempt }: PluginCheck, all: Report): CheckResult {
  const output = readOutput(Buffer.from(all.status), { truncated: false })
  const named = hostsNamed(output, hosts)
  const exited = { hosts, name: programName(command), status: 2, output, named }
  const said = results(hosts, attempt, (host) => (all.say.kind === 'down' ? sayOf(host, exited) : all.say))
  const exit = all.say.kind === 'up' ? 0 : all.say.kind === 'down' ? 2 : 3
  return { ...single(said, all), exit }
}

/** A host that is down weighs more than one that nothing is known about. */
function worst(hosts: readonly HostResult[]): number {
  if (hosts.some(({ kind }) => kind === 'down')) return 2
  return hosts.some(({ kind }) => kind === 'unknown') ? 3 : 0
}

const labelled = (host: Host, figures: readonly PerformanceDatum[]): PerformanceDatum[] =>
  figures.map((figure) => ({ ...figure, label: `${host} ${figure.label}` }))

const indented = (text: string): string => (text.trim() === '' ? '' : `${text.trimEnd().replace(/^/gm, '    ')}\n`)

/** The whole output as text; control characters are gone from all of it. */
function plain(run: ProgramRun): string {
  const { firstLine, detail } = readOutput(run.output, { truncated: run.truncated })
  return `${oneLine(firstLine, OUTPUT_LIMIT)}\n${detail}`
}
