/** Texts that are written and read back, through keepalived's own layers of quotes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { commandText, patternText, secondsText, wordText } from '../../../src/write/keepalived/quoting.ts'

const parsed = (lines: string) =>
  parseKeepalived(
    {
      file: 'keepalived.conf',
      text: `virtual_server 10.0.0.1 80 {\n protocol TCP\n real_server 10.0.0.2 80 {\n${lines}\n }\n}\n`,
    },
    { id: 'host1' },
  ).virtualServers[0]?.realServers[0]

const VECTORS: readonly (readonly [argv: readonly string[], text: string])[] = [
  [['/opt/up.sh'], '"/opt/up.sh"'],
  [['/opt/up.sh', 'web', 'rack 4'], '"/opt/up.sh web \'rack 4\'"'],
  [['/opt/up.sh', '', '-x'], '"/opt/up.sh \'\' -x"'],
  [['/opt/up.sh', 'a"b', "c'd", 'e\\f', '$g'], '"/opt/up.sh a\\\\042b c\\\\047d e\\\\134f \\\\044g"'],
  [['/opt/up.sh', '#1', '!', '{}'], '"/opt/up.sh #1 ! {}"'],
  [['/opt/up.sh', 'two\nlines'], '"/opt/up.sh two\\\\012lines"'],
]

for (const [argv, text] of VECTORS) {
  test(`${JSON.stringify(argv)} is ${text}`, () => assert.equal(commandText(argv), text))
}

/** Whatever can be an argument of a program. */
const word = fc.string({ unit: 'binary', minLength: 0, maxLength: 12 }).filter((text) => !text.includes('\0'))
const awkward = fc.string({ unit: fc.constantFrom(...'ab \t\n"\'\\$#!{}~@,)0_'), maxLength: 10 })

test('every command comes back word for word', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(word, awkward), { maxLength: 5 }), (words) => {
      const argv = ['/opt/up.sh', ...words]
      const real = parsed(`notify_up ${commandText(argv)}`)
      assert.deepEqual(real?.settings.notify_up?.value.argv, argv)
    }),
  )
})

test('every pattern that is one comes back letter for letter', () => {
  fc.assert(
    fc.property(fc.oneof(word, awkward), (pattern) => {
      fc.pre(pattern !== '')
      const real = parsed(`HTTP_GET {\n url {\n path /\n regex ${patternText(pattern)}\n }\n }`)
      const [checker] = real?.checkers ?? []
      assert.ok(checker?.kind === 'HTTP_GET')
      assert.equal(checker.urls[0]?.settings.regex?.value, pattern)
    }),
  )
})

test('a word comes back as it was, or is known to be none', () => {
  fc.assert(
    fc.property(fc.oneof(word, awkward), (text) => {
      const made = wordText(text)
      if (made === null) return
      const real = parsed(`virtualhost ${made}`)
      assert.equal(real?.settings.virtualhost?.value, text, made)
    }),
  )
})

test('times are as exact as keepalived’s', () => {
  const vectors = [
    [5000, '5'],
    [250, '0.25'],
    [0.023, '0.000023'],
    [0, '0'],
    [86_400_000, '86400'],
  ] as const
  for (const [time, text] of vectors) assert.equal(secondsText(time), text)
})
