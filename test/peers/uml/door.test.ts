/** The netlink door against a real kernel, with Debian's ipvsadm as the witness of what stands in the table. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'

describe('the door to the kernel’s table', needs('uml', 'ip', 'ipvsadm'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: 'guest door',
      programs: { door: join(import.meta.dirname, 'door.guest.ts') },
      modules: [],
    })
    assert.equal(run.exit, 0, run.output)
  })

  const cases = {
    'no module': 'a kernel without IPVS is said to be so, with the command that helps, and no module is loaded unasked',
    'module on request': 'the module is loaded where that is asked for',
    'module by the kernel': 'a kernel that loads the module by itself is given the chance',
    'ordinary user': 'an ordinary user is told which capability is missing',
    'read back': 'what was written is read back the same, with thresholds and tunnels',
    'what ipvsadm writes': 'what ipvsadm writes is read as it was meant',
    'a large table': 'a thousand real servers are listed without a gap',
    'changed meanwhile': 'what stands in the table is read without a gap while others change the table',
    reconcile: 'drift is put back, somebody else’s service stays, and what is no longer wanted goes alone',
    'after the end': 'a closed door answers with an error',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))

  test('ipvsadm lists every kind of service and destination that we write', () => {
    assert.deepEqual(expectReport(run, 'every kind').data, [
      '-A -t 10.0.0.1:80 -s wlc',
      '-a -t 10.0.0.1:80 -r 10.1.1.2:8080 -m -w 0',
      '-a -t 10.0.0.1:80 -r 10.1.1.3:80 -g -w 9',
      '-a -t 10.0.0.1:80 -r 10.1.1.4:80 -i -w 2 --tun-type ipip',
      '-a -t 10.0.0.1:80 -r 10.1.1.5:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum',
      '-a -t 10.0.0.1:80 -r [2001:db8::44]:80 -i -w 1 --tun-type ipip',
      // ipvsadm has no option of its own for a local server, and writes -g.
      '-a -t 10.0.0.1:80 -r 127.0.0.1:80 -g -w 1',
      '-A -t 10.0.0.2:80 -s sh -b sh-fallback,sh-port',
      '-A -t 10.0.0.4:0 -s wlc -p 360 -M 255.255.255.0',
      '-A -u 10.0.0.1:53 -s rr -o',
      '-A -u 10.0.0.1:5060 -s rr -p 60 --pe sip',
      '-A --sctp-service 10.0.0.1:3868 -s lc',
      '-A -t [2001:db8::1]:443 -s wlc -p 300 -M 64',
      '-a -t [2001:db8::1]:443 -r [2001:db8::11]:443 -g -w 1',
      '-A -f 42 -s wlc',
      '-a -f 42 -r 10.1.1.2:0 -g -w 1',
      '-A -f 43 -6 -s wlc',
    ])
  })

  test('ipvsadm sees changes and deletions', () => {
    assert.deepEqual(expectReport(run, 'change and delete').data, [
      '-A -t 10.0.0.1:80 -s wrr',
      '-a -t 10.0.0.1:80 -r 10.1.1.2:8080 -g -w 7',
      '-A -f 42 -s wlc',
      '-a -f 42 -r 10.1.1.2:0 -g -w 1',
    ])
  })
})
