/**
 * `upalert init` from its answers to a working cluster: the printed commands, given as they are on plain machines, and the
 * file that it wrote, run by the daemon, are all that clients need. LVS-HOWTO's configure.lvs promised as much.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { CLIENT } from './farm.ts'
import { ANSWERS, plainScript } from './init.farm.ts'

const here = (name: string): string => join(import.meta.dirname, name)

const CASES = {
  plain: 'before, no client is served by any of them',
  written: 'init writes the file, tells what is missing on the director, and prints commands for every machine',
  commands: 'the printed commands succeed on their machines, and succeed again',
  nat: 'clients are served by both real servers: NAT to another port',
  dr: 'the same: direct routing',
  tun: 'the same: tunnel',
  nat6: 'the same: NAT over IPv6',
  dr6: 'the same: direct routing over IPv6',
  tun6: 'the same: IPv6 in a tunnel over IPv4',
  doctor:
    'the doctor has no error to tell on the director, and none on a real server of each kind, asked in the words that init printed',
  again: 'a second run of init says "no change"',
}

describe('init', needs('uml', 'ip', 'ipvsadm', 'nginx'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${plainScript()}\nip netns exec ${CLIENT} guest story`,
      programs: {
        story: here('init.guest.ts'),
        init: here('../../daemon/init/child.ts'),
        upalert: here('../../../src/main.ts'),
      },
      files: { 'package.json': '{ "type": "module", "version": "0.0.0" }', answers: ANSWERS },
      // Those of tunnels are for the printed commands to load.
      modules: ['veth', 'bridge'],
      memory: '1G',
      timeout: 240_000,
    })
  })
  for (const [name, sentence] of Object.entries(CASES)) test(sentence, () => void expectReport(run, name))
  test('the guest comes to its end', () => assert.equal(run.exit, 0, run.output))
})
