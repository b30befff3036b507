import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { startAttempt } from '../../src/edge/probe/attempt.ts'
import type { Target } from '../../src/edge/probe/connect.ts'
import { connect, connectFailure } from '../../src/edge/probe/connect.ts'
import { minutes } from '../../src/model/units.ts'

const target: Target = { address: '127.0.0.1', family: 4, port: 80, source: null }

const vectors = [
  { errno: 'ECONNREFUSED', blame: 'host', text: 'refused the connection on port 80' },
  { errno: 'EHOSTUNREACH', blame: 'host', text: 'cannot be reached: nobody on its network answers for its address' },
  { errno: 'ENETUNREACH', blame: 'host', text: 'cannot be reached: this machine has no route to its address' },
  { errno: 'ECONNRESET', blame: 'host', text: 'reset the connection on port 80' },
  { errno: 'ESOMETHING', blame: 'host', text: 'could not be connected to on port 80 (ESOMETHING)' },
]
for (const { errno, blame, text } of vectors) {
  test(`${errno} is said to the operator as "${text}"`, () => {
    const failure = connectFailure(errno, target)
    assert.equal(failure.text, text)
    assert.equal(failure.blame, blame)
  })
}

test('what this machine lacks is never held against the host', () => {
  for (const errno of ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'EPERM', 'EACCES', 'EAFNOSUPPORT']) {
    const failure = connectFailure(errno, target)
    assert.equal(failure.blame, 'us')
    assert.match(failure.text, /^could not be checked: /)
  }
})

test('a connection comes from the source address that was asked for', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const attempt = startAttempt(minutes(1), new AbortController().signal)
  const accepted = once(server, 'connection')
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  const connected = await connect({ ...target, port: address.port, source: '127.0.0.9' }, attempt)
  attempt.end()
  assert(connected.kind === 'connected')
  const [peer] = await accepted
  assert.equal(peer.remoteAddress, '127.0.0.9')
  connected.socket.destroy()
  peer.destroy()
})

test('a source address of the other family, or of another machine, is told as what it is', async () => {
  for (const source of ['::1', '192.0.2.77', 'nonsense']) {
    const attempt = startAttempt(minutes(1), new AbortController().signal)
    const failed = await connect({ ...target, source }, attempt)
    attempt.end()
    assert(failed.kind === 'failed')
    assert.equal(failed.code, 'source-unavailable')
    assert(failed.text.includes(source))
  }
})
