/** ldirectord.cf as pools: services of the table, members, fallback, who hears of what, settings and losses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Services } from '../../../src/parse/director/services.ts'
import { parseLdirectord } from '../../../src/parse/ldirectord/parse.ts'
import { MOST_OF_A_RANGE } from '../../../src/parse/ldirectord/resolve/reals.ts'
import { executedFiles, hostNames, resolveLdirectord } from '../../../src/parse/ldirectord/resolve.ts'
import { first, realOf, resolved, said, serviceText, sound, surroundings, virtualOf } from './world.ts'

test('a service of the table has wrr, no persistence, and goes with the daemon', () => {
  const virtual = virtualOf([])
  assert.deepEqual(virtual.services, [{ kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }])
  const { scheduler, persistenceSeconds, prefix } = virtual.settings
  assert.deepEqual([scheduler, persistenceSeconds, prefix, virtual.onStop], ['wrr', 0, 32, 'clear'])
  assert.deepEqual([virtual.name, virtual.quorum, virtual.sorry], ['192.0.2.1:80', 1, null])
})

test('the fallback comes when no server is up, whatever those weigh that are', () => {
  const virtual = virtualOf(['real=10.0.0.1:80 masq 0', 'real=10.0.0.2:80 masq 0'])
  assert.deepEqual([virtual.quorum, virtual.quorumCounts], [1, 'servers'])
})

const settings: readonly (readonly [lines: readonly string[], expected: Readonly<Record<string, unknown>>])[] = [
  [['scheduler=sh', 'schedflags=sh-port,sh-fallback'], { scheduler: 'sh', schedulerFlags: 3 }],
  [['persistent=600', 'netmask=255.255.255.0'], { persistenceSeconds: 600, prefix: 24 }],
  [['protocol=udp', 'ops=yes', 'checktype=on'], { onePacket: true }],
]
for (const [lines, expected] of settings) {
  test(`${lines.join(', ')} reach the table`, () => {
    const found = Object.entries(virtualOf(lines).settings).filter(([name]) => Object.hasOwn(expected, name))
    assert.deepEqual(Object.fromEntries(found), expected)
  })
}

test('a name server is asked over UDP unless tcp is written, a mark is of its family', () => {
  const dns = ['real=10.0.0.1:53 gate', 'checktype=on']
  assert.equal(virtualOf(dns, [], 'virtual=192.0.2.1:53').name, '192.0.2.1:53/udp')
  assert.equal(virtualOf([...dns, 'protocol=tcp'], [], 'virtual=192.0.2.1:53').name, '192.0.2.1:53')
  const mark = virtualOf(['real6=[2001:db8::2] gate', 'checktype=on'], [], 'virtual6=5')
  assert.deepEqual(mark.services, [{ kind: 'mark', family: 6, mark: 5 }])
})

test('a servicename is the name, in one word and once', () => {
  assert.equal(virtualOf(['servicename=Web Site']).name, 'Web-Site')
  const two = sound(
    serviceText(['servicename=web']) + serviceText(['servicename=web'], 'virtual=192.0.2.2:80'),
  ).virtuals.map(({ name }) => name)
  assert.deepEqual(two, ['web', '192.0.2.2:80'])
})

const members: readonly {
  readonly line: string
  readonly expected: Readonly<Record<string, unknown>>
  readonly warnings?: readonly string[]
}[] = [
  { line: 'real=10.0.0.1:80 gate', expected: { weight: 1, forward: 'route', portFollows: true, onFail: 'remove' } },
  { line: 'real=10.0.0.1:8080 masq 5', expected: { weight: 5, forward: 'masq', portFollows: undefined } },
  { line: 'real=10.0.0.1 masq 5', expected: { weight: 5, portFollows: true } },
  {
    line: 'real=10.0.0.1:80 ipip 0',
    expected: { weight: 0, tunnel: { type: 'ipip', port: 0, checksum: 'none' } },
  },
  { line: 'real=10.0.0.1:80 gate 2 l:10 u:20', expected: { lowerThreshold: 10, upperThreshold: 20 } },
  {
    line: 'real=10.0.0.1:80 gate 2 u:20 l:10',
    expected: { lowerThreshold: 10, upperThreshold: 20 },
    warnings: ['threshold-order'],
  },
  { line: 'real=10.0.0.1:8080 gate', expected: { portFollows: true }, warnings: ['real-port'] },
]
for (const { line, expected, warnings } of members) {
  test(`${line} is a member of its pool`, () => {
    const real: Readonly<Record<string, unknown>> = { ...realOf([line], warnings) }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, real[name]])), expected)
  })
}

test('quiescent sets weight 0, of a service before that of the file', () => {
  const onFail = (text: string) => first(first(sound(text).virtuals).reals).onFail
  assert.equal(onFail(`quiescent=yes\n${serviceText([])}`), 'drain')
  assert.equal(onFail(`quiescent=yes\n${serviceText(['quiescent=no'])}`), 'remove')
})

test('a range is a server for each address, also between names', () => {
  const addresses = (line: string) => virtualOf([line, 'checktype=on']).reals.map(({ id }) => id.address)
  assert.deepEqual(addresses('real=10.0.0.254->10.0.1.1:80 gate'), ['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1'])
  assert.deepEqual(addresses('real=sql01->sql03:80 gate'), ['10.0.5.1', '10.0.5.2', '10.0.5.3'])
})

test('a range of sixteen million addresses, and one that ends before it begins, are refused', () => {
  assert.deepEqual(said(serviceText(['real=10.0.0.0->10.255.255.255:80 gate'])), ['error range'])
  assert.deepEqual(said(serviceText(['real=10.0.0.9->10.0.0.1:80 gate'])), ['error range'])
  assert.ok(MOST_OF_A_RANGE < 16_000_000)
})

test('an endpoint stands in a service once', () => {
  const lines = ['real=10.0.0.1->10.0.0.3:80 gate', 'real=10.0.0.3:80 masq 3', 'real=10.0.0.3:81 masq 3']
  assert.equal(virtualOf([...lines, 'checktype=on'], ['real-twice']).reals.length, 4)
})

test('names are looked up by whoever reads the file, and one without an address is an error', () => {
  const text = `fallback=fb.example.com\n${serviceText(['real=sql01->sql03:80 gate', 'real=lost:80 gate'], 'virtual=www.example.com:80')}`
  const file = parseLdirectord({ file: 'ldirectord.cf', text })
  assert.deepEqual(hostNames(file), ['fb.example.com', 'www.example.com', 'sql01', 'sql03', 'lost'])
  assert.deepEqual(said(text), ['error host-unknown', 'error host-unknown'])
  assert.deepEqual(virtualOf([], [], 'virtual=www.example.com:80').name, '192.0.2.80:80')
})

const fallbacks: readonly (readonly [text: string, expected: readonly unknown[] | null])[] = [
  [`fallback=127.0.0.1\n${serviceText([])}`, ['127.0.0.1', 80, 'route', true]],
  [`fallback=127.0.0.1:8080 masq\n${serviceText([])}`, ['127.0.0.1', 8080, 'masq', undefined]],
  [`fallback=127.0.0.1\n${serviceText(['fallback=127.0.0.2:80'])}`, ['127.0.0.2', 80, 'route', true]],
  [`fallback6=[::1]:80\n${serviceText([])}`, null],
  [
    `fallback6=[::1]:80\n${serviceText(['real6=[2001:db8::2]:80 gate'], 'virtual6=[2001:db8::1]:80')}`,
    ['::1', 80, 'route', true],
  ],
]
for (const [text, expected] of fallbacks) {
  test(`${JSON.stringify(text)} falls back to ${expected === null ? 'nobody' : expected[0]}`, () => {
    const { sorry } = first(sound(text).virtuals)
    assert.deepEqual(
      sorry === null ? null : [sorry.id.address, sorry.id.port, sorry.forward, sorry.portFollows],
      expected,
    )
    assert.notEqual(sorry?.inhibit, true)
  })
}

test('a fallback that is one of the real servers stays in the table where its failure leaves it there', () => {
  const inhibits = (lines: readonly string[], head?: string) => virtualOf(lines, [], head).sorry?.inhibit
  const real = 'real=10.0.0.1:80 gate'
  assert.equal(inhibits([real, 'fallback=10.0.0.1:80 gate', 'quiescent=yes']), true)
  assert.equal(inhibits([real, 'fallback=10.0.0.1 gate', 'quiescent=yes']), true)
  assert.equal(inhibits([real, 'fallback=10.0.0.1:80 gate', 'quiescent=no']), false)
  assert.equal(inhibits([real, 'fallback=10.0.0.2:80 gate', 'quiescent=yes']), false)
  assert.equal(inhibits(['real=10.0.0.1:81 masq', 'fallback=10.0.0.1:80 masq', 'quiescent=yes', 'checktype=on']), false)
})

test('a real server or fallback at port 0 has no port of its own', () => {
  assert.deepEqual(realOf(['real=10.0.0.2:0 masq'], ['port-zero']).id, { family: 4, address: '10.0.0.2', port: 80 })
  assert.equal(realOf(['real=10.0.0.2:0 masq'], ['port-zero']).portFollows, true)
  assert.equal(realOf(['real=10.0.0.2->10.0.0.3:0 gate'], ['port-zero']).id.port, 80)
  assert.equal(virtualOf(['fallback=10.0.0.9:0 masq'], ['port-zero']).sorry?.id.port, 80)
})

for (const [lines, meant] of [
  [['service=HTTP'], 'http'],
  [['service=HTPS'], 'https'],
  [['checktype=Connect'], 'connect'],
  [['protocol=TCP'], 'tcp'],
  [['scheduler=RR'], 'rr'],
  [['real=10.0.0.1:80 MASQ'], 'masq'],
] as const) {
  test(`of ${lines[0]} ${meant} is suggested`, () => {
    const hints = resolved(serviceText(lines)).problems.map(({ hint }) => hint)
    assert.equal(hints.filter((hint) => hint.startsWith(`did you mean ${meant}?`)).length, 1, hints.join('\n'))
  })
}

const commands: readonly (readonly [command: string, head: string, down: readonly string[]])[] = [
  ['/x', 'virtual=192.0.2.1:80', ['/x', 'start', '192.0.2.1:80', 'tcp']],
  [`/x 'a b'`, 'virtual=192.0.2.1:80', ['/x', 'a b', 'start', '192.0.2.1:80', 'tcp']],
  ['/x', 'virtual=7', ['/x', 'start', ':0', 'fwm']],
  ['/x >>/log', 'virtual=192.0.2.1:80', ['/bin/sh', '-c', '/x >>/log "$@"', 'sh', 'start', '192.0.2.1:80', 'tcp']],
]
for (const [command, head, down] of commands) {
  test(`fallbackcommand ${command} of ${head} hears what ldirectord tells it`, () => {
    const { notices } = virtualOf([`fallbackcommand=${command}`, 'checktype=on'], [], head)
    assert.deepEqual(
      notices.down.map(({ module, options }) => ({ module, options })),
      [{ module: 'notify', options: { command: down, timeout: 60, scriptSecurity: false } }],
    )
    assert.ok(notices.up.every(({ text }) => text.includes('stop')))
  })
}

test('emailalert is a mail when a server fails and one when it is back', () => {
  const [check] = sound(`emailalert="a@b.c, d@e.f"\nsmtp=mail.b.c\nemailalertfrom=lvs@b.c\n${serviceText([])}`).services
  const [period] = check?.periods ?? []
  assert.deepEqual([check?.periods.length, period?.numalerts, period?.alertevery], [1, 1, null])
  assert.deepEqual(
    period?.alerts.map(({ module, options }) => ({ module, options })),
    [{ module: 'mail', options: { recipients: ['a@b.c', 'd@e.f'] } }],
  )
  assert.deepEqual(period?.upalerts, period?.alerts)
})

test('emailalertfreq repeats it, and a relay of the service is its own', () => {
  const [check] = sound(
    `emailalert=a@b.c\n${serviceText(['emailalertfreq=3600', 'smtp=relay.b.c', 'servicename=web', 'comment=the shop'])}`,
  ).services
  const [period] = check?.periods ?? []
  assert.deepEqual([period?.numalerts, period?.alertevery], [0, { every: 3_600_000, unless: 'strict' }])
  assert.deepEqual(period?.alerts[0]?.options, { recipients: ['a@b.c'], server: 'smtp://relay.b.c:25' })
  assert.equal(check?.description, 'web: the shop')
})

test('who shares a check hears as well, each once', () => {
  const service = (number: number, ...lines: readonly string[]) => serviceText(lines, `virtual=192.0.2.${number}:80`)
  const [check] = sound(
    service(1, 'emailalert=a@b.c') + service(2, 'emailalert=d@e.f') + service(3, 'emailalert=a@b.c') + service(4),
  ).services
  assert.deepEqual(
    check?.periods.flatMap(({ alerts }) => alerts.map(({ argumentText }) => argumentText)),
    ['a@b.c', 'd@e.f'],
  )
  assert.equal(new Set(check?.periods.map(({ label }) => label)).size, 2)
})

test('a check of another file is shared unless somebody here wants to hear of it', () => {
  const services = new Services()
  const read = (text: string) => resolveLdirectord(parseLdirectord({ file: 'b.cf', text }), surroundings, services)
  assert.equal(read(serviceText([])).services.length, 1)
  assert.equal(read(serviceText([], 'virtual=192.0.2.2:80')).services.length, 0)
  const heard = read(serviceText(['emailalert=a@b.c'], 'virtual=192.0.2.3:80'))
  assert.equal(heard.services[0]?.periods.length, 1)
  assert.equal(first(first(heard.virtuals).reals).checks[0]?.service, heard.services[0]?.key)
})

test('no mails are sent where running is not among the states, and that is told', () => {
  const { services, losses } = sound(`emailalert=a@b.c\nemailalertstatus=starting,stopping\n${serviceText([])}`)
  assert.deepEqual([services[0]?.periods, losses.length], [[], 1])
})

test('monitorfile has a line for each result', () => {
  const { services } = sound(serviceText(['monitorfile=/var/log/web.log']))
  assert.deepEqual(services[0]?.redistribute?.options, { path: '/var/log/web.log' })
})

test('what concerns the daemon is among the settings', () => {
  const text = [
    'autoreload=yes',
    'callback="/usr/local/bin/copy -v"',
    'checkinterval=5',
    'maintenancedir=/var/lib/down',
    'smtp=mail.b.c',
    'emailalertfrom="LVS" <lvs@b.c>',
    'cleanstop=no',
  ]
  const { settings: found, virtuals } = sound(`${text.join('\n')}\n${serviceText([])}`)
  assert.deepEqual(found, {
    mailserver: 'smtp://mail.b.c:25',
    mailfrom: 'lvs@b.c',
    reload: { auto: true, callback: ['/usr/local/bin/copy', '-v'], every: 5000 },
    table: { maintenancedir: '/var/lib/down', fifos: [] },
  })
  assert.equal(first(virtuals).onStop, 'keep')
})

test('what has no place is told once, with its place and the reason', () => {
  const globals = 'logfile="local0"\nsupervised=yes\nfork=yes\nreaddquiescent=no\nexecute=other.cf\ncheckcount=3\n'
  const { losses, file } = sound(`${globals}${serviceText([])}${serviceText([], 'virtual=192.0.2.2:80')}`)
  assert.deepEqual(losses.map(({ text, place }) => `${place.line} ${text}`).sort(), [
    '1 logfile = "local0"',
    '2 supervised = yes',
    '3 fork = yes',
    '4 readdquiescent = no',
    '5 execute = other.cf',
    '6 checkcount = 3',
  ])
  assert.ok(losses.every(({ why }) => why !== '' && !why.endsWith('.')))
  assert.deepEqual(
    executedFiles(file).map(({ path, place }) => [path, place.line]),
    [['other.cf', 5]],
  )
})

test('a file with nothing to do is an error, one that only starts others is none', () => {
  assert.deepEqual(said('checkinterval=5\n'), ['error config-empty'])
  assert.deepEqual(said(''), ['error config-empty'])
  assert.deepEqual(resolved('execute=a.cf\n').problems, [])
})
