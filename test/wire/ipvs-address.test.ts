import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { addressBytes, addressText } from '../../src/wire/ipvs/address.ts'

test('every address is written in its one canonical form, and read back', () => {
  const bytes = (length: number) =>
    fc.array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
  fc.assert(
    fc.property(bytes(4), bytes(16), (four, six) => {
      assert.equal(addressText(4, Uint8Array.from(four)), four.join('.'))
      assert.deepEqual([...(addressBytes(4, four.join('.')) ?? [])], four)
      const text = new ipaddr.IPv6(six).toRFC5952String()
      assert.equal(addressText(6, Uint8Array.from(six)), text)
      assert.deepEqual([...(addressBytes(6, text) ?? [])], six)
    }),
    { numRuns: 1000 },
  )
})

test('an IPv4 address within an IPv6 one is read as it is written', () => {
  assert.equal(addressText(6, addressBytes(6, '::1.2.3.4') ?? new Uint8Array()), '::102:304')
  assert.equal(addressText(6, addressBytes(6, '::ffff:1.2.3.4') ?? new Uint8Array()), '::ffff:102:304')
  assert.equal(addressBytes(6, '::1.2.3.256'), null)
})

test('what is no address has no bytes', () => {
  for (const text of ['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.-4', ' 1.2.3.4', '1.2.3.1e1', '::1']) {
    assert.equal(addressBytes(4, text), null, text)
  }
  for (const text of ['1.2.3.4', '::1%eth0', ':::', '12345::']) assert.equal(addressBytes(6, text), null, text)
})
