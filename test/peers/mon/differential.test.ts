/**
 * Whatever the configuration and whatever happens, upalert with `quirks = mon-1.3` runs the very alerts that mon runs.
 * UPALERT_DIFF_CASES and UPALERT_DIFF_SEED set the number of cases and their seed; a failure prints the smallest case.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { needs } from '../../needs.ts'
import { compare, type Mismatch } from './compare.ts'
import { anyCase } from './generate.ts'
import { decideOurs } from './ours.ts'
import { type DiffCase, type Reference, startReference } from './reference.ts'
import { assertShows, shown, vectors } from './vectors.ts'

process.env.TZ = 'UTC'
const cases = Number(process.env.UPALERT_DIFF_CASES ?? 500)
/** Kept, so that a change is judged by the same cases; whoever looks for new ones names another. */
const seed = Number(process.env.UPALERT_DIFF_SEED ?? 20_261_122)

test(`the real mon and upalert run the same alerts (${cases} cases, seed ${seed})`, needs('mon', 'perl'), async (t) => {
  const reference = await startReference()
  t.after(() => reference.stop())
  let alerts = 0
  const holds = fc.asyncProperty(anyCase(), async (asked) => {
    const judged = await judge(reference, asked)
    if (typeof judged === 'number') alerts += judged
    else throw new Error('differs')
  })
  const checked = await fc.check(holds, { numRuns: cases, seed })
  t.diagnostic(`seed ${seed}: ${checked.numRuns} cases, ${alerts} alerts are the same`)
  const [smallest] = checked.counterexample ?? []
  if (smallest !== undefined) assert.fail(report(smallest, await judge(reference, smallest)))
})

for (const { name, title, asked, startup, events } of vectors()) {
  test(`upalert decides as mon did: ${name} ${title}`, async () => {
    const ours = await decideOurs(asked)
    if (startup !== null) assertShows(ours.startup, startup, `${name}: at the start`)
    for (const [i, expected] of events.entries()) {
      const ran = (ours.events[i] ?? []).filter((alert) => otherwise[name]?.test(shown(alert).label) !== true)
      const alike = expected.filter(({ label }) => otherwise[name]?.test(label) !== true)
      assertShows(ran, alike, `${name}: ${JSON.stringify(asked.events[i])}`)
    }
  })
}

/** Alerts that differ on purpose: "Differences from mon". */
const otherwise: Readonly<Record<string, RegExp>> = {
  // A disablealert runs when the service is disabled.
  E3: /^D$/,
  // A list of services is an "and".
  G3: /^LIST$/,
  // A line with a range of exit statuses can be tested.
  Z9: /./,
}

test('each alert of what was recorded is the same to the byte', needs('mon', 'perl'), async (t) => {
  const reference = await startReference()
  t.after(() => reference.stop())
  for (const { asked, name } of vectors().filter(({ name }) => name !== 'G3')) {
    const judged = await judge(reference, asked)
    if (typeof judged !== 'number') assert.fail(`${name} ${report(asked, judged)}`)
  }
})

/** How many alerts were the same, or where they were not; a text where one of the two refused the configuration. */
async function judge(reference: Reference, asked: DiffCase): Promise<number | Mismatch | string> {
  try {
    const [mon, ours] = await Promise.all([reference.decide(asked), decideOurs(asked)])
    return compare(asked, mon, ours)
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

function report({ config, start, events }: DiffCase, judged: number | Mismatch | string): string {
  const shown = events.map((event, i) => `${i} ${inspect(event, { breakLength: Infinity, compact: true })}`).join('\n')
  const asked = `seed ${seed}\n\n${config}start ${new Date(start * 1000).toISOString()}\n${shown}\n`
  if (typeof judged !== 'object') return `${asked}\n${judged}`
  const show = (what: unknown): string => inspect(what, { depth: 5, breakLength: 110 })
  return `${asked}\nat event ${judged.event} mon runs\n${show(judged.mon)}\nand upalert\n${show(judged.ours)}`
}
