/**
 * What an agent on a real server says of it, in the words of HAProxy's agent-check: `up`, `ready`, `down`, `failed`,
 * `stopped`, `drain`, `maint`, a percentage of its weight and `maxconn:N`, in any order, separated by blanks, tabs or commas;
 * behind `#` stands a reason. One line, ended by CR or LF, or by the end of the connection.
 * Other than there nothing is remembered between two answers: a word that is not said is not in force.
 * Source: HAProxy configuration manual, agent-check.
 */
import { oneLine } from '../mail/safe-text.ts'

export type AgentSaid =
  /** `percent` of the configured weight; `null`: all of it. */
  | { readonly kind: 'up'; readonly percent: number | null; readonly text: string }
  | { readonly kind: 'down'; readonly text: string }
  /** Nothing that could be understood. `text` is a sentence's tail. */
  | { readonly kind: 'unclear'; readonly text: string }

/** Bytes of the line; an agent that says more is none. */
export const LONGEST_ANSWER = 1024

const DOWN: ReadonlySet<string> = new Set(['down', 'failed', 'stopped'])
const AWAY: ReadonlySet<string> = new Set(['drain', 'maint'])
const UP: ReadonlySet<string> = new Set(['up', 'ready'])
const PERCENT = /^(\d{1,5})%$/
const MAXCONN = /^maxconn:\d{1,10}$/
const QUOTED = 80

/** The line in what came so far, each byte a character; `null` while it is not over. */
export function agentLine(heard: string): string | null {
  const end = heard.search(/[\r\n]/)
  return end === -1 ? null : heard.slice(0, end)
}

export function readAgent(line: string): AgentSaid {
  const sharp = line.indexOf('#')
  const reason = sharp === -1 ? '' : oneLine(Buffer.from(line.slice(sharp + 1), 'latin1').toString(), QUOTED)
  const because = reason === '' ? '' : ` (${reason})`
  const said = (sharp === -1 ? line : line.slice(0, sharp))
    .split(/[ \t,]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
  const odd = said.find((word) => !isKnown(word))
  if (odd !== undefined)
    return { kind: 'unclear', text: `said "${oneLine(line, QUOTED)}", and ${quotedWord(odd)} is no word of an agent` }
  if (said.length === 0) return { kind: 'unclear', text: 'said an empty line' }

  const down = said.find((word) => DOWN.has(word))
  if (down !== undefined) return { kind: 'down', text: `says of itself that it is ${down}${because}` }
  const away = said.find((word) => AWAY.has(word))
  if (away !== undefined) {
    return { kind: 'up', percent: 0, text: `says ${away}: no new connections${because}` }
  }
  const percent = said.flatMap((word) => PERCENT.exec(word)?.[1] ?? []).at(-1)
  if (percent === undefined) return { kind: 'up', percent: null, text: `says of itself that it is up${because}` }
  return { kind: 'up', percent: Number(percent), text: `asks for ${Number(percent)} % of its weight${because}` }
}

const isKnown = (word: string): boolean =>
  DOWN.has(word) || AWAY.has(word) || UP.has(word) || PERCENT.test(word) || MAXCONN.test(word)

const quotedWord = (word: string): string => `"${oneLine(word, QUOTED)}"`
