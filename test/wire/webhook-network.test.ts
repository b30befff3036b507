/** Where webhooks may go: the public Internet, and what the operator allows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressFault, type Network, parseNetwork } from '../../src/wire/webhook/network.ts'

const networks = (...texts: readonly string[]): readonly Network[] =>
  texts.map((text) => {
    const network = parseNetwork(text)
    assert.ok(network !== null, text)
    return network
  })

const refused = [
  ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '127.255.255.255', '0.0.0.0', '0.1.2.3'],
  ...['169.254.169.254', '100.64.0.1', '224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255'],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.0.0.8'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1', '2001:db8::1'],
  ...['::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::7f00:1'],
  ...['2002:7f00:1::1', '2001::1', '100::1', '64:ff9b:1::1', '::ffff:0:10.0.0.1', '4000::1', 'nonsense', ''],
]
const open = [
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '64:ff9b::1.1.1.1',
  '::ffff:1.1.1.1',
]

for (const address of refused) {
  test(`${address || 'nothing'} is not reached`, () => assert.notEqual(addressFault(address, []), null))
}
for (const address of open) {
  test(`${address} is reached`, () => assert.equal(addressFault(address, []), null))
}

test('what is allowed is reached, and its neighbours are not', () => {
  const allowed = networks('10.1.0.0/16', 'fd00:1::/32', '192.168.7.7')
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '64:ff9b::10.1.2.3', 'fd00:1::5', '192.168.7.7'])
    assert.equal(addressFault(address, allowed), null, address)
  for (const address of ['10.2.0.1', 'fd00:2::5', '192.168.7.8', '::1'])
    assert.notEqual(addressFault(address, allowed), null, address)
})

test('an IPv4 address is judged alike however it is written into IPv6', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const fault = (text: string) => addressFault(text, []) === null
      assert.equal(fault(`::ffff:${address}`), fault(address))
      assert.equal(fault(`64:ff9b::${address}`), fault(address))
    }),
  )
})

test('no address makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.string()), (text) => {
      addressFault(text, networks('10.0.0.0/8', 'fd00::/8'))
    }),
  )
})

for (const text of ['10.0.0.0/33', '10.0.0.0/', 'a', '::/129', '10.0.0.0/8/8', ''])
  test(`"${text}" is no network`, () => assert.equal(parseNetwork(text), null))
