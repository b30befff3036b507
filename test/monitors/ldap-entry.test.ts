/** One entry of a real slapd, with and without a login and TLS, ldirectord beside us; and what a server may do to us. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type LdapOptions, ldap } from '../../monitors/ldap.ts'
import { host } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { LDIRECTORD, ldirectordSays } from './ldirectord.ts'
import { certPath, context, peer } from './peers.ts'
import { slapd } from './slapd.ts'

const SLAPD = needs('slapd')
const ANNA = 'cn=Anna,dc=example,dc=org'

async function ask(options: LdapOptions) {
  const [result] = (await ldap.check([host('127.0.0.1')], { timeout: 10, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)

type Row = readonly [name: string, options: LdapOptions, code: string | null, text: RegExp]
const rows: readonly Row[] = [
  ['an entry', { entry: ANNA }, null, /^has the entry cn=Anna,dc=example,dc=org$/],
  ['an entry and its name', { entry: ANNA.toUpperCase(), receive: '^cn=Anna,' }, null, /^has the entry/],
  ['an entry of another name', { entry: ANNA, receive: 'Bert' }, 'no-match', /^has an entry without \/Bert\//],
  ['the server itself', { entry: '' }, null, /^has the entry the empty name$/],
  [
    'no such entry',
    { entry: 'cn=Zoe,dc=example,dc=org' },
    'no-entries',
    /^has 0 entries where .* \(search: noSuchObject\)$/,
  ],
  ['a name that is none', { entry: 'nonsense' }, 'no-entries', /\(search: invalidDNSyntax\)$/],
  ['a login', { entry: ANNA, binddn: ANNA, password: 'xyzzy' }, null, /^has the entry/],
  [
    'a wrong password',
    { entry: ANNA, binddn: ANNA, password: 'xyzzz' },
    'login-refused',
    /^did not let cn=Anna,dc=example,dc=org in \(bind: invalidCredentials\)$/,
  ],
]

const theirs = (
  port: number,
  { entry = '', receive = '', binddn = '', password = '' }: LdapOptions,
  service: string,
) => ({
  check: 'check_ldap',
  service: { service, login: binddn, passwd: password },
  real: { port, request: `/${entry}`, receive },
})

for (const scheme of ['ldap', 'ldaps'] as const) {
  const more =
    scheme === 'ldap' ? '' : `TLSCertificateFile ${certPath('good.pem')}\nTLSCertificateKeyFile ${certPath('key.pem')}`
  const tls = scheme === 'ldaps' ? { tls: true } : {}
  for (const [name, options, code, text] of rows) {
    test(`slapd is asked over ${scheme} for ${name}`, SLAPD, async (t) => {
      const port = await slapd(t, more, scheme)
      const result = await ask({ port, ...tls, ...options })
      assert.equal(codeOf(result), code, result.text)
      assert.match(result.text, text)
      assert.doesNotMatch(result.text, /xyzz/)
      if (LDIRECTORD.skip === false) assert.equal(await ldirectordSays(theirs(port, options, scheme)), result.kind)
    })
  }
}

test('a search logs in as well, and a refused login is down whatever is found without it', SLAPD, async (t) => {
  const search = { port: await slapd(t), basedn: ANNA, filter: 'cn=Anna', attribute: 'sn', value: 'Berg', binddn: ANNA }
  assert.equal((await ask({ ...search, password: 'xyzzy' })).kind, 'up')
  assert.equal(codeOf(await ask({ ...search, password: 'wrong' })), 'login-refused')
})

test('a certificate is looked at where that is asked for', SLAPD, async (t) => {
  const more = `TLSCertificateFile ${certPath('good.pem')}\nTLSCertificateKeyFile ${certPath('key.pem')}`
  const port = await slapd(t, more, 'ldaps')
  const entry = { port, entry: '', tls: true, verify: true }
  assert.equal((await ask({ ...entry, ca: certPath('root.pem') })).kind, 'up')
  assert.equal(codeOf(await ask(entry)), 'unknown-issuer')
  assert.equal(codeOf(await ask({ ...entry, ca: certPath('root.pem'), servername: 'b.example' })), 'wrong-name')
})

test('a login without a password, and a pattern that is none, speak against nobody', async () => {
  for (const options of [{ binddn: ANNA }, { receive: '(' }]) {
    const result = await ask({ port: 1, entry: '', ...options })
    assert.deepEqual([result.kind, codeOf(result)], ['unknown', 'bad-option'])
  }
})

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const bound = hex('30 0c 020101 61 07 0a0100 0400 0400')
const entry = hex('30 1b 020102 64 16 0404 636e3d61 300e 300c 0402 636e 3106 0401 61 0401 62')
const finished = hex('30 0c 020102 65 07 0a0100 0400 0400')
const answering = (t: TestContext, ...answers: readonly Buffer[]) =>
  peer(t, (socket) => {
    let turn = 0
    socket.on('data', () => {
      const answer = answers[turn]
      turn += 1
      if (answer !== undefined) socket.write(answer)
    })
  })

test('two entries where one was asked for are down, and so is one that never comes', async (t) => {
  const two = await answering(t, bound, Buffer.concat([entry, entry, finished]))
  assert.equal(codeOf(await ask({ port: two, entry: 'cn=a' })), 'too-many-entries')
  const none = await answering(t, bound)
  assert.equal(codeOf(await ask({ port: none, entry: 'cn=a', timeout: 0.3 })), 'timed-out')
  const one = await answering(t, bound, Buffer.concat([entry, finished]))
  assert.equal((await ask({ port: one, entry: 'cn=a', receive: 'cn=a' })).kind, 'up')
  const plain = await answering(t, bound)
  assert.equal(codeOf(await ask({ port: plain, entry: 'cn=a', tls: true })), 'not-tls')
})
