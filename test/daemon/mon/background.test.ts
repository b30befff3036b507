import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { needs } from '../../needs.ts'
import { openSession } from '../../peers/mon/session.ts'
import { CONFIG, freePort, freeTrapPort, Place, Program, run, startUpalert, until } from './process.ts'

/** A daemon in the background ends with the test, as whatever wrote the pid file. */
function endAfter(place: Place): void {
  place.endings.push(async () => {
    const pid = Number(place.read('mon.pid'))
    if (pid > 1 && runs(pid)) process.kill(pid, 'SIGKILL')
    await until('it is gone', () => pid <= 1 || !runs(pid))
  })
}

function runs(pid: number): boolean {
  try {
    // One that nobody has waited for is dead all the same.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('with -f it answers once it is told to have started, in a session of its own, away from the terminal', async (t) => {
  const place = new Place(t, CONFIG)
  endAfter(place)
  const [port, trapPort] = [await freePort(), await freeTrapPort()]
  const ran = await run(t, place, 'mon', '-f', '-c', 'mon.cf', '-p', `${port}`, '-t', `${trapPort}`)
  assert.deepEqual(ran, { status: 0, output: '' })

  const pid = Number(place.read('mon.pid'))
  const session = await openSession(port)
  t.after(() => session.close())
  assert.deepEqual((await session.command('list watch')).lines, ['g s'])

  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [, , , sid, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  assert.equal(Number(sid), pid, 'its own session')
  assert.equal(terminal, '0', 'no terminal')
  const [stdin, stdout, stderr] = [0, 1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  assert.deepEqual([stdin, stdout, stderr], ['/dev/null', place.path('err'), place.path('err')])
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), place.directory)
  assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Umask:\t0022$/m)
  assert.doesNotMatch(readFileSync(`/proc/${pid}/environ`, 'latin1'), /NODE_CHANNEL_FD=.*NODE_CHANNEL_FD=/)

  process.kill(pid, 'SIGTERM')
  await until('it is gone', () => !runs(pid))
  assert.ok(!existsSync(place.path('mon.pid')), 'the pid file is gone')
  assert.match(place.read('state/opstatus'), /^group=g\tservice=s\t/)
})

test('monerrfile has what the daemon in the background says', async (t) => {
  const place = new Place(t, CONFIG)
  endAfter(place)
  place.write('err', 'before\n')
  const words = ['-c', 'mon.cf', '-p', `${await freePort()}`, '-t', `${await freeTrapPort()}`]
  assert.equal((await run(t, place, 'mon', '-d', '-f', ...words)).status, 0)
  assert.match(await place.shows('err', /upalert runs mon\.cf: 1 service/), /^before\n/)
})

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function takenTrapPort(t: TestContext): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}

/** Starts with -f, and answers what the terminal says of a start that fails. */
async function failing(t: TestContext, place: Place, ...words: readonly string[]): Promise<string> {
  endAfter(place)
  const ports = ['-p', `${await freePort()}`, '-t', `${await freeTrapPort()}`]
  const { status, output } = await run(t, place, 'mon', '-c', 'mon.cf', ...ports, '-f', ...words)
  assert.ok(status !== 0 && status !== null, output)
  assert.equal(place.read('mon.pid'), '', 'no pid file')
  return output
}

test('a port of clients that is taken is told on the terminal', async (t) => {
  const port = await takenPort(t)
  const said = await failing(t, new Place(t, CONFIG), '-p', `${port}`)
  assert.match(said, new RegExp(`did not start: cannot listen on 127.0.0.1 port ${port} for clients: another program`))
})

test('a port of traps that is taken is told on the terminal', async (t) => {
  const port = await takenTrapPort(t)
  const said = await failing(t, new Place(t, CONFIG), '-t', `${port}`)
  assert.match(said, new RegExp(`did not start: cannot listen on 127.0.0.1 port ${port} for traps: another program`))
})

test('mistakes in auth.cf are told on the terminal, with their place', async (t) => {
  const said = await failing(t, new Place(t, CONFIG, { auth: 'command section\nnonsense\n' }))
  assert.match(said, /auth\.cf:2:1: this line of the command section has no colon/)
})

test('mistakes in mon.cf are told on the terminal, with their place', async (t) => {
  const said = await failing(t, new Place(t, CONFIG.replace('interval 1h', 'interval 1h30')))
  assert.match(said, /mon\.cf:\d+:14: "1h30" is not a length of time/)
})

test('a state directory that cannot be made is told on the terminal', async (t) => {
  const place = new Place(t, CONFIG)
  place.write('file', '')
  const said = await failing(t, place, '-D', `${place.directory}/file/state`)
  assert.match(said, /did not start: cannot make the state directory \S+\/file\/state: ENOTDIR/)
  const nowhere = await failing(t, new Place(t, CONFIG), '-D', '/proc/nowhere/state')
  assert.match(nowhere, /did not start: cannot make the state directory \/proc\/nowhere\/state: (ENOENT|EACCES)/)
})

test('a state directory that cannot be written is told on the terminal', needs('root'), async (t) => {
  const place = new Place(t, CONFIG)
  mkdirSync(place.path('readonly'))
  const mounted = ['unshare', '-m', '--propagation', 'private', 'sh', '-c']
  const script = 'mount -t tmpfs -o ro none readonly && exec "$@"'
  const ports = ['-p', `${await freePort()}`, '-t', `${await freeTrapPort()}`]
  const words = ['mon', '-f', '-c', 'mon.cf', '-D', place.path('readonly'), ...ports]
  const program = new Program(t, place, words, [...mounted, script, 'sh'])
  await until('it ends', () => program.isOver())
  assert.equal(await program.ended, 1)
  assert.match(program.output, /did not start: \S+\/readonly\/journal cannot be used/)
})

test('a monerrfile that cannot be opened is told on the terminal', async (t) => {
  const said = await failing(t, new Place(t, `monerrfile = nowhere/err\n${CONFIG}`))
  assert.match(said, /did not start: monerrfile nowhere\/err cannot be opened: ENOENT/)
})

test('a second daemon on one state directory is refused with a sentence, and the first keeps its pid file', async (t) => {
  const first = await startUpalert(t)
  const pidfile = first.place.read('mon.pid')
  const ports = ['-p', `${await freePort()}`, '-t', `${await freeTrapPort()}`]
  for (const how of [['-f'], []]) {
    const { status, output } = await run(t, first.place, 'mon', '-c', 'mon.cf', ...ports, ...how)
    assert.equal(status, 1)
    assert.match(output, /The upalert with process id \d+ is using \S+\/state\. Stop it first/)
    assert.equal(first.place.read('mon.pid'), pidfile)
  }
  assert.deepEqual((await first.command('list watch')).lines, ['g s'])
})

test('a second daemon on one port is refused with a sentence', async (t) => {
  const first = await startUpalert(t)
  const words = ['mon', '-c', 'mon.cf', '-D', 'other', '-t', `${await freeTrapPort()}`, '-p', `${first.port}`]
  const { status, output } = await run(t, first.place, ...words)
  assert.equal(status, 1)
  assert.match(
    output,
    /cannot start: cannot listen on 127\.0\.0\.1 port \d+ for clients: another program listens there/,
  )
  assert.ok(!existsSync(first.place.path('other/opstatus')), 'nothing was written for it')
})
