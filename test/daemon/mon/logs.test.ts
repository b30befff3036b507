import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { needs } from '../../needs.ts'
import { openSession } from '../../peers/mon/session.ts'
import { CONFIG, freePort, freeTrapPort, Place, Program, startUpalert, type Upalert, until } from './process.ts'

const LOGGING = `dtlogging = yes
dtlogfile = down.log
historicfile = history
${CONFIG.replace('    period\n', '    period\n      no_comp_alerts\n')}`

/** The unmodified client of mon's package. */
async function moncmd({ port }: Upalert, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('moncmd', ['-s', '127.0.0.1', '-p', `${port}`, ...words])
  return stdout
}

/** One check, whose end is seen. */
async function check(mon: Upalert, status: 0 | 1): Promise<void> {
  const count = async () => (await mon.command('get g s _failure_count')).lines.join()
  const before = await count()
  mon.place.write('summary', status === 0 ? '\n' : 'h1 is gone\n')
  mon.place.write('status', `${status}`)
  await mon.command('test monitor g s')
  const isUp = async () => / opstatus=1 /.test((await mon.command('list opstatus')).lines.join())
  await until('it is checked', async () => (status === 0 ? isUp() : (await count()) !== before))
}

const HEADER = String.raw`#\n# downtime log start \d+\n# time back up, group, service, first failure, downtime, interval, summary\n#\n`
const OUTAGE = String.raw`\d+ g s \d+ \d+ 3600 h1 is gone\n`

test(
  "downtime log and alert history are mon's, and read back at the start, for mon's own client too",
  needs('mon'),
  async (t) => {
    const mon = await startUpalert(t, { config: LOGGING, args: ['-r', '1h'] })
    const { place } = mon
    await check(mon, 1)
    await check(mon, 0)
    const downtime = await place.shows('log/down.log', /\d g s \d/)
    assert.match(downtime, new RegExp(`^${HEADER}${OUTAGE}$`))
    const history = await place.shows('log/history', /^upalert/m)
    assert.match(
      history,
      new RegExp(
        `^alert g s \\d+ ${place.directory}/alert\\.d/rec\\.alert \\(one\\) h1 is gone\nupalert g s \\d+ ${place.directory}/alert\\.d/rec\\.alert \\(two\\) .*\n$`,
      ),
    )

    assert.match(await moncmd(mon, 'list', 'dtlog'), /^\d+ g s \d+ \d+ 3600 h1 is gone$/m)
    const listed = await moncmd(mon, 'list', 'alerthist')
    assert.match(listed, /^alert\\20g\\20s\\20\d+\\20\S+rec\.alert\\20\(one\)\\20h1\\20is\\20gone\nupalert/)
    assert.equal(await mon.stop(), 0)

    const again = await startUpalert(t, { config: place, args: ['-r', '1h'] })
    assert.equal(await moncmd(again, 'list', 'alerthist'), listed)
    assert.match(await place.shows('log/down.log', new RegExp(`${OUTAGE}${HEADER}$`)), new RegExp(`^${HEADER}`))
    assert.deepEqual((await again.command('list failurehist')).lines, [], 'mon keeps it in memory only')
  },
)

test('a log that was moved away is begun anew', async (t) => {
  const mon = await startUpalert(t, { config: LOGGING, args: ['-r', '1h'] })
  const { place } = mon
  await check(mon, 1)
  await check(mon, 0)
  await place.shows('log/down.log', /\d g s \d/)
  await place.shows('log/history', /^upalert/m)
  for (const name of ['down.log', 'history']) renameSync(place.path(`log/${name}`), place.path(`log/${name}.1`))
  await check(mon, 1)
  await check(mon, 0)
  assert.match(await place.shows('log/down.log', /\d g s \d/), new RegExp(`^${OUTAGE}$`))
  assert.match(await place.shows('log/history', /^upalert/m), /^alert g s [^\n]*\nupalert g s [^\n]*\n$/)
  assert.equal((await mon.command('list alerthist')).lines.length, 4)
})

test('a reset writes a new header, and forgets no alert that is not in its file yet', async (t) => {
  const mon = await startUpalert(t, { config: LOGGING, args: ['-r', '1h'] })
  await check(mon, 1)
  await mon.command('reset keepstate')
  assert.equal((await mon.command('list alerthist')).lines.length, 1)
  await mon.place.shows('log/down.log', new RegExp(`^${HEADER}${HEADER}$`))
})

test('histlength is how much of the history is read back and kept', async (t) => {
  const place = new Place(t, `histlength = 2\n${LOGGING}`)
  place.write('log/history', [1, 2, 3].map((n) => `alert g s ${n} /x (one) number ${n}\n`).join(''))
  const mon = await startUpalert(t, { config: place, args: ['-r', '1h'] })
  const kept = async () => (await mon.command('list alerthist')).lines.map((line) => line.replaceAll('\\20', ' '))
  assert.deepEqual(
    await kept(),
    [2, 3].map((n) => `alert g s ${n} /x (one) number ${n}`),
  )
  await check(mon, 1)
  assert.equal((await kept()).length, 2)
  assert.match((await kept())[1] ?? '', /h1 is gone$/)
})

/** What mounts a small file system on log/, seen by the daemon alone. */
const mounted = (options: string, then: string): readonly string[] => [
  ...['unshare', '-m', '--propagation', 'private', 'sh', '-c'],
  `mount -t tmpfs -o ${options} none log && ${then} && exec "$@"`,
  'sh',
]
const disks: readonly (readonly [what: string, before: readonly string[], errno: string])[] = [
  ['a directory of logs that is read-only', mounted('ro', ':'), 'EROFS'],
  ['a disk that is full', mounted('size=16k', 'head -c 16384 /dev/zero > log/zeros'), 'ENOSPC'],
]
for (const [what, before, errno] of disks) {
  test(`${what} is told once for each log, and disturbs no check`, needs('root'), async (t) => {
    const mon = await startUpalert(t, { config: LOGGING, before, args: ['-r', '1h'] })
    for (const status of [1, 0, 1, 0] as const) await check(mon, status)
    await mon.place.shows('alerts', /^(?:.*\n){4}$/)
    assert.equal(await mon.stop(), 0)
    for (const name of ['down.log', 'history']) {
      const told = mon.program.output.match(new RegExp(`could not append to \\S+/log/${name}: ${errno}`, 'g')) ?? []
      assert.equal(told.length, 1, mon.program.output)
    }
  })
}

/** A syslog daemon's socket, on a /dev that only the daemon under test sees. */
async function syslogFor(t: TestContext, place: Place): Promise<{ before: readonly string[]; heard(): string }> {
  place.write('dev/null', '')
  const script = `use IO::Socket::UNIX; use Socket; $| = 1;
my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die "$!"; print "ready\\n";
while (1) { my $d; defined recv($s, $d, 65536, 0) or last; print "$d\\n"; }`
  const child = spawn('perl', ['-e', script, place.path('dev/log')], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let heard = ''
  child.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.toString()
  })
  await until('the receiver listens', () => heard.startsWith('ready'))
  const binds = 'for name in zero urandom random; do : > dev/$name; mount --bind /dev/$name dev/$name || exit; done'
  const shell = `${binds}; mount --bind /dev/null dev/null && mount --rbind dev /dev && exec "$@"`
  return { before: ['unshare', '-m', '--propagation', 'private', 'sh', '-c', shell, 'sh'], heard: () => heard }
}

const facilities: readonly (readonly [where: string, config: string, args: readonly string[], facility: number])[] = [
  ['daemon, if nobody says another', LOGGING, [], 3],
  ['that of -O', LOGGING, ['-O', 'local6'], 22],
  ['that of mon.cf, which counts before -O', `syslog_facility = local1\n${LOGGING}`, ['-O', 'local6'], 17],
]
for (const [where, config, args, facility] of facilities) {
  test(`a log watcher reads mon's lines, with the facility ${where}`, needs('root', 'perl'), async (t) => {
    const place = new Place(t, config)
    const { before, heard } = await syslogFor(t, place)
    const mon = await startUpalert(t, { config: place, before, args: ['-r', '1h', ...args] })
    await check(mon, 1)
    await until('the alert is told', () => heard().includes('calling'))
    place.configure(config.replace('1h', 'soon'))
    mon.signal('SIGHUP')
    await until('the refusal is told', () => heard().includes('error reading'))
    await mon.command('disable service g s')
    await check(mon, 1)
    await until('it is said that nobody is told', () => heard().includes('ignoring'))
    assert.equal(await mon.stop(), 0)
    await until('the end is told', () => heard().includes('caught TERM'))
    const line = (priority: number, text: string) =>
      assert.match(
        heard(),
        new RegExp(`^<${facility * 8 + priority}>\\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d mon\\[\\d+\\]: ${text}$`, 'm'),
      )
    line(6, 'mon server started')
    line(2, 'failure for g s \\d+ h1 is gone')
    line(1, 'calling alert rec\\.alert for g/s \\(\\S+/alert\\.d/rec\\.alert,one\\) h1 is gone')
    line(6, 'resetting, and re-reading configuration mon.cf')
    line(3, 'error reading config file: mon\\.cf has 1 error, .*')
    line(6, 'client connection from 127\\.0\\.0\\.1:\\d+')
    line(6, 'client command "disable service g s"')
    line(5, 'ignoring alert for g,s')
    line(6, 'caught TERM signal, exiting')
  })
}

const LACKING = `cltimeout = 1s
hostgroup g h1

watch g
  service s
    interval 1h
    monitor gone.monitor one
    period
      alert lost.alert two
      alert lost.alert three
  service t
    interval 1h
    monitor scr.monitor
`

test(
  'a log watcher reads of a start in the background, of what is not found, and of a port that is taken',
  needs('root', 'perl'),
  async (t) => {
    const place = new Place(t, LACKING)
    const { before, heard } = await syslogFor(t, place)
    const [port, trapPort] = [await freePort(), await freeTrapPort()]
    const words = ['mon', '-c', 'mon.cf', '-p', `${port}`, '-t', `${trapPort}`, '-r', '1h']
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    assert.equal(await new Program(t, place, words, before).ended, 1)
    other.close()
    await once(other, 'close')
    place.endings.push(async () => {
      const pid = Number(place.read('mon.pid'))
      if (pid > 1) process.kill(pid, 'SIGKILL')
    })
    assert.equal(await new Program(t, place, [...words, '-f'], before).ended, 0)
    const session = await openSession(port)
    t.after(() => session.close())
    await session.command('disable host h1')
    await session.command('test monitor g t')
    await until('no host is left', () => heard().includes('no host arguments'), heard)
    await until('the client was silent for too long', () => heard().includes('closing client'), heard)
    process.kill(Number(place.read('mon.pid')), 'SIGTERM')
    await until('the end is told', () => heard().includes('caught TERM'), heard)
    const lines = heard()
      .split('\n')
      .flatMap((line) => /^<(\d+)>.{15} mon\[\d+\]: (.*)$/.exec(line)?.slice(1).join(' ') ?? [])
    const expected = [
      `27 fatal, could not bind TCP server port ${port}: another program listens there; is it another mon? (127.0.0.1)`,
      '30 running as daemon',
      '30 mon server started',
      '27 no monitor found while trying to run [gone.monitor]',
      '27 no alert found while trying to run lost.alert',
      '27 monitor for g/t not called because of no host arguments',
    ]
    const said = lines.filter((line) => expected.includes(line))
    assert.deepEqual(said, expected, lines.join('\n'))
    assert.ok(lines.some((line) => /^30 closing client 127\.0\.0\.1:\d+: timeout after 1s$/.test(line)))
  },
)
