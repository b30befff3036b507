/** The globals of mon.cf, and what the command line and its defaults make of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Settings } from '../../src/model/model.ts'
import { asMon13, asPromised } from '../../src/model/quirks.ts'
import { KEEP_TABLE } from '../../src/model/table-settings.ts'
import { hours, milliseconds, minutes, seconds } from '../../src/model/units.ts'
import { loadMon } from '../../src/parse/check.ts'
import { SERVICE_DEFAULTS } from '../../src/parse/mon/words.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { recordOf } from '../../src/parse/problem.ts'
import { type Given, resolve, settingsOf } from '../../src/parse/resolve.ts'
import { clientPattern } from '../../src/parse/text/client-pattern.ts'
import { parseFlag } from '../../src/parse/text/flag.ts'
import { resolveText, world } from './world.ts'

const watch = 'hostgroup web h1\n\nwatch web\n service http\n  interval 1m\n  monitor http\n'

function settings(text: string, given: Given = {}): Settings {
  const file = parseMon({ file: 'mon.cf', text: `${text}\n\n${watch}` })
  const { model, problems } = resolve(file, { ...world, ...given })
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.ok(model)
  return model.settings
}

test('without any settings, everything has the default of its manual', () => {
  const { clients, logs, ...rest } = settings('')
  assert.deepEqual(clients, {
    authfile: { path: 'auth.cf', written: false, place: null },
    authtypes: ['getpwnam'],
    userfile: { path: 'monusers.cf', written: false, place: null },
    pamservice: 'passwd',
    serverbind: '',
    trapbind: '',
    serverport: 2583,
    trapport: 2583,
    clientallow: [],
    cltimeout: seconds(30),
    monremote: '',
  })
  assert.deepEqual(logs, {
    histlength: 100,
    historicfile: '',
    historictime: milliseconds(0),
    dtlogging: false,
    dtlogfile: 'downtime.log',
    syslogFacility: '',
    pidfile: { path: '', written: false },
    monerrfile: '/dev/null',
  })
  assert.deepEqual(rest.quirks, asPromised)
  assert.deepEqual([rest.excludePeriod, rest.depRecurLimit, rest.startupalertsOnReset], [null, 10, false])
})

const logs: readonly (readonly [text: string, expected: Partial<Settings['logs']>])[] = [
  ['histlength = 7', { histlength: 7 }],
  ['historicfile = h.log', { historicfile: 'h.log' }],
  ['historicfile =', { historicfile: '' }],
  ['historictime = 1h', { historictime: hours(1) }],
  ['historictime = 0s', { historictime: milliseconds(0) }],
  ['dtlogging = on', { dtlogging: true }],
  ['dtlogging = YES', { dtlogging: true }],
  ['dtlogging = off', { dtlogging: false }],
  ['dtlogfile = d.log', { dtlogfile: 'd.log' }],
  ['syslog_facility = local3', { syslogFacility: 'local3' }],
  ['syslog_facility = LOG_DAEMON', { syslogFacility: 'daemon' }],
  ['pidfile = /run/x.pid', { pidfile: { path: '/run/x.pid', written: true } }],
  ['pidfile =', { pidfile: { path: '', written: true } }],
  ['monerrfile = /tmp/err', { monerrfile: '/tmp/err' }],
]
for (const [text, expected] of logs) {
  test(`"${text}" among the logs`, () => {
    const found = settings(text).logs
    assert.deepEqual({ ...found, ...expected }, found)
  })
}

const clients: readonly (readonly [text: string, expected: Partial<Settings['clients']>])[] = [
  ['authfile = a.cf', { authfile: { path: 'a.cf', written: true, place: { file: 'mon.cf', line: 1, column: 12 } } }],
  ['userfile = u.cf', { userfile: { path: 'u.cf', written: true, place: { file: 'mon.cf', line: 1, column: 12 } } }],
  ['authtype = userfile trustlocal', { authtypes: ['userfile', 'trustlocal'] }],
  ['pamservice = mon', { pamservice: 'mon' }],
  ['serverbind = 10.1.1.1', { serverbind: '10.1.1.1' }],
  ['serverbind = ::1', { serverbind: '::1' }],
  ['serverbind = 10.1.2.3 [::1]', { serverbind: '10.1.2.3 [::1]' }],
  ['serverbind = 127.0.0.1,::1', { serverbind: '127.0.0.1,::1' }],
  ['serverbind = *', { serverbind: '*' }],
  ['trapbind = gate.example.com', { trapbind: 'gate.example.com' }],
  ['serverport = 80', { serverport: 80 }],
  ['trapport = 65535', { trapport: 65_535 }],
  ['clientallow = 10.1.2.3 10.2.\\d+.\\d+', { clientallow: ['10.1.2.3', '10.2.\\d+.\\d+'] }],
  ['cltimeout = 5m', { cltimeout: minutes(5) }],
  ['cltimeout = 0s', { cltimeout: milliseconds(0) }],
  ['monremote = /usr/bin/tell them', { monremote: '/usr/bin/tell them' }],
]
for (const [text, expected] of clients) {
  test(`"${text}" for clients`, () => {
    const found = settings(text).clients
    assert.deepEqual({ ...found, ...expected }, found)
  })
}

const tables: readonly (readonly [text: string, expected: Partial<Settings['table']>])[] = [
  ['', KEEP_TABLE],
  ['drift = observe', { drift: 'observe' }],
  ['drift = repair', { drift: 'repair' }],
  ['drift = own', { drift: 'own' }],
  ['on_start = clear', { onStart: 'clear' }],
  ['on_stop = drain', { onStop: 'drain' }],
  ['on_stop = clear', { onStop: 'clear' }],
  ['drain_limit = 1m', { drainMost: minutes(1) }],
  ['maintenancedir = /etc/upalert/maintenance', { maintenancedir: '/etc/upalert/maintenance' }],
]
for (const [text, expected] of tables) {
  test(`"${text}" for the table`, () => {
    const found = settings(text).table
    assert.deepEqual({ ...found, ...expected }, found)
  })
}

test('each word behind each "keepalived =" is a file', () => {
  const found = settings('keepalived = a.conf /etc/b.conf\nkeepalived = c.conf').keepalived
  assert.deepEqual(
    found.map(({ path, place }) => [path, place.line, place.column]),
    [
      ['a.conf', 1, 14],
      ['/etc/b.conf', 1, 21],
      ['c.conf', 2, 14],
    ],
  )
})

test('the other globals arrive', () => {
  const found = settings(
    'exclude_period = wd {Sun}\ndep_recur_limit = 3\nstartupalerts_on_reset = true\nrandstart = 0s\nquirks = mon-1.3',
  )
  assert.equal(found.excludePeriod?.text, 'wd {Sun}')
  assert.deepEqual(found.excludePeriod?.when, { kind: 'any', subs: [{ wd: [{ from: 1, to: 1 }] }] })
  assert.deepEqual([found.depRecurLimit, found.startupalertsOnReset, found.randstart], [3, true, null])
  assert.deepEqual(found.quirks, asMon13)
})

const refused: readonly (readonly [line: string, code: string])[] = [
  ['serverport = x', 'setting-number'],
  ['serverport = 65536', 'setting-number'],
  ['trapport = 0', 'setting-number'],
  ['histlength = many', 'setting-number'],
  ['dep_recur_limit = -1', 'setting-number'],
  ['maxprocs =', 'setting-empty'],
  ['randstart =', 'setting-value'],
  ['randstart = 60', 'interval-unit'],
  ['cltimeout = 30', 'interval-unit'],
  ['dtlogging = perhaps', 'setting-flag'],
  ['unack_summary = perhaps', 'setting-value'],
  ['unack_summary = maybe', 'setting-flag'],
  ['dep_behavior = x', 'dep-behavior'],
  ['dep_memory = 5', 'interval-unit'],
  ['exclude_period = weekends', 'period'],
  ['syslog_facility = deamon', 'setting-facility'],
  ['authtype = getpwnam usrfile', 'authtype-unknown'],
  ['serverbind = 10.1.1.1/24 ::1', 'setting-value'],
  ['clientallow = 10.1.1.1 (', 'setting-value'],
  [`clientallow = ${'1'.repeat(1001)}`, 'setting-value'],
  [`clientallow = ${'1 '.repeat(1001)}`, 'setting-value'],
  ['quirks = yes', 'setting-value'],
  ['maxkeep = 5', 'unknown-setting'],
]
for (const [line, code] of refused) {
  test(`"${line.slice(0, 30)}" is refused as ${code}`, () => {
    const { model, problems } = resolveText(`${line}\n\n${watch}`)
    assert.equal(model, null)
    assert.deepEqual([...new Set(problems.map((problem) => problem.code))], [code])
  })
}

test('every flag is read by one reader', () => {
  for (const word of ['yes', 'Yes', 'Y', 'true', 'TRUE', 'on', 'ON', '1']) assert.equal(parseFlag(word), true, word)
  for (const word of ['no', 'No', 'N', 'false', 'off', 'OFF', '0']) assert.equal(parseFlag(word), false, word)
  for (const word of ['', 'x', '2', 'yesno', 'constructor']) assert.equal(parseFlag(word), null, word)
})

test('a dot of clientallow is a dot, unless it follows [ or a backslash', () => {
  const allowed = (pattern: string, address: string) => clientPattern(pattern)?.test(address)
  assert.equal(allowed('10.1.2.3', '10.1.2.3'), true)
  assert.equal(allowed('10.1.2.3', '10x1x2x3'), false)
  assert.equal(allowed('10.1.2.3', '110.1.2.34'), false)
  assert.equal(allowed('\\d+.\\d+.\\d+.\\d+', '127.0.0.1'), true)
  assert.equal(allowed('10[.]1[.]2[.]3', '10.1.2.3'), true)
  assert.equal(allowed('a|b', 'ab'), false)
})

test('settings for the services below them change from service to service', () => {
  const service = (name: string, lines = '') => `watch ${name}\n service s\n  interval 1m\n  monitor http\n${lines}\n`
  const text = [
    service('a'),
    'dep_memory = 5m\nunack_summary = yes\n\n',
    service('b'),
    service('c', '  unack_summary no\n  dep_memory 1m\n'),
    'dep_memory = 0s\nunack_summary = off\n\n',
    service('d'),
    service('e', '  unack_summary\n'),
  ].join('')
  const { model, problems } = resolveText(text)
  assert.ok(problems.every(({ code }) => code === 'watch-without-hostgroup'))
  assert.deepEqual(
    model?.services.map(({ depMemory, unackSummary }) => [depMemory, unackSummary]),
    [
      [0, false],
      [minutes(5), true],
      [minutes(1), false],
      [0, false],
      [0, true],
    ],
  )
  assert.equal(SERVICE_DEFAULTS.length, 3)
})

test('the command line wins over the file, and the file over what its caller falls back to', () => {
  const given: Given = {
    options: { histlength: '5', pidfile: '', mondir: '/a:/b', authfile: '/x/auth.cf' },
    fallbacks: { syslog_facility: 'daemon', histlength: '9', cfbasedir: '/etc/other', statedir: '/var/lib/mon' },
  }
  const found = settings('histlength = 7\npidfile = /run/x\nstatedir = mine', given)
  assert.deepEqual(
    [found.logs.histlength, found.logs.pidfile, found.mondir],
    [5, { path: '', written: true }, ['/a', '/b']],
  )
  assert.deepEqual([found.logs.syslogFacility, found.cfbasedir, found.statedir], ['daemon', '/etc/other', 'mine'])
  assert.equal(found.clients.authfile.written, true)
  assert.equal(settings('', { fallbacks: { authfile: 'a.cf' } }).clients.authfile.written, false)
})

test('a mistake of the command line is told as such', () => {
  const file = parseMon({ file: 'mon.cf', text: watch })
  const { model, problems } = resolve(file, { ...world, options: { randstart: '60' } })
  assert.equal(model, null)
  const [record] = problems.map(recordOf)
  assert.deepEqual([record?.file, record?.code, record?.column], ['command line', 'interval-unit', 13])
})

test('quirks are those of the command line, else of the file, else of its caller', () => {
  const quirks = (text: string, given: Given) => {
    const loaded = loadMon('mon.cf', new TextEncoder().encode(text), given)
    assert.ok(loaded.kind === 'parsed')
    return settingsOf(loaded.file, { environment: {}, hostname: 'h', ...given }).quirks === asMon13
  }
  assert.equal(quirks('', {}), false)
  assert.equal(quirks('', { fallbacks: { quirks: 'mon-1.3' } }), true)
  assert.equal(quirks('quirks = none\n', { fallbacks: { quirks: 'mon-1.3' } }), false)
  assert.equal(quirks('quirks = mon-1.3\n', {}), true)
  assert.equal(quirks('quirks = none\nquirks = mon-1.3\n', {}), true)
  assert.equal(quirks('quirks = mon-1.3\n', { options: { quirks: 'none' } }), false)
})
