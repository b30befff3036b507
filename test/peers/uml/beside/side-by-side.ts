/**
 * keepalived and upalert side by side, each in a kernel of its own at the same time: the same keepalived.conf, the same
 * farm whose real servers die, hang, answer wrong and return by the same script, and clients that ask for pages all the
 * while. Every change of the kernels' tables is on record, so states are compared that lasted for a millisecond too.
 * The states written in the scenarios are keepalived's; where ours are others, a row of docs/keepalived.md says why.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { needs } from '../../../needs.ts'
import type { Lived } from './compare.ts'
import { AT_THE_START, listed, statesLived, told } from './compare.ts'
import { mean, type Requests, requestsOf, sum, unnoticedTimes, words } from './requests.ts'
import { leftAt, MOMENTS, type Placed, place } from './scenario.ts'
import { ACTS, type Act } from './scenarios.ts'
import { testEach, twoWorlds } from './two-worlds.ts'

/** When in a second a server dies, and how busy the machine is, is chance; and JavaScript is nine times slower in a guest. */
const CHANCE = { times: 4, milliseconds: 1000 }

export function sideBySide(act: Act): void {
  const scenarios = place(ACTS[act])
  describe(`side by side: ${act}`, needs('uml', 'ip', 'ipvsadm', 'keepalived', 'perl'), () => {
    const worlds = twoWorlds(act, 'keepalived')
    const { the } = worlds
    testEach(worlds, scenarios, (world) => {
      test('clients ask all the time, and are answered', (t) => {
        const { all, failed } = failures(t, scenarios, the(world))
        assert(all > 2 * failed, `${failed} of ${all} requests failed`)
      })
    })

    test('a missing brace in the file takes a virtual server out of keepalived', () => {
      const second = scenarios[1]?.tables[0] ?? ''
      assert.notDeepEqual(listed(told(the('keepalived'), '8'), second), [])
      assert.deepEqual(listed(told(the('keepalived'), 'mistake'), second), [])
    })

    test('keepalived empties the table when it stops', () => {
      assert.equal(told(the('keepalived'), 'stop').table.trim(), '')
      assert.equal(the('keepalived').story.ended, 0)
    })

    describe('upalert beside it', () => {
      test('every difference is a row of "Differences from keepalived"', () => {
        const page = readFileSync(join(import.meta.dirname, '../../../../docs/keepalived.md'), 'utf8')
        const [, table = ''] = page.split(/^## Differences from keepalived$/m)
        const rows = scenarios.flatMap(({ differs }) => differs?.rows ?? [])
        for (const row of [AT_THE_START, ...rows]) assert(table.includes(`| ${row} |`), `no row "${row}"`)
      })

      test('where the rows have the same weights, ipvsadm lists the same in both', () => {
        for (const scenario of scenarios) {
          for (const moment of MOMENTS) {
            if (leftAt(scenario, moment, 'keepalived') !== leftAt(scenario, moment, 'upalert')) continue
            for (const table of scenario.tables) {
              const [theirs, ours] = [told(the('keepalived'), moment), told(the('upalert'), moment)]
              assert.deepEqual(listed(ours, table), listed(theirs, table), `${scenario.name} at ${moment}`)
            }
          }
        }
      })

      test('with a sorry server the pool is never empty after the start', () => {
        for (const scenario of scenarios) {
          if (!JSON.stringify(scenario.config).includes('sorry_server')) continue
          for (const table of scenario.tables) {
            for (const [moment, states] of statesLived(the('upalert'), scenario, table)) {
              if (moment !== 'start') assert(!states.includes('empty'), `${scenario.name} at ${moment}`)
            }
          }
        }
      })

      test('a request of a client fails only at a server that is just dead or just taken out', (t) => {
        const theirs = failures(t, scenarios, the('keepalived'))
        const ours = failures(t, scenarios, the('upalert'))
        assert.equal(ours.inexcusable.length, 0, `keepalived: ${words(theirs)}; upalert: ${words(ours)}`)
      })

      test('dead servers leave as soon as they do with keepalived', (t) => {
        const [theirs = 0, ours = 0] = worlds.both.map((world) => mean(unnoticedTimes(the(world), scenarios)))
        t.diagnostic(
          `a dead server is in use for ${Math.round(theirs)} ms with keepalived, ${Math.round(ours)} ms here`,
        )
        assert(ours <= CHANCE.times * theirs + CHANCE.milliseconds, `keepalived: ${theirs} ms; upalert: ${ours} ms`)
      })

      test('the file with the missing brace changes nothing, and the mended one counts', () => {
        const [before, during, after] = ['8', 'mistake', 'mended'].map((moment) => told(the('upalert'), moment))
        assert.equal(during?.table, before?.table)
        assert.deepEqual(after?.missing, [])
      })

      test('the table stays when it stops', () => {
        assert.equal(told(the('upalert'), 'stop').table, told(the('upalert'), 'mended').table)
        assert.equal(the('upalert').story.ended, 0)
      })
    })
  })
}

/** Says for each visited virtual server how many requests failed, and returns their sum. */
function failures(t: TestContext, scenarios: readonly Placed[], lived: Lived): Requests {
  const counted = Object.entries(lived.story.visits).flatMap(([index, visits]) => {
    const scenario = scenarios[Number(index)]
    return scenario === undefined ? [] : [{ scenario, requests: requestsOf(lived, scenario, visits) }]
  })
  for (const { scenario, requests } of counted) t.diagnostic(`${lived.world}, ${scenario.name}: ${words(requests)}`)
  const all = sum(counted.map(({ requests }) => requests))
  t.diagnostic(`${lived.world}, together: ${words(all)}`)
  return all
}
