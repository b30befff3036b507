/** Operators act on a director in a real kernel, and clients' connections show what becomes of them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { CLIENT, farmScript } from './farm.ts'

/** A minute where there is nothing else to do, in milliseconds; machines that test other things as well take longer. */
const TIMEOUT = 240_000

const ACTS = {
  'first start': 'at a first start a dead real server is never in the table, with last-known, wait and down',
  'slow start': 'a real server that recovers goes through ten weights in the kernel',
  backup: 'backup real servers join when one fails, serve alone when all have, and leave again',
  drain: 'a drained real server keeps its connection, gets no new request, and leaves when the connection ends',
  drains: 'drains end at their limit, after their time, and when the last datagram is forgotten',
  contradictions: 'a drain is answered with the sysctls that contradict it, until they are set',
  decide:
    'disable, weight and enable act in one virtual server, in all, and on a whole one, and never take the last by accident',
  maintenance: 'a file in the maintenance directory disables, and one that names nobody is told',
  survive: 'decisions survive kill -9, SIGTERM and a reload, with the file beside them',
  'two daemons': 'a second daemon on the same state refuses to start and changes nothing',
  ended: 'what was decided is over after enable',
  'live on': 'reload, restart and crash leave a connection and every entry of the table alone',
  meanwhile: 'a real server that fails or returns while the daemon is away or reloads is seen soon after',
}

const TABLE = {
  repair:
    'what others change of ours is noticed within six seconds, put back and told, and one mail in ten minutes says so',
  observe: 'under observe it is told and left, and verdicts still act',
  own: 'under own what others made goes, but for the ways of checks',
  plan: 'a plan of an untouched table is empty, and one of an edited table names the edit',
  'plan of a file':
    'a plan of another file promises, change by change, what its reload does, and the connections at stake',
  'plan of a broken file': 'a plan of a file with mistakes shows them',
  'on_stop drain': 'on_stop = drain ends with the last connection, and leaves what others made',
  'on_stop drain, late': 'on_stop = drain ends at its limit with a connection left',
  clear: 'on_stop = clear and on_start = clear remove our part, and a start makes it anew',
  'plan without a daemon': 'a plan without a daemon says what a first start would do',
}

const here = (name: string): string => join(import.meta.dirname, name)

describe('operators act without editing files', {
  concurrency: true,
  ...needs('uml', 'ip', 'ipvsadm', 'nginx'),
}, () => {
  describe('on a busy director', () => tell('acts', ACTS))
  describe('on a director whose table others edit', () => tell('table', TABLE))
})

function tell(story: string, sentences: Readonly<Record<string, string>>): void {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `${farmScript({ reals: 3 })}\nip netns exec ${CLIENT} guest operate ${story}`,
      programs: { operate: here('operate.guest.ts'), upalert: here('../../../src/main.ts') },
      files: { 'package.json': '{ "type": "module", "version": "0.0.0" }' },
      memory: '1G',
      timeout: TIMEOUT,
    })
    if (process.env.UPALERT_SHOW === '1') console.log(run.output, JSON.stringify(run.reports, null, 1))
  })
  for (const [name, sentence] of Object.entries(sentences)) test(sentence, () => void expectReport(run, name))
  test('the guest comes to its end', () => assert.equal(run.exit, 0, run.output))
}
