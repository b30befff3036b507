/**
 * Stands between the daemon and a plugin: whatever a plugin throws, rejects with, answers or never answers becomes a
 * proper result. A plugin that goes wrong says nothing about hosts, so it can never move a real server.
 */
import type { Monitor } from '../model/monitor.ts'
import type { Host } from '../model/names.ts'
import type { CheckResult, HostResult, PerformanceDatum, Timings } from '../model/result.ts'
import { milliseconds } from '../model/units.ts'
import { isRecord, type PluginMonitor } from './plugin-shape.ts'

/** How long a plugin may take to end after it was told to. */
const STOP_GRACE_MS = 500
/** Characters kept of a summary or another line, and of a detail or another text of several lines. */
const LINE_LIMIT = 4096
export const DETAIL_LIMIT = 65_536
/** Figures, warnings and sentences kept of one answer. */
const LIST_LIMIT = 200

export function guardMonitor(plugin: PluginMonitor): Monitor {
  const { name, question, schema, flags, rest, restIsVerbatim = false } = plugin
  return {
    ...{ name, question, schema, flags, rest, restIsVerbatim },
    ...(plugin.startsPrograms ? { startsPrograms: true } : {}),
    async check(hosts, options, context) {
      const answer = await settled(() => plugin.check(hosts, options, context), context.signal)
      if (answer.kind === 'answered') return readResult(answer.value, hosts, name)
      const what = answer.kind === 'threw' ? `failed: ${answer.reason}` : 'did not end when its time was over'
      return nothing(hosts, `plugin-${answer.kind}`, `the plugin ${name} ${what}`)
    },
  }
}

type Settled =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly reason: string }
  | { readonly kind: 'stuck' }

/** A late answer is dropped, and a late rejection too: it must not end the daemon. */
export function settled(call: () => unknown, signal: AbortSignal): Promise<Settled> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      timer = setTimeout(done, STOP_GRACE_MS, { kind: 'stuck' })
    }
    const done = (answer: Settled): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(answer)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    new Promise((answer) => answer(call())).then(
      (value) => done({ kind: 'answered', value }),
      (error: unknown) => done({ kind: 'threw', reason: reasonOf(error) }),
    )
  })
}

function readResult(value: unknown, hosts: readonly Host[], name: string): CheckResult {
  if (!isRecord(value) || !Array.isArray(value.hosts) || typeof value.summary !== 'string') {
    return nothing(hosts, 'plugin-answer', `the plugin ${name} gave an answer without summary and hosts`)
  }
  const verdicts = new Map(value.hosts.filter(isRecord).map((one) => [one.host, one]))
  const results = hosts.map((host) => readHost(host, verdicts.get(host), name))
  const failed = results.some(({ kind }) => kind !== 'up')
  const exit = typeof value.exit === 'number' && Number.isInteger(value.exit) && value.exit >= 0 ? value.exit : 1
  return {
    exit: failed && exit === 0 ? 1 : exit,
    summary: line(value.summary),
    detail: typeof value.detail === 'string' ? value.detail.slice(0, DETAIL_LIMIT) : '',
    hosts: results,
    performance: entries(value.performance).filter(isDatum),
    warnings: entries(value.warnings).flatMap((warning) => (typeof warning === 'string' ? [line(warning)] : [])),
  }
}

function readHost(host: Host, verdict: Record<string, unknown> | undefined, name: string): HostResult {
  const timings = readTimings(verdict?.timings)
  const text = typeof verdict?.text === 'string' ? line(verdict.text) : ''
  const code = typeof verdict?.code === 'string' ? line(verdict.code) : 'check-failed'
  if (verdict?.kind === 'up') return { kind: 'up', host, text, timings }
  if (verdict?.kind === 'down' || verdict?.kind === 'unknown') return { kind: verdict.kind, host, code, text, timings }
  const missing = `was not checked: the plugin ${name} said nothing about it`
  return { kind: 'unknown', host, code: 'no-verdict', text: missing, timings }
}

function readTimings(value: unknown): Timings {
  const { connect, firstByte, total } = isRecord(value) ? value : {}
  return { connect: time(connect), firstByte: time(firstByte), total: time(total) ?? milliseconds(0) }
}

const time = (value: unknown): Timings['connect'] =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? milliseconds(value) : null

const isDatum = (value: unknown): value is PerformanceDatum =>
  isRecord(value) &&
  Number.isFinite(value.value) &&
  ['label', 'unit', 'warn', 'critical', 'min', 'max'].every((key) => typeof value[key] === 'string')

export const entries = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, LIST_LIMIT) : [])

function nothing(hosts: readonly Host[], code: string, what: string): CheckResult {
  const timings = readTimings(null)
  const text = `was not checked: ${what}`
  return {
    exit: 1,
    summary: what,
    detail: '',
    hosts: hosts.map((host) => ({ kind: 'unknown', host, code, text, timings })),
    performance: [],
    warnings: [],
  }
}

/** On one line, without control characters, and not too long. */
export const line = (text: string): string =>
  text
    .slice(0, LINE_LIMIT)
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim()

/** Anything may be thrown, also what cannot be made a text. */
export function reasonOf(error: unknown): string {
  try {
    return line(String(error instanceof Error ? error.message : error))
  } catch {
    return 'it threw something that is no text'
  }
}
