/** The main job, end to end, in a real kernel: mon.cf in; checks, real traffic, IPVS, mail and PostgreSQL out. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { MARK, MARKED_PORT } from './daemon.config.ts'
import { CLIENT, DIRECTOR, farmScript } from './farm.ts'

const cases = {
  balance: 'traffic is balanced over three real servers: by NAT, over IPv6, and by firewall mark',
  killed: 'of the requests that begin after a dead real server is out of the pool, or drained, not one fails',
  'told down': 'the mail comes once, and "upalert status" names the reason',
  returns: 'the real server returns when it works again, with no request lost, and the upalert comes once',
  drift: 'a real server deleted or changed behind our back is put back, and told as drift',
  stop: 'SIGTERM leaves the table as it is, and traffic goes on',
  adopt: 'a restart adopts the table without a change, and connections live on',
  'kill -9': 'after kill -9 and a restart no alert is repeated, and the upalert still comes',
  'bad reload': 'SIGHUP with a mistake in the file changes nothing',
  'good reload': 'SIGHUP after a virtual server was removed from the file deletes exactly that one',
  history: 'every failure and recovery is in PostgreSQL with its alert, once and in order',
  foreign: 'what somebody else put into the table was never touched',
}

describe('the daemon on a director with three real servers', needs('uml', 'ip', 'ipvsadm', 'nginx', 'postgres'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${farmScript({ reals: 3 })}${marking}\nip netns exec ${CLIENT} guest daemon`,
      programs: {
        daemon: join(import.meta.dirname, 'daemon.guest.ts'),
        upalert: join(import.meta.dirname, '../../../src/main.ts'),
      },
      files: { 'package.json': '{ "type": "module", "version": "0.0.0" }' },
      memory: '1G',
    })
  })

  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))
  test('the guest comes to its end', () => assert.equal(run.exit, 0, run.output))
})

/** Packets get their mark as they come in, as iptables -j MARK would do it. */
const marking = `
ip netns exec ${DIRECTOR} tc qdisc add dev outside clsact
ip netns exec ${DIRECTOR} tc filter add dev outside ingress protocol ip u32 \\
  match ip dport ${MARKED_PORT} 0xffff action skbedit mark ${MARK}
`
