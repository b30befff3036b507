/** One alert's page on its way to its pagers by SNPP: who has it already is not paged again. */
import type { AlertContext, AlertOutcome } from '../../model/alert.ts'
import { hostPortText, parseHostPort } from '../../wire/host-port.ts'
import { PAGER_ID_PATTERN, type Paged, SNPP_PORT } from '../../wire/snpp/session.ts'
import { startAttempt } from '../probe/attempt.ts'
import { sendPages } from './page.ts'

interface AlertPages {
  /** `host[:port]` */
  readonly gateway: string
  readonly recipients: readonly string[]
  readonly text: string
  readonly level: number | null
  readonly caller: string | null
  /** What the operator should know besides, such as a mistake in a template; empty if nothing. */
  readonly remark: string
}

export async function sendAlertPages(pages: AlertPages, context: AlertContext): Promise<AlertOutcome> {
  const gateway = parseHostPort(pages.gateway, SNPP_PORT)
  if (gateway === null)
    return { kind: 'failed', retry: false, text: `${pages.gateway} is no SNPP gateway: write host or host:port` }
  const everybody = [...new Set(pages.recipients)]
  const before = context.reached ?? []
  const waiting = everybody.filter((pager) => !before.includes(pager))
  if (waiting.length === 0) return { kind: 'sent', text: 'all pagers had been paged already' }
  const pagers = waiting.filter(isPager)

  const attempt = startAttempt(context.timeout, context.signal)
  const { text, level, caller } = pages
  const { told, trouble } = await sendPages(gateway, { pagers, text, level, caller }, attempt)
  attempt.end()
  const refused = waiting.filter((pager) => !isPager(pager)).map(noPager)
  return outcomeOf({ told: [...refused, ...told], trouble, before, name: hostPortText(gateway), remark: pages.remark })
}

const isPager = (text: string): boolean => new RegExp(PAGER_ID_PATTERN).test(text)

const noPager = (pager: string): Paged => ({
  kind: 'refused',
  pager,
  retry: false,
  text: "cannot be asked: that is no pager's id",
})

interface Came {
  readonly told: readonly Paged[]
  readonly trouble: string | null
  readonly before: readonly string[]
  /** The gateway's. */
  readonly name: string
  readonly remark: string
}

/** Pagers that a text names with the gateway's words; of more, their number. */
const NAMED = 5

function outcomeOf({ told, trouble, before, name, remark }: Came): AlertOutcome {
  const taken = told.filter(({ kind }) => kind === 'taken')
  const refusals = told.filter((one) => one.kind === 'refused')
  const last = taken.at(-1)
  const paged = last === undefined ? '' : `paged ${names(taken)} by SNPP: ${name} ${last.text}`
  const tail = remark === '' ? '' : `; ${remark}`
  if (trouble === null && refusals.length === 0) return { kind: 'sent', text: `${paged}${tail}` }

  const named = refusals.slice(0, NAMED).map(({ pager, text }) => `for ${pager} ${name} ${text}`)
  const more = refusals.length > NAMED ? [`and ${refusals.length - NAMED} more were refused`] : []
  const parts = [...(trouble === null ? [] : [trouble]), ...named, ...more, ...(paged === '' ? [] : [paged])]
  return {
    kind: 'failed',
    retry: trouble !== null || refusals.some(({ retry }) => retry),
    text: `not everybody was paged: ${parts.join('; ')}${tail}`,
    reached: [...before, ...taken.map(({ pager }) => pager)],
  }
}

const names = (all: readonly Paged[]): string =>
  `${all
    .slice(0, NAMED)
    .map(({ pager }) => pager)
    .join(', ')}${all.length > NAMED ? ` and ${all.length - NAMED} more` : ''}`
