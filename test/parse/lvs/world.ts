/** lvs.cf to what a Model is made of, with the modules that upalert has. */
import assert from 'node:assert/strict'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import type { Real, Service, Virtual } from '../../../src/model/model.ts'
import { parseLvs } from '../../../src/parse/lvs/parse.ts'
import { type LvsSurroundings, type ResolvedLvs, resolveLvs } from '../../../src/parse/lvs/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'

/** Names of a farm, as a name server would answer. */
const addresses = new Map([
  ['web1', { 4: '10.1.1.2' }],
  ['web2.example.org', { 4: '10.1.1.3', 6: '2001:db8::3' }],
  ['six.example.org', { 6: '2001:db8::6' }],
])

export const surroundings: LvsSurroundings = { monitors, alerts, addresses }

export const parsed = (text: string, file = 'lvs.cf') => parseLvs({ file, text })

export const resolved = (text: string, file = 'lvs.cf'): ResolvedLvs => resolveLvs(parsed(text, file), surroundings)

/** What is said of a text: `warning equal`. */
export const said = (text: string): readonly string[] =>
  resolved(text).problems.map(({ severity, code }) => `${severity} ${code}`)

/** What every sample here earns, since upalert does not move addresses yet. */
export const USUAL = ['address-not-moved']

/** Of a text without errors. `warnings`: the codes of what is said of it besides the usual. */
export function sound(text: string, warnings: readonly string[] = []): ResolvedLvs {
  const found = resolved(text)
  const told = found.problems.map(({ severity, code }) => (severity === 'warning' ? code : `error ${code}`))
  assert.deepEqual(
    told.filter((code) => !USUAL.includes(code)).sort(),
    [...warnings].sort(),
    formatProblems(found.problems),
  )
  return found
}

export const first = <T>(list: readonly T[]): T => {
  const [one] = list
  assert.ok(one)
  return one
}

/** A virtual with these lines and one real server, behind direct routing. */
export const virtualText = (lines = '', server = 'address = 10.1.1.2', name = 'web'): string => `virtual ${name} {
 active = 1
 address = 192.0.2.10 eth0:1
 ${lines}
 server one {
  active = 1
  ${server}
 }
}
`

export const fileText = (lines = '', server?: string): string => `network = direct\n${virtualText(lines, server)}`

export const virtualOf = (lines?: string, server?: string, warnings?: readonly string[]): Virtual =>
  first(sound(fileText(lines, server), warnings).virtuals)

export const realOf = (server: string, lines = '', warnings?: readonly string[]): Real =>
  first(virtualOf(lines, server, warnings).reals)

export const checksOf = (lines: string, warnings?: readonly string[]): readonly Service[] =>
  sound(fileText(lines), warnings).services

export const checkOf = (lines: string, warnings?: readonly string[]): Service => first(checksOf(lines, warnings))
