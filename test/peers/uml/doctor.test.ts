/** The doctor of a director in a real kernel with IPVS: what it says is wrong is wrong, and what it prints mends it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { DIRECTOR, farmScript } from './farm.ts'

const here = import.meta.dirname

describe('the doctor of a director', needs('uml', 'ip', 'ipvsadm', 'nginx'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${farmScript({ reals: 2 })}\nip netns exec ${DIRECTOR} guest doctor`,
      programs: { doctor: join(here, 'doctor.guest.ts'), look: join(here, '../../doctor/look.ts') },
      // IPVS is not among them: that it is missing is the first finding.
      modules: ['veth', 'bridge'],
    })
    assert.equal(run.exit, 0, run.output)
  })

  const cases = {
    module: 'says that IPVS is not loaded, and its command loads it',
    'as the kernel comes': 'warns of exactly the two expire switches where the kernel is as it comes',
    switches: 'finds every switch of net.ipv4.vs that is set wrong, and mends each',
    capability: 'says that root without CAP_NET_ADMIN can do nothing with the table',
    drain:
      'what is said before a drain is so: a persistent client stays on weight 0, and after the command it does not',
    loopback: 'says that a server on loopback gets nothing by NAT, which is so, and that it does as a local one',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))
})
