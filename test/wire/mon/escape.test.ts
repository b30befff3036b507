import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escaped, escapedForQuotes, escapedWhole, unescaped } from '../../../src/wire/mon/escape.ts'
import { anyText, floodDeadline, floods, troubleText } from './texts.ts'

const vectors: readonly { from: string; plain: string; quotes: string; whole: string }[] = [
  { from: '', plain: '', quotes: '', whole: '' },
  { from: 'a-Z!~', plain: 'a-Z!~', quotes: 'a-Z!~', whole: 'a-Z!~' },
  { from: 'b z', plain: 'b\\20z', quotes: 'b\\20z', whole: 'b\\20z' },
  {
    from: 'it\'s "so"',
    plain: 'it\\27s\\20\\22so\\22',
    quotes: 'it\\27s\\20\\22so\\22',
    whole: 'it\\27s\\20\\22so\\22',
  },
  { from: 'a\n\tb\0\x7f', plain: 'a\\0a\\09b\\00\\7f', quotes: 'a\\0a\\09b\\00\\7f', whole: 'a\\0a\\09b\\00\\7f' },
  {
    from: '\u00e9\u20ac',
    plain: '\\c3\\a9\\e2\\82\\ac',
    quotes: '\\c3\\a9\\e2\\82\\ac',
    whole: '\\c3\\a9\\e2\\82\\ac',
  },
  { from: '\u{1f600}', plain: '\\f0\\9f\\98\\80', quotes: '\\f0\\9f\\98\\80', whole: '\\f0\\9f\\98\\80' },
  { from: 'z\\', plain: 'z\\', quotes: 'z\\\\', whole: 'z\\5c' },
  { from: '\\41', plain: '\\41', quotes: '\\\\41', whole: '\\5c41' },
  { from: 'a = b', plain: 'a\\20=\\20b', quotes: 'a\\20=\\20b', whole: 'a\\20\\3d\\20b' },
]
for (const { from, plain, quotes, whole } of vectors) {
  test(`${JSON.stringify(from)} is escaped as mon does, and whole`, () => {
    assert.deepEqual([escaped(from), escapedForQuotes(from), escapedWhole(from)], [plain, quotes, whole])
  })
}

const readings: readonly { from: string; is: string; why: string }[] = [
  { from: 'b\\20z', is: 'b z', why: 'two digits are a byte' },
  { from: '\\c3\\a9', is: '\u00e9', why: 'bytes in a row are UTF-8' },
  { from: '\\ef\\bb\\bfx', is: '\ufeffx', why: 'a byte order mark is a character' },
  { from: '\\e9', is: '\ufffd', why: 'what is not UTF-8 is a replacement character' },
  { from: '\\c3x\\a9', is: '\ufffdx\ufffd', why: 'a character does not reach over another' },
  { from: '\\C3\\4G\\4', is: '\\C3\\4G\\4', why: 'upper case and half an escape stay' },
  { from: 'z\\\\', is: 'z\\\\', why: 'a doubled backslash stays doubled' },
  { from: '\\\\41', is: '\\A', why: 'of a doubled backslash the second may begin an escape' },
]
for (const { from, is, why } of readings) test(`in ${from} ${why}`, () => assert.equal(unescaped(from), is))

test('what is escaped whole comes back whole', () => {
  fc.assert(fc.property(fc.oneof(anyText(), troubleText), (text) => unescaped(escapedWhole(text)) === text))
})

test('a text without a backslash comes back from each way of escaping', () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), troubleText), (any) => {
      const text = any.replaceAll('\\', '/')
      return unescaped(escaped(text)) === text && unescaped(escapedForQuotes(text)) === text
    }),
  )
})

test('nothing escaped has a blank, a quote, a control or a byte that is not ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const way of [escaped, escapedForQuotes, escapedWhole]) assert.match(way(text), /^[!#-&(-~]*$/)
    }),
  )
})

for (const { name, text } of floods) {
  test(`a megabyte of ${name} is escaped and unescaped in linear time`, { timeout: floodDeadline }, () => {
    assert.equal(unescaped(escapedWhole(text)), text)
    unescaped(escaped(text))
    unescaped(escapedForQuotes(text))
  })
}
