/** The doctor in a real kernel with IPVS and tunnels: what it says is broken is broken for clients, and what it prints mends it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { DIRECTOR, farmScript } from './farm.ts'

const here = import.meta.dirname

describe('the doctor', needs('uml', 'ip', 'ipvsadm', 'nginx', 'ping'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${farmScript({ reals: 2, answers: 'past-director' })}\nip netns exec ${DIRECTOR} guest doctor`,
      programs: {
        doctor: join(here, 'doctor.guest.ts'),
        look: join(here, '../../doctor/look.ts'),
        'look-real': join(here, '../../doctor/look-real.ts'),
      },
      // IPVS is not among them: that it is missing is the first finding.
      modules: ['veth', 'bridge'],
      timeout: 240_000,
    })
    assert.equal(run.exit, 0, run.output)
  })

  const cases = {
    module: 'says that IPVS is not loaded, and its command loads it',
    'as the kernel comes': 'warns of exactly the two expire switches on a director whose kernel is as it comes',
    switches: 'finds every switch of net.ipv4.vs that is set wrong, and mends each',
    capability: 'says that root without CAP_NET_ADMIN can do nothing with the table',
    'tunnel device': 'finds the missing tunnel device of a real server that no client reaches, and then they do',
    'tunnel down': 'the same for a tunnel device that is down',
    'tunnel rp_filter': 'the same for a strict reverse path filter on the tunnel',
    'virtual address': 'the same for a missing virtual address',
    gue: 'the same for a GUE port that nobody serves',
    gre: 'the same for GRE',
    sound: 'has nothing to say of a real server once everything it printed was done',
    ARP: 'finds a real server that answers ARP for the virtual address, which a neighbour then believes no more',
    loopback: 'says that a server on loopback gets nothing by NAT, which is so, and that it does as a local one',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))
})
