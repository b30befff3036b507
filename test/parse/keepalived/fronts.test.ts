/** What a virtual_server stands for in the kernel's table, and what people call it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceText } from '../../../src/model/table.ts'
import { resolved, said, sound } from './world.ts'

const R4 = 'real_server 10.1.1.2 80 {\n}'
const R6 = 'real_server 2001:db8::2 80 {\n}'
const own = (head: string, words: string, reals = R4) =>
  `virtual_server ${head} {\n lvs_sched rr\n ${words}\n ${reals}\n}\n`
const group = (entries: string, words = 'protocol TCP\n lvs_method NAT', reals = R4) =>
  `virtual_server_group G {\n ${entries}\n}\n${own('group G', words, reals)}`

test('a mark is there once for each family, and that is the family which it gets in the kernel', () => {
  const tunnel = 'real_server 10.1.1.9 {\n lvs_method TUN\n}\n'
  const twice = (...texts: readonly string[]) => said(texts.join('')).filter((code) => code === 'error twice').length
  const v6 = own('fwmark 1', 'lvs_method NAT', R6)
  assert.equal(twice(v6, own('fwmark 1', 'lvs_method NAT\n ip_family inet6', R6)), 1)
  assert.equal(twice(v6, own('fwmark 1', 'lvs_method TUN\n ip_family inet6', 'real_server 10.1.1.2 {\n}')), 1)
  assert.equal(twice(v6, own('fwmark 1', 'lvs_method NAT', tunnel + R6)), 1)
  assert.equal(twice(own('fwmark 1', 'lvs_method NAT'), own('fwmark 1', 'lvs_method NAT', tunnel + R6)), 0)
  assert.equal(twice(own('fwmark 1', 'lvs_method NAT'), v6), 0)
  const both = sound(own('fwmark 1', 'lvs_method NAT') + own('fwmark 1', 'lvs_method NAT', tunnel + R6))
  assert.deepEqual(
    both.virtuals.map(({ services }) => services.map(serviceText)),
    [['fwmark 1'], ['fwmark 1 inet6']],
  )
})

const fronts: readonly (readonly [
  name: string,
  text: string,
  called: readonly [string, string],
  services: readonly string[],
])[] = [
  [
    'an address',
    own('192.0.2.1 80', 'protocol TCP\n lvs_method NAT'),
    ['192.0.2.1:80', '[192.0.2.1]:tcp:80'],
    ['tcp 192.0.2.1:80'],
  ],
  [
    'an IPv6 address',
    own('2001:DB8::0:1 443', 'protocol TCP\n lvs_method NAT', R6),
    ['[2001:db8::1]:443', '[2001:db8::1]:tcp:443'],
    ['tcp [2001:db8::1]:443'],
  ],
  [
    'UDP',
    own('192.0.2.1 53', 'protocol udp\n lvs_method NAT'),
    ['192.0.2.1:53/udp', '[192.0.2.1]:udp:53'],
    ['udp 192.0.2.1:53'],
  ],
  [
    'SCTP',
    own('192.0.2.1 53', 'protocol SCTP\n lvs_method NAT'),
    ['192.0.2.1:53/sctp', '[192.0.2.1]:sctp:53'],
    ['sctp 192.0.2.1:53'],
  ],
  ['a mark', own('fwmark 7', 'lvs_method NAT'), ['fwmark-7', 'FWM 7'], ['fwmark 7']],
  ['a mark of IPv6 servers', own('fwmark 7', 'lvs_method NAT', R6), ['fwmark-7-inet6', 'FWM 7'], ['fwmark 7 inet6']],
  [
    'a mark of the family that is written',
    own('fwmark 7', 'lvs_method TUN\n ip_family inet6', 'real_server 10.1.1.2 {\n}'),
    ['fwmark-7-inet6', 'FWM 7'],
    ['fwmark 7 inet6'],
  ],
  ['a group', group('192.0.2.1 80\n 192.0.2.1 443'), ['[G]', '[G]:0'], ['tcp 192.0.2.1:80', 'tcp 192.0.2.1:443']],
  [
    'a group of UDP',
    group('192.0.2.1 53', 'protocol UDP\n lvs_method NAT'),
    ['[G]/udp', '[G]:0'],
    ['udp 192.0.2.1:53'],
  ],
  [
    'a range',
    group('192.0.2.254-192.0.3.1 80'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.254:80', 'tcp 192.0.2.255:80', 'tcp 192.0.3.0:80', 'tcp 192.0.3.1:80'],
  ],
  [
    'a range of last parts',
    group('192.0.2.1-3 80'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.1:80', 'tcp 192.0.2.2:80', 'tcp 192.0.2.3:80'],
  ],
  [
    'a range of IPv6',
    group('2001:db8::9-b 80', 'protocol TCP\n lvs_method NAT', R6),
    ['[G]', '[G]:0'],
    ['tcp [2001:db8::9]:80', 'tcp [2001:db8::a]:80', 'tcp [2001:db8::b]:80'],
  ],
  [
    'a net',
    group('192.0.2.0/30 80'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.0:80', 'tcp 192.0.2.1:80', 'tcp 192.0.2.2:80', 'tcp 192.0.2.3:80'],
  ],
  [
    'ranges that overlap',
    group('192.0.2.1-2 80\n 192.0.2.2-3 80'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.1:80', 'tcp 192.0.2.2:80', 'tcp 192.0.2.3:80'],
  ],
  ['marks and addresses', group('192.0.2.1 80\n fwmark 9'), ['[G]', '[G]:0'], ['tcp 192.0.2.1:80', 'fwmark 9']],
  [
    'what of both families fits IPv4 servers',
    group('192.0.2.1 80\n 2001:db8::1 80'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.1:80'],
  ],
  [
    'both families by tunnels',
    group('192.0.2.1 80\n 2001:db8::1 80', 'protocol TCP\n lvs_method TUN', `${R4}\n ${R6}`),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.1:80', 'tcp [2001:db8::1]:80'],
  ],
  [
    'both families and a mark by tunnels',
    group('192.0.2.1 80\n 2001:db8::1 80\n fwmark 9 inet6', 'protocol TCP\n lvs_method TUN'),
    ['[G]', '[G]:0'],
    ['tcp 192.0.2.1:80', 'tcp [2001:db8::1]:80', 'fwmark 9 inet6'],
  ],
]
for (const [name, text, called, services] of fronts) {
  test(`a virtual_server stands for ${name}`, () => {
    const { virtuals } = sound(text)
    assert.deepEqual(
      virtuals.map((virtual) => [virtual.name, virtual.keepalivedName]),
      [called],
    )
    assert.deepEqual(virtuals[0]?.services.map(serviceText), services)
  })
}

test('a group of both families serves two virtual servers, one of each', () => {
  const text = group('192.0.2.1 80\n 2001:db8::1 80') + own('group G', 'protocol TCP\n lvs_method NAT', R6)
  const { virtuals } = sound(text)
  assert.deepEqual(
    virtuals.map(({ name, services }) => [name, services.map(serviceText)]),
    [
      ['[G]', ['tcp 192.0.2.1:80']],
      ['[G]-inet6', ['tcp [2001:db8::1]:80']],
    ],
  )
})

test('one checker speaks for a server in all services of a group', () => {
  const { services, virtuals } = sound(
    group('192.0.2.1-9 80', 'protocol TCP\n lvs_method NAT', 'real_server 10.1.1.2 80 {\n TCP_CHECK {\n}\n}'),
  )
  assert.equal(services.length, 1)
  assert.equal(virtuals[0]?.services.length, 9)
})

const refused: readonly (readonly [name: string, text: string, problem: string])[] = [
  ['a group whose entries are of the other family', group('2001:db8::1 80'), 'error group-family'],
  [
    'a mark that may be of either family',
    group('192.0.2.1 80\n 2001:db8::1 80\n fwmark 9', 'protocol TCP\n lvs_method TUN'),
    'error group-family',
  ],
  [
    'a group with servers of both families',
    group('192.0.2.1 80', 'protocol TCP\n lvs_method NAT', `${R4}\n ${R6}`),
    'error real-family',
  ],
  ['a group nobody wrote', own('group H', 'protocol TCP\n lvs_method NAT'), 'error name-unknown'],
  ['more services than there may be', group('10.0.0.0/16 80\n 10.1.0.0/16 80'), 'error too-many-services'],
]
for (const [name, text, problem] of refused) {
  test(`${name} is an error`, () => assert.ok(said(text).includes(problem), said(text).join()))
}

test('ports of a group that direct routing does not reach are told, and each service has its own', () => {
  const text = group('192.0.2.1 80\n 192.0.2.1 81', 'protocol TCP\n lvs_method DR')
  assert.deepEqual(said(text), ['warning real-port'])
  assert.equal(resolved(text).virtuals[0]?.reals[0]?.portFollows, true)
})

test('a hundred servers behind sixty thousand addresses are too many', () => {
  const reals = Array.from({ length: 100 }, (_, i) => `real_server 10.1.1.${i} 80 {\n}`).join('\n')
  assert.ok(said(group('10.0.0.0/16 80', 'protocol TCP\n lvs_method NAT', reals)).includes('error too-many-reals'))
})
