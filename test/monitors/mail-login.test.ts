/** Logins and TLS of pop3 and imap, the short ways of smtp and nntp; and what may go wrong with each. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { monitors } from '../../monitors/index.ts'
import { host } from '../../src/model/names.ts'
import { type Behaviour, certPath, context, peer, tlsPeer } from './peers.ts'
import { endOf, folder } from './started.ts'
import { flooding, silent, speaking } from './talk-table.ts'

async function ask(name: string, port: number, options: object, at = '127.0.0.1') {
  const given = { port: String(port), timeout: 10, ...options }
  const [result] = (await monitors.get(name)?.check([host(at)], given, context))?.hosts ?? []
  assert(result !== undefined)
  return [result.kind === 'up' ? null : result.code, result.text] as const
}

const OK = '+OK\r\n'
const pop = (pass: string): Behaviour => speaking('+OK ready\r\n', { user: OK, pass, quit: { last: '+OK bye\r\n' } })
const imap = (login: string, greeting = '* OK ready\r\n'): Behaviour =>
  speaking(greeting, { login, examine: 'A2 OK\r\n', logout: { last: '* BYE\r\nA3 OK bye\r\n' } }, 1)
const anna = { user: 'anna', password: 'xyzzy' }

type Row = readonly [
  monitor: string,
  name: string,
  server: Behaviour,
  options: object,
  code: string | null,
  text: RegExp,
]
const rows: readonly Row[] = [
  ['pop3', 'a login', pop(OK), anna, null, /^greeted, let anna in and said goodbye$/],
  [
    'pop3',
    'a refused login',
    pop('-ERR xyzzy\r\n'),
    anna,
    'login-refused',
    /^sent "-ERR \*\*\*" as its answer to PASS/,
  ],
  [
    'pop3',
    'a goodbye that repeats',
    speaking('+OK\r\n', { user: OK, pass: OK, quit: '-ERR xyzzy\r\n' }),
    anna,
    'wrong-answer',
    /"-ERR \*\*\*"/,
  ],
  ['pop3', 'no goodbye', speaking(OK, { quit: { last: '' } }), { goodbye: false }, null, /^greeted$/],
  ['pop3', 'silence instead of a goodbye', speaking(OK), { goodbye: false, timeout: 0.3 }, null, /^greeted$/],
  ['pop3', 'silence', silent, { goodbye: false, timeout: 0.3 }, 'timed-out', /^did not send its greeting/],
  ['pop3', 'a flood', flooding, anna, 'line-too-long', /more than 65536 bytes/],
  ['imap', 'a login', imap('A1 OK in\r\n'), anna, null, /^greeted, let anna in and said goodbye$/],
  ['imap', 'nobody logs in', imap('A1 NO\r\n'), { anonymous: false }, null, /^greeted and said goodbye$/],
  ['imap', 'nobody logs in or says goodbye', imap(''), { anonymous: false, goodbye: false }, null, /^greeted$/],
  [
    'imap',
    'a server that is leaving',
    imap('', '* BYE\r\n'),
    { anonymous: false },
    'wrong-greeting',
    /OK was expected$/,
  ],
  ['imap', 'a refused login', imap('A1 NO xyzzy\r\n'), anna, 'login-refused', /"A1 NO \*\*\*"/],
  [
    'smtp',
    'silence behind EHLO',
    speaking('220 a\r\n', { ehlo: '250 b\r\n' }),
    { ehlo: true, goodbye: false, timeout: 0.3 },
    null,
    /^greeted$/,
  ],
  [
    'smtp',
    'EHLO for ever',
    speaking('220 a\r\n', { ehlo: '250-b\r\n' }),
    { ehlo: true, timeout: 0.3 },
    'timed-out',
    /EHLO/,
  ],
  [
    'smtp',
    'EHLO that is busy',
    speaking('220 a\r\n', { ehlo: '421 later\r\n' }),
    { ehlo: true },
    'wrong-answer',
    /"421 later"/,
  ],
  ['nntp', 'a greeting alone', (socket) => socket.write('200 a\r\n'), { greetingOnly: true }, null, /^greeted$/],
  ['nntp', 'another greeting', (socket) => socket.write('502 a\r\n'), { greetingOnly: true }, 'wrong-greeting', /502/],
]
for (const [monitor, name, server, options, code, text] of rows) {
  test(`${monitor}: ${name}`, async (t) => {
    const found = await ask(monitor, await peer(t, server), options)
    assert.equal(found[0], code, found[1])
    assert.match(found[1], text)
    assert.doesNotMatch(found[1], /xyzzy/)
  })
}

for (const [monitor, server] of [
  ['pop3', pop(OK)],
  ['imap', imap('A1 OK in\r\n')],
] as const) {
  const secure = (t: TestContext, certificate: string) => tlsPeer(t, certificate, server)
  test(`${monitor}: over TLS any certificate will do, unless it is to be verified`, async (t) => {
    const tls = { ...anna, tls: true }
    assert.equal((await ask(monitor, await secure(t, 'self-signed.pem'), tls))[0], null)
    const verify = { ...tls, verify: true, ca: certPath('root.pem') }
    assert.equal((await ask(monitor, await secure(t, 'good.pem'), verify))[0], null)
    assert.equal((await ask(monitor, await secure(t, 'expired.pem'), verify))[0], 'expired')
    assert.equal((await ask(monitor, await secure(t, 'bare.pem'), verify))[0], 'wrong-name')
    assert.equal((await ask(monitor, await peer(t, server), tls))[0], 'not-tls')
    assert.equal((await ask(monitor, await peer(t, silent), { ...tls, timeout: 0.3 }))[0], 'timed-out')
    assert.equal(
      (await ask(monitor, await peer(t, silent), { ...tls, verify: true, ca: '/dev/null' }))[0],
      'ca-unreadable',
    )
  })

  test(`${monitor}: a password may stand in a file, and without the file nobody is asked`, async (t) => {
    const file = join(folder(endOf(t), 'password'), 'password')
    writeFileSync(file, 'xyzzy\n')
    const port = await peer(t, server)
    assert.equal((await ask(monitor, port, { user: 'anna', passwordFile: file }))[0], null)
    for (const [passwordFile, text] of [
      [`${file}.gone`, /cannot be read: ENOENT$/],
      ['/dev/null', /./],
    ] as const) {
      const [code, why] = await ask(monitor, port, { user: 'anna', passwordFile })
      assert.equal(code, 'password-unreadable')
      assert.match(why, text)
    }
  })
}
