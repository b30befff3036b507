/** mon's own scripts and the modules that answer to their names, asked the same in the same words. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fping } from '../../monitors/fping.ts'
import { monHttp } from '../../monitors/mon-http.ts'
import { monPhttp } from '../../monitors/mon-phttp.ts'
import { monPing } from '../../monitors/mon-ping.ts'
import { monSslcert } from '../../monitors/mon-sslcert.ts'
import { monTcp } from '../../monitors/mon-tcp.ts'
import { script } from '../../monitors/script.ts'
import type { Monitor } from '../../src/model/monitor.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { a, nameServer } from './name-server.ts'
import { optionsOf, wordsOf } from './options-of.ts'
import { answering, type Behaviour, cert, certPath, page, peer, tlsPeer } from './peers.ts'

const timeout = seconds(60)

interface Both {
  readonly theirs: CheckResult
  readonly ours: CheckResult
}

async function both<Options>(
  monitor: Monitor<Options>,
  name: string,
  words: string,
  hosts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Both> {
  const context = { signal: AbortSignal.timeout(timeout), timeout, environment }
  const command = [`/usr/lib/mon/mon.d/${name}`, ...wordsOf(words)]
  const theirs = await script.check(hosts.map(host), { command }, context)
  const ours = await monitor.check(hosts.map(host), optionsOf(monitor, words), context)
  return { theirs, ours }
}

function alike({ theirs, ours }: Both): void {
  assert.deepEqual([ours.summary, ours.exit], [theirs.summary, theirs.exit], ours.detail)
  const down = (result: CheckResult) => result.hosts.filter(({ kind }) => kind !== 'up').map((each) => each.host)
  assert.deepEqual(down(ours), down(theirs))
}

/** Of these only 127.0.0.1 has a server. */
const SOME = ['127.0.0.3', '127.0.0.1', '127.0.0.2']
const HERE = ['127.0.0.1']
const MON = needs('mon', 'perl')

test('tcp.monitor and mon-tcp: the hosts that refuse are named in order', MON, async (t) => {
  const port = await peer(t, (socket) => socket.resume().on('end', () => socket.end()))
  const result = await both(monTcp, 'tcp.monitor', `-p ${port} -t 5`, SOME)
  alike(result)
  assert.equal(result.ours.summary, '127.0.0.2 127.0.0.3')
  alike(await both(monTcp, 'tcp.monitor', `-p ${port}`, HERE))
})

const late =
  (reply: string): Behaviour =>
  (socket) =>
    socket.once('data', () => socket.write(reply))

const httpCalls: readonly (readonly [name: string, words: string, behaviour: Behaviour, exit: number])[] = [
  ['200', '', answering(page('hello')), 0],
  ['301', '', answering('HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n'), 0],
  ['401', '', answering('HTTP/1.1 401 Who?\r\n\r\n'), 0],
  ['403', '', answering('HTTP/1.1 403 No\r\n\r\n'), 1],
  ['303, which the script does not know', '', answering('HTTP/1.1 303 Other\r\n\r\n'), 1],
  ['500', '', answering('HTTP/1.1 500 Oh\r\n\r\n'), 1],
  ['not HTTP', '', answering('220 mail\r\n'), 1],
  ['nothing', '', answering(''), 1],
  ['a shorter page than announced', '', answering('HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\nhello'), 0],
  ['500, and the pattern is there', '-m hel+o', answering(page('hello', 'HTTP/1.1 500 Oh')), 0],
  ['200, and the pattern is not there', '-m goodbye', answering(page('hello')), 1],
  ['a pattern over several lines', '-m "OK.*hello"', answering(page('hello')), 0],
  ['a pattern in what is not HTTP', '-m ^220', answering('220 mail\r\n'), 0],
  ['a pattern of bytes', '-m grün', answering(page('grün')), 0],
  ['a good answer, and no end of it', '-t 1 -m hello', late('HTTP/1.0 200 OK\r\n\r\nhello\n'), 0],
  ['a bad answer, and no end of it', '-t 1', late('HTTP/1.0 500 Oh\r\n\r\nhello'), 1],
  ['silence', '-t 1', (socket) => socket.resume(), 1],
]
for (const [name, words, behaviour, exit] of httpCalls) {
  test(`http.monitor and mon-http say and exit the same: ${name}`, MON, async (t) => {
    const port = await peer(t, behaviour)
    const result = await both(monHttp, 'http.monitor', `-p ${port} ${words}`, SOME)
    assert.equal(result.ours.hosts[1]?.kind, exit === 0 ? 'up' : 'down', result.ours.detail)
    alike(result)
  })
}

/** Keeps each request to its blank line, in however many pieces it comes, and answers. */
const keeping =
  (requests: string[]): Behaviour =>
  (socket) => {
    let request = ''
    socket.on('data', (bytes) => {
      request += bytes.toString('latin1')
      if (!request.endsWith('\r\n\r\n')) return
      requests.push(request)
      socket.end(page('hello'))
    })
  }

test('http.monitor and mon-http send the same bytes', MON, async (t) => {
  const requests: string[] = []
  const port = await peer(t, keeping(requests))
  alike(await both(monHttp, 'http.monitor', `-p ${port} -u /a?b=c -a "Watcher 1.0" -o`, HERE))
  alike(await both(monHttp, 'http.monitor', `-p ${port}`, HERE))
  const [theirs, ours, more, others] = requests
  assert.deepEqual([ours, others], [theirs, more])
  assert.match(String(ours), /^GET \/a\?b=c HTTP\/1\.0\r\n/)
})

const withoutTimes = ({ theirs, ours }: Both): Both => {
  // The script polls its sockets every few seconds, so that its times tell of itself.
  const bare = (result: CheckResult) => ({ ...result, summary: result.summary.replace(/\(\d+\)/g, '()') })
  return { theirs: bare(theirs), ours: bare(ours) }
}

const phttpCalls: readonly (readonly [name: string, words: string, behaviour: Behaviour])[] = [
  ['200', '', answering(page('hello'))],
  ['301', '', answering('HTTP/1.1 301 Moved\r\n\r\n')],
  ['301, and that is what --regex wants', '--regex "^HTTP/1.. 301"', answering('HTTP/1.1 301 Moved\r\n\r\n')],
  ['three requests each', '-nbrequests 3', answering('HTTP/1.1 404 No\r\n\r\n')],
]
for (const [name, words, behaviour] of phttpCalls) {
  test(`phttp.monitor and mon-phttp say and exit the same: ${name}`, MON, async (t) => {
    const port = await peer(t, behaviour)
    alike(withoutTimes(await both(monPhttp, 'phttp.monitor', `--port ${port} ${words}`, SOME)))
  })
}

test('phttp.monitor and mon-phttp send the same bytes', MON, async (t) => {
  const requests: string[] = []
  const port = await peer(t, keeping(requests))
  for (const words of ['', '--request "GET /a HTTP/1.0\\\\r\\\\nX: y\\\\r\\\\n\\\\r\\\\n"', '--noinserthost']) {
    alike(await both(monPhttp, 'phttp.monitor', `-port=${port} ${words}`, HERE))
    const [theirs, ours] = requests.splice(0)
    assert.equal(ours, theirs)
  }
})

test('an answer after the soft timeout fails mon-phttp, and the seconds are told', async (t) => {
  const port = await peer(t, answering(page('hello')))
  const options = { port, softimeout: 0 }
  const result = await monPhttp.check(HERE.map(host), options, {
    signal: AbortSignal.timeout(timeout),
    timeout,
    environment: {},
  })
  assert.deepEqual([result.exit, result.summary], [1, '127.0.0.1(0)'])
})

test('ping.monitor and mon-ping name the same hosts', needs('mon', 'ping', 'root'), async () => {
  alike(await both(monPing, 'ping.monitor', '', ['127.0.0.2', '127.0.0.1']))
  alike(await both(monPing, 'ping.monitor', '-c 2', ['no-such-host.invalid', '127.0.0.1']))
  alike(await both(monPing, 'ping.monitor', '-6', ['127.0.0.1']))
})

test('fping.monitor and fping exit with 2 for a name without an address', needs('mon', 'fping', 'root'), async () => {
  const { theirs, ours } = await both(fping, 'fping.monitor', '-t 200', ['no-such-host.invalid', '127.0.0.1'])
  assert.deepEqual([ours.exit, ours.summary], [2, 'no-such-host.invalid'])
  assert.equal(theirs.exit, 2)
})

test('-a of fping.monitor and fping lets late answers count', needs('mon', 'fping', 'root'), async () => {
  const { theirs, ours } = await both(fping, 'fping.monitor', '-a -s 0.0001', ['127.0.0.2', '127.0.0.1'])
  assert.deepEqual([ours.exit, ours.summary], [theirs.exit, theirs.summary])
  assert.equal(ours.exit, 0)
})

/** A certificate for localhost that has so many days left. */
function certificate(t: TestContext, days: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const out = join(folder, 'cert.pem')
  const words = ['req', '-x509', '-key', certPath('key.pem'), '-subj', '/CN=localhost', '-days', String(days)]
  const made = spawnSync('openssl', [...words, '-addext', 'subjectAltName=DNS:localhost', '-out', out])
  assert.equal(made.status, 0, String(made.stderr))
  return readFileSync(out)
}

const sslCalls: readonly (readonly [name: string, made: (t: TestContext) => Buffer, summary: RegExp])[] = [
  ['a good certificate', (t) => certificate(t, 400), /^Expiry \d{4}-\d\d-\d\d$/],
  ['one that expires soon', (t) => certificate(t, 13), /^localhost\(expires soon\) $/],
  ['another name', () => cert('good.pem'), /^localhost\(no commonName in cert\) $/],
  [
    'expired, and another name',
    () => cert('expired.pem'),
    /^localhost\(expired\) localhost\(no commonName in cert\) $/,
  ],
  ['of the future', () => cert('future.pem'), /^localhost\(post dated\) localhost\(no commonName in cert\) $/],
]
/** sslcert.monitor asks the DNS alone, so that a name server must know localhost. */
async function namesHere(t: TestContext): Promise<Record<string, string>> {
  const { port } = await nameServer(t, ['127.0.0.1'], () => ({ name, type }) => {
    return type === 'A' && name.startsWith('localhost') ? { answers: [a(name, '127.0.0.1')] } : { rcode: 3 }
  })
  return { RES_NAMESERVERS: '127.0.0.1', RES_OPTIONS: `port:${port}` }
}
const SSL = needs('mon', 'openssl', 'net-dns', 'net-ssleay')
for (const [name, made, summary] of sslCalls) {
  test(`sslcert.monitor and mon-sslcert say and exit the same: ${name}`, SSL, async (t) => {
    const port = await tlsPeer(t, 'good.pem', (socket) => socket.resume(), { cert: made(t) })
    const environment = await namesHere(t)
    for (const words of ['', '-4', '-s 1', '-s 0']) {
      const result = await both(monSslcert, 'sslcert.monitor', `-p ${port} ${words}`, ['localhost'], environment)
      alike(result)
      assert.match(result.ours.summary, summary)
    }
  })
}

test('sslcert.monitor and mon-sslcert name a host that has no TLS, none at all, or no address', SSL, async (t) => {
  const environment = await namesHere(t)
  const plain = await peer(t, (socket) => socket.end('220 mail\r\n'))
  alike(await both(monSslcert, 'sslcert.monitor', `-p ${plain}`, ['localhost'], environment))
  const closing = await peer(t, (socket) => socket.end())
  alike(await both(monSslcert, 'sslcert.monitor', `-p ${closing}`, ['localhost'], environment))
  alike(await both(monSslcert, 'sslcert.monitor', '-p 1', ['localhost'], environment))
  alike(await both(monSslcert, 'sslcert.monitor', '-p 1', ['no-such-host.invalid'], environment))
})

test('a wildcard is good for mon-sslcert, and sslcert.monitor compares it letter by letter', async (t) => {
  const port = await tlsPeer(t, 'good.pem', (socket) => socket.resume())
  const context = { signal: AbortSignal.timeout(timeout), timeout, environment: {} }
  const result = await monSslcert.check(HERE.map(host), { port }, context)
  assert.deepEqual([result.exit, result.summary], [0, 'Expiry 2120-01-01'])
})
