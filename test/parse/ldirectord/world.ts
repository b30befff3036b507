/** ldirectord.cf to what a Model is made of, with the modules that upalert has. */
import assert from 'node:assert/strict'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import type { Real, Service, Virtual } from '../../../src/model/model.ts'
import { parseLdirectord } from '../../../src/parse/ldirectord/parse.ts'
import { type ResolvedLdirectord, resolveLdirectord } from '../../../src/parse/ldirectord/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'

/** What names mean here. */
export const addresses = new Map<string, { readonly 4?: string; readonly 6?: string }>([
  ['www.example.com', { 4: '192.0.2.80', 6: '2001:db8::80' }],
  ['sql01', { 4: '10.0.5.1' }],
  ['sql03', { 4: '10.0.5.3' }],
])

export const surroundings = { monitors, alerts, addresses }

export function resolved(text: string, file = 'ldirectord.cf'): ResolvedLdirectord {
  return resolveLdirectord(parseLdirectord({ file, text }), surroundings)
}

/** What is said of a text: `warning real-port`. */
export const said = (text: string): readonly string[] =>
  resolved(text).problems.map(({ severity, code }) => `${severity} ${code}`)

/** Of a text without errors. `warnings`: the codes of what is said of it all the same. */
export function sound(text: string, warnings: readonly string[] = []): ResolvedLdirectord {
  const found = resolved(text)
  const told = found.problems.map(({ severity, code }) => (severity === 'warning' ? code : `error ${code}`))
  assert.deepEqual(told, warnings, formatProblems(found.problems))
  return found
}

export const first = <T>(list: readonly T[]): T => {
  const [one] = list
  assert.ok(one !== undefined)
  return one
}

/** A service at port 80 with these lines and one real server, unless it is told otherwise. */
export function serviceText(lines: readonly string[], head = 'virtual=192.0.2.1:80'): string {
  const hasReal = lines.some((line) => /^real6? ?=/.test(line))
  const real = hasReal ? [] : ['real=10.0.0.1:80 gate']
  return [head, ...[...real, ...lines].map((line) => `\t${line}`), ''].join('\n')
}

export const virtualOf = (lines: readonly string[], warnings?: readonly string[], head?: string): Virtual =>
  first(sound(serviceText(lines, head), warnings).virtuals)

export const realOf = (lines: readonly string[], warnings?: readonly string[], head?: string): Real =>
  first(virtualOf(lines, warnings, head).reals)

export const checksOf = (lines: readonly string[], warnings?: readonly string[], head?: string): readonly Service[] =>
  sound(serviceText(lines, head), warnings).services

export const checkOf = (lines: readonly string[], warnings?: readonly string[], head?: string): Service =>
  first(checksOf(lines, warnings, head))
