/** What a director must allow for a check down the client's path; the kernel's own word on it is test/peers/uml. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PATH_MARKS } from '../../../src/edge/path/marks.ts'
import type { Way } from '../../../src/edge/path/needs.ts'
import { needsOf } from '../../../src/edge/path/needs.ts'
import type { Path } from '../../../src/edge/path/wanted.ts'
import { parseWays } from '../../../src/edge/path/ways.ts'

const front = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 } as const
const front6 = { ...front, family: 6, address: '2001:db8::1' } as const
const direct: Path = {
  ...{ mark: PATH_MARKS.base, service: front, forward: 'route' },
  real: { family: 4, address: '10.1.1.2', port: 80 },
}
const out: Way = { kind: 'out', device: 'eth1', source: '10.1.1.1' }
const DROPPED = "answers from 192.0.2.1, which is this machine's own address, are dropped on eth1 (accept_local is 0)"
const STRICT = 'answers from 192.0.2.1 are dropped on eth1, where the address is not (rp_filter is 1, strict)'

const vectors: readonly {
  readonly name: string
  readonly path: Path
  readonly way: Way | null
  readonly sysctls: Readonly<Record<string, string>>
  readonly here?: string
  readonly is: string
}[] = [
  {
    name: 'NAT needs nothing, and no address',
    path: { ...direct, forward: 'masq' },
    way: null,
    sysctls: {},
    is: 'from null',
  },
  {
    name: 'a local node needs nothing',
    path: { ...direct, forward: 'local' },
    way: null,
    sysctls: {},
    is: 'from null',
  },
  {
    name: 'a real server that is this machine needs nothing, whatever its method',
    path: direct,
    way: { kind: 'local' },
    sysctls: {},
    is: 'from null',
  },
  {
    name: 'direct routing needs accept_local',
    path: direct,
    way: out,
    sysctls: {},
    is: `${DROPPED}. Run: sysctl -w net.ipv4.conf.eth1.accept_local=1`,
  },
  {
    name: 'accept_local on this interface is enough, and the check leaves from the address there',
    path: direct,
    way: out,
    sysctls: { 'eth1/accept_local': '1' },
    is: 'from 10.1.1.1',
  },
  {
    name: 'accept_local on all is enough',
    path: direct,
    way: out,
    sysctls: { 'all/accept_local': '1' },
    is: 'from 10.1.1.1',
  },
  {
    name: 'a strict rp_filter drops the answer where the virtual address is on another interface',
    path: direct,
    way: out,
    sysctls: { 'all/accept_local': '1', 'eth1/rp_filter': '1' },
    is: `${STRICT}. Run: sysctl -w net.ipv4.conf.eth1.rp_filter=2`,
  },
  {
    name: 'a strict rp_filter does no harm where the virtual address is on this interface',
    path: direct,
    way: out,
    sysctls: { 'all/accept_local': '1', 'eth1/rp_filter': '1' },
    here: 'eth1',
    is: 'from 10.1.1.1',
  },
  {
    name: 'a loose rp_filter does no harm, and outweighs a strict one for all',
    path: direct,
    way: out,
    sysctls: { 'all/accept_local': '1', 'all/rp_filter': '1', 'eth1/rp_filter': '2' },
    is: 'from 10.1.1.1',
  },
  {
    name: 'both are told at once, with the commands, also for an interface with dots',
    path: { ...direct, forward: 'tunnel' },
    way: { ...out, device: 'eth1.7' },
    sysctls: { 'all/rp_filter': '1' },
    is: `${DROPPED}; ${STRICT}. Run: sysctl -w net/ipv4/conf/eth1.7/accept_local=1 && sysctl -w net/ipv4/conf/eth1.7/rp_filter=2`
      .replaceAll('on eth1 (', 'on eth1.7 (')
      .replaceAll('on eth1,', 'on eth1.7,'),
  },
  {
    name: 'the interface that the operator names is the one that counts',
    path: { ...direct, device: 'bond0' },
    way: out,
    sysctls: { 'bond0/accept_local': '1' },
    is: 'from 10.1.1.1',
  },
  {
    name: 'IPv6 needs the address and nothing else',
    path: { ...direct, service: front6, real: { family: 6, address: '2001:db8:2::2', port: 80 } },
    way: { ...out, source: '2001:db8:2::1' },
    sysctls: { 'eth1/rp_filter': '1' },
    is: 'from 2001:db8:2::1',
  },
  {
    name: 'a tunnel across families is refused: no address to come from is known',
    path: { ...direct, service: front6, forward: 'tunnel' },
    way: out,
    sysctls: {},
    is: 'a check via vip does not go through a tunnel from IPv6 to IPv4: the way to 10.1.1.2 names no address that it could come from',
  },
  {
    name: 'a real server without a route is told',
    path: direct,
    way: { kind: 'none', text: 'there is no route' },
    sysctls: {},
    is: 'this machine has no way to 10.1.1.2: there is no route',
  },
]

describe('a check down the client’s path', () => {
  for (const { name, path, way, sysctls, here, is } of vectors) {
    test(name, () => {
      const needs = needsOf(path, way, {
        sysctl: (key) => sysctls[key.replace('net/ipv4/conf/', '')] ?? '0',
        hasAddress: (device, address) => device === here && address === front.address,
      })
      assert.equal(needs.kind === 'met' ? `from ${needs.source}` : needs.text, is)
    })
  }
})

test('the ways to real servers are read from what "ip" prints, line by line', () => {
  const text = `[{"dst":"10.1.1.2","dev":"inside","prefsrc":"10.1.1.1","flags":[],"uid":0,"cache":[]}]
RTNETLINK answers: Network is unreachable
Command failed -:3
[{"dst":"2001:db8:2::4","from":"::","dev":"inside","prefsrc":"2001:db8:2::1","metric":256,"flags":[]}]
[{"type":"local","dst":"192.168.1.110","dev":"lo","prefsrc":"192.168.1.110","flags":[],"cache":["local"]}]
[{"type":"unreachable","dst":"10.9.9.9","dev":"lo"}]
[{"dst":"10.1.1.3","dev":"inside"}]
[{"dst":17}]
[]
[null]
[{"dst":"10.1.1.2`
  assert.deepEqual(
    parseWays(text),
    new Map<string, Way>([
      ['10.1.1.2', { kind: 'out', device: 'inside', source: '10.1.1.1' }],
      ['2001:db8:2::4', { kind: 'out', device: 'inside', source: '2001:db8:2::1' }],
      ['192.168.1.110', { kind: 'local' }],
      ['10.9.9.9', { kind: 'none', text: 'its route is "unreachable"' }],
      ['10.1.1.3', { kind: 'none', text: 'its route has no interface' }],
    ]),
  )
})
