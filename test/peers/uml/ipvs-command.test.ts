/** `upalert ipvs` against Debian's ipvsadm on a real kernel: the same table, the same bytes. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'

describe('upalert ipvs', needs('uml', 'ip', 'ipvsadm'), () => {
  let run: GuestRun
  before(async () => {
    run = await bootGuest({
      script: `guest command
ipvsadm -A -t 192.0.2.9:80
printf '%s\\n' '-a -t 192.0.2.9:80 -r 10.1.1.2:80 -m' '-a -t 192.0.2.9:80 -r 10.1.1.3:80 -m' | guest upalert ipvs restore
guest upalert ipvs list -n >$SCRATCH/ours
ipvsadm -Ln >$SCRATCH/theirs`,
      // The program looks for its version above itself.
      files: { 'package.json': '{ "version": "0.0.0" }' },
      // A thousand runs of ipvsadm, on a machine that may be busy.
      timeout: 170_000,
      programs: {
        command: join(import.meta.dirname, 'ipvs-command.guest.ts'),
        upalert: join(import.meta.dirname, '../../../src/main.ts'),
      },
    })
    assert.equal(run.exit, 0, run.output)
  })

  const cases = {
    'one service': 'one virtual server is listed as ipvsadm lists it, and one that is not there is said not to be',
    'save, ipvsadm restores':
      'ipvsadm -R makes of what save wrote the table that it was, thresholds and tunnels included',
    'ipvsadm saves, restore': 'restore makes of what ipvsadm -S wrote the table that it was, and again changes nothing',
    'every option': 'restore reads every way to write an option as ipvsadm reads it',
    timeouts: 'timeouts are shown and set, and 0 leaves one as it is',
    sync: 'the sync daemons are started, shown and stopped, and refusals say what to do',
    connections: 'connections are listed, and a table that has some is not cleared without --yes',
  }
  for (const [name, sentence] of Object.entries(cases)) test(sentence, () => void expectReport(run, name))

  test('the program itself restores from standard input, and lists what ipvsadm lists', () => {
    assert.match(run.file('theirs') ?? '', /10\.1\.1\.3:80/)
    assert.equal(run.file('ours'), run.file('theirs'))
  })

  test('three thousand lines of random tables are ipvsadm’s to the byte, in every view', () => {
    const { data } = expectReport(run, 'list')
    assert(typeof data === 'number' && data > 3_000, String(data))
  })
})
