/** virtual and server blocks as pools: each word, what they mean together, what is kept aside and what is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Real, Virtual } from '../../../src/model/model.ts'
import { Services } from '../../../src/parse/director/services.ts'
import { hostNames, resolveLvs } from '../../../src/parse/lvs/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import {
  fileText,
  first,
  parsed,
  realOf,
  resolved,
  said,
  sound,
  surroundings,
  virtualOf,
  virtualText,
} from './world.ts'

const settings: readonly (readonly [lines: string, is: Partial<Virtual['settings']>, warnings?: readonly string[]])[] =
  [
    ['', { scheduler: 'wlc', persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' }],
    ['scheduler = lblcr', { scheduler: 'lblcr' }],
    ['persistent = 300', { persistenceSeconds: 300, prefix: 32 }],
    ['persistent = 300\n pmask = 255.255.255.0', { persistenceSeconds: 300, prefix: 24 }],
    ['persistent = 300\n pmask = 255.255.255.255', { prefix: 32 }],
    ['pmask = 255.255.255.0', { persistenceSeconds: 0, prefix: 32 }, ['pmask']],
    ['pmask = 255.255.255.255', { persistenceSeconds: 0, prefix: 32 }],
  ]
for (const [lines, is, warnings] of settings) {
  test(`"${lines.replace(/\n\s*/g, ' ')}" sets ${JSON.stringify(is)}`, () => {
    const found = virtualOf(lines, undefined, warnings).settings
    assert.deepEqual({ ...found, ...is }, found)
  })
}

const fronts: readonly (readonly [lines: string, service: object])[] = [
  ['', { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 80 }],
  ['port = https', { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 443 }],
  ['protocol = udp\n port = 53', { kind: 'address', family: 4, protocol: 'udp', address: '192.0.2.10', port: 53 }],
  ['fwmark = 7', { kind: 'mark', family: 4, mark: 7 }],
  ['fwmark = 0', { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 80 }],
]
for (const [lines, service] of fronts) {
  test(`"${lines.replace(/\n\s*/g, ' ')}" stands for ${JSON.stringify(service)}`, () => {
    assert.deepEqual(virtualOf(lines).services, [service])
  })
}

const A = 'active = 1\n address = 192.0.2.10 eth0'
const nat = (lines: string, server: string) =>
  `network = nat\nnat_router = 10.1.1.254 eth1:1\n${virtualText(lines, server)}`

test('a real server is reached as network says', () => {
  const real = (network: string) => {
    const { id, forward, portFollows } = first(
      first(sound(`network = ${network}\n${virtualText()}`, network === 'nat' ? ['nat-router'] : []).virtuals).reals,
    )
    return [id.port, forward, portFollows]
  }
  assert.deepEqual(real('direct'), [80, 'route', true])
  assert.deepEqual(real('tunnel'), [80, 'tunnel', true])
  assert.deepEqual(real('nat'), [80, 'masq', undefined])
})

test('with NAT a real server may have another port, and another one behind a mark too', () => {
  const real = (lines: string, server: string) => {
    const { id, portFollows } = first(first(sound(nat(lines, `address = 10.1.1.2\n${server}`)).virtuals).reals)
    return [id.port, portFollows]
  }
  assert.deepEqual(real('', 'port = 8080'), [8080, undefined])
  assert.deepEqual(real('fwmark = 7', 'port = 8080'), [8080, undefined])
  assert.deepEqual(real('fwmark = 7', ''), [80, true])
})

const traits: readonly (readonly [server: string, lines: string, is: Partial<Real>])[] = [
  ['address = 10.1.1.2', '', { role: 'primary', onFail: 'remove', upperThreshold: 0, lowerThreshold: 0 }],
  ['address = 10.1.1.2', '', { initial: { remembered: true, unknown: 'wait', waitMost: null } }],
  ['address = 10.1.1.2', 'quiesce_server = 1', { onFail: 'drain' }],
  ['address = 10.1.1.2\n weight = 0', '', { weight: 0 as Real['weight'] }],
  ['address = 10.1.1.2\n weight = 100', '', { weight: 100 as Real['weight'] }],
  ['address = web1', '', { id: { family: 4, address: '10.1.1.2', port: 80 } }],
]
for (const [server, lines, is] of traits) {
  test(`a server with "${server.replace(/\n\s*/g, ' ')}" under "${lines}" is ${JSON.stringify(is)}`, () => {
    const found = realOf(server, lines)
    assert.deepEqual({ ...found, ...is }, found)
  })
}

/** Piranha counts checks, not time: reentry / timeout of them, cut to a whole number. */
const decisions: readonly (readonly [lines: string, interval: number, rise: number, warnings?: readonly string[]])[] = [
  ['', 10, 18],
  ['timeout = 6\n reentry = 15', 6, 2],
  ['timeout = 1\n reentry = 3', 1, 3],
  ['timeout = 10\n reentry = 6', 10, 1, ['reentry']],
  ['timeout = 10\n reentry = 10', 10, 1],
  ['timeout = 10\n reentry = 0', 10, 1, ['reentry']],
  ['timeout = 200', 200, 1, ['reentry']],
  ['timeout = 1\n reentry = 3600', 1, 1000, ['reentry']],
]
for (const [lines, interval, rise, warnings] of decisions) {
  test(`"${lines.replace(/\n\s*/g, ' ')}": one bad answer takes a server out, ${rise} good ones bring it back`, () => {
    const [check] = sound(fileText(lines), warnings).services
    assert.deepEqual(check?.timing, { kind: 'every', interval: interval * 1000, randskew: null })
    assert.deepEqual([check?.fall, check?.firstFall, check?.rise, check?.retryInterval], [1, null, rise, null])
  })
}

for (const [timeout, every] of [
  [6, 18],
  [7, 14],
  [1, 20],
  [20, 20],
  [21, 21],
  [60, 60],
] as const) {
  test(`with timeout = ${timeout} a weight doubles every ${every} s`, () => {
    assert.deepEqual(virtualOf(`timeout = ${timeout}`).doubling, { share: 32, every: every * 1000 })
  })
}

test('the sorry server has the port and the way of its virtual', () => {
  assert.deepEqual(virtualOf('sorry_server = 127.0.0.1\n port = 443').sorry, {
    id: { family: 4, address: '127.0.0.1', port: 443 },
    forward: 'route',
    inhibit: false,
    portFollows: true,
  })
})

test('the sorry server comes when no server is up, whatever those weigh that are', () => {
  const { quorum, quorumCounts } = virtualOf('', 'address = 10.1.1.2\n weight = 0')
  assert.deepEqual([quorum, quorumCounts], [1, 'servers'])
})

test('timeouts of connections are set where one of them is written', () => {
  const timeouts = (globals: string) => sound(globals + fileText()).settings.table
  assert.deepEqual(timeouts(''), { fifos: [] })
  assert.deepEqual(timeouts('tcp_timeout = 0\n'), { fifos: [] })
  assert.deepEqual(timeouts('udp_timeout = 60\n'), { timeouts: { tcp: 0, tcpfin: 0, udp: 60 }, fifos: [] })
})

const wrong: readonly (readonly [name: string, text: string, code: string, message: RegExp])[] = [
  ['no address', 'network = direct\nvirtual a {\n active = 1\n}', 'address-missing', /neither an address nor/],
  [
    'the address of new files',
    'network = direct\nvirtual a {\nactive = 1\naddress = 0.0.0.0 eth0:1\n}',
    'address-missing',
    /0\.0\.0\.0/,
  ],
  ['a server without address', fileText('', 'weight = 1'), 'address-missing', /"one" is active and has no address/],
  ['a server at 0.0.0.0', fileText('', 'address = 0.0.0.0'), 'address-missing', /0\.0\.0\.0/],
  [
    'another port without NAT',
    fileText('', 'address = 10.1.1.2\n port = 8080'),
    'port-mapping',
    /port mapping needs NAT/,
  ],
  ['port 0 without a mark', fileText('port = 0'), 'port', /firewall mark only/],
  ['a check at port 0', fileText('fwmark = 3\n port = 0'), 'check-port', /port 0/],
  ['a name nobody knows', fileText('', 'address = web9'), 'name-not-found', /"web9"/],
  ['a name with IPv6 only', fileText('', 'address = six.example.org'), 'name-family', /IPv6 address only/],
  [
    'a mark for eleven sections',
    `network = direct\n${virtualText('fwmark = 3').repeat(11)}`,
    'mark-crowded',
    /more than 10/,
  ],
  ['one service twice', `${fileText()}${virtualText('', undefined, 'other')}`, 'section-twice', /Piranha never ran/],
]
for (const [name, text, code, message] of wrong) {
  test(`${name} is an error that says what is wrong`, () => {
    const { problems } = resolved(text)
    const errors = problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      errors.map((one) => one.code),
      [code],
      formatProblems(problems),
    )
    assert.match(errors[0]?.message ?? '', message)
    assert.notEqual(errors[0]?.hint, '')
  })
}

test('a name that cannot be looked up says why nothing is dropped', () => {
  const [error] = resolved(fileText('', 'address = web9')).problems.filter(({ code }) => code === 'name-not-found')
  assert.match(error?.hint ?? '', /nothing is dropped because a name server is silent/)
})

test('the names to look up are those of virtual and real servers, each once', () => {
  const text = `primary = director1\n${virtualText('', 'address = web1')}virtual off {\n address = vip.example.org eth0\n server a {\n address = web1\n}\n server b {\n address = web2.example.org\n}\n}\nfailover f {\n address = nobody eth0\n}\n`
  assert.deepEqual(hostNames(parsed(text)), ['web1', 'vip.example.org', 'web2.example.org'])
})

test('a port line below a server does not count for it', () => {
  const text = (network: string) =>
    `network = ${network}\nnat_router = 10.1.1.254 eth1\nvirtual a {\n${A}\n server b {\n active = 1\n address = 10.1.1.2\n }\n port = 443\n}\n`
  const found = sound(text('nat'), ['port-order'])
  assert.equal(first(first(found.virtuals).reals).id.port, 80)
  assert.deepEqual(
    said(text('direct')).filter((one) => one.startsWith('error')),
    ['error port-mapping'],
  )
})

test('a server that stands twice counts once', () => {
  const found = sound(fileText('server two {\n active = 1\n address = 10.1.1.2\n weight = 5\n}'), ['server-twice'])
  assert.deepEqual(
    first(found.virtuals).reals.map(({ weight }) => weight),
    [5],
  )
})

test('names are such as every command takes, and each once', () => {
  const one = (name: string, address: string) => `virtual ${name} {\n active = 1\n address = ${address} eth0\n}\n`
  const text = `network = direct\n${one('"web farm"', '192.0.2.1')}${one('web-farm', '192.0.2.2')}${one('büro', '192.0.2.3')}${one('büro', '192.0.2.4')}`
  const { virtuals, problems } = resolved(text)
  assert.deepEqual(
    virtuals.map(({ name }) => name),
    ['web-farm', 'web-farm.2', 'b-ro', 'b-ro.2'],
  )
  assert.equal(problems.filter(({ code }) => code === 'section-name').length, 1)
  assert.equal(problems.filter(({ code }) => code === 'virtual-empty').length, 4)
})

/** Sections that share a mark. */
const shared = (
  one: string,
  two: string,
  servers: readonly [one: string, two: string] = [web('10.1.1.2'), web('10.1.1.2')],
) =>
  `network = direct\nvirtual a {\n${A}\n fwmark = 9\n ${one}\n ${servers[0]}\n}\nvirtual b {\n${A}\n fwmark = 9\n port = 443\n ${two}\n ${servers[1]}\n}\n`
const web = (address: string, lines = 'active = 1') => `server w {\n address = ${address}\n ${lines}\n}`

test('sections that share a mark are one pool, and every server answers the checks of all', () => {
  const found = sound(shared('', '', [web('10.1.1.2'), web('10.1.1.3')]), ['mark-shared'])
  const { reals } = first(found.virtuals)
  assert.equal(found.virtuals.length, 1)
  assert.deepEqual(
    reals.map(({ id, checks }) => [id.address, ...checks.map(({ service }) => service.split('/')[1]?.split('.')[0])]),
    [
      ['10.1.1.2', 'http', 'tcp'],
      ['10.1.1.3', 'http', 'tcp'],
    ],
  )
})

test('what sections that share a mark say differently, the first says', () => {
  const { settings } = first(
    sound(shared('scheduler = rr', 'scheduler = wrr\n persistent = 60'), ['mark-shared', 'mark-differs']).virtuals,
  )
  assert.deepEqual([settings.scheduler, settings.persistenceSeconds], ['rr', 60])
})

test('a server that is in use in one of them is in use', () => {
  const found = sound(shared('', '', [web('10.1.1.2', 'active = 0'), web('10.1.1.2')]), ['mark-shared', 'mark-half'])
  assert.equal(first(found.virtuals).reals.length, 1)
  assert.deepEqual(found.dormant, [])
})

test('what is switched off is no part of the Model, and kept beside it', () => {
  const off = virtualText('port = 25', 'address = 10.1.1.2')
    .replace('active = 1', 'active = 0')
    .replace('virtual web', 'virtual mail')
  const rest = 'server two {\n address = 10.1.1.3\n }'
  const found = sound(fileText(rest) + off)
  assert.deepEqual(
    found.virtuals.map(({ name, reals }) => [name, reals.length]),
    [['web', 1]],
  )
  assert.deepEqual(
    found.dormant.map(({ kind, virtual, services }) => [
      kind,
      virtual.name,
      virtual.reals.length,
      services.map(({ key }) => key),
    ]),
    [
      ['real', 'web', 1, ['10.1.1.3:80/http']],
      ['virtual', 'mail', 1, ['10.1.1.2:25/tcp']],
    ],
  )
  assert.deepEqual(
    found.groups.map(({ name }) => name),
    ['10.1.1.2:80'],
  )
})

test('what is switched off may be wrong, and then is listed with the reason', () => {
  const off =
    'virtual off {\n address = web9 eth0\n}\nvirtual off2 {\n address = 192.0.2.9 eth0\n send = "\\q"\n server x {\n address = 10.1.1.9\n }\n}\n'
  const found = sound(`${fileText('server gone {\n address = web9\n }')}${off}`)
  const lost = found.losses.filter(({ text }) => /^virtual|gone/.test(text)).map(({ text, why }) => `${text}: ${why}`)
  assert.deepEqual(found.dormant, [])
  assert.equal(lost.length, 4)
  assert.ok(lost.some((one) => /^virtual off: .*web9/.test(one)))
  assert.ok(lost.some((one) => /^virtual off2: .*no escape/.test(one)))
  assert.ok(lost.some((one) => /^server gone: .*no address/.test(one)))
})

test('checks are shared with the files before, and what is switched off is asked by nobody', () => {
  const services = new Services()
  const one = resolveLvs(parsed(fileText()), surroundings, services)
  const two = resolveLvs(parsed(fileText('fwmark = 5\n server off {\n address = 10.1.1.3\n }')), surroundings, services)
  assert.deepEqual([one.services.length, two.services.length, services.list.length], [1, 0, 1])
  assert.equal(first(first(two.virtuals).reals).checks[0]?.service, one.services[0]?.key)
  assert.deepEqual(
    two.dormant.map(({ services: own }) => own.map(({ key }) => key)),
    [['10.1.1.3:80/http']],
  )
})

const remarks: readonly (readonly [name: string, text: string, warnings: readonly string[]])[] = [
  ['NAT without a router', virtualText(), ['nat-router']],
  ['a deadtime that is too short', `keepalive = 30\ndeadtime = 18\n${fileText()}`, ['deadtime']],
  ['a checker of somebody’s own', fileText('client_monitor = /usr/local/bin/mine'), ['client-monitor']],
  ['nanny itself', fileText('client_monitor = /usr/sbin/nanny'), []],
  ['failover services', `service = fos\n${fileText()}failover f {\n active = 1\n}\n`, ['service-fos']],
  ['nothing at all', '# nothing\n', ['config-none']],
]
for (const [name, text, warnings] of remarks) {
  test(`${name}: the operator hears ${warnings.join(', ') || 'nothing'}`, () => {
    sound(text, warnings)
  })
}

test('with failover services the virtual sections rest', () => {
  const found = sound(`service = fos\n${fileText()}`, ['service-fos'])
  assert.deepEqual([found.virtuals, found.dormant.map(({ virtual }) => virtual.name)], [[], ['web']])
})

test('every virtual removes its part of the table at a stop, and nothing is cleared at a start', () => {
  const {
    virtuals,
    settings: { table },
  } = sound(fileText())
  assert.equal(first(virtuals).onStop, 'clear')
  assert.deepEqual([table.onStart, table.onStop], [undefined, undefined])
})
