/** Passwords are not shown, however they went over the wire. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { masked, maskedText, secretsIn } from '../../../src/wire/talk/masked.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const vectors: readonly { readonly name: string; readonly text: string; readonly shown: string }[] = [
  { name: 'as it is', text: 'PASS hunter2\r\n', shown: 'PASS ***\r\n' },
  { name: 'twice', text: 'hunter2hunter2', shown: '******' },
  { name: 'in HTTP', text: `Authorization: Basic ${base64('me:hunter2')}\r\n`, shown: 'Authorization: Basic ***\r\n' },
  { name: 'in AUTH PLAIN', text: `AUTH PLAIN ${base64('\0me\0hunter2')}\r\n`, shown: 'AUTH PLAIN ***\r\n' },
  { name: 'in AUTH LOGIN', text: `${base64('hunter2')}\r\n`, shown: '***\r\n' },
  { name: 'not there', text: `x ${base64('other words')}\0\xff`, shown: `x ${base64('other words')}\0\xff` },
]
for (const { name, text, shown } of vectors) {
  test(`a password ${name}`, () => {
    assert.equal(masked(Buffer.from(text, 'latin1'), ['hunter2']).toString('latin1'), shown)
  })
}

test('what is not ASCII is hidden as well', () => assert.equal(maskedText('Paß: Grüße!', ['Grüße']), 'Paß: ***!'))

test('of two secrets the longer one is hidden whole', () => {
  assert.equal(maskedText('secretary', ['secret', 'secretary']), '***')
})

test('options with the name of a secret have one', () => {
  assert.deepEqual(secretsIn({ password: 'a', passwordFile: '/x', secret: 'b', community: 'c', login: 'd', port: 1 }), [
    'a',
    'b',
    'c',
  ])
})

test('bytes without a secret stay as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual(masked(Buffer.from(bytes), []), Buffer.from(bytes))
    }),
  )
})
