/** A mail as people read it before it is sent: where it would go, its headers, its text. Without any secret of the relay's. */
import type { Letter } from './letter.ts'
import { parseRelay } from './relay-url.ts'
import { oneLine } from './safe-text.ts'

interface Way {
  /** URLs, in order. */
  readonly relays: readonly string[]
  /** The name under which the public key stands in the DNS; empty: the mail is not signed. */
  readonly signed: string
  readonly remark: string
}

/** Characters of one header that are shown. */
const HEADER_SHOWN = 2_000

export function letterText(letter: Omit<Letter, 'to'>, { relays, signed, remark }: Way): string {
  const { html = '' } = letter
  const header = (name: string, value: string) => `${name}: ${oneLine(value, HEADER_SHOWN)}`
  const lines = [
    header('Relay', relays.map(placeOf).join(', then ')),
    ...(signed === '' ? [] : [header('Signed by', signed)]),
    ...(remark === '' ? [] : [header('Warning', remark)]),
    '',
    header('From', letter.from),
    header('To', letter.shownTo.join(', ')),
    ...(letter.subject === null ? [] : [header('Subject', letter.subject)]),
    header('Date', letter.date.toUTCString()),
    header('Message-ID', letter.messageId),
    ...(letter.threads.length === 0 ? [] : [header('References', letter.threads.join(' '))]),
    ...Object.entries(letter.headers).map(([name, value]) => header(name, value)),
    '',
    letter.text.trimEnd(),
  ]
  const also = html === '' ? [] : ['', `[The same as HTML, ${html.length} characters.]`]
  return `${[...lines, ...also].join('\n')}\n`
}

/** `host:port` alone: user, password and options stay out. */
function placeOf(url: string): string {
  const parse = parseRelay(url)
  return parse.kind === 'relay' ? parse.relay.text : parse.text
}
