/**
 * Hands one message to the first of several relays that takes it. The next one is asked only where the former failed for
 * a reason of its own: it is not there, is silent, busy, or not to be trusted. What it says of the message itself (5xx)
 * holds everywhere. A relay that broke off after the whole message may have kept it; Message-ID tells the double.
 */
import type { Milliseconds } from '../../model/units.ts'
import type { Letter } from '../../wire/mail/letter.ts'
import type { Handover } from '../../wire/mail/smtp-outcome.ts'
import { handOver, type Sending } from './smtp.ts'

/** Relays of one setting that are asked. */
export const RELAYS_MOST = 5

/** URLs with blanks between them, in order. */
export const relaysIn = (servers: string): readonly string[] =>
  servers
    .split(/\s+/)
    .filter((url) => url !== '')
    .slice(0, RELAYS_MOST)

/** `timeout`: how long the whole may take; no relay but the last may use up more than its share of it. */
export async function handOverToFirst(
  servers: string,
  letter: Letter,
  sending: Sending & { readonly timeout: Milliseconds },
): Promise<Handover> {
  const urls = relaysIn(servers)
  if (urls.length <= 1) return handOver(urls[0] ?? '', letter, sending)
  const share = Math.max(1, Math.floor(sending.timeout / urls.length))
  const said: string[] = []
  let reached: readonly string[] = []
  for (const [at, url] of urls.entries()) {
    const isLast = at === urls.length - 1
    const to = letter.to.filter((address) => !reached.includes(address))
    const limit = isLast ? null : limited(sending.signal, share)
    const outcome = await handOver(url, { ...letter, to }, { ...sending, signal: limit?.signal ?? sending.signal })
    limit?.end()
    if (outcome.kind === 'accepted') return { ...outcome, response: [...said, outcome.response].join('; then ') }
    said.push(outcome.text)
    reached = [...reached, ...outcome.reached]
    if (!outcome.retry || isLast || sending.signal.aborted)
      return { kind: 'refused', retry: outcome.retry, text: said.join('; then '), reached }
  }
  return { kind: 'refused', retry: true, text: said.join('; then '), reached }
}

/**
 * Aborts with `signal`, or after so many milliseconds. Not AbortSignal.any, which in Node 20 forgets a signal that nobody
 * but it holds on to, and then never aborts.
 */
function limited(signal: AbortSignal, length: number): { readonly signal: AbortSignal; end(): void } {
  const stop = new AbortController()
  const abort = () => stop.abort()
  const timer = setTimeout(abort, length)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  const end = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
  return { signal: stop.signal, end }
}
