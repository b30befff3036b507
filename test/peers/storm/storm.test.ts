/**
 * Issue 5: kill -9 at random points of a storm, with SMTP and PostgreSQL going up and down. Every accepted notification
 * arrives, every transition is in PostgreSQL exactly once, in order, and whatever was announced as down ends as up.
 * UPALERT_STORM=200 is the whole storm, which takes some ten minutes (UPALERT_TEST_DEADLINE=1200 with it);
 * UPALERT_STORM_SEED=N makes the one again that a failure names.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import { brokenPromises } from './promises.ts'
import { storm } from './storm.ts'

const isWhole = process.env.UPALERT_STORM !== undefined
const kills = Number(process.env.UPALERT_STORM ?? 20)
const seed = Number(process.env.UPALERT_STORM_SEED ?? randomBytes(4).readUInt32LE())

/** In milliseconds, without the calm after it. */
const within = isWhole ? Number.POSITIVE_INFINITY : 45_000

test('nothing is lost, doubled or left as down by kills in a storm', needs('postgres'), async (t) => {
  t.diagnostic(`seed ${seed}`)
  try {
    const { evidence, figures, output } = await storm(t, { seed, kills, within })
    t.diagnostic(JSON.stringify(figures))
    if (isWhole) console.log(JSON.stringify({ seed, ...figures }, null, 1))
    const broken = brokenPromises(evidence)
    assert.deepEqual(
      broken.slice(0, 20),
      [],
      `${broken.length} promises are broken; the end of what was said:\n${output.slice(-4000)}`,
    )
    assert.doesNotMatch(output, /damaged/, 'a kill leaves nothing in the journal but a torn end')
  } catch (error) {
    throw new Error(`with UPALERT_STORM_SEED=${seed} UPALERT_STORM=${kills}: ${error}`, { cause: error })
  }
})
