/** keepalived.conf to what a Model is made of, with the modules that upalert has. */
import assert from 'node:assert/strict'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import type { Real, Service, Virtual } from '../../../src/model/model.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { type ResolvedKeepalived, resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'

export const surroundings = { monitors, alerts, scriptAccount: null }

export function resolved(text: string, file = 'keepalived.conf'): ResolvedKeepalived {
  return resolveKeepalived(parseKeepalived({ file, text }, { id: 'host1' }), surroundings)
}

/** What is said of a text: `warning real-port`. */
export const said = (text: string): readonly string[] =>
  resolved(text).problems.map(({ severity, code }) => `${severity} ${code}`)

/** Of a text without errors. `warnings`: the codes of what is said of it all the same. */
export function sound(text: string, warnings: readonly string[] = []): ResolvedKeepalived {
  const found = resolved(text)
  const told = found.problems.map(({ severity, code }) => (severity === 'warning' ? code : `error ${code}`))
  assert.deepEqual(told, warnings, formatProblems(found.problems))
  return found
}

const first = <T>(list: readonly T[]): T => {
  const [one] = list
  assert.ok(one)
  return one
}

/** A virtual_server of TCP with `words` and one real_server, unless it is told otherwise. */
export function virtualText(words: string, reals = 'real_server 10.1.1.2 80 {\n}'): string {
  const own = (word: string, line: string) => (new RegExp(`^\\s*${word}`, 'm').test(words) ? '' : ` ${line}\n`)
  const needed =
    own('protocol', 'protocol TCP') + own('lvs_sched', 'lvs_sched rr') + own('lvs_method', 'lvs_method NAT')
  return `virtual_server 192.0.2.10 80 {\n${needed} ${words}\n ${reals}\n}\n`
}

export const virtualOf = (words: string, reals?: string, warnings?: readonly string[]): Virtual =>
  first(sound(virtualText(words, reals), warnings).virtuals)

export const realText = (words: string) => `real_server 10.1.1.2 8080 {\n${words}\n }`

export const realOf = (words: string, virtual = '', warnings?: readonly string[]): Real =>
  first(virtualOf(virtual, realText(words), warnings).reals)

/** The checks that the words of a real_server become. */
export const checksOf = (words: string, virtual = ''): readonly Service[] =>
  sound(virtualText(virtual, realText(words))).services

export const checkOf = (words: string, virtual = ''): Service => first(checksOf(words, virtual))
