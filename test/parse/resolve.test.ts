/** What a mon.cf comes to mean: the Model, checked by what an operator would look for in it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Period, Real, Service, Virtual } from '../../src/model/model.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { minutes, seconds } from '../../src/model/units.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { programPaths, resolve, settingsOf } from '../../src/parse/resolve.ts'
import { modelOf, world } from './world.ts'

const group = 'hostgroup web 10.1.1.2 10.1.1.3\n\n'
const withMonitor = (monitor: string) => `${group}watch web\n  service http\n    interval 1m\n    monitor ${monitor}\n`
const withPeriod = (lines: string) => `${withMonitor('http')}    period\n      alert mail ops@example.com\n${lines}\n`
const withVirtual = (lines: string) => `${withMonitor('http')}\nvirtual www\n  address 192.0.2.1:80\n${lines}\n`

function serviceOf(text: string, codes: readonly string[] = []): Service {
  const [service] = modelOf(text, codes).services
  assert.ok(service)
  return service
}

function periodOf(lines: string): Period {
  const [period] = serviceOf(withPeriod(lines)).periods
  assert.ok(period)
  return period
}

function virtualOf(lines: string, codes: readonly string[] = []): Virtual {
  const [virtual] = modelOf(withVirtual(lines), codes).virtuals
  assert.ok(virtual)
  return virtual
}

const script = (...command: readonly string[]) => ({ module: 'script', options: { command, nagios: false } })
const http = { port: 80, path: ['/'], method: 'GET', tls: false }

const calls: readonly (readonly [name: string, monitor: string, call: Partial<Call>])[] = [
  ['a built-in by its name', 'http', { module: 'http', options: http, text: 'http', withHosts: true }],
  ['a built-in with mon’s suffix, where no such program is', 'http.monitor', { module: 'http', options: http }],
  [
    'a program of that name in mondir comes before the built-in',
    'tcp.monitor -p 25',
    script('/usr/lib/mon/mon.d/tcp.monitor', '-p', '25'),
  ],
  ['without the suffix the built-in always wins', 'tcp -p 25', { module: 'tcp', options: { port: 25 } }],
  ['fping.monitor is answered by ping', 'fping.monitor', { module: 'ping' }],
  ['phttp.monitor is answered by http', 'phttp.monitor', { module: 'http' }],
  ['sslcert.monitor is answered by ssl', 'sslcert.monitor', { module: 'ssl' }],
  ['a program in mondir', 'smtp.monitor -p "2 5"', script('/usr/lib/mon/mon.d/smtp.monitor', '-p', '2 5')],
  ['a program by its path', '/opt/check_load -w 5', script('/opt/check_load', '-w', '5')],
  ['script and a path', 'script /opt/check_load -w 5', script('/opt/check_load', '-w', '5')],
  ['script and a name in mondir', 'script smtp.monitor', script('/usr/lib/mon/mon.d/smtp.monitor')],
  [
    'a Nagios plugin',
    'script --nagios /opt/check_load',
    { module: 'script', options: { command: ['/opt/check_load'], nagios: true } },
  ],
  [
    'two semicolons keep the hosts away',
    'smtp.monitor /x ;;',
    { ...script('/usr/lib/mon/mon.d/smtp.monitor', '/x'), withHosts: false },
  ],
  ['with or without a blank before them', 'smtp.monitor;;', { withHosts: false }],
]
for (const [name, monitor, expected] of calls) {
  test(`${name}: ${monitor}`, () => {
    const call = serviceOf(withMonitor(monitor)).monitor
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(call?.[key as keyof Call], value)
    assert.equal(call?.text, monitor)
  })
}

const alerts: readonly (readonly [alert: string, module: string, exit: string])[] = [
  ['mail ops@example.com', 'mail', ''],
  ['mail.alert ops@example.com', 'mail', ''],
  ['page.alert ops@example.com', 'pager', ''],
  ['qpage.alert ops@example.com', 'pager', ''],
  ['lvs.alert -V 192.0.2.1:80', 'ipvs', ''],
  ['virtualserver.alert -V 192.0.2.1:80', 'ipvs', ''],
  ['file.alert -d /var/log log', 'program', ''],
  ['program file.alert x', 'program', ''],
  ['exit=2 mail ops@example.com', 'mail', '2-2'],
  ['exit=2-3  mail ops@example.com', 'mail', '2-3'],
  ['EXIT = 2-3 mail ops@example.com', 'mail', '2-3'],
]
for (const [alert, module, exit] of alerts) {
  test(`"alert ${alert}" is carried out by ${module}`, () => {
    const [, call] = periodOf(`      alert ${alert}`).alerts
    assert.equal(call?.module, module)
    assert.equal(call?.exit === null ? '' : `${call?.exit.from}-${call?.exit.to}`, exit)
  })
}

test('a service has mon’s defaults and our deadline', () => {
  const { timeout, fall, rise, description, environment, timing } = serviceOf(withMonitor('http'))
  assert.deepEqual(
    { timeout, fall, rise, description, environment },
    { timeout: seconds(10), fall: 1, rise: 1, description: '', environment: {} },
  )
  assert.deepEqual(timing, { kind: 'every', interval: minutes(1), randskew: null })
})

test('every keyword of a service arrives, the last occurrence winning', () => {
  const text = `${withMonitor('http')}    interval 2m\n    randskew 10s\n    timeout 5s\n    fall 3\n    rise 2\n    description the "web"\n    A_B=x = "y" \n`
  const service = serviceOf(text)
  assert.deepEqual(service.timing, { kind: 'every', interval: minutes(2), randskew: seconds(10) })
  assert.deepEqual([service.timeout, service.fall, service.rise], [seconds(5), 3, 2])
  assert.equal(service.description, 'the "web"')
  assert.deepEqual(service.environment, { A_B: 'x = "y"' })
})

test('a variable may stand inside a period and belongs to the service', () => {
  assert.deepEqual(serviceOf(withPeriod('      X=1')).environment, { X: '1' })
})

test('cron takes the place of interval, with or without quotes, whatever blanks are between its fields', () => {
  const forms = [
    '"*/5 8-18 * * 1-5"',
    "'*/5 8-18 * * 1-5'",
    '*/5 8-18 * * 1-5',
    '"*/5\t8-18  * \t* 1-5 "',
    '*/5\t8-18 *\t* 1-5',
  ]
  for (const cron of forms) {
    const text = withMonitor('http').replace('interval 1m', `cron ${cron}`)
    assert.deepEqual(serviceOf(text).timing, { kind: 'cron', expression: '*/5 8-18 * * 1-5' })
  }
})

const periodLines: readonly (readonly [line: string, expected: Partial<Period>])[] = [
  ['alertevery 1h', { alertevery: { every: minutes(60), unless: 'summary' } }],
  ['alertevery 1h summary', { alertevery: { every: minutes(60), unless: 'summary' } }],
  ['alertevery 1h Observe_Detail', { alertevery: { every: minutes(60), unless: 'detail' } }],
  ['alertevery 1h strict', { alertevery: { every: minutes(60), unless: 'strict' } }],
  ['alertevery 1h ignore_summary', { alertevery: { every: minutes(60), unless: 'success' } }],
  ['alertafter 3', { alertafter: { count: 3, time: null, window: null } }],
  ['alertafter 1.5h', { alertafter: { count: null, time: minutes(90), window: null } }],
  ['alertafter 1d', { alertafter: { count: null, time: minutes(1440), window: null } }],
  ['alertafter 3 30m', { alertafter: { count: null, time: null, window: { count: 3, time: minutes(30) } } }],
  ['alertafter 3\n alertafter 5m', { alertafter: { count: 3, time: minutes(5), window: null } }],
  ['numalerts 4', { numalerts: 4 }],
  ['upalertafter 10m', { upalertafter: minutes(10) }],
]
for (const [line, expected] of periodLines) {
  test(`"${line.replace('\n ', '", "')}" in a period`, () => {
    const period = periodOf(`      ${line}`)
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(period[key as keyof Period], value)
  })
}

test('a period is known by its label, else by its text', () => {
  const text = `${withMonitor('http')}    period NIGHT : hr {22-6}\n      alert mail a@b\n    period wd {Sat}\n      alert mail a@b\n    period\n      alert mail a@b\n    period always: \n      alert mail a@b\n`
  const labels = serviceOf(text).periods.map(({ label }) => label)
  assert.deepEqual(labels, ['NIGHT', 'wd {Sat}', '', 'always'])
})

test('a watch without a hostgroup is of one host of that name, and a later hostgroup replaces the first', () => {
  const lone = 'watch alone\n  service ping\n    interval 1m\n    monitor ping\n'
  assert.deepEqual(serviceOf(lone, ['watch-without-hostgroup']).hosts, ['alone'])
  const later = `${withMonitor('ping')}\nhostgroup web 10.9.9.9\n`
  assert.deepEqual(serviceOf(later, ['hostgroup-again']).hosts, ['10.9.9.9'])
})

test('settings may stand anywhere outside a watch, also inside a hostgroup', () => {
  const text = `hostgroup web 10.1.1.2\n  maxprocs = 7\n  10.1.1.3\n\n${withMonitor('ping').slice(group.length)}\nstatedir=var\n`
  const { settings, groups } = modelOf(text)
  assert.deepEqual([settings.maxprocs, settings.statedir, groups[0]?.hosts.length], [7, 'var', 2])
})

test('the file’s database wins over the environment, which wins over the default', () => {
  const about = (database?: string) => ({ hostname: 'h', environment: { DATABASE_URL: database } })
  const file = (text: string) => parseMon({ file: 'mon.cf', text })
  assert.equal(settingsOf(file('database = none\n'), about('postgres://x/y')).database, 'none')
  assert.equal(settingsOf(file(''), about('postgres://x/y')).database, 'postgres://x/y')
  assert.equal(settingsOf(file(''), about()).database, 'embedded')
  assert.equal(settingsOf(file(''), about()).mailfrom, 'upalert@h')
})

test('main is told which absolute paths the file calls', () => {
  const text = withPeriod('      alert program /opt/tell x\n').replace(
    'monitor http',
    'monitor script --nagios /opt/check_load',
  )
  const file = parseMon({ file: 'mon.cf', text })
  assert.deepEqual(programPaths(file), { monitors: ['/opt/check_load'], alerts: ['/opt/tell'] })
})

test('plugins may be several, and know where they were named', () => {
  const { plugins } = modelOf(`plugin = a.mjs\nplugin = b.mjs\n\n${withMonitor('http')}`).settings
  assert.deepEqual(
    plugins.map(({ path, place }) => [path, place.line]),
    [
      ['a.mjs', 1],
      ['b.mjs', 2],
    ],
  )
})

const addresses: readonly (readonly [address: string, id: object])[] = [
  ['192.0.2.1:80', { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }],
  ['192.0.2.1:domain/udp', { kind: 'address', family: 4, protocol: 'udp', address: '192.0.2.1', port: 53 }],
  ['fwmark 80', { kind: 'mark', family: 4, mark: 80 }],
]
for (const [address, id] of addresses) {
  test(`a virtual server at ${address}`, () => {
    const text = withVirtual('  real 10.1.1.2 check web/http').replace('192.0.2.1:80', address)
    assert.deepEqual(modelOf(text).virtuals[0]?.services, [id])
  })
}

test('an IPv6 virtual server in front of IPv4 real servers needs tunnels', () => {
  for (const [address, family] of [
    ['[2001:db8::1]:80', 6],
    ['fwmark 80 inet6', 6],
  ] as const) {
    const text = withVirtual('  real 10.1.1.2 forward tun check web/http').replace('192.0.2.1:80', address)
    assert.equal(modelOf(text).virtuals[0]?.services[0]?.family, family)
  }
})

test('a virtual block has the defaults of its manuals', () => {
  const { settings, quorum, reals, sorry } = virtualOf('  real 10.1.1.2 check web/http')
  const onFail = reals[0]?.onFail
  const expected = {
    scheduler: 'wlc',
    persistenceSeconds: 0,
    prefix: 32,
    onePacket: false,
    schedulerFlags: 0,
    engine: '',
  }
  assert.deepEqual(
    { settings, quorum, onFail, sorry },
    { settings: expected, quorum: 1, onFail: 'remove', sorry: null },
  )
})

test('every line of a virtual block arrives', () => {
  const lines =
    '  scheduler sh\n  forward nat\n  persistence 5m netmask 255.255.255.0\n  quorum 2\n  sorry 192.0.2.9:8080 dr\n  on_fail drain\n  real 10.1.1.2:8080 weight 2 upper 10 lower 5 check web/http\n'
  const { settings, quorum, sorry, reals } = virtualOf(lines)
  assert.deepEqual([settings.scheduler, settings.persistenceSeconds, settings.prefix], ['sh', 300, 24])
  assert.deepEqual([quorum, reals[0]?.onFail], [2, 'drain'])
  assert.deepEqual(sorry, { id: { family: 4, address: '192.0.2.9', port: 8080 }, forward: 'route', inhibit: false })
  const [real] = reals
  assert.deepEqual(real?.id, { family: 4, address: '10.1.1.2', port: 8080 })
  assert.deepEqual([real?.weight, real?.upperThreshold, real?.lowerThreshold, real?.forward], [2, 10, 5, 'masq'])
  assert.deepEqual(real?.checks, [{ service: 'web/http', host: '10.1.1.2' }])
})

const checkOn = (address: string): Real['checks'] => [
  { service: serviceKey(groupName('web'), serviceName('http')), host: host(address) },
]
const realLines: readonly (readonly [line: string, expected: readonly Partial<Real>[]])[] = [
  ['10.1.1.2 check web/http', [{ id: { family: 4, address: '10.1.1.2', port: 80 } }]],
  ['10.1.1.2:8080 forward masq check web/http', [{ forward: 'masq' }]],
  ['10.1.1.2 forward gate check web/http', [{ forward: 'route' }]],
  ['10.1.1.2:80 forward ipip check web/http', [{ forward: 'tunnel' }]],
  ['10.1.1.2:81 forward local check web/http', [{ forward: 'local' }]],
  ['10.1.1.2 weight 0 check web/http', [{ weight: 0 as Real['weight'] }]],
  ['10.9.9.9:8080 check web/http via 10.1.1.3', [{ checks: checkOn('10.1.1.3') }]],
  [
    '@web:8080 check web/http',
    [
      {
        id: { family: 4, address: '10.1.1.2', port: 8080 },
        checks: checkOn('10.1.1.2'),
      },
      {
        id: { family: 4, address: '10.1.1.3', port: 8080 },
        checks: checkOn('10.1.1.3'),
      },
    ],
  ],
]
for (const [line, expected] of realLines) {
  test(`real ${line}`, () => {
    const { reals } = virtualOf(`  real ${line}`)
    assert.equal(reals.length, expected.length)
    for (const [i, traits] of expected.entries()) {
      for (const [key, value] of Object.entries(traits)) assert.deepEqual(reals[i]?.[key as keyof Real], value)
    }
  })
}

test('a quorum of servers counts them, and nothing else may stand there', () => {
  const two = '  real 10.1.1.2 weight 0 check web/http\n  real 10.1.1.3 weight 9 check web/http\n'
  const of = (quorum: string, codes: readonly string[] = []) => {
    const { quorum: found, quorumCounts } = virtualOf(`  ${quorum}\n${two}`, codes)
    return [found, quorumCounts]
  }
  assert.deepEqual(of('quorum 2 servers'), [2, 'servers'])
  assert.deepEqual(of('quorum 3 servers', ['quorum']), [2, 'servers'])
  assert.deepEqual(of('quorum 2'), [2, undefined])
})

test('a quorum above the total weight is taken as the total', () => {
  assert.equal(virtualOf('  quorum 9\n  real 10.1.1.2 weight 4 check web/http', ['quorum']).quorum, 4)
})

test('port 0 is every port, with persistence', () => {
  const text = withVirtual('  persistence 300\n  real 10.1.1.2 check web/http').replace(':80', ':0')
  assert.equal(modelOf(text).virtuals[0]?.reals[0]?.id.port, 0)
})

test('one error anywhere means no Model, and warnings do not', () => {
  assert.equal(resolve(parseMon({ file: 'mon.cf', text: `${withMonitor('http')}    fall 0\n` }), world).model, null)
  assert.ok(modelOf(`histlength = 5\nhistlength = 6\n${withMonitor('http')}`, ['setting-again']))
})
