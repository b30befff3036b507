/** Every word of a `virtual` block and of its `real` lines, and what the pool is then. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AlertCall, LAST_KNOWN, type Model, type Real, type Virtual } from '../../src/model/model.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { minutes, seconds } from '../../src/model/units.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { programPaths } from '../../src/parse/resolve.ts'
import { modelOf, resolveText, world } from './world.ts'

const watches =
  'hostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n  service http\n    interval 1m\n    monitor http\n  service tcp\n' +
  '    interval 10s\n    timeout 3s\n    fall 3\n    rise 2\n    monitor tcp -p 8080\n    period\n      alert mail a@b\n'
const checked = '  real 10.1.1.2 weight 4 check web/http'

/** Of one virtual server, whose lines may say another address. */
function poolModel(lines: string, { address = '192.0.2.1:80', codes = [] as readonly string[] } = {}): Model {
  return modelOf(`${watches}\nvirtual www\n  address ${address}\n${lines}\n`, codes)
}

function virtualOf(lines: string, about: Parameters<typeof poolModel>[1] = {}): Virtual {
  const [virtual] = poolModel(lines, about).virtuals
  assert.ok(virtual)
  return virtual
}

function assertHas<Whole extends object>(whole: Whole | undefined, part: Partial<Whole>): void {
  for (const [key, value] of Object.entries(part)) assert.deepEqual(whole?.[key as keyof Whole], value)
}

const udp = { address: '192.0.2.1:5060/udp' }
const pools: readonly (readonly [
  lines: string,
  expected: Partial<Virtual>,
  about?: Parameters<typeof poolModel>[1],
])[] = [
  ['  quorum 3\n  hysteresis 1', { quorum: 3 as Virtual['quorum'], hysteresis: 1 }],
  ['  quorum 3\n  hysteresis 0', { hysteresis: 0 }],
  ['  quorum 3', { backupBelow: 3 as Virtual['backupBelow'] }],
  ['  backup_below 2\n  real 10.1.1.3 backup check web/http', { backupBelow: 2 as Virtual['backupBelow'] }],
  ['  slow_start 30s', { slowStart: seconds(30) }],
  ['  slow_start 0s', { slowStart: seconds(0) }],
  ['  ha_suspend no', { haSuspend: false }],
  ['  ha_suspend on', { haSuspend: true }],
]
for (const [lines, expected, about] of pools) {
  test(`"${lines.trim().replaceAll('\n  ', '", "')}" in a virtual block`, () => {
    assertHas(virtualOf(`${lines}\n${checked}`, about), expected)
  })
}

const settings: readonly (readonly [lines: string, expected: object, about?: Parameters<typeof poolModel>[1]])[] = [
  ['scheduler sh sh-port', { scheduler: 'sh', schedulerFlags: 2 }],
  ['scheduler sh sh-port sh-fallback', { scheduler: 'sh', schedulerFlags: 3 }],
  ['scheduler mh mh-fallback', { scheduler: 'mh', schedulerFlags: 1 }],
  ['scheduler mh flag-1 flag-2 flag-3', { scheduler: 'mh', schedulerFlags: 7 }],
  ['scheduler wlc flag-3', { scheduler: 'wlc', schedulerFlags: 4 }],
  ['one_packet yes', { onePacket: true }, udp],
  ['one_packet yes', { onePacket: true }, { address: 'fwmark 80' }],
  ['one_packet no', { onePacket: false }],
  ['persistence 300 engine sip', { persistenceSeconds: 300, engine: 'sip', prefix: 32 }, udp],
  ['persistence 5m netmask 24 engine sip', { persistenceSeconds: 300, engine: 'sip', prefix: 24 }, udp],
  ['persistence 5m engine sip netmask 24', { persistenceSeconds: 300, engine: 'sip', prefix: 24 }, udp],
]
for (const [line, expected, about] of settings) {
  test(`"${line}" for ${about?.address ?? 'TCP'} reaches the kernel’s settings`, () => {
    const found = virtualOf(`  ${line}\n${checked}`, about).settings
    assert.deepEqual({ ...found, ...expected }, found)
  })
}

const beginnings: readonly (readonly [words: string, initial: Virtual['reals'][number]['initial']])[] = [
  ['up', { remembered: false, unknown: 'up', waitMost: null }],
  ['down', { remembered: false, unknown: 'down', waitMost: null }],
  ['wait', { remembered: false, unknown: 'wait', waitMost: null }],
  ['wait 5s', { remembered: false, unknown: 'wait', waitMost: seconds(5) }],
  ['last-known', LAST_KNOWN],
  ['last-known 1m', { remembered: true, unknown: 'wait', waitMost: minutes(1) }],
]
for (const [words, initial] of beginnings) {
  test(`"initial ${words}" is how each real server of the pool begins`, () => {
    assert.deepEqual(virtualOf(`  initial ${words}\n${checked}`).reals[0]?.initial, initial)
  })
}

test('a real server’s own words win over those of its block', () => {
  const lines = '  on_fail drain\n  initial up\n  forward nat\n'
  const real = virtualOf(`${lines}  real 10.1.1.2 check web/http on_fail remove initial wait forward dr`).reals[0]
  assertHas(real, {
    onFail: 'remove',
    initial: { remembered: false, unknown: 'wait', waitMost: null },
    forward: 'route',
  })
  assertHas(virtualOf(`${lines}${checked}`).reals[0], { onFail: 'drain', forward: 'masq' })
})

/** `web/http` on a host. */
const checks = (...list: readonly (readonly [key: string, address: string])[]): Real['checks'] =>
  list.map(([key, address]) => {
    const [group = '', service = ''] = key.split('/')
    return { service: serviceKey(groupName(group), serviceName(service)), host: host(address) }
  })
const reals: readonly (readonly [line: string, expected: Partial<Real>])[] = [
  ['10.1.1.2 check web/http', { role: 'primary', checks: checks(['web/http', '10.1.1.2']) }],
  ['10.1.1.2 check web/http backup weight 2', { role: 'backup', weight: 2 as Real['weight'] }],
  ['10.1.1.2 check web/http check web/tcp', { checks: checks(['web/http', '10.1.1.2'], ['web/tcp', '10.1.1.2']) }],
  [
    '10.9.9.9 check web/http via 10.1.1.3 weight 1 check web/tcp via 10.1.1.2',
    { checks: checks(['web/http', '10.1.1.3'], ['web/tcp', '10.1.1.2']) },
  ],
  [
    '10.1.1.2 check web/http check web/tcp via 10.1.1.3',
    { checks: checks(['web/http', '10.1.1.2'], ['web/tcp', '10.1.1.3']) },
  ],
  ['10.9.9.9 via 10.1.1.3 check web/http', { checks: checks(['web/http', '10.1.1.3']) }],
  [
    '10.1.1.2 check web/http check web/http via 10.1.1.3',
    { checks: checks(['web/http', '10.1.1.2'], ['web/http', '10.1.1.3']) },
  ],
  ['10.1.1.2 forward tun check web/http', { forward: 'tunnel' }],
  ['10.1.1.2 forward tun tunnel ipip check web/http', { tunnel: { type: 'ipip', port: 0, checksum: 'none' } }],
  [
    '10.1.1.2 tunnel gre forward tun checksum checksum check web/http',
    { tunnel: { type: 'gre', port: 0, checksum: 'checksum' } },
  ],
  [
    '10.1.1.2 forward tun tunnel gue tunnel_port 6080 checksum remote check web/http',
    { tunnel: { type: 'gue', port: 6080, checksum: 'remote' } },
  ],
]
for (const [line, expected] of reals) {
  test(`real ${line}`, () => {
    const [real] = virtualOf(`  real ${line}\n  real 10.8.8.8 check web/http via 10.1.1.3`).reals
    assertHas(real, expected)
  })
}

const sorries: readonly (readonly [words: string, expected: Partial<NonNullable<Virtual['sorry']>>])[] = [
  ['192.0.2.9:8080', { forward: 'masq', inhibit: false }],
  ['127.0.0.1:8080 forward local', { forward: 'local', inhibit: false }],
  ['127.0.0.1:8080 forward local inhibit', { forward: 'local', inhibit: true }],
  ['192.0.2.9:8080 inhibit', { forward: 'masq', inhibit: true }],
  ['192.0.2.9:8080 tunnel', { forward: 'tunnel' }],
  ['192.0.2.9 dr inhibit', { forward: 'route', inhibit: true, portFollows: true }],
  [
    '192.0.2.9 tun tunnel gue tunnel_port 6080',
    { forward: 'tunnel', tunnel: { type: 'gue', port: 6080, checksum: 'none' } },
  ],
  ['192.0.2.9 tunnel gre forward tun', { forward: 'tunnel', tunnel: { type: 'gre', port: 0, checksum: 'none' } }],
]
for (const [words, expected] of sorries) {
  test(`sorry ${words}`, () => assertHas(virtualOf(`  sorry ${words}\n${checked}`).sorry ?? undefined, expected))
}

test('a pool stands behind all of its addresses', () => {
  const { services } = virtualOf(`  address 192.0.2.1:443\n  address 192.0.2.2:53/udp\n  address fwmark 7\n${checked}`)
  assert.deepEqual(
    services.map((id) => (id.kind === 'mark' ? id.mark : `${id.protocol} ${id.address}:${id.port}`)),
    ['tcp 192.0.2.1:80', 'tcp 192.0.2.1:443', 'udp 192.0.2.2:53', 7],
  )
})

const ports: readonly (readonly [name: string, lines: string, port: number, follows: boolean])[] = [
  ['that of the only address, with NAT', '  real 10.1.1.2 check web/http', 80, false],
  [
    'that of each address, with NAT and several ports',
    '  address 192.0.2.1:443\n  real 10.1.1.2 check web/http',
    80,
    true,
  ],
  [
    'that of the only port, with NAT and several addresses',
    '  address 192.0.2.2:80\n  real 10.1.1.2 check web/http',
    80,
    false,
  ],
  ['that of each address, with direct routing', '  real 10.1.1.2 forward dr check web/http', 80, true],
  ['that of each address, through a tunnel', '  real 10.1.1.2 forward tun check web/http', 80, true],
  [
    'the one written, whatever the addresses have',
    '  address 192.0.2.1:443\n  real 10.1.1.2:8080 check web/http',
    8080,
    false,
  ],
]
for (const [name, lines, port, follows] of ports) {
  test(`the port of a real server is ${name}`, () => {
    const [real] = virtualOf(lines).reals
    assert.deepEqual([real?.id.port, real?.portFollows === true], [port, follows])
  })
}

test('alert hears of a lost quorum, upalert of its return, driftalert of changes that others make', () => {
  const lines = '  alert mail down@b\n  alert file.alert -d /x\n  upalert mail up@b\n  driftalert mail drift@b'
  const { notices, driftAlerts } = virtualOf(`${lines}\n${checked}`)
  const words = (calls: readonly AlertCall[]) => calls.map(({ argumentText }) => argumentText)
  assert.deepEqual([notices.down, notices.up, driftAlerts].map(words), [['down@b', '-d /x'], ['up@b'], ['drift@b']])
})

test('main is told of the programs that pools call as well', () => {
  const text = 'virtual www\n  alert /opt/a x\n  upalert program /opt/b\n  driftalert /opt/c\n'
  assert.deepEqual(programPaths(parseMon({ file: 'mon.cf', text })).alerts, ['/opt/a', '/opt/b', '/opt/c'])
})

test('backups that serve at all times because of the quorum are told at the quorum', () => {
  const lines = '  quorum 3\n  real 10.1.1.2 check web/http\n  real 10.1.1.3 weight 2 backup check web/http'
  const { virtuals } = poolModel(lines, { codes: ['backup'] })
  assert.deepEqual(
    virtuals[0]?.reals.map(({ role }) => role),
    ['primary', 'backup'],
  )
})

test('weights that the quorum counts are no mistake with a scheduler that overlooks them', () => {
  virtualOf(`  scheduler rr\n  quorum 3\n${checked}\n  real 10.1.1.3 check web/http`)
  virtualOf(`  scheduler rr\n${checked}\n  real 10.1.1.3 weight 0 check web/http`)
  virtualOf(`  scheduler wrr\n  slow_start 5s\n${checked}\n  real 10.1.1.3 check web/http`)
})

test('a check via vip is a quiet service of its own, asked through the virtual address with a mark', () => {
  const model = poolModel('  real 10.1.1.2:8081 check web/tcp via vip check web/http')
  const key = '10.1.1.2:8081/tcp-via-192.0.2.1:80'
  assert.deepEqual(model.virtuals[0]?.reals[0]?.checks, checks([key, '10.1.1.2'], ['web/http', '10.1.1.2']))
  const service = model.services.find((one) => one.key === key)
  const asked = model.services.find((one) => one.key === 'web/tcp')
  assert.ok(service && asked)
  const { timing, timeout, fall, rise, hosts, periods, monitor } = service
  assert.deepEqual({ timing, timeout, fall, rise }, { timing: asked.timing, timeout: seconds(3), fall: 3, rise: 2 })
  assert.deepEqual([hosts, periods, monitor?.module], [['10.1.1.2'], [], 'tcp'])
  assert.deepEqual(monitor?.options, { port: 80, connectIp: '192.0.2.1', mark: 0x7570_0000 })
  assert.equal(model.services[model.serviceIndex.get(service.key) ?? -1], service)
  assert.deepEqual(
    model.groups.map(({ name }) => name),
    ['web', '10.1.1.2:8081'],
  )
  assert.deepEqual(model.paths, [
    {
      mark: 0x7570_0000,
      service: { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 },
      real: { family: 4, address: '10.1.1.2', port: 8081 },
      forward: 'masq',
    },
  ])
})

test('each way to a real server has one mark, and a check for each TCP address', () => {
  const lines = '  address 192.0.2.2:80\n  address 192.0.2.2:53/udp\n  real @web:80 check web/tcp via vip\n'
  const { paths, virtuals, services } = poolModel(`${lines}`)
  assert.deepEqual(
    paths.map(({ mark, service, real }) => [mark - 0x7570_0000, 'address' in service && service.address, real.address]),
    [
      [0, '192.0.2.1', '10.1.1.2'],
      [0, '192.0.2.2', '10.1.1.2'],
      [1, '192.0.2.1', '10.1.1.3'],
      [1, '192.0.2.2', '10.1.1.3'],
    ],
  )
  assert.equal(virtuals[0]?.reals[0]?.checks.length, 2)
  assert.equal(services.length, 2 + 4)
})

test('where the port follows the address, the way to each address ends at its port', () => {
  const lines = '  address 192.0.2.1:443\n  forward tun\n  real 10.1.1.2 tunnel gre check web/tcp via vip\n'
  const { paths, groups } = poolModel(lines)
  assert.deepEqual(
    paths.map(({ mark, real, tunnel }) => [mark, real.port, tunnel?.type]),
    [
      [0x7570_0000, 80, 'gre'],
      [0x7570_0001, 443, 'gre'],
    ],
  )
  assert.equal(groups.length, 2)
})

test('all ports leave a check via vip the port of its monitor', () => {
  const model = poolModel('  persistence 300\n  real 10.1.1.2 check web/tcp via vip\n', { address: '192.0.2.1:0' })
  const options = { port: 8080, connectIp: '192.0.2.1', mark: 0x7570_0000 }
  assert.deepEqual(model.services.at(-1)?.monitor?.options, options)
})

test('the operator chooses the marks of checks via vip', () => {
  const block = 'virtual www\n  address [2001:db8::1]:80\n  real 2001:db8::2 check web/tcp via vip\n'
  const [path] = modelOf(`pathmarks = 0x10\n\n${watches}\n${block}`).paths
  assert.equal(path?.mark, 16)
})

test('checks are suspended with all the virtual servers that they speak for', () => {
  const block = (name: string, address: string, lines: string) => `virtual ${name}\n  address ${address}\n${lines}\n\n`
  const text =
    block('a', '192.0.2.1:80', '  address 192.0.2.1:443\n  ha_suspend yes\n  real 10.1.1.2:80 check web/http') +
    block('b', '192.0.2.2:80', '  ha_suspend yes\n  real 10.1.1.2 check web/http check web/tcp via vip')
  const { services } = modelOf(`${watches}\n${text}`)
  assert.deepEqual(
    services.map(({ key, onlyWith }) => [key, onlyWith]),
    [
      ['web/http', ['192.0.2.1', '192.0.2.2']],
      ['web/tcp', null],
      ['10.1.1.2:80/tcp-via-192.0.2.2:80', ['192.0.2.2']],
    ],
  )
})

test('more addresses, real servers or checks than are read are told', () => {
  const many = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('')
  const virtual = (lines: string) => resolveText(`${watches}\nvirtual www\n  address fwmark 1\n${lines}`)
  const codes = (lines: string) => [...new Set(virtual(lines).problems.map(({ code }) => code))]
  const marks = many(100_000, (i) => `  address fwmark ${i + 2}\n`)
  assert.deepEqual(codes(`${marks}${checked}`), ['virtual-address'])
  const pool = many(11, (i) => `  real 10.2.0.${i} check web/http via 10.1.1.2\n`)
  assert.deepEqual(codes(`${marks.slice(0, marks.lastIndexOf('  address'))}${pool}`), ['too-many-reals'])
})

test('a file that only names keepalived’s is not empty', () => {
  const { settings: found } = modelOf('keepalived = /etc/keepalived/keepalived.conf\n')
  assert.equal(found.keepalived.length, 1)
  assert.equal(resolveText('', world).model, null)
})
