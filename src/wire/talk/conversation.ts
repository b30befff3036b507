/**
 * A conversation in lines of text, as clients of SMTP, POP3, IMAP, FTP and NNTP have it, without the wires: a generator
 * says what to send and what it waits for, and is handed the lines that come back. What comes back is hostile input, so
 * every line, and every end of the connection, leads to a verdict.
 */
import { oneLine } from '../mail/safe-text.ts'

/** What to do before the next line is read. */
export interface Turn {
  /** A command without its line end; `null` only listens. */
  readonly say: string | null
  /** "its greeting", "its answer to quit". */
  readonly awaits: string
  /** A sentence's tail for a host that lets it time out: "did not send its greeting". */
  readonly late: string
  /** A password that this command carries: a server may echo it, and nobody must read it in an alert. */
  readonly hides?: string
  /** The verdict where nothing comes back in time: what was wanted of the host is known already. */
  readonly otherwise?: Verdict
}

/** `text` is a sentence's tail. */
export type Verdict =
  | { readonly kind: 'up'; readonly text: string; readonly warnings?: readonly string[] }
  | { readonly kind: 'down'; readonly code: string; readonly text: string }

/** A line without its end, each byte a Latin-1 character; `null` where the server closed instead. */
export type Heard = string | null

export type Conversation = Generator<Turn, Verdict, Heard>

/** A conversation's part that goes on, or ends everything with a verdict. */
export type Part = Generator<Turn, Verdict | null, Heard>

const QUOTED = 80

export const greeting: Turn = { say: null, awaits: 'its greeting', late: 'did not send its greeting' }

/** A command, and its name without what is nobody's business. */
export function command(say: string, name = say): Turn {
  return { say, awaits: `its answer to ${name}`, late: `did not answer ${name}` }
}

/** The same again, without saying anything: for a reply's next line. */
export const more = (turn: Turn): Turn => ({ ...turn, say: null })

/** A goodbye whose answer does not count: any line will do, and so will none. */
export function* farewell(turn: Turn, verdict: Verdict): Conversation {
  yield { ...turn, otherwise: verdict }
  return verdict
}

/** The server said something else than `wanted`, or closed. */
export function refusal(turn: Turn, heard: Heard, wanted: string, code = 'wrong-answer'): Verdict {
  if (heard === null) {
    return { kind: 'down', code: 'closed-early', text: `closed the connection instead of sending ${turn.awaits}` }
  }
  return { kind: 'down', code, text: `sent ${quote(turn, heard)} as ${turn.awaits}, and ${wanted} was expected` }
}

/** A server's own words, fit to be read. It would repeat a password in the bytes that it was sent in. */
export function quote({ hides = '' }: Turn, heard: string): string {
  const text = hides === '' ? heard : heard.replaceAll(Buffer.from(hides).toString('latin1'), '***')
  return text.trim() === '' ? 'an empty line' : `"${oneLine(text, QUOTED)}"`
}

/** Says it and wants the one line that comes back to be like `good`. */
export function* one(turn: Turn, good: RegExp, wanted: string, code?: string): Part {
  const heard = yield turn
  return heard !== null && good.test(heard) ? null : refusal(turn, heard, wanted, code)
}
