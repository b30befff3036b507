import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSyslog, type Syslog } from '../../src/edge/syslog.ts'
import { wallTime } from '../../src/model/units.ts'
import { type Facility, facilityNamed } from '../../src/wire/mon/syslog.ts'
import { messages } from '../../src/wire/mon/syslog-messages.ts'
import { needs } from '../needs.ts'

/** How long, in milliseconds, a datagram may take to arrive; reaching it is a failure. */
const PATIENCE = 20_000

/** Takes datagrams as a syslog daemon does, and prints each as a line of hexadecimal digits; reads them on a newline. */
const RECEIVER = `
use strict; use IO::Socket::UNIX; use Socket; $| = 1;
my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die "$!";
print "ready\\n";
if ($ARGV[1] eq 'deaf') { <STDIN>; }
while (1) { my $d; defined recv($s, $d, 65536, 0) or last; print unpack('H*', $d), "\\n"; }
`

class Receiver {
  readonly path: string
  readonly heard: string[] = []
  private child: ChildProcess | null = null
  private wake: () => void = () => {}

  constructor(directory: string) {
    this.path = join(directory, 'log')
  }

  async start(t: TestContext, how: 'reads' | 'deaf'): Promise<void> {
    const child = spawn('perl', ['-e', RECEIVER, this.path, how], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child = child
    t.after(() => child.kill('SIGKILL'))
    let rest = ''
    let ready = false
    const begun = new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the receiver ended')))
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          if (ready) this.heard.push(Buffer.from(line, 'hex').toString('utf8'))
          ready = true
        }
        resolve()
        this.wake()
      })
    })
    await begun
  }

  listen(): void {
    this.child?.stdin?.write('\n')
  }

  /** The messages, once there are so many. */
  async messages(count: number): Promise<readonly string[]> {
    const overdue = AbortSignal.timeout(PATIENCE)
    while (this.heard.length < count) {
      overdue.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        this.wake = resolve
        overdue.addEventListener('abort', () => reject(overdue.reason))
      })
    }
    return this.heard
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.child?.once('exit', () => resolve())
      this.child?.kill('SIGKILL')
    })
  }
}

function receiver(t: TestContext): Receiver {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-syslog-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return new Receiver(directory)
}

function open(t: TestContext, path: string, facility: Facility = 'daemon'): Syslog {
  const now = () => wallTime(new Date(2026, 10, 21, 9, 5, 3).getTime())
  const syslog = openSyslog({ facility, ident: 'mon', pid: 4711, now, path })
  t.after(() => syslog.close())
  return syslog
}

const failure = messages.failure({
  group: 'web',
  service: 'http',
  at: wallTime(1_700_000_000_000),
  summary: 'web1 100%',
})
const calling = messages.calling({
  type: 'alert',
  path: '/usr/lib/mon/alert.d/mail.alert',
  group: 'web',
  service: 'http',
  args: 'root',
  summary: 'web1\nforged line',
})

const vectors: readonly (readonly [string, readonly [crit: number, alert: number]])[] = [
  ['daemon', [26, 25]],
  ['local6', [178, 177]],
  ['LOG_LOCAL0', [130, 129]],
  ['user', [10, 9]],
]

for (const [name, [crit, alert]] of vectors) {
  test(
    `with facility ${name} a log watcher sees mon's lines with priorities ${crit} and ${alert}`,
    needs('perl'),
    async (t) => {
      const log = receiver(t)
      await log.start(t, 'reads')
      const syslog = open(t, log.path, facilityNamed(name) ?? 'kern')
      syslog.log(failure)
      syslog.log(calling)
      assert.deepEqual(await log.messages(2), [
        `<${crit}>Nov 21 09:05:03 mon[4711]: failure for web http 1700000000 web1 100%`,
        `<${alert}>Nov 21 09:05:03 mon[4711]: calling alert mail.alert for web/http (/usr/lib/mon/alert.d/mail.alert,root) web1#012forged line`,
      ])
    },
  )
}

test(
  'a syslog daemon that does not read holds nothing up; what it missed is counted, and told later',
  needs('perl'),
  async (t) => {
    const log = receiver(t)
    await log.start(t, 'deaf')
    const syslog = open(t, log.path)
    const sent = 5000
    const begun = performance.now()
    for (let i = 0; i < sent; i += 1) syslog.log({ priority: 'info', text: `message ${i}` })
    assert.ok(performance.now() - begun < 5000, 'it waited')

    log.listen()
    // Goes on until there is room in the socket's queue for the two of them.
    let got = await log.messages(1)
    while (!got.some((line) => /messages lost before this one: \d+$/.test(line))) {
      syslog.log({ priority: 'info', text: 'again' })
      got = await log.messages(log.heard.length + 1)
    }
    const lost = Number(/mon\[4711\]: messages lost before this one: (\d+)/.exec(got.join('\n'))?.[1])
    const arrived = got.filter((line) => / (message \d+|again)$/.test(line)).length
    assert.ok(lost > 0 && lost < sent, `${lost} lost, ${arrived} arrived`)
  },
)

test(
  'without a syslog daemon nothing happens, and one that comes later is told what it missed',
  needs('perl'),
  async (t) => {
    const log = receiver(t)
    const syslog = open(t, log.path)
    for (let i = 0; i < 3; i += 1) syslog.log(failure)
    await log.start(t, 'reads')
    syslog.log(failure)
    const [first = '', second = ''] = await log.messages(2)
    assert.equal(first, '<28>Nov 21 09:05:03 mon[4711]: messages lost before this one: 3')
    assert.match(second, / failure for web http 1700000000 web1 100%$/)
  },
)

test('a syslog daemon that was started again is found again', needs('perl'), async (t) => {
  const log = receiver(t)
  await log.start(t, 'reads')
  const syslog = open(t, log.path)
  syslog.log({ priority: 'info', text: 'one' })
  await log.messages(1)
  await log.stop()
  rmSync(log.path)
  syslog.log({ priority: 'info', text: 'nobody hears it' })
  await log.start(t, 'reads')
  syslog.log({ priority: 'info', text: 'two' })
  const heard = await log.messages(3)
  assert.match(heard[1] ?? '', /messages lost before this one: 1$/)
  assert.match(heard[2] ?? '', /two$/)
})

test('a path that no socket can have, and a closed log, are no trouble', (t) => {
  const syslog = open(t, `/${'x'.repeat(500)}`)
  syslog.log(failure)
  syslog.close()
  syslog.close()
  syslog.log(failure)
})
