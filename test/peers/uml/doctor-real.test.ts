/** The doctor of a real server behind real tunnels: what it says is broken is broken for clients, and what it prints mends it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { DIRECTOR, farmScript } from './farm.ts'

const here = import.meta.dirname

describe('the doctor of a real server', needs('uml', 'ip', 'ipvsadm', 'nginx', 'ping'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${farmScript({ reals: 2, answers: 'past-director' })}\nip netns exec ${DIRECTOR} guest doctor-real`,
      programs: {
        'doctor-real': join(here, 'doctor-real.guest.ts'),
        'look-real': join(here, '../../doctor/look-real.ts'),
      },
      // Those of tunnels are not among them: that they are missing is a finding.
      modules: ['ip_vs', 'ip_vs_rr', 'veth', 'bridge'],
    })
    assert.equal(run.exit, 0, run.output)
  })

  const cases = {
    'tunnel device': 'finds the missing tunnel device of one that no client reaches, and then they do',
    'tunnel down': 'the same for a tunnel device that is down',
    'tunnel rp_filter': 'the same for a reverse path filter on the tunnel: strict, and loose without an address',
    'virtual address': 'the same for a missing virtual address',
    gue: 'the same for a GUE port that nobody serves',
    gre: 'the same for GRE',
    sound: 'has nothing to say once everything it printed was done',
    ARP: 'finds one that answers ARP for the virtual address, which a neighbour then believes no more',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))
})
