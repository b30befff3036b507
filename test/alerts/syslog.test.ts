import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { type SyslogOptions, syslog } from '../../alerts/syslog.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { id } from '../../src/model/names.ts'
import { milliseconds } from '../../src/model/units.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { needs } from '../needs.ts'
import { fresh } from '../scripts.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const LIMIT = { timeout: 60_000 }
const send = (options: SyslogOptions, message: AlertMessage = failure, context = alertContext('')) =>
  syslog.send(message, options, context)

/** Takes datagrams as a syslog daemon does, and prints each on a line of hexadecimal digits. */
const RECEIVER = `
use strict; use IO::Socket::UNIX; use Socket; $| = 1;
my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die "$!";
print "ready\\n";
while (1) { my $d; defined recv($s, $d, 65536, 0) or last; print unpack('H*', $d), "\\n"; }
`

async function localDaemon(t: TestContext) {
  const path = fresh('log')
  const child = spawn('perl', ['-e', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = linesOf(child)
  assert.equal((await lines.next()).value, 'ready')
  const heard = async () => Buffer.from(String((await lines.next()).value), 'hex').toString()
  return { path, heard }
}

test('a line reaches the local daemon, with facility, severity and name', { ...LIMIT, ...needs('perl') }, async (t) => {
  const daemon = await localDaemon(t)
  const options = { socket: daemon.path, facility: 'local3', severity: 'crit', ident: 'lb' } as const
  assert.deepEqual(await send(options), { kind: 'sent', text: `written to ${daemon.path}` })
  await send({ socket: daemon.path }, recovery)
  const pid = `\\[${process.pid}\\]`
  assert.match(
    await daemon.heard(),
    new RegExp(`^<154>Jun  4 \\d\\d:02:11 lb${pid}: DOWN web/http: 10\\.1\\.1\\.3 answered 503 .* \\[id=0197-42\\]$`),
  )
  assert.match(
    await daemon.heard(),
    new RegExp(`^<29>Jun  4 \\d\\d:02:11 upalert${pid}: UP web/http: up again after 4 min 30 s; `),
  )
})

test('several messages are a line each', { ...LIMIT, ...needs('perl') }, async (t) => {
  const daemon = await localDaemon(t)
  const members = [failure, recovery]
  assert.equal((await send({ socket: daemon.path }, { ...failure, members, omitted: 2 })).kind, 'sent')
  assert.match(await daemon.heard(), /DOWN web\/http/)
  assert.match(await daemon.heard(), /UP web\/http/)
  assert.match(await daemon.heard(), /: 2 more alerts, of which no more is said$/)
})

test('a daemon that is not there is told as what it is, and tried again', async () => {
  const outcome = await send({ socket: '/nowhere/log' })
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.equal(outcome.text, '/nowhere/log is not there: no syslog daemon runs, or it listens elsewhere (--socket)')
})

test('by UDP it is one datagram of RFC 5424', LIMIT, async (t) => {
  const receiver = createSocket('udp4')
  t.after(() => receiver.close())
  receiver.bind(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address()
  const came = once(receiver, 'message')
  const message = { ...failure, outage: 'o]"1', summary: 'x'.repeat(1_000_000), pools: ['é\n<13>forged'.repeat(1000)] }
  const outcome = await send({ to: `127.0.0.1:${port}` }, message)
  assert.equal(outcome.text, `handed to the network for 127.0.0.1:${port} by UDP; syslog confirms nothing`)
  const [bytes] = await came
  assert.ok(bytes.length <= 2048)
  const head =
    /^<27>1 2026-06-04T12:02:11\.000Z lb1\.example\.org upalert \d+ failure \[upalert@32473 id="0197-42" key="web\/http" kind="failure" outage="o\\\]\\"1" since="2026-06-04T12:00:11\.000Z" failing="10\.1\.1\.3"\] \ufeffDOWN web\/http: /
  assert.match(bytes.toString(), head)
  assert.doesNotMatch(bytes.toString(), /\n/)
})

async function tcpDaemon(t: TestContext, serve: (socket: Socket) => void = () => {}) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

test('by TCP each message has its length before it', LIMIT, async (t) => {
  const parts: Buffer[] = []
  const port = await tcpDaemon(t, (socket) => socket.on('data', (part) => parts.push(part)))
  const members = [failure, { ...recovery, pools: ['größer'] }]
  const outcome = await send({ to: `127.0.0.1:${port}`, tcp: true }, { ...failure, members })
  assert.equal(outcome.kind, 'sent', outcome.text)
  const frames: string[] = []
  for (let rest = Buffer.concat(parts); rest.length > 0; ) {
    const blank = rest.indexOf(' ')
    const length = Number(rest.toString('latin1', 0, blank))
    frames.push(rest.toString('utf8', blank + 1, blank + 1 + length))
    rest = rest.subarray(blank + 1 + length)
  }
  assert.equal(frames.length, 2)
  assert.match(frames[0] ?? '', /^<27>1 .* DOWN web\/http: .* \[id=0197-42\]$/)
  assert.match(frames[1] ?? '', /^<29>1 .* \ufeffUP web\/http: .*größer \[id=0197-43\]$/)
})

const troubles: readonly { name: string; serve: (socket: Socket) => void; says: RegExp | null }[] = [
  {
    name: 'one that resets the connection',
    serve: (socket) => socket.resetAndDestroy(),
    says: /closed|broke the connection|reset/,
  },
  { name: 'one that never closes', serve: (socket) => socket.resume(), says: null },
]
for (const { name, serve, says } of troubles) {
  test(`${name} holds nothing up`, LIMIT, async (t) => {
    const port = await tcpDaemon(t, serve)
    const message = { ...failure, members: Array.from({ length: 100 }, (_, i) => ({ ...failure, id: id(String(i)) })) }
    const outcome = await send({ to: `127.0.0.1:${port}`, tcp: true }, message)
    if (says === null) assert.equal(outcome.kind, 'sent')
    else if (outcome.kind === 'failed') assert.match(outcome.text, says)
  })
}

test('nobody listens, by TCP and by UDP', LIMIT, async () => {
  for (const tcp of [true, false]) {
    const outcome = await send({ to: '127.0.0.1:1', tcp })
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /^127\.0\.0\.1:1 refused /)
  }
})

test('an attempt that is over does nothing, and a deadline is kept', LIMIT, async () => {
  const over = { ...alertContext(''), signal: AbortSignal.abort() }
  for (const options of [{ socket: '/nowhere' }, { to: '127.0.0.1:9' }, { to: '127.0.0.1:9', tcp: true }]) {
    const outcome = await send(options, failure, over)
    assert.ok(outcome.kind === 'failed' && outcome.retry)
  }
  const short = { ...alertContext(''), signal: AbortSignal.timeout(50), timeout: milliseconds(50) }
  assert.ok((await send({ to: '127.0.0.1:1', tcp: true }, failure, short)).kind === 'failed')
})

test('its options are checked by its schema, and what that cannot say by sentences', () => {
  const valid = new Ajv({ strict: false }).compile(syslog.schema)
  assert.ok(valid({}))
  assert.ok(valid({ to: '[2001:db8::1]:6514', tcp: true, facility: 'local7', severity: 'crit', ident: 'lb-1' }))
  for (const bad of [{ facility: 'x' }, { severity: 'bad' }, { to: 'a b' }, { ident: 'a b' }, { socket: 'log' }])
    assert.ok(!valid(bad))
  assert.deepEqual(syslog.faults?.({}), [])
  assert.equal(syslog.faults?.({ to: 'h:0', socket: '/x' }).length, 2)
  assert.match(syslog.faults?.({ tcp: true })[0] ?? '', /name it with --to/)
  assert.notEqual(syslog.receiver?.({}), syslog.receiver?.({ to: 'a' }))
  assert.match(syslog.render?.(failure, {}, alertContext('')) ?? '', /^daemon\.err upalert: DOWN web\/http: /)
})

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of stdout ?? []) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

test('no default that the parser fills in is taken for an option that was given', () => {
  const { filled } = faultsOf(syslog, { to: 'a' })
  assert.deepEqual(syslog.faults?.({ ...{ to: 'a' }, ...filled }), [])
})
