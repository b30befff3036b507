/**
 * The main job, end to end, in a real kernel: mon.cf in; checks, real traffic, IPVS, mail and PostgreSQL out.
 * Two guests, which run side by side: most of their time is waiting for the next check.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { Guest, GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { MARK, MARKED_PORT } from './daemon.config.ts'
import { CLIENT, DIRECTOR, farmScript } from './farm.ts'

/** Under a minute where there is nothing else to do, in milliseconds; machines that test other things as well take longer. */
const TIMEOUT = 240_000

/** The names of the guest's reports and what they show. */
const road = {
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
  afresh: 'a daemon that has lost its memory adopts the table as well',
}

/**
 * The acceptance tests of the LVS-HOWTO's section 11.5 (mon and an LVS), step by step, with Debian's mon scripts where the
 * text uses mon's, and with upalert in mon's place. Steps 21 and 22 are the doctor's (docs/doctor.md).
 */
const steps = {
  '1': "step 1: mon's ping monitor run by hand on a live real server names nobody and exits with 0",
  '1 built-in': 'step 1, with the built-in ping',
  '2': 'step 2: on an address that nobody has it names the address and exits with 1',
  '2 built-in': 'step 2, with the built-in ping',
  '3': 'step 3: the test alert run by hand writes the date and "foo"',
  '4': 'step 4: with a ping check and the test alert the daemon runs, and nothing is told of a healthy service',
  '5': 'step 5: a pulled cable is told with service, group and host, at every interval, without -u',
  '6': 'step 6: the cable put back is told once, with -u; then silence',
  '7': 'step 7: a stopped daemon tells nothing more and leaves no socket behind',
  '8': 'step 8: the mail alert run by hand has ALERT, and for a recovery UPALERT, in the subject',
  '9': 'step 9: the telnet check run by hand is silent on a good address and names a dead one',
  '10': 'step 10: with telnet check and mail: no mail while healthy, ALERT mails for a pulled cable, one UPALERT after',
  '11': 'step 11: a service and row made by hand are listed with weight 1 and no connections',
  '12': 'step 12: the LVS alert added, nothing changes in the table',
  '13': 'step 13: for a pulled cable the ALERT mail comes and the row disappears',
  '14': 'step 14: when it is back the UPALERT mail comes and the row is back with its weight',
  '15': 'step 15: the http check run by hand is silent on a web server and names a host without one',
  '16': 'step 16: clients always get a page, only from real servers that are up; rows go and return with their weights',
  '17': 'step 17: after all rows were deleted, a start puts in every healthy real server, and clients get pages again',
  '18': "step 18: telnet to the virtual address shows a login; one active connection; the client's own address",
  '19': 'step 19: round robin alternates, and the counters of both rows grow',
  '20': 'step 20: the director as a real server alternates with a remote one, and serves alone when that is gone',
}

/** Packets get their mark as they come in, as iptables -j MARK would do it. */
const marking = `
ip netns exec ${DIRECTOR} tc qdisc add dev outside clsact
ip netns exec ${DIRECTOR} tc filter add dev outside ingress protocol ip u32 \\
  match ip dport ${MARKED_PORT} 0xffff action skbedit mark ${MARK}
`

describe('upalert in a real kernel', { concurrency: true }, () => {
  describe('on a director with three real servers', needs('uml', 'ip', 'ipvsadm', 'nginx', 'postgres'), () => {
    tell(road, {
      script: `${farmScript({ reals: 3 })}${marking}\nip netns exec ${CLIENT} guest daemon`,
      programs: { daemon: here('daemon.guest.ts') },
      memory: '1G',
    })
  })

  describe('in the tests of LVS-HOWTO 11.5', needs('uml', 'ip', 'ipvsadm', 'nginx', 'mon', 'fping', 'perl'), () => {
    tell(steps, {
      // Debian's test.alert writes there, and nowhere else.
      script: `mount -t tmpfs tmpfs /var/log/mon\n${farmScript({ reals: 2 })}\nip netns exec ${CLIENT} guest howto`,
      programs: {
        howto: here('howto.guest.ts'),
        'by-hand': here('howto-by-hand.guest.ts'),
        login: here('login.guest.ts'),
      },
    })
  })
})

function tell(sentences: Readonly<Record<string, string>>, guest: Guest): void {
  let run: GuestRun
  before(async () => {
    const programs = { ...guest.programs, upalert: here('../../../src/main.ts') }
    const files = { 'package.json': '{ "type": "module", "version": "0.0.0" }' }
    run = await bootGuest({ ...guest, programs, files, timeout: TIMEOUT })
  })
  for (const [name, sentence] of Object.entries(sentences)) test(sentence, () => void expectReport(run, name))
  test('the guest comes to its end', () => assert.equal(run.exit, 0, run.output))
}

function here(name: string): string {
  return join(import.meta.dirname, name)
}
