/** Checks that leave by an address, a port, an interface or with a mark of the operator's choice: seen from the other side. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tcp } from '../../monitors/tcp.ts'
import { startAttempt } from '../../src/edge/probe/attempt.ts'
import { connect, type Target } from '../../src/edge/probe/connect.ts'
import { sendAndWait } from '../../src/edge/probe/datagram.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { milliseconds, minutes } from '../../src/model/units.ts'
import { fullListener } from '../monitors/full-listener.ts'
import { needs } from '../needs.ts'

const here = fileURLToPath(new URL('../monitors/check-here.ts', import.meta.url))
const run = promisify(execFile)
const never = new AbortController().signal

async function connecting(target: Target, limit = minutes(1), signal = never) {
  const attempt = startAttempt(limit, signal)
  try {
    return await connect(target, attempt)
  } finally {
    attempt.end()
  }
}

for (const [family, address] of [
  [4, '127.0.0.1'],
  [6, '::1'],
] as const) {
  test(`IPv${family}: a connection leaves by the port and the interface asked for`, async (t) => {
    const server = createServer().listen(0, address)
    t.after(() => server.close())
    await once(server, 'listening')
    const where = server.address()
    assert(typeof where === 'object' && where !== null)
    const accepted = once(server, 'connection')
    // A port that was free a moment ago.
    const bindPort = await freePort(address)
    const target = { address, family, port: where.port, source: address, bindPort, bindIf: 'lo' }
    const connected = await connecting(target)
    assert(connected.kind === 'connected', JSON.stringify(connected))
    const [peer] = await accepted
    assert.equal(peer.remotePort, bindPort)
    connected.socket.resetAndDestroy()
    peer.destroy()
  })

  test(`IPv${family}: an own socket is refused, aborted and timed out like any other, and is closed`, async (t) => {
    const port = await freePort(address)
    const refused = await connecting({ address, family, port, source: null, bindIf: 'lo' })
    assert(refused.kind === 'failed')
    assert.equal(refused.code, 'refused')
    if (family === 6) return
    const full = await fullListener(t)
    const before = descriptors()
    const late = await connecting({ address, family, port: full, source: null, bindIf: 'lo' }, milliseconds(100))
    assert(late.kind === 'failed')
    assert.equal(late.code, 'timed-out')
    const reload = new AbortController()
    const pending = connecting({ address, family, port: full, source: null, bindIf: 'lo' }, minutes(1), reload.signal)
    reload.abort()
    const stopped = await pending
    assert(stopped.kind === 'failed')
    assert.equal(stopped.code, 'aborted')
    for (let turn = 0; turn < 1000 && descriptors() > before; turn++) await new Promise(setImmediate)
    assert.equal(descriptors(), before)
  })
}

const descriptors = (): number => readdirSync('/proc/self/fd').length

async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const where = server.address()
  assert(typeof where === 'object' && where !== null)
  await once(server.close(), 'close')
  return where.port
}

const impossible: { name: string; outlet: object; code: string; text: RegExp }[] = [
  {
    name: 'an interface that is not there',
    outlet: { bindIf: 'nosuch0' },
    code: 'no-interface',
    text: /^could not be checked: there is no network interface nosuch0 on this machine$/,
  },
  {
    name: 'an address that is not ours',
    outlet: { source: '192.0.2.1', bindPort: 4000 },
    code: 'source-unavailable',
    text: /^could not be checked: the source address 192\.0\.2\.1 is not one of this machine's, or its port 4000 is taken$/,
  },
  {
    name: 'an address of the other family',
    outlet: { source: '::1', bindIf: 'lo' },
    code: 'source-unavailable',
    text: /not an IPv4 address/,
  },
]
for (const { name, outlet, code, text } of impossible) {
  test(`${name} says nothing about the host, over TCP and UDP`, async () => {
    const before = descriptors()
    const target: Target = { address: '127.0.0.1', family: 4, port: 9, source: null, ...outlet }
    const attempt = startAttempt(minutes(1), never)
    const told = [await connect(target, attempt), await sendAndWait(target, Buffer.from('x'), attempt, () => true)]
    attempt.end()
    for (const failed of told) {
      assert(failed.kind === 'failed')
      assert.equal(failed.blame, 'us')
      assert.equal(failed.code, code)
      assert.match(failed.text, text)
    }
    assert.equal(descriptors(), before)
  })
}

test('a local port that somebody listens on is told as taken', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const where = server.address()
  assert(typeof where === 'object' && where !== null)
  const failed = await connecting({ address: '127.0.0.1', family: 4, port: 9, source: null, bindPort: where.port })
  assert(failed.kind === 'failed')
  assert.equal(failed.blame, 'us')
  assert.match(failed.text, /^could not be checked: the local port \d+ is taken, or its last connection/)
})

test('a link-local address without its interface is an operator’s slip', async () => {
  const failed = await connecting({ address: 'fe80::1', family: 6, port: 9, source: null })
  assert(failed.kind === 'failed')
  assert.equal(failed.blame, 'us')
  assert.match(failed.text, /link-local address means nothing without its interface; name it with --bind-if$/)
})

test('a thousand checks with a mark hold nothing up and leave nothing open', needs('root'), async (t) => {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1', 1024)
  t.after(() => server.close())
  await once(server, 'listening')
  const where = server.address()
  assert(typeof where === 'object' && where !== null)
  const before = descriptors()
  const hosts = Array.from({ length: 1000 }, (_, at) => host(`127.1.${at >> 8}.${at & 255}`))
  const context = { signal: never, timeout: minutes(1), environment: {} }
  const result = await tcp.check(hosts, { port: where.port, connectIp: '127.0.0.1', mark: 4_294_967_295 }, context)
  assert.deepEqual([...new Set(result.hosts.map(({ kind }) => kind))], ['up'])
  for (let turn = 0; turn < 100_000 && descriptors() > before; turn++) await new Promise(setImmediate)
  assert(descriptors() <= before, `${before} before, ${descriptors()} after`)
})

/** Accepts on port 700, and answers each datagram there with itself. */
const listener = `
require('node:net').createServer((socket) => socket.on('error', () => undefined).end()).listen(700, '::')
const echo = require('node:dgram').createSocket('udp6', (bytes, from) => echo.send(bytes, from.port, from.address))
echo.bind(700, '::')`

/**
 * A namespace from which only packets with the mark 7 find the way to 192.0.2.5, which is in a second one, behind v0.
 * There somebody listens. 198.51.100.9 and its like are nobody's.
 */
const network = `
ip link set lo up
unshare -n "$NODE" -e "$LISTENER" & other=$!
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add v0 type veth peer name v1 && ip link set v1 netns $other
ip addr add 198.51.100.1/24 dev v0; ip link set v0 up
nsenter -t $other -n sh -c '
  ip link set lo up; ip addr add 192.0.2.5/32 dev lo; ip addr add 198.51.100.2/24 dev v1; ip link set v1 up
  ip -6 addr flush dev v1; ip -6 addr add fe80::2/64 dev v1 nodad'
ip -6 addr flush dev v0; ip -6 addr add fe80::1/64 dev v0 nodad
ip rule add fwmark 7 lookup 100; ip route add 192.0.2.5 via 198.51.100.2 table 100
until nsenter -t $other -n grep -q :02BC /proc/net/udp6; do :; done
"$@"; status=$?
kill $other
exit $status`

async function inNetwork(environment: Record<string, string>, args: readonly string[]): Promise<CheckResult> {
  const words = ['-n', 'sh', '-c', network, 'sh', process.execPath, '--import', 'tsx', here, ...args]
  const env = { ...process.env, NODE: process.execPath, LISTENER: listener, ...environment }
  return JSON.parse((await run('unshare', words, { env })).stdout)
}
const only = ({ hosts }: CheckResult): string =>
  hosts.map((one) => `${one.kind}${one.kind === 'up' ? '' : ` ${one.code}`}: ${one.text}`).join('\n')

const marked: { name: string; monitor: string; options: object; at: string; says: RegExp }[] = [
  { name: 'tcp without a mark', monitor: 'tcp', options: { port: 700 }, at: '192.0.2.5', says: /^down no-route/ },
  { name: 'tcp with it', monitor: 'tcp', options: { port: 700, mark: 7 }, at: '192.0.2.5', says: /^up: accepted/ },
  {
    name: 'http-get with it',
    monitor: 'http-get',
    options: { port: 700, mark: 7 },
    at: '192.0.2.5',
    says: /^down no-answer/,
  },
  { name: 'udp without a mark', monitor: 'udp', options: { port: 700 }, at: '192.0.2.5', says: /^down no-route/ },
  {
    name: 'udp with it',
    monitor: 'udp',
    options: { port: 700, mark: 7, payload: 'ff 0', timeout: 1 },
    at: '192.0.2.5',
    says: /^up/,
  },
  {
    name: 'ping without a mark',
    monitor: 'ping',
    options: { count: 1 },
    at: '192.0.2.5',
    says: /^down no-route/,
  },
  { name: 'ping with it', monitor: 'ping', options: { count: 1, mark: 7 }, at: '192.0.2.5', says: /^up: answered/ },
  {
    name: 'tcp to a link-local address by its interface',
    monitor: 'tcp',
    options: { port: 700, bindIf: 'v0' },
    at: 'fe80::2',
    says: /^up/,
  },
  {
    name: 'udp to a link-local address, which answers',
    monitor: 'udp',
    options: { port: 700, bindIf: 'v0', payload: 'abc', reply: 'ab xc', source: 'fe80::1' },
    at: 'fe80::2',
    says: /^up: answered on UDP port 700 with 2 bytes/,
  },
  {
    name: 'ping to a link-local address by its interface',
    monitor: 'ping',
    options: { count: 1, bindIf: 'v0' },
    at: 'fe80::2',
    says: /^up: answered/,
  },
  {
    name: 'ping to a link-local address without',
    monitor: 'ping',
    options: { count: 1 },
    at: 'fe80::2',
    says: /^unknown no-interface/,
  },
  {
    name: 'udp to a neighbour that is not there',
    monitor: 'udp',
    options: { port: 700, timeout: 8 },
    at: '198.51.100.9',
    says: /^down unreachable: cannot be reached: nobody on its network answers/,
  },
]
for (const { name, monitor, options, at, says } of marked) {
  test(`in a network with policy routing: ${name}`, needs('ip', 'root'), async () => {
    assert.match(only(await inNetwork({}, [monitor, JSON.stringify(options), at])), says)
  })
}

const forbidden = [
  { monitor: 'tcp', options: { port: 700, mark: 7 } },
  { monitor: 'udp', options: { port: 700, mark: 7 } },
  { monitor: 'dns-check', options: { port: 700, mark: 7 } },
]
for (const { monitor, options } of forbidden) {
  test(`${monitor}: who may not set a mark learns which right is missing`, needs('ip', 'root'), async () => {
    const args = [monitor, JSON.stringify(options), '127.0.0.1']
    const said = only(await inNetwork({ BECOME: '65534' }, args))
    assert.match(
      said,
      /^unknown not-permitted: could not be checked: this process may not set the mark 7 .*CAP_NET_ADMIN/,
    )
  })
}
