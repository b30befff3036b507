/** Escapes of send and expect: any bytes can be written, each escape is one byte, and what is none is told at its place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeEscapes, encodeEscapes } from '../../src/model/byte-escapes.ts'

const hex = (text: string): string => {
  const read = decodeEscapes(text)
  return read.kind === 'bytes' ? Buffer.from(read.bytes).toString('hex') : `${read.sequence} at ${read.at}`
}

const vectors: readonly { readonly text: string; readonly is: string }[] = [
  { text: '', is: '' },
  { text: 'HELO', is: '48454c4f' },
  { text: '\\r\\n\\t', is: '0d0a09' },
  { text: '\\\\', is: '5c' },
  { text: '\\\'\\"', is: '2722' },
  { text: '\\0', is: '00' },
  { text: '\\012', is: '003132' },
  { text: '\\x00\\xff\\xFf', is: '00ffff' },
  { text: '\\x0d0', is: '0d30' },
  { text: 'é', is: 'c3a9' },
  { text: '😀', is: 'f09f9880' },
  { text: '\\q', is: '\\q at 0' },
  { text: 'ab\\q', is: '\\q at 2' },
  { text: '\\', is: '\\ at 0' },
  { text: 'a\\\\\\', is: '\\ at 3' },
  { text: '\\x', is: '\\x at 0' },
  { text: '\\x4', is: '\\x4 at 0' },
  { text: '\\x4g', is: '\\x4g at 0' },
  { text: '\\xg4z', is: '\\xg4 at 0' },
  { text: '\\R', is: '\\R at 0' },
  { text: '\\é', is: '\\é at 0' },
  { text: '\\constructor', is: '\\c at 0' },
]
for (const { text, is } of vectors) test(`${JSON.stringify(text)} is ${is}`, () => assert.equal(hex(text), is))

test('any bytes can be written, in visible ASCII, and are read back as they were', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(bytes, (given) => {
      const written = encodeEscapes(given)
      assert.match(written, /^[\x20-\x7e]*$/)
      assert.equal(hex(written), Buffer.from(given).toString('hex'))
    }),
  )
})

test('any text is bytes or a fault whose place it has', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', 'x', '0', 'r', 'q', 'f', 'é', ' ') }), (text) => {
      const read = decodeEscapes(text)
      if (read.kind === 'fault') assert.ok(text.startsWith(read.sequence, read.at) && read.sequence.startsWith('\\'))
    }),
  )
})
