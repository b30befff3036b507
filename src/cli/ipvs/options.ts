/**
 * One line of an ipvsadm command, without the program's name, as its options: `-a -t 10.0.0.1:80 -r 10.1.1.2 -m -w3`.
 * Source: ipvsadm(8); bundles, attached values and `=` as popt(3) takes them.
 */
import type { Problem } from '../../parse/problem.ts'
import type { Source, Span } from '../../parse/source.ts'

/** A word and where it stands. */
export interface Word {
  readonly text: string
  readonly span: Span
}

/** An option as it was given; `value` is `null` where it has none. */
export interface Given {
  readonly name: string
  readonly word: Word
  readonly value: Word | null
}

type Takes = 'nothing' | 'value' | 'perhaps' | 'three values'

const options: readonly (readonly [name: string, short: string, takes: Takes])[] = [
  ['add-service', 'A', 'nothing'],
  ['edit-service', 'E', 'nothing'],
  ['delete-service', 'D', 'nothing'],
  ['clear', 'C', 'nothing'],
  ['add-server', 'a', 'nothing'],
  ['edit-server', 'e', 'nothing'],
  ['delete-server', 'd', 'nothing'],
  ['zero', 'Z', 'nothing'],
  ['set', '', 'three values'],
  ['start-daemon', '', 'value'],
  ['stop-daemon', '', 'value'],
  ['tcp-service', 't', 'value'],
  ['udp-service', 'u', 'value'],
  ['sctp-service', '', 'value'],
  ['fwmark-service', 'f', 'value'],
  ['ipv6', '6', 'nothing'],
  ['scheduler', 's', 'value'],
  ['persistent', 'p', 'perhaps'],
  ['netmask', 'M', 'value'],
  ['pe', '', 'value'],
  ['ops', 'o', 'nothing'],
  // "ipvsadm -S" itself writes -b with nothing behind it for a flag that it has no name for.
  ['sched-flags', 'b', 'perhaps'],
  ['real-server', 'r', 'value'],
  ['masquerading', 'm', 'nothing'],
  ['gatewaying', 'g', 'nothing'],
  ['ipip', 'i', 'nothing'],
  ['weight', 'w', 'value'],
  ['u-threshold', 'x', 'value'],
  ['l-threshold', 'y', 'value'],
  ['tun-type', '', 'value'],
  ['tun-port', '', 'value'],
  ['tun-nocsum', '', 'nothing'],
  ['tun-csum', '', 'nothing'],
  ['tun-remcsum', '', 'nothing'],
  ['mcast-interface', '', 'value'],
  ['syncid', '', 'value'],
  ['sync-maxlen', '', 'value'],
  ['mcast-group', '', 'value'],
  ['mcast-port', '', 'value'],
  ['mcast-ttl', '', 'value'],
  ['numeric', 'n', 'nothing'],
]
const byLong = new Map(options.map(([name, , takes]) => [name, { name, takes }]))
const byShort = new Map(
  options.filter(([, short]) => short !== '').map(([name, short, takes]) => [short, { name, takes }]),
)

/** The options of the line that stands at `start` in the source, and what is wrong with their form. */
export function readOptions(source: Source, start: number, line: string): { given: Given[]; problems: Problem[] } {
  const words = [...line.matchAll(/\S+/g)].map((match) => wordAt(source, start + match.index, match[0]))
  const given: Given[] = []
  const problems: Problem[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]
    if (word === undefined) break
    const read = word.text.startsWith('--') ? longOption(word) : shortOptions(word)
    if (read === null) {
      problems.push(problem(word, 'rule-option', `ipvsadm has no option "${word.text}"`, 'see ipvsadm(8)'))
      continue
    }
    for (const { name, takes, attached } of read) {
      const next = words[at + 1]
      const follows = next !== undefined && !/^-./.test(next.text)
      if (takes === 'nothing') given.push({ name, word, value: null })
      else if (attached !== null) given.push({ name, word, value: attached })
      else if (takes === 'three values') {
        const three = words.slice(at + 1, at + 4)
        const last = three[2]
        if (last === undefined)
          problems.push(problem(word, 'rule-value', '"--set" lacks a timeout', 'write three: --set 900 120 300'))
        else given.push({ name, word, value: { text: three.map(({ text }) => text).join(' '), span: last.span } })
        at += three.length
      } else if (follows) {
        given.push({ name, word, value: next })
        at += 1
      } else if (takes === 'perhaps') given.push({ name, word, value: null })
      else problems.push(problem(word, 'rule-value', `"${word.text}" lacks its value`, 'write it behind the option'))
    }
  }
  return { given, problems }
}

export function problem(word: Word, code: string, message: string, hint: string): Problem {
  return { code, severity: 'error', span: word.span, message, hint }
}

interface Read {
  readonly name: string
  readonly takes: Takes
  readonly attached: Word | null
}

function longOption(word: Word): Read[] | null {
  const equals = word.text.indexOf('=')
  const option = byLong.get(word.text.slice(2, equals < 0 ? undefined : equals))
  if (option === undefined || (equals >= 0 && option.takes === 'nothing')) return null
  return [{ ...option, attached: equals < 0 ? null : tail(word, equals + 1) }]
}

/** `-gn` is two options, `-w3` one with its value. */
function shortOptions(word: Word): Read[] | null {
  if (!word.text.startsWith('-') || word.text === '-') return null
  const read: Read[] = []
  for (let at = 1; at < word.text.length; at += 1) {
    const option = byShort.get(word.text[at] ?? '')
    if (option === undefined) return null
    const rest = word.text[at + 1] === '=' ? at + 2 : at + 1
    if (option.takes !== 'nothing')
      return [...read, { ...option, attached: rest < word.text.length ? tail(word, rest) : null }]
    read.push({ ...option, attached: null })
  }
  return read
}

function wordAt(source: Source, start: number, text: string): Word {
  return { text, span: { source, start, end: start + text.length } }
}

const tail = (word: Word, from: number): Word => wordAt(word.span.source, word.span.start + from, word.text.slice(from))
