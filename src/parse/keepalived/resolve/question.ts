/**
 * What a checker asks of its server, apart from when it asks and what the answers do: its check is called after it, so
 * that a verdict stays with its question whatever is written before, behind or instead of it.
 */
import type { OptionShape } from '../../../model/module.ts'
import type { TableDestinationId } from '../../../model/table.ts'
import { faultsOf } from '../../option-faults.ts'
import type { CheckerKind } from '../checker-times.ts'
import { DNS_PORT, HELO_NAME, PING } from './asked.ts'

type Options = Readonly<Record<string, unknown>>

/** How long it may take, how it proves who it is, and what its keyword says already. */
const NOT_ASKED = new Set(['timeout', 'certificate', 'key', 'password', 'ca', 'tls'])

/** What each checker of a kind asks where nothing is written. */
const USUAL: Partial<Readonly<Record<CheckerKind, Options>>> = {
  SMTP_CHECK: { helo: HELO_NAME, anyGoodbye: true },
  PING_CHECK: PING,
}

/** Empty: nothing of its own. `options` are valid and filled in. */
export function questionOf(
  kind: CheckerKind,
  options: Options,
  { port }: TableDestinationId,
  shape: OptionShape,
): string {
  const usualPort = port === 0 && kind === 'DNS_CHECK' ? DNS_PORT : port
  const usual: Options = { ...faultsOf(shape, {}).filled, ...USUAL[kind] }
  const isUsual = (name: string, value: unknown) =>
    name === 'port' ? String(value) === String(usualPort) : textOf(value) === textOf(usual[name])
  const own = Object.entries(options).filter(([name, value]) => !NOT_ASKED.has(name) && !isUsual(name, value))
  return own.length === 0 ? '' : textOf(Object.fromEntries(own))
}

/** The same for the same values, in whatever order they are put together. */
const textOf = (value: unknown): string => JSON.stringify(value, ordered) ?? ''

const ordered = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
