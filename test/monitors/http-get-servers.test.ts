/** http-get against servers that mean no good, frame their pages oddly, or speak TLS in some way of their own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, createPrivateKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import type { GetOptions } from '../../src/edge/http/get-options.ts'
import { needs } from '../needs.ts'
import { fresh } from '../scripts.ts'
import { CHUNKS, check, chunked, codeOf, md5, path, run } from './ask-http-get.ts'
import type { Behaviour } from './peers.ts'
import { answering, cert, certPath, page, peer, tlsPeer } from './peers.ts'

const flooding =
  (head: string, piece: string | Buffer): Behaviour =>
  (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.write(head)
    socket.on('drain', pour)
    pour()
  }
const dripping =
  (head: string): Behaviour =>
  (socket: Socket) => {
    socket.write(head)
    const timer = setInterval(() => socket.write('x'), 5)
    socket.on('close', () => clearInterval(timer))
  }
const megabyte = Buffer.alloc(1 << 20, 'x')
const OK = 'HTTP/1.1 200 OK\r\n'

const adversaries: { name: string; behaviour: Behaviour; options?: GetOptions; code: string; text: RegExp }[] = [
  {
    name: 'a page that drips and never ends, where nobody even compares it',
    behaviour: dripping(`${OK}\r\n`),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /^sent only \d+ bytes and no complete answer within 300 ms/,
  },
  {
    name: 'a header that drips',
    behaviour: dripping(OK),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /300 ms/,
  },
  { name: 'silence', behaviour: () => undefined, options: { timeout: 0.3 }, code: 'down timed-out', text: /^did not/ },
  {
    name: 'a page without end',
    behaviour: flooding(`${OK}\r\n`, megabyte),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /no complete answer/,
  },
  {
    name: 'a header without end',
    behaviour: flooding(OK, 'A: b\r\n'.repeat(9999)),
    code: 'down head-too-large',
    text: /65536/,
  },
  {
    name: 'a line of a megabyte',
    behaviour: flooding('HTTP/1.1 200 ', megabyte),
    code: 'down head-too-large',
    text: /65536/,
  },
  {
    name: 'interim answers without end',
    behaviour: flooding('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(99)),
    code: 'down too-many-interim',
    text: /1xx/,
  },
  {
    name: 'a reset',
    behaviour: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    code: 'down reset',
    text: /^reset the connection instead of answering/,
  },
  { name: 'no answer', behaviour: (socket) => socket.end(), code: 'down no-answer', text: /without an answer/ },
  {
    name: 'no header',
    behaviour: answering('\x1b[2Jboo\r\n\r\n'),
    code: 'down not-http',
    text: /^answered with something other than HTTP: "\?\[2Jboo/,
  },
  {
    name: 'a whole page on a connection that stays open',
    behaviour: (socket) => socket.write(page('hello')),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'chunks on a connection that stays open',
    behaviour: (socket) => socket.write(chunked),
    options: path('/', { digest: md5(CHUNKS) }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'more than was announced',
    behaviour: answering(`${OK}Content-Length: 5\r\n\r\nhello world`),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'less than was announced is let pass, as keepalived does',
    behaviour: answering(`${OK}Content-Length: 50\r\n\r\nhello`),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'chunks that are none are a page up to its end',
    behaviour: answering(`${OK}Transfer-Encoding: chunked\r\n\r\nfive\r\nhello`),
    options: path('/', { digest: md5('five\r\nhello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern that would take for ever',
    behaviour: answering(page(`${'a'.repeat(50)}b`)),
    options: path('/', { regex: { pattern: '^(a+)+$' } }),
    code: 'down regex-too-slow',
    text: /takes too long; write one without nested repetition/,
  },
  {
    name: 'plain HTTP where TLS is expected',
    behaviour: answering(page('hello')),
    options: { tls: true },
    code: 'down not-tls',
    text: /^speaks something other than TLS/,
  },
]
for (const { name, behaviour, options, code, text } of adversaries) {
  test(`hostile: ${name}`, async (t) => {
    const result = await check(await peer(t, behaviour), options ?? {})
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

test('a page shorter than it was announced is a warning', async (t) => {
  const port = await peer(t, answering(`${OK}Content-Length: 50\r\n\r\nhello`))
  const { warnings, exit } = await run(port, {})
  assert.equal(exit, 0)
  assert.deepEqual(warnings, ['127.0.0.1 closed the connection after 5 of the 50 bytes it had announced, asked for /'])
})

test('a page of many megabytes has a digest, and no more of it is kept than is shown', async (t) => {
  const size = 40
  const port = await peer(t, (socket) =>
    socket.once('data', async () => {
      socket.write(`${OK}\r\n`)
      for (let sent = 0; sent < size; sent++) {
        if (!socket.write(megabyte)) await new Promise((drained) => socket.once('drain', drained))
      }
      socket.end()
    }),
  )
  const digest = createHash('md5')
  for (let at = 0; at < size; at++) digest.update(megabyte)
  const before = process.memoryUsage().arrayBuffers
  const result = await check(port, { ...path('/', { digest: digest.digest('hex') }), timeout: 20 })
  assert.equal(codeOf(result), 'up')
  assert(process.memoryUsage().arrayBuffers - before < (size / 2) * megabyte.length)
})

const odd: { name: string; reply: string }[] = [
  { name: 'less than was announced', reply: `${OK}Content-Length: 50\r\n\r\nhello` },
  { name: 'more than was announced', reply: `${OK}Content-Length: 5\r\n\r\nhello world` },
  { name: 'no length', reply: `${OK}\r\nhello\r\n\r\nworld` },
  { name: 'chunks', reply: chunked },
  { name: 'chunks with trailers', reply: `${OK}Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nT: u\r\n\r\n` },
  { name: 'chunks that are none', reply: `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello` },
  { name: 'nothing', reply: `${OK}Content-Length: 0\r\n\r\n` },
  { name: 'an error', reply: 'HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\n500' },
]
for (const { name, reply } of odd) {
  test(`the digest is genhash's where a server sends ${name}`, needs('keepalived'), async (t) => {
    const port = await peer(t, answering(reply))
    const { stdout } = await promisify(execFile)('genhash', ['-s', '127.0.0.1', '-p', `${port}`, '-u', '/'])
    const result = await check(port, path('/', { digest: stdout.trim(), statusCodes: '100-599' }))
    assert.equal(codeOf(result), 'up', result.text)
  })
}

test('SSL_GET speaks TLS and verifies nobody, and asks for a name only where told to', async (t) => {
  const names: unknown[] = []
  const port = await tlsPeer(t, 'expired.pem', answering(page('hello')), {
    SNICallback: (name, done) => {
      names.push(name)
      done(null)
    },
  })
  assert.equal(codeOf(await check(port, { tls: true, virtualhost: 'a.example' })), 'up')
  assert.deepEqual(names, [])
  assert.equal(codeOf(await check(port, { tls: true, sni: 'b.example' })), 'up')
  assert.deepEqual(names, ['b.example'])
  const none = { tls: true, sni: 'b.example', url: [{ path: '/', sni: null }] }
  assert.equal(codeOf(await check(port, none)), 'up')
  assert.equal(names.length, 1)
})

test('verifying is possible, for the name asked for or the virtual host', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')))
  const verify = { tls: true, verify: true, ca: certPath('root.pem') }
  assert.equal(codeOf(await check(port, { ...verify, virtualhost: 'a.example:443' })), 'up')
  assert.equal(codeOf(await check(port, { ...verify, sni: 'other.example' })), 'down wrong-name')
})

test('a certificate of ours is shown to a server that asks for one, its key with a password or without', async (t) => {
  const shown: unknown[] = []
  const behaviour: Behaviour = (socket) => {
    if (socket instanceof TLSSocket) shown.push(socket.getPeerCertificate().subjectaltname)
    answering(page('hello'))(socket)
  }
  const port = await tlsPeer(t, 'good.pem', behaviour, { requestCert: true, rejectUnauthorized: false })
  const own = { tls: true, certificate: certPath('good.pem'), key: certPath('key.pem') }
  assert.equal(codeOf(await check(port, own)), 'up')
  const locked = createPrivateKey(cert('key.pem')).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open sesame',
  })
  const key = fresh('key.pem')
  writeFileSync(key, locked)
  assert.equal(codeOf(await check(port, { ...own, key, password: 'open sesame' })), 'up')
  assert.equal(shown.length, 2)
  for (const names of shown) assert.match(String(names), /DNS:a\.example/)

  for (const wrong of [{ key }, { key, password: 'close' }, { key: certPath('root.pem') }]) {
    const result = await check(port, { ...own, ...wrong })
    assert.equal(codeOf(result), 'unknown certificate-unreadable')
    assert.match(result.text, /^could not be checked: the key .*\.pem of the certificate .*good\.pem cannot be used: /)
  }
  const missing = await check(port, { ...own, certificate: '/nonexistent' })
  assert.match(missing.text, /^could not be checked: the certificate \/nonexistent cannot be read: ENOENT/)
})

test('a server that wants a certificate and gets none says so', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')), { requestCert: true, rejectUnauthorized: true })
  const result = await check(port, { tls: true })
  assert.equal(codeOf(result), 'down handshake-failed')
})

/** Sends a page whose end is that of the connection, and ends that without a word of TLS. */
const rude: Behaviour = (socket) =>
  socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nhello', () => socket.destroy()))
const polite = answering('HTTP/1.0 200 OK\r\n\r\nhello')

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const only = { minVersion: version, maxVersion: version }
  test(`${version}: where TLS is cut off, that counts as the end of the page, or as a failure with tlsCompliant`, async (t) => {
    const cut = await tlsPeer(t, 'good.pem', rude, only)
    const digest = path('/', { digest: md5('hello') })
    assert.equal(codeOf(await check(cut, { ...digest, tls: true })), 'up')
    const result = await check(cut, { ...digest, tls: true, tlsCompliant: true })
    assert.equal(codeOf(result), 'down no-close-notify')
    assert.match(result.text, /^ended the connection after 24 bytes without saying so in TLS \(no close_notify\)/)
    const whole = await tlsPeer(t, 'good.pem', polite, only)
    assert.equal(codeOf(await check(whole, { ...digest, tls: true, tlsCompliant: true })), 'up')
  })
}

test('large pages pass through the watch for close_notify, and silence in it still ends in time', async (t) => {
  const body = 'x'.repeat(5_000_000)
  const port = await tlsPeer(t, 'good.pem', answering(`HTTP/1.0 200 OK\r\n\r\n${body}`))
  assert.equal(codeOf(await check(port, { ...path('/', { digest: md5(body) }), tls: true, tlsCompliant: true })), 'up')
  const silent = await tlsPeer(t, 'good.pem', () => undefined)
  assert.equal(codeOf(await check(silent, { tls: true, tlsCompliant: true, timeout: 0.3 })), 'down timed-out')
  const deaf = await peer(t, () => undefined)
  assert.equal(codeOf(await check(deaf, { tls: true, tlsCompliant: true, timeout: 0.3 })), 'down timed-out')
})

const cuts: { name: string; at: (socket: Socket) => void }[] = [
  { name: 'at once', at: (socket) => socket.resetAndDestroy() },
  { name: 'in the handshake', at: (socket) => socket.once('data', () => socket.resetAndDestroy()) },
  { name: 'in the handshake, in order', at: (socket) => socket.once('data', () => socket.end()) },
  { name: 'behind garbage', at: (socket) => socket.once('data', () => socket.end('\x16\x03\x03\xff\xff')) },
]
for (const { name, at } of cuts) {
  for (const tlsCompliant of [false, true]) {
    test(`a server that ends TLS ${name} is down, tlsCompliant or not: ${tlsCompliant}`, async (t) => {
      const result = await check(await peer(t, at), { tls: true, tlsCompliant })
      assert.equal(result.kind, 'down', result.text)
    })
  }
}

test('a TLS server that resets the connection in its page is down', async (t) => {
  for (const tlsCompliant of [false, true]) {
    const sockets: Socket[] = []
    const port = await tlsPeer(t, 'good.pem', (socket) =>
      socket.once('data', () => socket.write(`${OK}\r\nhello`, () => sockets[0]?.resetAndDestroy())),
    )
    // The connection under TLS is what has to be reset.
    const relay = await peer(t, (inner) => {
      sockets.unshift(inner)
      const outer = connect(port, '127.0.0.1').on('error', () => inner.destroy())
      inner.on('close', () => outer.destroy())
      inner.pipe(outer).pipe(inner)
    })
    const result = await check(relay, { tls: true, tlsCompliant })
    assert(result.kind === 'down', result.text)
    assert.match(result.code, /^(reset|no-close-notify|no-answer)$/)
  }
})
