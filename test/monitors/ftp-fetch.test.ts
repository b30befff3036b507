/** A file fetched from a real vsftpd; and what a server may do to us meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FtpOptions, ftp } from '../../monitors/ftp.ts'
import { host } from '../../src/model/names.ts'
import { readAddress, readPort } from '../../src/wire/talk/ftp-port.ts'
import { needs } from '../needs.ts'
import { type FileServer, fileServer } from './file-server.ts'
import { context, peer } from './peers.ts'
import { flooding, silent } from './talk-table.ts'
import { vsftpd } from './vsftpd.ts'

async function ask(port: number, options: FtpOptions, at = '127.0.0.1') {
  const [result] = (await ftp.check([host(at)], { port: String(port), timeout: 10, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)

const VSFTPD = needs('vsftpd', 'root')
for (const address of ['127.0.0.1', '::1']) {
  test(`vsftpd gives a file at ${address}, and has no other`, VSFTPD, async (t) => {
    const port = await vsftpd(t, { motd: 'all is well\n' }, address)
    const good = await ask(port, { path: '/motd', receive: 'well$' }, address)
    assert.deepEqual([good.kind, good.text], ['up', 'gave "/motd", 12 bytes of it'])
    const other = await ask(port, { path: '/motd', receive: 'ill' }, address)
    assert.equal(other.text, 'has a file without /ill/ (12 bytes, beginning "all is well")')
    const none = await ask(port, { path: '/nothing' }, address)
    assert.equal(none.text, 'sent "550 Failed to open file." as its answer to RETR, and 125 or 150 was expected')
    const inside = await ask(port, { user: 'anonymous', password: 'a@b.example' }, address)
    assert.deepEqual([inside.kind, inside.text], ['up', 'greeted and let anonymous in'])
    const refused = await ask(port, { user: 'nobody', password: 'xyzzy' }, address)
    assert.equal(codeOf(refused), 'login-refused')
  })
}

const FILES: FileServer = {
  user: 'anna',
  password: 'xyzzy',
  files: { '/motd': 'all is well\n', '/large': Buffer.alloc(3_000_000, 'x'), '/empty': '' },
}
const anna = { user: 'anna', password: 'xyzzy' }
const rows: readonly (readonly [
  name: string,
  server: Partial<FileServer>,
  options: FtpOptions,
  code: string | null,
  text: RegExp,
])[] = [
  ['gives a file', {}, { path: '/motd', receive: 'well' }, null, /^gave "\/motd", 12 bytes of it$/],
  ['gives an empty file', {}, { path: '/empty' }, null, /^gave "\/empty", 0 bytes of it$/],
  ['has nothing in it', {}, { path: '/empty', receive: 'x' }, 'no-match', /without \/x\/ \(it is empty\)$/],
  ['gives the front of a large file', {}, { path: '/large', receive: '^xxx' }, null, /at least 1048576 bytes/],
  ['gives a large file without it', {}, { path: '/large', receive: 'y' }, 'file-too-large', /more than 1048576 bytes/],
  ['asks for no password', { instead: { USER: '230 come in' } }, {}, null, /^greeted and let anna in$/],
  [
    'repeats the password',
    { instead: { PASS: '530 xyzzy?' } },
    {},
    'login-refused',
    /^sent "530 \*\*\*\?" as its answer to PASS/,
  ],
  ['wants an account', { instead: { PASS: '332 which?' } }, {}, 'login-refused', /and 230 or 202 was expected$/],
  [
    'has no passive mode',
    { instead: { PASV: '502 no' } },
    { path: '/motd' },
    'wrong-answer',
    /answer to PASV, and 227/,
  ],
  [
    'says no port',
    { instead: { PASV: '227 somewhere' } },
    { path: '/motd' },
    'wrong-answer',
    /in which there is no port$/,
  ],
  ['says port 0', { instead: { PASV: '227 (1,2,3,4,0,0)' } }, { path: '/motd' }, 'wrong-answer', /there is no port$/],
  [
    'says a port where nobody is',
    { instead: { PASV: '227 (1,2,3,4,0,1)' } },
    { path: '/motd' },
    'refused',
    /^refused the connection on port 1, where its file/,
  ],
  ['names another machine', { says: '192,0,2,1' }, { path: '/motd' }, null, /^gave/],
  [
    'refuses the file',
    { instead: { RETR: '550 xyzzy' } },
    { path: '/motd' },
    'file-refused',
    /^sent "550 \*\*\*" as its answer to RETR/,
  ],
  [
    'does not send it',
    { instead: { RETR: '150 soon' } },
    { path: '/motd', timeout: 0.3 },
    'timed-out',
    /^did not send the end of the file within 300 ms; 0 bytes/,
  ],
  [
    'breaks the file off',
    { after: '426 sorry' },
    { path: '/motd' },
    'file-incomplete',
    /as the end of the file, and 226 or 250/,
  ],
]
for (const [name, server, options, code, text] of rows) {
  test(`a server that ${name} is ${code === null ? 'up' : `down: ${code}`}`, async (t) => {
    const result = await ask(await fileServer(t, { ...FILES, ...server }), { ...anna, ...options })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
  })
}

test('what is no FTP is down', async (t) => {
  const path = { path: '/motd' }
  assert.equal(codeOf(await ask(await peer(t, flooding), path)), 'line-too-long')
  assert.equal(codeOf(await ask(await peer(t, silent), { ...path, timeout: 0.3 })), 'timed-out')
  assert.equal(codeOf(await ask(await peer(t, (socket) => socket.end()), path)), 'closed-early')
  assert.equal(codeOf(await ask(await peer(t, (socket) => socket.end('SSH-2.0\r\n')), path)), 'wrong-answer')
  assert.equal(codeOf(await ask(await peer(t, (socket) => socket.end('500 no\r\n')), path)), 'wrong-greeting')
})

test('a pattern that is none, and one without a file, speak against nobody', async (t) => {
  const port = await peer(t, silent)
  for (const options of [{ path: '/motd', receive: '(' }, { ...anna, receive: 'x' }, { receive: 'x' }]) {
    const result = await ask(port, options)
    assert.deepEqual([result.kind, codeOf(result)], ['unknown', 'bad-option'])
  }
})

test('any lines lead to a verdict without a throw', async () => {
  const word = fc.constantFrom(
    '220 a',
    '331 b',
    '230 c',
    '200 d',
    '227 (1,2,3,4,0,1)',
    '150 e',
    '226 f',
    '220-g',
    '',
    'h',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 10 })), { maxLength: 8 }),
      async (lines) => {
        const ends: (() => void)[] = []
        const port = await peer({ after: (end) => void ends.push(end) }, (socket) =>
          socket.end(`${lines.join('\r\n')}\r\n`),
        )
        const result = await ask(port, { ...anna, path: '/motd' })
        for (const end of ends) end()
        assert.equal(result.kind, 'down')
        assert.doesNotMatch(result.text, /[\x00-\x1f\x7f]/)
      },
    ),
    { numRuns: 50 },
  )
})

test('ports are read from whatever else a server says', () => {
  assert.equal(readAddress('227 Entering Passive Mode (192,0,2,1,4,210).'), 1234)
  assert.equal(readAddress('227 =192,0,2,1,255,255'), 65535)
  assert.equal(readAddress('227 (192,0,2,1,256,1)'), null)
  assert.equal(readPort('229 Entering Extended Passive Mode (|||1234|)'), 1234)
  assert.equal(readPort('229 (!!!1!)'), 1)
  for (const wrong of ['229 (|||0|)', '229 (|||65536|)', '229 (||1234|)', '229', '229 (|||x|)']) {
    assert.equal(readPort(wrong), null)
  }
})
