/** Real traffic through a real kernel's IPVS, with a table written by our own netlink door. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import type { Farm } from './farm.ts'
import { DIRECTOR, farmScript } from './farm.ts'

const here = import.meta.dirname

describe('a client, a director and three real servers behind it', needs('uml', 'ip', 'ipvsadm'), () => {
  let run: GuestRun
  before(async () => {
    run = await boot({ reals: 3 }, '')
  })

  const cases = {
    nat: 'requests to the virtual address reach all three real servers in turn, by NAT',
    delete: 'no request reaches a real server after its entry was deleted',
    drain: 'no new request reaches a real server of weight 0',
    nat6: 'the same works over IPv6',
    local: 'the director can be a real server itself',
    counters: 'the counters read back are those of the traffic',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))
})

const direct = 'by direct routing the real servers answer the client past the director'
test(direct, needs('uml', 'ip', 'ipvsadm'), async () => {
  expectReport(await boot({ reals: 3, answers: 'past-director' }, 'direct'), 'direct')
})

async function boot(farm: Farm, words: string): Promise<GuestRun> {
  const run = await bootGuest({
    script: `${farmScript(farm)}\nip netns exec ${DIRECTOR} guest traffic ${words}`,
    programs: {
      traffic: join(here, 'traffic.guest.ts'),
      web: join(here, 'web.guest.ts'),
      visit: join(here, 'visit.guest.ts'),
    },
  })
  assert.equal(run.exit, 0, run.output)
  return run
}
