/** The doors through which the doctor looks: what they make of texts as the kernel and its tools write them. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { filtersArp, marksIn } from '../../../src/edge/facts/firewall.ts'
import { readWays } from '../../../src/edge/facts/ip.ts'
import { readDrainSysctls } from '../../../src/edge/facts/ip-vs-sysctls.ts'
import { connectionsIn } from '../../../src/edge/facts/ipvs.ts'
import { readListeners } from '../../../src/edge/facts/listeners.ts'
import { readCapabilities } from '../../../src/edge/facts/process.ts'
import { readSysctls } from '../../../src/edge/facts/sysctls.ts'
import { seen } from '../../../src/model/facts.ts'
import { needs } from '../../needs.ts'

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'upalert-facts-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

test('the switches of a drain are read, and an absent one is null', (t) => {
  const root = folder(t, { 'net/ipv4/vs/expire_nodest_conn': '1\n', 'net/ipv4/vs/conn_reuse_mode': '2\n' })
  const wanted = { expireNodestConn: 1, expireQuiescentTemplate: null, connReuseMode: 2 }
  assert.deepEqual(readDrainSysctls(root), wanted)
})

test('without the module ip_vs all three are null', (t) => {
  const none = { expireNodestConn: null, expireQuiescentTemplate: null, connReuseMode: null }
  assert.deepEqual(readDrainSysctls(folder(t, {})), none)
})

test('switches of each interface are read, whatever it is called', (t) => {
  const root = folder(t, { 'net/ipv4/conf/eth0.100/rp_filter': '2\n', 'net/ipv4/conf/all/log_martians': '1\n' })
  assert.deepEqual([...readSysctls(root)], [['net/ipv4/conf/eth0.100/rp_filter', '2']])
})

test('capabilities are told apart', (t) => {
  const root = folder(t, {
    none: 'CapEff:\t0000000000000000\n',
    raw: 'Name:\tx\nCapEff:\t0000000000002000\n',
    odd: 'x',
  })
  assert.deepEqual(readCapabilities(join(root, 'none')), seen(new Set()))
  assert.deepEqual(readCapabilities(join(root, 'raw')), seen(new Set(['NET_RAW'])))
  assert.equal(readCapabilities(join(root, 'odd')).kind, 'unseen')
  assert.equal(readCapabilities(join(root, 'absent')).kind, 'unseen')
})

test('connections are added up over the table', () => {
  const table = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A8016E:0050 wlc persistent 6000 FFFFFFFF
  -> 0A010102:0050      Masq    1      3          40
  -> 0A010103:0050      Masq    1      5          2
TCP  [2001:0db8:0001:0000:0000:0000:0000:0110]:0050 rr
  -> [2001:0db8:0002:0000:0000:0000:0000:0002]:0050      Masq    1      0          1
`
  assert.equal(connectionsIn(table), 51)
})

const marks: Readonly<Record<string, string>> = {
  'iptables-save':
    '-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x2a/0xffffffff\n-A PREROUTING -j ACCEPT',
  nft: 'chain pre {\n  type filter hook prerouting priority mangle; policy accept;\n  ip daddr 192.0.2.10 tcp dport 80 meta mark set 0x0000002a\n}',
  'nft with a decimal number': 'ip daddr 192.0.2.10 counter packets 3 bytes 180 meta mark set 42',
}
for (const [name, listing] of Object.entries(marks)) {
  test(`the mark 42 is found in the listing of ${name}`, () => assert.deepEqual(marksIn(listing), [42]))
}
test('a mark that is only matched is not one that is set', () => {
  assert.deepEqual(marksIn('-A FORWARD -m mark --mark 0x2a -j ACCEPT\nmeta mark 0x0000002a accept'), [])
})

const filters: readonly (readonly [string, string, boolean])[] = [
  ['arptables', '*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -d 192.0.2.10\n', true],
  ['arptables without a rule', '*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n', false],
  ['nft', 'table arp filter {\n  chain input {\n    arp daddr ip 192.0.2.10 drop\n  }\n}', true],
  [
    'nft that rewrites',
    'table arp filter {\n  chain output {\n    arp saddr ip 192.0.2.10 arp saddr ip set 192.0.2.2\n  }\n}',
    true,
  ],
  ['nothing', '', false],
]
for (const [name, listing, wanted] of filters) {
  test(`ARP is ${wanted ? '' : 'not '}filtered by ${name}`, () => assert.equal(filtersArp(listing), wanted))
}

test('listening sockets are told from connections, in both families', (t) => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
  const root = folder(t, {
    tcp: `${head}   0: 0A02000A:0050 00000000:0000 0A 00000000:00000000\n   1: 0100007F:1F90 0100007F:A000 01 00000000:00000000\n`,
    tcp6: `${head}   0: B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000\n   1: 0000000000000000FFFF00000A02000A:0051 00000000000000000000000000000000:0000 0A 0:0\n`,
    udp: `${head}  77: 00000000:0035 00000000:0000 07 00000000:00000000\n`,
  })
  assert.deepEqual(
    readListeners(root),
    seen([
      { protocol: 'tcp', address: '10.0.2.10', port: 80 },
      { protocol: 'tcp', address: '2001:db8::1', port: 443 },
      { protocol: 'tcp', address: '10.0.2.10', port: 81 },
      { protocol: 'udp', address: '0.0.0.0', port: 53 },
    ]),
  )
})

test('a server of this process is seen to listen', async (t) => {
  const server = createServer()
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const listeners = readListeners()
  assert(listeners.kind === 'seen')
  assert(listeners.value.some((one) => one.port === port && one.address === '127.0.0.1'))
})

test('ways to thousands of addresses are asked of one process', needs('ip'), () => {
  const addresses = Array.from({ length: 5000 }, (_, i) => `127.1.${i >> 8}.${i & 255}`)
  const ways = readWays(addresses)
  assert.equal(ways.size, 5000)
  assert([...ways.values()].every((way) => way.kind === 'seen' && way.value.kind === 'local'))
})
