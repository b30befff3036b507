/**
 * `upalert convert --from-kernel` on a real kernel: of a table that ipvsadm made, the written file claims exactly what is
 * there, for mon.cf and for keepalived.conf, and a daemon that runs on it changes nothing.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest } from './boot.ts'

const TABLE = `ipvsadm -A -t 192.0.2.1:80 -s wrr -p 300 -M 255.255.255.0
ipvsadm -a -t 192.0.2.1:80 -r 10.1.1.2:8080 -m -w 3 -x 200 -y 100
ipvsadm -a -t 192.0.2.1:80 -r 10.1.1.3:8080 -m -w 1
ipvsadm -A -u 192.0.2.1:53 -s rr -o
ipvsadm -a -u 192.0.2.1:53 -r 10.1.1.2:53 -g -w 1
ipvsadm -A -t 192.0.2.2:443 -s mh -b mh-port
ipvsadm -a -t 192.0.2.2:443 -r 10.1.1.2:443 -i -w 5
ipvsadm -A -f 80 -s wlc
ipvsadm -a -f 80 -r 10.1.1.3 -g -w 7
ipvsadm -A -t [2001:db8::1]:80 -s sh
ipvsadm -a -t [2001:db8::1]:80 -r [2001:db8:1::2]:80 -g -w 2`

const FORMATS = ['mon', 'keepalived'] as const

describe('convert --from-kernel', needs('uml', 'ip', 'ipvsadm'), () => {
  let run: GuestRun
  before(async () => {
    const each = FORMATS.map(
      (format) => `status=0
guest upalert convert --from-kernel --check none --to ${format} >$SCRATCH/${format} 2>$SCRATCH/${format}.said || status=$?
echo $status >$SCRATCH/${format}.exit
guest upalert plan -c $SCRATCH/${format} >$SCRATCH/${format}.plan || true
`,
    )
    run = await bootGuest({
      script: `${TABLE}
ipvsadm -Sn >$SCRATCH/before
${each.join('')}
printf 'statedir = /run/upalert\\n' >$SCRATCH/own
cat $SCRATCH/mon >>$SCRATCH/own
guest upalert run -c $SCRATCH/own >$SCRATCH/log 2>&1 &
daemon=$!
until guest upalert status --socket /run/upalert/upalert.sock >$SCRATCH/status; do kill -0 $daemon || break; done
kill $daemon
wait $daemon || true
ipvsadm -Sn >$SCRATCH/after`,
      files: { 'package.json': '{ "version": "0.0.0" }' },
      timeout: 170_000,
      programs: { upalert: join(import.meta.dirname, '../../../src/main.ts') },
    })
  })

  for (const format of FORMATS) {
    test(`a ${format} file of the table asks for checks, has no other finding, and leaves nothing to change`, () => {
      const said = (run.file(`${format}.said`) ?? '').trim().split('\n')
      assert.equal(run.file(`${format}.exit`)?.trim(), '1', run.output)
      assert.deepEqual(
        said.filter((line) => !line.includes('nothing is asked of its real servers')),
        [],
      )
      assert.match(run.file(`${format}.plan`) ?? '', /nothing (?:to|would)|no change/i)
    })
  }

  test('a daemon on it leaves the table as it found it', () => {
    assert.match(run.file('log') ?? '', /upalert runs/)
    assert.match(run.file('before') ?? '', /2001:db8:1::2/)
    assert.equal(run.file('after'), run.file('before'))
  })
})
