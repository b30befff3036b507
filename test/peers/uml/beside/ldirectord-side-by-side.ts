/**
 * ldirectord and upalert side by side over the same ldirectord.cf and the same farm, each in a kernel of its own. The
 * states written in the scenarios are ldirectord's; where ours are others, a row of docs/ldirectord.md says why.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { needs } from '../../../needs.ts'
import { listed, statesLived, told } from './compare.ts'
import { requestsOf, sum, words } from './requests.ts'
import { leftAt, MOMENTS, place } from './scenario.ts'
import { ACTS, type Act } from './scenarios.ts'
import { testEach, twoWorlds } from './two-worlds.ts'

type LdirectordAct = Extract<Act, `ldirectord-${string}`>

export function besideLdirectord(act: LdirectordAct): void {
  const scenarios = place(ACTS[act])
  describe(`side by side: ${act}`, needs('uml', 'ip', 'ipvsadm', 'ldirectord', 'perl'), () => {
    const worlds = twoWorlds(act, 'ldirectord')
    const { the } = worlds
    testEach(worlds, scenarios, (world) => {
      test('a file with a mistake changes nothing, and the mended one counts', () => {
        const [before, during, after] = ['8', 'mistake', 'mended'].map((moment) => told(the(world), moment))
        assert.equal(during?.table, before?.table)
        assert.deepEqual(after?.missing, [])
      })
      test('cleanstop: it takes with it what it has put into the table', () => {
        assert.equal(told(the(world), 'stop').table.trim(), '')
      })
    })

    describe('upalert beside it', () => {
      test('every difference is a row of "Differences from ldirectord"', () => {
        const page = readFileSync(join(import.meta.dirname, '../../../../docs/ldirectord.md'), 'utf8')
        const [, table = ''] = page.split(/^## Differences from ldirectord$/m)
        const rows = scenarios.flatMap(({ differs }) => differs?.rows ?? [])
        for (const row of rows) assert(table.includes(`| ${row} |`), `no row "${row}"`)
      })

      test('where the rows have the same weights, ipvsadm lists the same in both', () => {
        for (const scenario of scenarios) {
          for (const moment of MOMENTS) {
            if (leftAt(scenario, moment, 'ldirectord') !== leftAt(scenario, moment, 'upalert')) continue
            for (const table of scenario.tables) {
              const [theirs, ours] = [told(the('ldirectord'), moment), told(the('upalert'), moment)]
              assert.deepEqual(listed(ours, table), listed(theirs, table), `${scenario.name} at ${moment}`)
            }
          }
        }
      })

      test('a server that is dead at the start is never in the table with a weight', () => {
        for (const scenario of scenarios) {
          const dead = Object.keys(scenario.servers ?? {}).filter(
            (letter) => !Object.keys(scenario.steps.start?.does?.servers ?? {}).includes(letter),
          )
          if (scenario.name.startsWith('checktype=on')) continue
          for (const table of scenario.tables) {
            const states = statesLived(the('upalert'), scenario, table).get('start') ?? []
            for (const letter of dead)
              assert(!states.some((state) => new RegExp(`${letter}=[1-9]`).test(state)), scenario.name)
          }
        }
      })

      test('a request of a client fails only at a server that is just dead or just taken out', (t) => {
        for (const world of worlds.both) {
          const { visits } = the(world).story
          const counted = Object.entries(visits).flatMap(([index, one]) => {
            const scenario = scenarios[Number(index)]
            return scenario === undefined ? [] : [requestsOf(the(world), scenario, one)]
          })
          t.diagnostic(`${world}: ${words(sum(counted))}`)
          if (world === 'upalert') assert.deepEqual(sum(counted).inexcusable, [])
        }
      })
    })
  })
}
