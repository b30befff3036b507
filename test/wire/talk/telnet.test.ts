import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MOST_ANSWERS, TelnetReader } from '../../../src/wire/talk/telnet.ts'

const read = (pieces: readonly Uint8Array[]): { text: string; answer: string } => {
  const reader = new TelnetReader()
  const fed = pieces.map((piece) => reader.feed(piece))
  return {
    text: fed.map(({ text }) => text).join(''),
    answer: fed.map(({ answer }) => Buffer.from(answer).toString('hex')).join(''),
  }
}
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

const vectors: readonly (readonly [name: string, sent: string, text: string, answer: string])[] = [
  ['text is text', 'login: ', 'login: ', ''],
  ['CR LF ends a line, CR NUL is a CR', 'a\r\nb\r\0c', 'a\nb\rc', ''],
  ['a CR before anything else stays', 'a\rb\r\r\nc', 'a\rb\r\nc', ''],
  ['a CR before a command stays', 'a\r\xff\xf1b', 'a\rb', ''],
  ['IAC IAC is the byte 255', 'a\xff\xffb', 'a\xffb', ''],
  ['DO is answered with WONT, WILL with DONT', '\xff\xfd\x18a\xff\xfb\x01b', 'ab', 'fffc18fffe01'],
  ['WONT and DONT are not answered', '\xff\xfc\x18a\xff\xfe\x01b', 'ab', ''],
  ['a subnegotiation is no text', '\xff\xfa\x18\x01login:\xff\xff\xf0\xff\xf0a', 'a', ''],
  ['go ahead and other commands are no text', 'a\xff\xf9b\xff\xf1c', 'abc', ''],
  ['a subnegotiation without end swallows the rest', 'a\xff\xfa\x18b', 'a', ''],
]
for (const [name, sent, text, answer] of vectors) {
  test(name, () => assert.deepEqual(read([bytes(sent)]), { text, answer }))
}

test('any bytes give the same, whether they come at once or one by one', () => {
  const byte = fc.oneof(fc.constantFrom(255, 254, 253, 252, 251, 250, 240, 13, 10, 0), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 80 }), (all) => {
      assert.deepEqual(read(all.map((one) => Uint8Array.of(one))), read([Uint8Array.from(all)]))
    }),
  )
})

test('offers without end are answered only so many times', () => {
  const { answer } = read([bytes('\xff\xfb\x01'.repeat(MOST_ANSWERS + 10))])
  assert.equal(answer.length, MOST_ANSWERS * 6)
})
