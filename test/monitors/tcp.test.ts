import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { tcp } from '../../monitors/tcp.ts'
import { host } from '../../src/model/names.ts'
import { milliseconds, minutes } from '../../src/model/units.ts'
import { fullListener } from './full-listener.ts'

const context = { signal: new AbortController().signal, timeout: minutes(1), environment: {} }

async function listener(address: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, address)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('a host that accepts is up, one that refuses is down and named', async (t) => {
  const { port, close } = await listener('127.0.0.1')
  t.after(close)
  const result = await tcp.check([host('127.0.0.1'), host('127.0.0.2')], { port }, context)
  assert.equal(result.exit, 1)
  assert.equal(result.summary, '127.0.0.2')
  assert.equal(result.detail, `127.0.0.2 refused the connection on port ${port}\n`)
  const [up, down] = result.hosts
  assert.equal(up?.kind, 'up')
  assert(up.timings.connect !== null && up.timings.connect <= up.timings.total)
  assert.equal(down?.kind === 'down' && down.code, 'refused')
})

test('IPv6 and names work like IPv4, and the address of a name is told', async (t) => {
  const { port, close } = await listener('::')
  t.after(close)
  const result = await tcp.check([host('::1'), host('localhost')], { port, ipv4: true }, context)
  assert.equal(result.exit, 1)
  const [literal, name] = result.hosts
  assert.equal(literal?.kind === 'unknown' && literal.code, 'wrong-family')
  assert.equal(name?.text, `accepted a connection on port ${port} (address 127.0.0.1)`)
  const six = await tcp.check([host('::1')], { port }, context)
  assert.equal(six.exit, 0)
  assert.equal(six.summary, '')
})

test('a name that does not resolve is unknown, so no real server moves, but the service fails', async () => {
  const result = await tcp.check([host('no-such-host.invalid')], { port: 80 }, context)
  assert.equal(result.exit, 1)
  assert.equal(result.hosts[0]?.kind, 'unknown')
  assert.match(result.detail, /^no-such-host\.invalid could not be checked: /)
})

test('a host that does not answer is down at its deadline', async (t) => {
  const port = await fullListener(t)
  const result = await tcp.check([host('127.0.0.1')], { port, timeout: 0.2 }, context)
  assert.equal(result.detail, `127.0.0.1 did not accept a connection on port ${port} within 200 ms\n`)
  assert.equal(result.hosts[0]?.kind === 'down' && result.hosts[0].code, 'timed-out')
})

test('the deadline of the whole check speaks against the hosts, a reload does not', async (t) => {
  const port = await fullListener(t)
  const deadline = AbortSignal.timeout(200)
  const late = await tcp.check(
    [host('127.0.0.1')],
    { port },
    { ...context, signal: deadline, timeout: milliseconds(200) },
  )
  assert.equal(late.hosts[0]?.kind === 'down' && late.hosts[0].code, 'timed-out')

  const reload = new AbortController()
  const pending = tcp.check([host('127.0.0.1')], { port }, { ...context, signal: reload.signal })
  reload.abort()
  const [stopped] = (await pending).hosts
  assert.equal(stopped?.kind === 'unknown' && stopped.code, 'aborted')
})
