import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { genhash } from '../src/genhash.ts'
import type { Behaviour } from './monitors/peers.ts'
import { answering, page, peer, replying, tlsPeer } from './monitors/peers.ts'
import { needs } from './needs.ts'

const run = promisify(execFile)

async function ours(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const out: Buffer[] = []
  let stderr = ''
  const status = await genhash(args, {
    stdout: (text) => void out.push(Buffer.from(text)),
    stderr: (text) => {
      stderr += text
    },
  })
  return { status, stdout: Buffer.concat(out).toString('latin1'), stderr }
}

/** How long it took is the one thing that differs from run to run. */
const timeless = (text: string): string => text.replace(/= \d+ usecs/, '= N usecs')

const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
const replies: { name: string; reply: string | Buffer }[] = [
  { name: 'a plain page', reply: page('hello /test\n', 'HTTP/1.0 200 OK\r\nContent-Type: text/plain') },
  {
    name: 'a page in chunks',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n3\r\nabc\r\n0\r\n\r\n',
  },
  { name: 'a page longer than announced', reply: 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello world' },
  { name: 'a page without length', reply: 'HTTP/1.0 404 Not Found\r\n\r\nno such page' },
  { name: 'no page at all', reply: 'HTTP/1.0 204 No Content\r\n\r\n' },
  {
    name: 'every byte there is',
    reply: Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\nX: \xff\r\n\r\n', 'latin1'), bytes]),
  },
]
const forms: readonly (readonly string[])[] = [
  [],
  ['-v'],
  ['-P', '1.0c'],
  ['-P1.1', '-V', 'www.example.com', '--verbose'],
]
for (const { name, reply } of replies) {
  test(`prints what keepalived's genhash prints for ${name}`, needs('keepalived'), async (t) => {
    const port = String(await peer(t, answering(reply)))
    for (const form of forms) {
      const args = ['-s', '127.0.0.1', '-p', port, '-u', '/test', ...form]
      const theirs = await run('genhash', args, { encoding: 'latin1' })
      const { status, stdout } = await ours(args)
      assert.equal(timeless(stdout), timeless(theirs.stdout))
      assert.equal(status, 0)
    }
  })
}

/** The answer is the request itself, so that its digest tells whether the requests are the same. */
const echo: Behaviour = replying((request) => `HTTP/1.0 200 OK\r\n\r\n${request}`)

test("sends the request that keepalived's genhash sends, byte for byte", needs('keepalived'), async (t) => {
  const port = String(await peer(t, echo))
  const six = String(await peer(t, echo, '::1'))
  for (const server of [
    ['-s', '127.0.0.1', '-p', port],
    ['--server', '::1', '--port', six],
  ]) {
    for (const form of [[], ['-P', '1.0c'], ['-P', '1.1'], ['-V', 'www.example.com'], ['-V', 'a:81']]) {
      const args = [...server, '-u', '/a?b=%20', ...form]
      assert.equal((await ours(args)).stdout, (await run('genhash', args)).stdout, args.join(' '))
    }
  }
})

test("speaks TLS like keepalived's genhash, with and without a name", needs('keepalived'), async (t) => {
  const named: Behaviour = (socket) => {
    const name = 'servername' in socket ? String(socket.servername) : ''
    replying((request) => `HTTP/1.0 200 OK\r\n\r\n${request}${name}`)(socket)
  }
  const port = String(await tlsPeer(t, 'self-signed.pem', named))
  for (const form of [['-S'], ['-S', '-V', 'a.example'], ['-S', '-I', '-V', 'a.example']]) {
    const args = ['-s', '127.0.0.1', '-p', port, '-u', '/', ...form]
    assert.equal((await ours(args)).stdout, (await run('genhash', args)).stdout, args.join(' '))
  }
})

test('a URL alone will do, and the digest of a chunked page may be that of its content', async (t) => {
  const port = await peer(t, answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'))
  const { stdout } = await ours(['--content', `http://127.0.0.1:${port}/`])
  assert.equal(stdout, '5d41402abc4b2a76b9719d911017c592\n')
  const sha = await ours(['--content', '--digest', 'sha256', `http://127.0.0.1:${port}/`])
  assert.equal(sha.stdout, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n')
})

const failing: { name: string; behaviour: Behaviour; stderr: RegExp }[] = [
  {
    name: 'no answer',
    behaviour: (socket) => socket.end(),
    stderr: /127\.0\.0\.1 closed the connection without an answer/,
  },
  { name: 'garbage', behaviour: answering('boo'), stderr: /something other than HTTP: "boo"/ },
  { name: 'silence', behaviour: () => undefined, stderr: /did not answer within 300 ms/ },
  {
    name: 'a page that breaks off, of which nothing is printed',
    behaviour: answering('HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello'),
    stderr: /after 5 of the 50 bytes/,
  },
]
for (const { name, behaviour, stderr } of failing) {
  test(`fails with a reason: ${name}`, async (t) => {
    const port = String(await peer(t, behaviour))
    for (const verbose of [[], ['-v']]) {
      const result = await ours(['-t', '0.3', '-s', '127.0.0.1', '-p', port, '-u', '/', ...verbose])
      assert.equal(result.status, 1)
      assert.equal(result.stdout, '')
      assert.match(result.stderr, stderr)
    }
  })
}

const wrong: { args: string[]; says: RegExp }[] = [
  { args: [], says: /-s, -p and -u are needed together, or a URL alone/ },
  { args: ['-s', '127.0.0.1', '-p', '80x', '-u', '/'], says: /"80x" is not a port/ },
  {
    args: ['-s', '127.0.0.1', '-p', '80', '-u', '/', '-P', '2'],
    says: /"2" is not a protocol; write 1\.0, 1\.0c or 1\.1/,
  },
  { args: ['-t', '0', 'http://127.0.0.1/'], says: /"0" is not a number of seconds/ },
  { args: ['-m', 'x', 'http://127.0.0.1/'], says: /is not a firewall mark from 0/ },
  { args: ['-m', '4294967296', 'http://127.0.0.1/'], says: /is not a firewall mark from 0/ },
  { args: ['127.0.0.1'], says: /is not a URL/ },
  { args: ['-V', 'a\r\nX: y', 'http://127.0.0.1/'], says: /cannot stand in a Host header/ },
  { args: ['--bogus'], says: /Unknown option '--bogus'/ },
]
for (const { args, says } of wrong) {
  test(`wrong options are told: ${JSON.stringify(args)}`, async () => {
    const { status, stdout, stderr } = await ours(args)
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, says)
  })
}
