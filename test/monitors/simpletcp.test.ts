/** What is said and heard, in which pieces, and how much of it. ldirectord is asked the same in negotiate.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type SimpleTcpOptions, simpletcp } from '../../monitors/simpletcp.ts'
import { host } from '../../src/model/names.ts'
import { RawLines } from '../../src/wire/talk/raw-lines.ts'
import { type Behaviour, context, peer } from './peers.ts'
import { dripping, flooding, resetting, silent } from './talk-table.ts'

async function ask(options: SimpleTcpOptions, at = '127.0.0.1') {
  const [result] = (await simpletcp.check([host(at)], { timeout: 10, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)
const saying =
  (text: string): Behaviour =>
  (socket) =>
    socket.resume().end(text, 'latin1')

const rows: readonly (readonly [
  name: string,
  server: Behaviour,
  options: Omit<SimpleTcpOptions, 'port'>,
  code: string | null,
  text: RegExp,
])[] = [
  ['a line that is like it', saying('one\ntwo\n'), { receive: '^two$' }, null, /^answered "two"$/],
  ['a line with CR', saying('two\r\n'), { receive: '^two\\r$' }, null, /^answered "two"$/],
  ['any line', saying('\n'), {}, null, /^answered ""$/],
  ['bytes that are no text', saying('\xff\xfe\n'), { receive: '\\xff\\xfe' }, null, /^answered/],
  ['byte by byte', dripping('one\ntwo\n'), { receive: 'two' }, null, /two/],
  ['no line', saying(''), {}, 'no-match', /^closed the connection without a line; it said nothing$/],
  [
    'another line',
    saying('one\ntwo'),
    { receive: 'three' },
    'no-match',
    /without a line like \/three\/; its last line was "two"$/,
  ],
  ['silence', silent, { timeout: 0.3 }, 'timed-out', /^sent no line within 300 ms; it said nothing$/],
  [
    'a line that never ends',
    (socket) => void socket.write('abc'),
    { timeout: 0.3, receive: 'z' },
    'timed-out',
    /^sent no line like \/z\/ within 300 ms; it said, without a line end, "abc"$/,
  ],
  [
    'a flood without a line',
    flooding,
    { receive: 'y' },
    'too-much',
    /^sent more than 1048576 bytes and no line like \/y\//,
  ],
  ['a reset', (socket) => socket.once('data', () => resetting(socket)), { request: 'x' }, 'no-match', /^closed/],
  [
    'text that the pattern hates',
    saying(`${'a'.repeat(40)}!\n`),
    { receive: '^(a+)+$' },
    'regex-too-slow',
    /takes too long/,
  ],
  ['controls in the line', saying('a\x1b[2Jb\n'), { receive: 'a' }, null, /^answered "a\?\[2Jb"$/],
]
for (const [name, server, options, code, text] of rows) {
  test(`${name}: ${code ?? 'up'}`, async (t) => {
    const result = await ask({ port: await peer(t, server), ...options })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
  })
}

test('the request has its line ends, and then our side is closed', async (t) => {
  let heard = ''
  const port = await peer(t, (socket) => {
    socket.on('data', (bytes) => {
      heard += bytes
    })
    socket.on('end', () => socket.end(`you said ${JSON.stringify(heard)}\n`))
  })
  const result = await ask({ port, request: 'GET /a\\r\\nb\\n', receive: 'you said' })
  assert.equal(result.kind, 'up')
  assert.equal(heard, 'GET /a\\r\nb\n', 'only \\n stands for something else')
})

test('another address is asked where one is given, and over IPv6', async (t) => {
  const port = await peer(t, saying('ok\n'), '::1')
  const result = await ask({ port, receive: 'ok', connectIp: '::1' }, '192.0.2.1')
  assert.equal(result.text, 'answered "ok" (address ::1)')
})

test('a pattern that is none speaks against nobody', async () => {
  const result = await ask({ port: 1, receive: 'a(' })
  assert.deepEqual([result.kind, codeOf(result)], ['unknown', 'bad-option'])
  assert.match(result.text, /^could not be checked: \/a\(\/ cannot be looked for: /)
})

test('lines are the same in whatever pieces they come, and together they are all that came', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'ÿ'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(10), { maxLength: 20 }), fc.nat(80), (all, cuts, most) => {
      const bytes = Buffer.from(all, 'latin1')
      const lines = new RawLines(most)
      const heard: string[] = []
      let full = false
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        const fed = lines.feed(bytes.subarray(at, at + cut))
        at = Math.min(at + cut, bytes.length)
        heard.push(...fed.lines)
        full ||= fed.full
      }
      const rest = lines.rest()
      assert.equal([...heard, rest ?? ''].join(''), all.slice(0, most))
      assert(heard.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1))
      assert.equal(full, bytes.length > most)
    }),
  )
})
