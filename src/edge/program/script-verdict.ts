/**
 * From what a mon-style program printed and how it ended to a verdict on the service and on each host.
 * Source: spec mon 2.7 and wart 1; DESIGN.md, "A verdict belongs to a host".
 */
import type { Host } from '../../model/names.ts'
import type { CheckResult, HostResult } from '../../model/result.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { textOf } from '../../wire/program/bytes.ts'
import { hostsNamed, type ProgramOutput, readOutput } from '../../wire/program/output.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { programName } from './launch.ts'
import { OUTPUT_LIMIT, type ProgramRun } from './process.ts'

interface ScriptRun {
  readonly hosts: readonly Host[]
  readonly command: readonly string[]
  readonly attempt: Attempt
  readonly run: ProgramRun
}

/** What is said of one host, without the host and the times. */
export type Say =
  | { readonly kind: 'up'; readonly text: string }
  | { readonly kind: 'down' | 'unknown'; readonly code: string; readonly text: string }

/** POSIX XCU 2.8.2: a shell ends so when a command it was to run cannot be executed, or is not there. */
const SHELL_BROKE: ReadonlySet<number> = new Set([126, 127])
/** Characters of one line of the program's output that go into a host's text. */
const REASON_LIMIT = 200

export function scriptResult({ hosts, command, attempt, run }: ScriptRun): CheckResult {
  const output = readOutput(run.output, { truncated: run.truncated })
  const name = programName(command)
  const words = brokenRun(name, run, attempt)
  const shown =
    words === null
      ? { summary: output.summary, detail: output.detail }
      : { summary: sentence(hosts, words, run), detail: run.output.length === 0 ? '' : linesOf(output) }
  return {
    exit: exitOf(run),
    ...shown,
    hosts: results(hosts, attempt, (host) =>
      words === null
        ? sayOf(host, { hosts, name, status: exitOf(run), output, named: hostsNamed(output, hosts) })
        : sayBroken(words, run, { alone: hosts.length === 1, attempt }),
    ),
    performance: [],
    ...printed(run),
    ...(run.end.kind === 'signalled' ? { signalled: true } : {}),
    warnings: remarks(name, run),
  }
}

/** What a program printed goes on to the byte; of one that we ended, our own words are the output. */
function printed({ end, output }: ProgramRun): { readonly output?: string } {
  const endedItself = end.kind === 'exited' || end.kind === 'signalled'
  return endedItself && output.length > 0 ? { output: textOf(output) } : {}
}

export function results(hosts: readonly Host[], attempt: Attempt, say: (host: Host) => Say): HostResult[] {
  const timings = { connect: null, firstByte: null, total: attempt.elapsed() }
  return hosts.map((host) => ({ host, timings, ...say(host) }))
}

/**
 * mon knows success and failure only. A death by a signal is failure here (mon took it for success), with the status a
 * shell would show, so that `exit=` ranges of alerts can tell it apart.
 */
function exitOf({ end }: ProgramRun): number {
  if (end.kind === 'exited') return end.status
  return end.kind === 'signalled' ? 128 + end.number : 1
}

/** Why the run says nothing by itself, in a sentence's tail behind the program's name; `null` if it ended by itself. */
export function brokenRun(name: string, { end }: ProgramRun, attempt: Attempt): string | null {
  switch (end.kind) {
    case 'exited':
      return null
    case 'signalled':
      return `${name} was ended by ${end.signal}`
    case 'not-started':
      return `${name} could not be started: ${end.text}`
    case 'deadline':
      if (attempt.stopped() === 'aborted') return `${name} was stopped before it had ended`
      return `${name} did not end within ${limitText(attempt.limit)} and was stopped`
  }
}

/**
 * A broken program says nothing about a host, so that it can never empty a pool. Only when it had nothing but one host
 * to wait for is the time that it took held against that host.
 */
export function sayBroken(words: string, { end }: ProgramRun, about: { alone: boolean; attempt: Attempt }): Say {
  if (end.kind !== 'deadline') return { kind: 'unknown', code: end.kind, text: `was not checked: ${words}` }
  if (about.attempt.stopped() === 'aborted')
    return { kind: 'unknown', code: 'aborted', text: `was not checked: ${words}` }
  return about.alone
    ? { kind: 'down', code: 'timed-out', text: `failed: ${words}` }
    : { kind: 'unknown', code: 'timed-out', text: `was not checked to the end: ${words}` }
}

export function remarks(name: string, run: ProgramRun): string[] {
  const said: string[] = []
  if (run.truncated) said.push(`${name} printed more than ${OUTPUT_LIMIT} bytes; the rest was not kept`)
  if (run.leftBehind) said.push(`${name} left processes behind in its process group, which were ended`)
  return said
}

interface Exited {
  readonly hosts: readonly Host[]
  readonly name: string
  readonly status: number
  readonly output: ProgramOutput
  readonly named: ReadonlySet<Host>
}

/** The verdict on one host of a program that ended by itself. */
export function sayOf(host: Host, exited: Exited): Say {
  const { hosts, name, status, output, named } = exited
  if (status === 0) return { kind: 'up', text: `passed ${name}` }
  if (named.size === 0 && SHELL_BROKE.has(status)) {
    const text = `was not checked: ${name} broke (exit status ${status}): ${oneLine(output.summary, REASON_LIMIT) || 'it printed no reason'}`
    return { kind: 'unknown', code: 'program-broken', text }
  }
  if (named.has(host) || hosts.length === 1) {
    return { kind: 'down', code: 'check-failed', text: `failed ${name}: ${reasonFor(host, exited)}` }
  }
  if (output.firstLineCut) {
    const text = `was not checked: the first line of ${name} was cut after ${OUTPUT_LIMIT} bytes, and hosts on its rest are not known`
    return { kind: 'unknown', code: 'output-cut', text }
  }
  if (named.size > 0) return { kind: 'up', text: `is not among the hosts that ${name} names as failing` }
  const text = `was not checked: ${name} failed with exit status ${status}, and its first line names no host`
  return { kind: 'unknown', code: 'names-no-host', text }
}

/** The first line of the detail that is about this host, else the summary. */
function reasonFor(host: Host, { hosts, output }: Exited): string {
  const lines = output.detail.split('\n')
  const line = lines.find((text) => hostsNamed({ ...output, firstLine: text, firstLineCut: false }, [host]).size > 0)
  const said = oneLine(line ?? output.summary, REASON_LIMIT)
  return withoutName(said, hosts) || 'it printed no reason'
}

/** Whoever shows it names the host in front of it; and names alone, as mon's convention has them, are no reason. */
function withoutName(said: string, hosts: readonly Host[]): string {
  const [first = '', ...rest] = said.split(' ')
  const isName = (word: string): boolean => hosts.some((host) => word === host || word === `${host}:`)
  return isName(first) ? (rest.every(isName) ? '' : rest.join(' ')) : said
}

/** Where one host is blamed for the deadline, the summary names it, as mon's convention has it. */
function sentence(hosts: readonly Host[], words: string, { end }: ProgramRun): string {
  return end.kind === 'deadline' && hosts.length === 1 ? `${hosts[0]}: ${words}` : words
}

const linesOf = (output: ProgramOutput): string =>
  output.detail === '' ? `${output.summary}\n` : `${output.summary}\n${output.detail}`
