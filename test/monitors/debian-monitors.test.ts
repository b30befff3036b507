/**
 * Debian's own monitors, unmodified, under our script monitor: against a server that is as it should be, one that is not,
 * and none at all. What they exit with and print is taken over, and read for a verdict on each host.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { script } from '../../monitors/script.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { seconds } from '../../src/model/units.ts'
import { type Need, needs } from '../needs.ts'
import { a, nameServer, soa } from './name-server.ts'
import { wordsOf } from './options-of.ts'
import { answering, type Behaviour, page, peer, tlsPeer } from './peers.ts'
import { patientHostname } from './perl-hostname.ts'
import { slapd } from './slapd.ts'

const timeout = seconds(60)

function run(
  name: string,
  words: string,
  hosts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CheckResult> {
  const command = [`/usr/lib/mon/mon.d/${name}`, ...wordsOf(words)]
  return script.check(hosts.map(host), { command }, { signal: AbortSignal.timeout(timeout), timeout, environment })
}

const verdicts = ({ hosts }: CheckResult) => Object.fromEntries(hosts.map((one) => [one.host, one.kind]))

/** Greets, and answers each line by the first pattern that it matches. */
const talking =
  (greeting: string, answers: readonly (readonly [line: RegExp, reply: string])[]): Behaviour =>
  (socket) => {
    let rest = ''
    socket.write(greeting)
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const reply = answers.find(([pattern]) => pattern.test(line))?.[1]
        if (reply === undefined) continue
        if (/^(quit|A3 LOGOUT)/i.test(line)) socket.end(reply)
        else socket.write(reply)
      }
    })
  }

interface Subject {
  readonly name: string
  readonly words: string
  readonly needs: readonly Need[]
  readonly good: Behaviour
  /** `null`: a port that is open cannot be wrong. */
  readonly bad: Behaviour | null
}

const quit = (reply: string): readonly [RegExp, string] => [/^quit/i, reply]
const imap = (login: string) =>
  talking('* OK hello\r\n', [
    [/^A1 LOGIN/, `A1 ${login}\r\n`],
    [/^A2 EXAMINE INBOX/, 'A2 OK there\r\n'],
    [/^A3 LOGOUT/, '* BYE\r\nA3 OK bye\r\n'],
  ])
const nntp = (group: string) =>
  talking('200 hello\r\n', [[/^mode reader/, '200 yes\r\n'], [/^group misc.test/, `${group}\r\n`], quit('205 bye\r\n')])

/** Those that take `-p PORT` and print the hosts that failed. */
const subjects: readonly Subject[] = [
  {
    name: 'tcp.monitor',
    words: '-t 5',
    needs: [],
    good: (socket) => socket.resume().on('end', () => socket.end()),
    bad: null,
  },
  {
    name: 'http.monitor',
    words: '-t 5 -u /x',
    needs: [],
    good: answering(page('hello')),
    bad: answering(page('no', 'HTTP/1.1 500 Oh')),
  },
  {
    name: 'smtp.monitor',
    words: '-t 5',
    needs: [],
    good: talking('220-one\r\n220 two\r\n', [[/^HELO /, '250 pleased\r\n'], quit('221 bye\r\n')]),
    bad: talking('554 no\r\n', []),
  },
  {
    name: 'ftp.monitor',
    words: '-t 5',
    needs: [],
    good: talking('220 hello\r\n', [quit('221 bye\r\n')]),
    bad: talking('220 hello\r\n', [quit('500 no\r\n')]),
  },
  {
    name: 'pop3.monitor',
    words: '-t 5',
    needs: [],
    good: talking('+OK hello\r\n', [quit('+OK bye\r\n')]),
    bad: talking('-ERR no\r\n', []),
  },
  { name: 'imap.monitor', words: '-t 5 -m INBOX', needs: [], good: imap('OK in'), bad: imap('NO out') },
  { name: 'nntp.monitor', words: '-t 5 -g misc.test', needs: [], good: nntp('211 1 1 1'), bad: nntp('411 none') },
  {
    name: 'telnet.monitor',
    words: '-t 2',
    needs: ['net-telnet'],
    good: (socket) => socket.write('\r\nDebian\r\nhost login: '),
    bad: (socket) => socket.end('go away\r\n'),
  },
]

const NOBODY = '127.0.0.3'
const SERVER = '127.0.0.1'

for (const { name, words, needs: more, good, bad } of subjects) {
  const MON = needs('mon', 'perl', ...more)
  test(`${name} finds its server up, and names the host that has none`, MON, async (t) => {
    const port = await peer(t, good)
    const environment = patientHostname(t)
    const up = await run(name, `-p ${port} ${words}`, [SERVER], environment)
    assert.deepEqual([up.exit, up.summary.trim(), verdicts(up)], [0, '', { [SERVER]: 'up' }], up.detail)
    const one = await run(name, `-p ${port} ${words}`, [NOBODY, SERVER], environment)
    assert.deepEqual([one.exit, one.summary], [1, NOBODY])
    assert.deepEqual(verdicts(one), { [NOBODY]: 'down', [SERVER]: 'up' })
  })

  if (bad === null) continue
  test(`${name} finds a server that answers wrongly down`, MON, async (t) => {
    const port = await peer(t, bad)
    const down = await run(name, `-p ${port} ${words}`, [SERVER], patientHostname(t))
    assert.deepEqual([down.exit, down.summary, verdicts(down)], [1, SERVER, { [SERVER]: 'down' }])
  })
}

test('phttp.monitor names the host with the seconds it took', needs('mon', 'perl'), async (t) => {
  const port = await peer(t, answering(page('hello')))
  const result = await run('phttp.monitor', `--port ${port}`, [NOBODY, SERVER])
  assert.deepEqual([result.exit, result.summary], [1, `${NOBODY}(0)`])
  assert.deepEqual(verdicts(result), { [NOBODY]: 'down', [SERVER]: 'up' })
})

test(
  'fping.monitor and ping.monitor find this machine up, and say which does not answer',
  needs('mon', 'fping', 'ping', 'root'),
  async () => {
    for (const [name, words] of [
      ['fping.monitor', '-r 1 -t 200'],
      ['ping.monitor', ''],
    ] as const) {
      const up = await run(name, words, [SERVER, '127.0.0.2'])
      assert.deepEqual([up.exit, up.summary, verdicts(up)], [0, '', { [SERVER]: 'up', '127.0.0.2': 'up' }])
    }
    const none = await run('ping.monitor', '', [SERVER, 'no-such-host.invalid'])
    assert.deepEqual([none.exit, none.summary], [1, 'no-such-host.invalid'])
    assert.deepEqual(verdicts(none), { [SERVER]: 'up', 'no-such-host.invalid': 'down' })
  },
)

const names = (t: TestContext) =>
  nameServer(t, [SERVER, '127.0.0.2'], (at) => ({ name, type }) => {
    if (type === 'SOA') return { authoritative: true, answers: [soa(name, at === SERVER ? 7 : 6)] }
    return type === 'A' && at === SERVER ? { answers: [a(name, SERVER)] } : { rcode: 3 }
  })

test('dns.monitor names the server that is behind, with the zone', needs('mon', 'net-dns'), async (t) => {
  const { port } = await names(t)
  const environment = { RES_OPTIONS: `port:${port}` }
  const words = `-zone a.example -master ${SERVER}`
  const up = await run('dns.monitor', words, [SERVER], environment)
  assert.deepEqual([up.exit, up.summary], [0, ''])
  const down = await run('dns.monitor', words, [SERVER, '127.0.0.2'], environment)
  assert.deepEqual([down.exit, down.summary], [1, '127.0.0.2(a.example) '])
  assert.deepEqual(verdicts(down), { [SERVER]: 'up', '127.0.0.2': 'down' })
})

test('dns-query.monitor names the server that does not know the name', needs('mon', 'net-dns'), async (t) => {
  const { port } = await names(t)
  const environment = { RES_OPTIONS: `port:${port}` }
  const result = await run('dns-query.monitor', '-n www.example', [SERVER, '127.0.0.2'], environment)
  assert.deepEqual([result.exit, result.summary], [1, '127.0.0.2'])
  assert.deepEqual(verdicts(result), { [SERVER]: 'up', '127.0.0.2': 'down' })
})

test('ldap.monitor names the server with its port', needs('mon', 'net-ldap', 'slapd'), async (t) => {
  const port = await slapd(t)
  const words = `-port ${port} -basedn dc=example,dc=org -filter cn=Anna -attribute title -value admin`
  const up = await run('ldap.monitor', words, [SERVER])
  assert.deepEqual([up.exit, up.summary, verdicts(up)], [0, '', { [SERVER]: 'up' }])
  const down = await run('ldap.monitor', words, [SERVER, NOBODY])
  assert.deepEqual([down.exit, down.summary], [1, `${NOBODY}:${port}`])
  assert.deepEqual(verdicts(down), { [SERVER]: 'up', [NOBODY]: 'down' })
})

test('sslcert.monitor names the host with what is wrong', needs('mon', 'net-dns', 'net-ssleay'), async (t) => {
  const { port: dns } = await names(t)
  const environment = { RES_NAMESERVERS: SERVER, RES_OPTIONS: `port:${dns}` }
  const port = await tlsPeer(t, 'good.pem', (socket) => socket.resume())
  const up = await run('sslcert.monitor', `-4 -p ${port}`, ['a.example'], environment)
  assert.deepEqual([up.exit, up.summary, verdicts(up)], [0, 'Expiry 2120-01-01', { 'a.example': 'up' }], up.detail)
  const down = await run('sslcert.monitor', `-4 -p ${port}`, ['a.example', 'b.example'], environment)
  assert.deepEqual([down.exit, down.summary], [1, 'b.example(no commonName in cert) '])
  assert.deepEqual(verdicts(down), { 'a.example': 'up', 'b.example': 'down' })
})

test(
  'process.monitor, which as Debian ships it lacks a module, speaks against nobody',
  needs('mon', 'perl'),
  async () => {
    const result = await run('process.monitor', '', [SERVER, NOBODY])
    assert.notEqual(result.exit, 0)
    assert.match(result.summary, /^Can't locate/)
    assert.deepEqual(verdicts(result), { [SERVER]: 'unknown', [NOBODY]: 'unknown' })
  },
)
