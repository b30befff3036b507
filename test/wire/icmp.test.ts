/** ICMP echo messages as they are on the wire. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checksum, decodeIcmp, encodeEchoRequest, withoutIpv4Header } from '../../src/wire/icmp.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('the checksum of RFC 1071 section 3 is the one printed there', () => {
  assert.equal(checksum(hex('0001 f203 f4f5 f6f7')), ~0xddf2 & 0xffff)
})

test('an odd byte at the end counts as the high half of a word', () => {
  assert.equal(checksum(hex('01')), ~0x0100 & 0xffff)
})

test('an echo request of version 4 carries its checksum', () => {
  const echo = { id: 0x1234, sequence: 1, payload: hex('6162') }
  assert.equal(toHex(encodeEchoRequest(4, echo)), '08008468' + '12340001' + '6162')
})

test('an echo request of version 6 leaves the checksum to the kernel', () => {
  assert.equal(toHex(encodeEchoRequest(6, { id: 1, sequence: 2, payload: hex('ff') })), '8000000000010002ff')
})

test('a request becomes the reply that a host makes of it, and is read back', () => {
  const word = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(
      word,
      word,
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom(4 as const, 6 as const),
      (id, sequence, payload, family) => {
        const bytes = encodeEchoRequest(family, { id, sequence, payload })
        assert.ok(family === 6 || checksum(bytes) === 0)
        const message = decodeIcmp(family, asReply(family, bytes))
        assert.deepEqual(message, { kind: 'echo-reply', echo: { id, sequence, payload } })
      },
    ),
  )
})

const payload = Uint8Array.from(Buffer.from('upalert-test'))
/** Read from raw sockets of Linux 6.18: answers of the loopback, and of a router with `unreachable` routes. */
const captures = [
  {
    name: 'a reply of version 4',
    family: 4,
    bytes: '4500002852c1000040012a127f0000017f0000010000a8b0beef00097570616c6572742d74657374',
    is: { kind: 'echo-reply', echo: { id: 0xbeef, sequence: 9, payload } },
  },
  {
    name: 'a reply of version 6',
    family: 6,
    bytes: '81002760beef00097570616c6572742d74657374',
    is: { kind: 'echo-reply', echo: { id: 0xbeef, sequence: 9, payload } },
  },
  {
    name: 'a router that refuses, version 4',
    family: 4,
    bytes:
      '45c00044851a00004001e0da0a0100020a0100010301fcfe000000004500002834b740004001f2140a0100010a0700010800a0b0beef00097570616c6572742d74657374',
    is: { kind: 'error', text: 'host unreachable', original: { destination: '10.7.0.1', id: 0xbeef, sequence: 9 } },
  },
  {
    name: 'a router that refuses, version 6',
    family: 6,
    bytes:
      '01007767000000006003f30900143a40fd010000000000000000000000000001fd07000000000000000000000000000180002e56beef00097570616c6572742d74657374',
    is: { kind: 'error', text: 'no route to the host', original: { destination: 'fd07::1', id: 0xbeef, sequence: 9 } },
  },
] as const
for (const { name, family, bytes, is } of captures) {
  test(`captured: ${name}`, () => {
    const message = family === 4 ? withoutIpv4Header(hex(bytes)) : hex(bytes)
    assert.ok(message)
    assert.deepEqual(decodeIcmp(family, message), is)
  })
}

test('a damaged reply of version 4 says nothing', () => {
  const reply = asReply(4, encodeEchoRequest(4, { id: 7, sequence: 8, payload: hex('01020304') }))
  reply[9] = 0x55
  assert.deepEqual(decodeIcmp(4, reply), { kind: 'other' })
})

const quoted4 = `45000054 abcd4000 40010000 0a000001 0a010203 ${toHex(encodeEchoRequest(4, { id: 0xbeef, sequence: 9, payload: hex('') }))}`
const quoted6 = `60000000 00403a40 ${'20010db8'.padEnd(31, '0')}1 ${'20010db8'.padEnd(31, '0')}2 80000000beef0009`

test('an error names the packet it is about', () => {
  assert.deepEqual(decodeIcmp(4, withChecksum(hex(`0301 0000 00000000 ${quoted4}`))), {
    kind: 'error',
    text: 'host unreachable',
    original: { destination: '10.1.2.3', id: 0xbeef, sequence: 9 },
  })
  assert.deepEqual(decodeIcmp(6, hex(`0103 0000 00000000 ${quoted6}`)), {
    kind: 'error',
    text: 'address unreachable',
    original: { destination: '2001:db8::2', id: 0xbeef, sequence: 9 },
  })
})

test('an error about a packet of another protocol is about nothing of ours', () => {
  const tcp = quoted4.replace('40010000', '40060000')
  const message = decodeIcmp(4, withChecksum(hex(`0b00 0000 00000000 ${tcp}`)))
  assert.deepEqual(message, { kind: 'error', text: 'time to live exceeded on the way', original: null })
})

test('an echo request that arrives here is not an answer', () => {
  assert.deepEqual(decodeIcmp(4, encodeEchoRequest(4, { id: 1, sequence: 1, payload: hex('') })), { kind: 'other' })
  assert.deepEqual(decodeIcmp(6, encodeEchoRequest(6, { id: 1, sequence: 1, payload: hex('') })), { kind: 'other' })
})

test('the IPv4 header is taken off with its options', () => {
  assert.deepEqual(withoutIpv4Header(hex(`46${'00'.repeat(23)} 0102`)), hex('0102'))
  assert.equal(withoutIpv4Header(hex('45 00 00')), null)
  assert.equal(withoutIpv4Header(hex(`65${'00'.repeat(30)}`)), null)
})

test('any bytes are some message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(4 as const, 6 as const), (bytes, family) => {
      assert.ok(['echo-reply', 'error', 'other'].includes(decodeIcmp(family, bytes).kind))
      const errorType = withChecksum(Uint8Array.from([family === 4 ? 3 : 1, 1, 0, 0, ...bytes]))
      assert.ok(['error', 'other'].includes(decodeIcmp(family, errorType).kind))
      withoutIpv4Header(bytes)
    }),
  )
})

/** Only the type changes, and with it the checksum. */
function asReply(family: 4 | 6, request: Uint8Array): Uint8Array {
  const reply = Uint8Array.from(request)
  reply[0] = family === 4 ? 0 : 129
  return family === 4 ? withChecksum(reply) : reply
}

function withChecksum(message: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(message)
  bytes.set([0, 0], 2)
  const sum = checksum(bytes)
  bytes.set([sum >> 8, sum & 0xff], 2)
  return bytes
}
