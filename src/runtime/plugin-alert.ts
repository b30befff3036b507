/**
 * Stands between the daemon and an alert of a plugin, as plugin-guard.ts does for a monitor: whatever its functions throw or
 * answer, somebody is told or the outcome says why not. Those that only describe an alert have a mistake of theirs among the
 * faults of its line (`upalert check`), and until it is mended the alert is taken as if it did not have that function.
 */
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../model/alert.ts'
import { milliseconds } from '../model/units.ts'
import { DETAIL_LIMIT, entries, line, reasonOf, settled } from './plugin-guard.ts'
import { isRecord, type PluginAlert, type PluginFunction } from './plugin-shape.ts'

/** Addresses that an attempt may have reached; see AlertOutcome. */
const REACHED_LIMIT = 1000

export function guardAlert(plugin: PluginAlert): Alert {
  const { name, deed, schema, flags, rest, restIsVerbatim = false, keepAlive, send, further } = plugin
  const { receiver, line: lineOf, combines, render, repeat } = further
  return {
    ...{ name, deed, schema, flags, rest, restIsVerbatim },
    // It is handed the table, and nobody knows what it does with it.
    usesTable: true,
    ...(keepAlive ? { keepAlive: true } : {}),
    send: (message, options, context) => outcomeOf(() => send(message, options, context), context, name),
    ...(repeat === undefined
      ? {}
      : {
          repeat: (messages: readonly AlertMessage[], options: unknown, context: AlertContext) =>
            outcomeOf(() => repeat(messages, options, context), context, name),
        }),
    ...(receiver === undefined
      ? {}
      : { receiver: (options: unknown) => textOr(receiver, options, JSON.stringify(options)) }),
    ...(lineOf === undefined ? {} : { line: (options: unknown) => textOr(lineOf, options, '') }),
    ...(combines === undefined ? {} : { combines: (options: unknown) => answerOf(combines, options).value === true }),
    ...(render === undefined
      ? {}
      : {
          render: (message: AlertMessage, options: unknown, context: AlertContext) =>
            rendered(answerOf(render, message, options, context), name),
        }),
    faults: (options) => faultsOf(plugin, options),
  }
}

async function outcomeOf(call: () => unknown, { signal }: AlertContext, name: string): Promise<AlertOutcome> {
  const answer = await settled(call, signal)
  if (answer.kind === 'answered') return readOutcome(answer.value, name)
  const what = answer.kind === 'threw' ? `failed: ${answer.reason}` : 'did not end when its time was over'
  return { kind: 'failed', retry: true, text: `the plugin ${name} ${what}` }
}

function readOutcome(value: unknown, name: string): AlertOutcome {
  const text = isRecord(value) && typeof value.text === 'string' ? line(value.text) : `the plugin ${name} said no more`
  if (isRecord(value) && value.kind === 'sent') return { kind: 'sent', text }
  if (isRecord(value) && value.kind === 'failed') {
    const { after, reached } = value
    return {
      ...{ kind: 'failed', retry: value.retry !== false, text },
      ...(Array.isArray(reached) ? { reached: reached.filter(isText).slice(0, REACHED_LIMIT) } : {}),
      ...(typeof after === 'number' && after >= 0 && after < Number.POSITIVE_INFINITY
        ? { after: milliseconds(after) }
        : {}),
    }
  }
  return { kind: 'failed', retry: true, text: `the plugin ${name} gave an answer that is neither sent nor failed` }
}

/** What a function gave that must answer at once; `problem`: a clause that says what went wrong. */
interface Answer {
  readonly value: unknown
  readonly problem: string | null
}

function answerOf(call: PluginFunction, ...words: readonly unknown[]): Answer {
  try {
    const value = call(...words)
    if (!(value instanceof Promise)) return { value, problem: null }
    // Nobody waits for it, and its rejection must not end the daemon.
    value.catch(() => undefined)
    return { value: undefined, problem: 'gave a promise, and has to answer at once' }
  } catch (error) {
    return { value: undefined, problem: `failed: ${reasonOf(error)}` }
  }
}

function textOr(call: PluginFunction, options: unknown, otherwise: string): string {
  const { value } = answerOf(call, options)
  return isText(value) ? line(value) : otherwise
}

function rendered({ value, problem }: Answer, name: string): string {
  if (isText(value)) return value.slice(0, DETAIL_LIMIT).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, ' ')
  return `render of the plugin ${name} ${problem ?? 'gave no text'}`
}

/** What the plugin finds wrong, and what is wrong with the plugin. */
function faultsOf({ name, further }: PluginAlert, options: unknown): readonly string[] {
  const { receiver, line: lineOf, combines, faults } = further
  const problem = (
    what: string,
    call: PluginFunction | undefined,
    isRight: (value: unknown) => boolean,
    wanted: string,
  ) => {
    if (call === undefined) return []
    const answer = answerOf(call, options)
    if (answer.problem === null && isRight(answer.value)) return []
    return [`${what} of the plugin ${name} ${answer.problem ?? `gave no ${wanted}`}`]
  }
  const found = faults === undefined ? [] : entries(answerOf(faults, options).value)
  return [
    ...found.filter(isText).map(line),
    ...problem('faults', faults, (value) => Array.isArray(value) && value.every(isText), 'list of sentences'),
    ...problem('receiver', receiver, isText, 'text'),
    ...problem('line', lineOf, isText, 'text'),
    ...problem('combines', combines, (value) => typeof value === 'boolean', 'true or false'),
  ]
}

const isText = (value: unknown): value is string => typeof value === 'string'
