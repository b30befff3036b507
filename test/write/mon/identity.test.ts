/** keepalived.conf, lvs.cf or ldirectord.cf -> mon.cf -> the same Model. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Part } from '../../../src/parse/director/part.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { type ResolvedKeepalived, resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { differencesOf } from '../../../src/write/differences.ts'
import { meaningOf } from '../../../src/write/meaning.ts'
import { needs } from '../../needs.ts'
import { resolved as understoodLdirectord } from '../../parse/ldirectord/world.ts'
import { resolved as understoodLvs } from '../../parse/lvs/world.ts'
import { ldirectordText, lvsText } from '../director-texts.ts'
import { keepalivedText } from '../keepalived-texts.ts'
import { modelOfPart, modules, readBack, readMon, writtenMon } from '../world.ts'

const understood = (text: string): ResolvedKeepalived =>
  resolveKeepalived(parseKeepalived({ file: 'keepalived.conf', text }, { id: 'host1' }), {
    ...modules,
    scriptAccount: null,
  })

/** What a file's own times and weights earn, of which only mon.cf's reader says something. */
const OWN = new Set([
  'timeout-interval',
  'slow-start',
  'weights-unused',
  'hysteresis',
  'virtual-unchecked',
  'backup',
  'loopback-nat',
])
/** For a line that need not be written. */
const NEEDLESS = /nothing joins/

/** The text of the mon.cf, which is read back to the same, and earns no warning that the file did not. */
function assertIdentity(part: Part): string {
  const model = modelOfPart(part)
  const text = writtenMon(model, part.dormant)
  const { told } = differencesOf(meaningOf(model), meaningOf(readBack(text)))
  assert.deepEqual(told, [], text)
  const earned = new Set(part.problems.map(({ code }) => code))
  const fresh = readMon(text).problems.filter(
    ({ code, message }) => NEEDLESS.test(message) || !(earned.has(code) || OWN.has(code)),
  )
  assert.deepEqual(
    fresh.map(({ code }) => code),
    [],
    `${formatProblems(fresh)}\n${text}`,
  )
  return text
}

const formats: readonly (readonly [name: string, texts: fc.Arbitrary<string>, understand: (text: string) => Part])[] = [
  ['keepalived.conf', keepalivedText, understood],
  ['lvs.cf', lvsText, understoodLvs],
  ['ldirectord.cf', ldirectordText, understoodLdirectord],
]
for (const [name, texts, understand] of formats) {
  test(`any ${name} becomes a mon.cf that means the same`, () => {
    let used = 0
    fc.assert(
      fc.property(texts, (text) => {
        const part = understand(text)
        const sound = part.problems.every(({ severity }) => severity === 'warning')
        if (!sound || part.virtuals.length === 0) return
        used += 1
        assertIdentity(part)
      }),
      { numRuns: 300 },
    )
    assert.ok(used > 30, `${used} of 300 texts mean something`)
  })
}

test('a mon.cf that was converted is written again as it is', () => {
  fc.assert(
    fc.property(keepalivedText, (text) => {
      const part = understood(text)
      if (part.problems.some(({ severity }) => severity === 'error') || part.virtuals.length === 0) return
      const once = writtenMon(modelOfPart(part))
      const again = readBack(once)
      assert.deepEqual(meaningOf(readBack(writtenMon(again))), meaningOf(again))
    }),
    { numRuns: 50 },
  )
})

test('every sample becomes a mon.cf that means the same', needs('corpus'), () => {
  const folders: readonly (readonly [folder: string, understand: (text: string) => Part, least: number])[] = [
    ['keepalived', understood, 11],
    ['lvscf', understoodLvs, 1],
    ['ldirectord', understoodLdirectord, 2],
  ]
  for (const [folder, understand, least] of folders) {
    const converted = samplesIn(join(process.env.UPALERT_CORPUS ?? '', folder), understand)
    assert.ok(converted >= least, `${converted} of ${folder}`)
  }
})

function samplesIn(folder: string, understand: (text: string) => Part): number {
  let converted = 0
  for (const name of readdirSync(folder)) {
    const part = understand(readFileSync(join(folder, name), 'latin1'))
    const errors = part.problems.filter(({ severity }) => severity === 'error')
    if (part.virtuals.length === 0) continue
    assert.deepEqual(errors, [], `${name}\n${formatProblems(errors)}`)
    assertIdentity(part)
    converted += 1
  }
  return converted
}
