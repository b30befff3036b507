/**
 * One alert as one line of JSON, for programs that read a log: its own words, of bounded length, and every character that
 * could end a line, move a cursor or turn the reading direction as an escape.
 */
import type { AlertMessage } from '../model/alert.ts'
import type { WallTime } from '../model/units.ts'
import { isoTime } from './alert-line.ts'
import { isTried, STATES } from './mail/alert-words.ts'

/** Characters of a name, of a sentence, and of what a monitor printed; elements of a list. */
const NAME = 255
const SENTENCE = 1000
const DETAIL = 4000
const LIST = 100

export function alertJson(message: AlertMessage): string {
  const { failing, hosts, pools } = message
  const object = {
    at: isoTime(message.at),
    id: cut(message.id, NAME),
    outage: message.outage === undefined ? null : cut(message.outage, NAME),
    kind: message.kind,
    state: isTried(message) ? 'TEST' : STATES[message.kind],
    test: isTried(message),
    key: cut(message.key, NAME),
    group: cut(message.group, NAME),
    service: cut(message.service, NAME),
    summary: cut(message.summary, SENTENCE),
    failing: failing.slice(0, LIST).map(({ host, text }) => ({ host: cut(host, NAME), text: cut(text, SENTENCE) })),
    failingCount: failing.length,
    hosts: hosts.slice(0, LIST).map((host) => cut(host, NAME)),
    pools: pools.slice(0, LIST).map((pool) => cut(pool, SENTENCE)),
    since: time(message.firstFailure),
    lastSuccess: time(message.lastSuccess),
    lastedMs: message.lasted,
    failures: message.failures,
    exit: message.exit,
    acknowledged: message.acknowledged === null ? null : cut(message.acknowledged, SENTENCE),
    because: message.because === undefined ? null : cut(message.because, SENTENCE),
    detail: cut(message.detail, DETAIL),
  }
  return escaped(JSON.stringify(object))
}

/** Of how many messages no more is said. */
export const omittedJson = (at: WallTime, omitted: number): string => JSON.stringify({ at: isoTime(at), omitted })

const time = (at: WallTime | null): string | null => (at === null ? null : isoTime(at))

/** Half of a surrogate pair that is left over is escaped by JSON. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** Outside of strings JSON has nothing of these, so that each may become an escape. */
const escaped = (json: string): string =>
  json.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  )
