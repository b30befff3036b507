/** mon's ldap.monitor and our built-in, asked the same of a real slapd; and what a server may do to us. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LdapOptions, ldap } from '../../monitors/ldap.ts'
import { script } from '../../monitors/script.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'
import { firstMessage, readResponse } from '../../src/wire/ldap/message.ts'
import { needs } from '../needs.ts'
import { optionsOf, wordsOf } from './options-of.ts'
import { type Behaviour, peer } from './peers.ts'
import { slapd } from './slapd.ts'

const timeout = seconds(30)
const context = () => ({ signal: AbortSignal.timeout(timeout), timeout, environment: {} })
const ask = (hosts: readonly string[], options: LdapOptions) => ldap.check(hosts.map(host), options, context())
const SLAPD = needs('mon', 'slapd', 'net-ldap')
const HERE = ['127.0.0.1']

const both = async (words: string, hosts: readonly string[]) => {
  const command = ['/usr/lib/mon/mon.d/ldap.monitor', ...wordsOf(words)]
  const theirs = await script.check(hosts.map(host), { command }, context())
  return { theirs, ours: await ask(hosts, optionsOf(ldap, words)) }
}

const base = '-basedn dc=example,dc=org'
const calls: readonly (readonly [name: string, words: string, hosts: readonly string[]])[] = [
  ['an entry with the value', `${base} -filter cn=Anna -attribute title -value admin`, HERE],
  ['one of several values', `${base} -filter cn=Bert -attribute title -value guest`, HERE],
  ['several entries', `${base} -filter "(|(cn=Anna)(cn=Bert))" -attribute title -value admin`, HERE],
  ['a value that is not ASCII', `${base} -filter cn=Bert -attribute sn -value Çelik`, HERE],
  [
    'the value of objectClass',
    `${base} -filter "(&(objectClass=inetOrgPerson)(!(cn=Carl)))" -value inetOrgPerson`,
    HERE,
  ],
  ['no such entry', `${base} -filter cn=Zoe -attribute title -value admin`, HERE],
  ['no such base', '-basedn dc=nowhere -filter cn=Anna -attribute title -value admin', HERE],
  ['a base that is none', '-basedn nonsense -filter cn=Anna', HERE],
  ['nobody listens', `${base} -filter cn=Anna -attribute title -value admin`, ['127.0.0.3', '127.0.0.1', '127.0.0.2']],
  [
    'a search below an entry',
    '-basedn cn=Anna,dc=example,dc=org -filter objectClass=* -attribute sn -value Berg',
    HERE,
  ],
  ['a substring', `${base} -filter "(mail=anna*.org)" -attribute sn -value Berg`, HERE],
  ['without options', '', HERE],
]
for (const [name, words, hosts] of calls) {
  test(`ldap.monitor and we say and exit the same: ${name}`, SLAPD, async (t) => {
    const port = await slapd(t)
    const { ours, theirs } = await both(`-port ${port} ${words}`, hosts)
    assert.deepEqual([ours.summary, ours.exit], [theirs.summary, theirs.exit], ours.detail)
    const verdicts = (result: typeof ours) => result.hosts.map((each) => [each.host, each.kind])
    assert.deepEqual(verdicts(ours), verdicts(theirs))
  })
}

const wrong: readonly (readonly [words: string, exit: number, detail: RegExp])[] = [
  ['-filter cn=* -attribute title -value admin', 1, /has no value "admin" of "title" in cn=Carl,dc=example,dc=org/],
  ['-filter cn=* -attribute mail -value x', 3, /has no value "x" of "mail" in .*, has no attribute "mail" in /],
]
for (const [words, exit, detail] of wrong) {
  test(
    `an entry that is not as expected: the server is named first, and by ldap.monitor second: ${words}`,
    SLAPD,
    async (t) => {
      const port = await slapd(t)
      const { ours, theirs } = await both(`-port ${port} ${base} ${words}`, HERE)
      const summary = new Array<string>(exit).fill(`127.0.0.1:${port}`).join(' ')
      assert.deepEqual([ours.exit, ours.summary], [exit, summary])
      assert.match(ours.detail, detail)
      assert.equal(theirs.exit, exit)
      assert.match(theirs.summary, /^For object /)
      assert(theirs.detail.split('\n').includes(summary))
    },
  )
}

test('a server that takes no anonymous bind may still be searched', SLAPD, async (t) => {
  const port = await slapd(t, 'disallow bind_anon')
  const { ours, theirs } = await both(`-port ${port} ${base} -filter cn=Anna -attribute title -value admin`, HERE)
  assert.deepEqual([ours.exit, theirs.exit], [0, 0])
})

test('a server that tells nobody anything is down, and its reason is told', SLAPD, async (t) => {
  const port = await slapd(t, 'require authc')
  const { ours, theirs } = await both(`-port ${port} ${base} -filter cn=Anna -attribute title -value admin`, HERE)
  assert.deepEqual([ours.exit, ours.summary], [theirs.exit, theirs.summary])
  assert.match(ours.detail, /returned no entries \(search: unwillingToPerform\)/)
})

const answers =
  (...replies: readonly Buffer[]): Behaviour =>
  (socket) => {
    let turn = 0
    socket.on('data', () => {
      const reply = replies[turn]
      turn += 1
      if (reply === undefined) socket.end()
      else socket.write(reply)
    })
  }
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const bound = hex('30 0c 020101 61 07 0a0100 0400 0400')
const entry = hex('30 1b 020102 64 16 0404 636e3d61 300e 300c 0402 636e 3106 0401 61 0401 62')
const finished = hex('30 0c 020102 65 07 0a0100 0400 0400')

const servers: readonly (readonly [name: string, behaviour: Behaviour, code: string])[] = [
  ['closes at once', (socket) => socket.end(), 'closed-early'],
  ['speaks something else', (socket) => socket.write('220 mail\r\n'), 'not-ldap'],
  ['announces four gigabytes', (socket) => socket.write(hex('30 84 ffffffff 0201')), 'not-ldap'],
  ['says nothing', (socket) => socket.resume(), 'timed-out'],
  ['binds and says no more', answers(bound, Buffer.alloc(0)), 'timed-out'],
  ['binds twice', answers(Buffer.concat([bound, bound])), 'not-ldap'],
  ['has not finished in time', answers(bound, entry), 'timed-out'],
  ['closes instead of searching', answers(bound), 'closed-early'],
  ['sends an entry that is cut', answers(bound, hex('30 08 020102 64 04 0404 63')), 'not-ldap'],
  [
    'sends entries without end',
    answers(bound, Buffer.concat(new Array<Buffer>(10_001).fill(entry))),
    'too-many-entries',
  ],
  ['has none', answers(bound, finished), 'no-entries'],
]
for (const [name, behaviour, code] of servers) {
  test(`a server that ${name} is down: ${code}`, async (t) => {
    const port = await peer(t, behaviour)
    const result = await ask(HERE, { port, attribute: 'cn', value: 'b', timeout: 0.5 })
    const [one] = result.hosts
    assert.equal(one?.kind === 'down' && one.code, code, result.detail)
    assert.deepEqual([result.exit, result.summary], [1, `127.0.0.1:${port}`])
  })
}

test('an answer may come in any pieces', async (t) => {
  const port = await peer(t, (socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      for (const byte of Buffer.concat([bound, entry, finished])) socket.write(Buffer.from([byte]))
    })
  })
  assert.equal((await ask(HERE, { port, attribute: 'cn', value: 'b' })).exit, 0)
})

test('a filter that is none is told, and speaks against nobody', async () => {
  const result = await ask(HERE, { port: 1, filter: '(cn=a' })
  assert.match(result.detail, /"\(cn=a" is not a search filter/)
  assert.equal(result.hosts[0]?.kind, 'unknown')
})

test('any bytes are a message, the beginning of one, or none, and never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(entry.length), (bytes, from) => {
      const received = Buffer.concat([entry.subarray(0, from), bytes])
      const first = firstMessage(received)
      if (first.kind === 'message') readResponse(first.message)
      readResponse(received)
      if (first.kind === 'more') assert(first.size > received.length)
    }),
  )
})
