import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SslOptions } from '../../monitors/ssl.ts'
import { ssl } from '../../monitors/ssl.ts'
import { host } from '../../src/model/names.ts'
import { cert, certPath, context, peer, tlsPeer } from './peers.ts'

const local = [host('127.0.0.1')]
const root = { ca: certPath('root.pem') }
const silent = (): void => undefined

const vectors: { name: string; file: string; options?: SslOptions; code: string | null; text: RegExp }[] = [
  {
    name: 'a good certificate is up, and its days are told',
    file: 'good.pem',
    code: null,
    text: /^has a valid certificate for a\.example, .* that expires in \d+ days \(2120-01-01\), and speaks TLSv1\.3$/,
  },
  {
    name: 'a wildcard covers a name',
    file: 'good.pem',
    options: { servername: 'b.wild.example' },
    code: null,
    text: /valid/,
  },
  {
    name: 'a wildcard covers one level only',
    file: 'good.pem',
    options: { servername: 'c.b.wild.example' },
    code: 'wrong-name',
    text: /^has a certificate for a\.example, \*\.wild\.example, .*, not for c\.b\.wild\.example$/,
  },
  {
    name: 'an expired certificate is down, whatever else is wrong with it',
    file: 'expired.pem',
    options: { servername: 'other.example', verify: false },
    code: 'expired',
    text: /^has a certificate that expired \d+ days ago \(2020-01-01\)$/,
  },
  {
    name: 'a certificate of tomorrow is down',
    file: 'future.pem',
    code: 'not-yet-valid',
    text: /begins to be valid in \d+ days \(2120-01-01\)$/,
  },
  {
    name: 'a self-signed certificate is down',
    file: 'self-signed.pem',
    code: 'self-signed',
    text: /that it signed itself$/,
  },
  {
    name: 'a self-signed certificate is up where nobody verifies',
    file: 'self-signed.pem',
    options: { verify: false, servername: 'other.example' },
    code: null,
    text: /valid/,
  },
  {
    name: 'a server that forgets its intermediate certificate is down, and told so',
    file: 'leaf-alone.pem',
    code: 'unknown-issuer',
    text: /because it does not send its intermediate certificates$/,
  },
  { name: 'a server that sends its intermediate certificate is up', file: 'chain.pem', code: null, text: /valid/ },
  {
    name: 'a certificate for a name, checked by address, earns a hint',
    file: 'bare.pem',
    code: 'wrong-name',
    text: /^has a certificate for b\.example, not for 127\.0\.0\.1; say --servername NAME if clients use a name$/,
  },
  {
    name: 'a common name counts where there is no other',
    file: 'bare.pem',
    options: { servername: 'b.example' },
    code: null,
    text: /valid/,
  },
  {
    name: 'the name verified may differ from the name asked for',
    file: 'good.pem',
    options: { servername: 'other.example', verifyName: 'a.example' },
    code: null,
    text: /valid/,
  },
  {
    name: 'fewer days left than --fail-days are a failure',
    file: 'good.pem',
    options: { failDays: 1_000_000 },
    code: 'expires-soon',
    text: /^has a certificate that expires in \d+ days \(2120-01-01\), and --fail-days asks for 1000000$/,
  },
]
for (const { name, file, options, code, text } of vectors) {
  test(name, async (t) => {
    const port = await tlsPeer(t, file, silent)
    const [result] = (await ssl.check(local, { port, ...root, ...options }, context)).hosts
    assert(result !== undefined)
    assert.match(result.text, text)
    assert.equal(result.kind === 'up' ? null : result.code, code)
  })
}

test('fewer days left than --warn-days are a warning, and the host stays up', async (t) => {
  const port = await tlsPeer(t, 'good.pem', silent)
  const result = await ssl.check(local, { port, ...root, warnDays: 1_000_000 }, context)
  assert.equal(result.exit, 0)
  assert.match(result.warnings.join(), /^127\.0\.0\.1 has a certificate that expires in \d+ days \(2120-01-01\)$/)
})

test('an authority that is not in the file is not trusted', async (t) => {
  const port = await tlsPeer(t, 'good.pem', silent)
  const result = await ssl.check(local, { port }, context)
  assert.equal(result.hosts[0]?.kind === 'down' && result.hosts[0].code, 'unknown-issuer')
})

test('a server that speaks only an old TLS is reached, and down by --min-tls', async (t) => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const port = await tlsPeer(t, 'good.pem', silent, old)
  const down = await ssl.check(local, { port, ...root }, context)
  assert.equal(down.detail, '127.0.0.1 speaks TLS 1.1, and --min-tls asks for at least 1.2\n')
  assert.equal((await ssl.check(local, { port, ...root, minTls: '1.0' }, context)).exit, 0)
})

test('the server is asked for the name that clients use', async (t) => {
  const asked: unknown[] = []
  const SNICallback = (name: string, done: (error: null) => void): void => {
    asked.push(name)
    done(null)
  }
  const port = await tlsPeer(t, 'good.pem', silent, { SNICallback })
  await ssl.check(local, { port, ...root, servername: 'a.example' }, context)
  await ssl.check(local, { port, ...root }, context)
  assert.deepEqual(asked, ['a.example'])
})

const failures: { name: string; behaviour: Parameters<typeof peer>[1]; code: string; text: RegExp }[] = [
  {
    name: 'a server that speaks something else is told apart from a bad certificate',
    behaviour: (socket) => socket.end('220 mail.example ESMTP\r\n'),
    code: 'not-tls',
    text: /^speaks something other than TLS on port \d+$/,
  },
  {
    name: 'a server that hangs up in the handshake is down',
    behaviour: (socket) => socket.once('data', () => socket.end()),
    code: 'handshake-failed',
    text: /^closed the connection on port \d+ during the TLS handshake$/,
  },
  {
    name: 'a server that never answers the handshake is down at its deadline',
    behaviour: silent,
    code: 'timed-out',
    text: /^accepted a connection on port \d+ but did not finish the TLS handshake within 300 ms$/,
  },
]
for (const { name, behaviour, code, text } of failures) {
  test(name, async (t) => {
    const port = await peer(t, behaviour)
    const [result] = (await ssl.check(local, { port, timeout: 0.3 }, context)).hosts
    assert.match(result?.text ?? '', text)
    assert.equal(result?.kind === 'down' && result.code, code)
  })
}

test('a list of authorities that cannot be read says nothing about the host', async (t) => {
  const port = await tlsPeer(t, 'good.pem', silent)
  for (const ca of [certPath('none.pem'), certPath('key.pem'), certPath('.'), '/dev/zero']) {
    const [result] = (await ssl.check(local, { port, ca }, context)).hosts
    assert(result !== undefined)
    assert.equal(result.kind === 'unknown' && result.code, 'ca-unreadable')
    assert(result.text.includes(ca))
  }
})

test('a server that no longer has a protocol in common is told as such', async (t) => {
  const port = await tlsPeer(t, 'good.pem', silent, { ciphers: 'PSK', maxVersion: 'TLSv1.2', key: cert('key.pem') })
  const [result] = (await ssl.check(local, { port, ...root }, context)).hosts
  assert.equal(result?.kind === 'down' && result.code, 'handshake-failed')
})
