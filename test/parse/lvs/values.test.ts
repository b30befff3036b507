/** What may stand behind each word of lvs.cf, and what it means. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GLOBALS, SERVER, VIRTUAL } from '../../../src/parse/lvs/tables.ts'
import { parsed } from './world.ts'

type Given = readonly [words: string, expected: unknown, told?: string]

/** The value of the first word, without the places in it. */
function firstValue(settings: Readonly<Record<string, { readonly value: unknown } | undefined>>): unknown {
  const [setting] = Object.values(settings)
  return JSON.parse(JSON.stringify(setting?.value ?? null), (key, value) => {
    if (key === 'at') return undefined
    return value !== null && typeof value === 'object' && 'quote' in value ? value.text : value
  })
}

const address = (text: string) => ({ kind: 'address', address: text })
const name = (text: string) => ({ kind: 'name', name: text })

const globals: readonly Given[] = [
  ['keepalive = 0x10', 16],
  ['keepalive = 010', 8, 'warning octal'],
  ['keepalive = +3', 3],
  ['keepalive = -5', null, 'error value'],
  ['keepalive = 0', null, 'error value'],
  ['keepalive = 08', null, 'error value'],
  ['keepalive = 3s', null, 'error value'],
  ['keepalive = 99999999999', null, 'error value'],
  ['keepalive = 99999999999999999999999', null, 'error value'],
  ['serial_no = 0', 0],
  ['backup_active = 1', true],
  ['backup_active = 0x1', true],
  ['backup_active = 0', false],
  ['backup_active = 2', null, 'error value'],
  ['backup_active = yes', true, 'warning flag'],
  ['backup_active = Off', false, 'warning flag'],
  ['backup_active = maybe', null, 'error value'],
  ['heartbeat_port = http', 80],
  ['heartbeat_port = 1050', 1050],
  ['heartbeat_port = 65536', null, 'error value'],
  ['heartbeat_port = nosuch', null, 'error value'],
  ['network = direct', 'direct'],
  ['network = Direct', 'direct', 'warning letters'],
  ['network = dr', null, 'error value'],
  ['service = web', null, 'error value'],
  ['reservation_conflict_action = preempt', 'preempt'],
  ['reservation_conflict_action = x', null, 'error value'],
  ['nat_router = 10.0.0.254 eth1:1', { host: address('10.0.0.254'), device: 'eth1:1' }],
  ['nat_router = 10.0.0.254', null, 'error value-missing'],
  ['nat_router = 10.0.0.254 eth1 x', null, 'error value-extra'],
  ['nat_nmask = 255.255.255.0', 24],
  ['nat_nmask = 255.255.255.255', 32],
  ['nat_nmask = 255.255.240.0', 20],
  ['nat_nmask = 255.0.255.0', null, 'error value'],
  ['nat_nmask = 24', 24, 'warning mask-length'],
  ['nat_nmask = 0', null, 'error value'],
  ['nat_nmask = 0.0.0.0', null, 'error value'],
  ['nat_nmask = localhost', null, 'error value'],
  ['primary = 203.0.113.14', address('203.0.113.14')],
  ['primary = 10.1', address('10.0.0.1'), 'warning address-short'],
  ['primary = 10.1.2', address('10.1.0.2'), 'warning address-short'],
  ['primary = 167772161', address('10.0.0.1'), 'warning address-short'],
  ['primary = 0x7f.1', address('127.0.0.1'), 'warning address-short'],
  ['primary = director1.example.org', name('director1.example.org')],
  ['primary = fe80::1', null, 'error value'],
  ['primary = 10.0.0.1/24', null, 'error value'],
  ['primary = 10.0.0.256', null, 'error value'],
  ['primary = no_such,host', null, 'error value'],
  ['primary_shared = /dev/sdb', '/dev/sdb'],
  ['active_cmd = "/bin/up now"', '/bin/up now'],
  ['active_cmd = /bin/up now', null, 'error value-extra'],
  ['syncd_id = 255', 255],
  ['syncd_id = 300', null, 'error value'],
  ['tcp_timeout = 900', 900],
  [`debug_level = ${'x'.repeat(4097)}`, null, 'error value'],
]

const virtuals: readonly Given[] = [
  ['address = 10.0.0.1 eth0:1', { host: address('10.0.0.1'), device: 'eth0:1' }],
  ['address = web1 eth0', { host: name('web1'), device: 'eth0' }],
  ['address = 10.0.0.1', null, 'error value-missing'],
  ['sorry_server = 127.0.0.1', address('127.0.0.1')],
  ['sorry_server = localhost', null, 'error value'],
  ['fwmark = 4294967295', 4_294_967_295],
  ['fwmark = -1', null, 'error value'],
  ['protocol = udp', 'udp'],
  ['protocol = UDP', 'udp', 'warning letters'],
  ['protocol = sctp', null, 'error value'],
  ['port = https', 443],
  ['port = 0', 0],
  ['scheduler = wlc', 'wlc'],
  ['scheduler = WLC', 'wlc', 'warning letters'],
  ['scheduler = sed', null, 'error value'],
  ['load_monitor = ruptime', 'ruptime'],
  ['load_monitor = snmp', null, 'error value'],
  ['timeout = 0', null, 'error value'],
  ['reentry = 0', 0],
  ['send = "a # b"', 'a # b'],
  ['send = #x', '#x'],
  ['send = ""', ''],
  ['expect = a=b', 'a=b'],
  ['dirs = [ /a /b ]', ['/a', '/b']],
  ['dirs = [ ]', []],
  ['dirs = /a', null, 'error value'],
  ['dirs = [ /a', null, 'error value'],
]

const servers: readonly Given[] = [
  ['address = web1', name('web1')],
  ['port = 8080', 8080],
  ['port = http', null, 'error value'],
  ['weight = 0', 0],
  ['weight = -1', null, 'error value'],
  ['weight = 2147483647', 2_147_483_647],
  ['weight = 2147483648', null, 'error value'],
]

for (const [words, expected, told] of globals) check(words, expected, told, words, ({ globals }) => globals)
for (const [words, expected, told] of virtuals) {
  check(words, expected, told, `virtual a {\n${words}\n}`, ({ virtuals: [one] }) => one?.settings)
}
for (const [words, expected, told] of servers) {
  const text = `virtual a {\nserver b {\n${words}\n}\n}`
  check(`server: ${words}`, expected, told, text, ({ virtuals: [one] }) => one?.servers[0]?.settings)
}

function check(
  words: string,
  expected: unknown,
  told: string | undefined,
  text: string,
  settings: (file: ReturnType<typeof parsed>) => Parameters<typeof firstValue>[0] | undefined,
): void {
  test(`"${words.slice(0, 60)}" is ${told?.startsWith('error') ? 'refused' : 'read'}`, () => {
    const file = parsed(text)
    assert.deepEqual(
      file.problems.map(({ severity, code }) => `${severity} ${code}`),
      told === undefined ? [] : [told],
    )
    assert.deepEqual(firstValue(settings(file) ?? {}), expected)
  })
}

test('a server takes the port of its virtual as it was read so far', () => {
  const file = parsed('virtual a {\nserver b {\n}\nport = 443\nserver c {\n}\n}\n')
  assert.deepEqual(
    file.virtuals[0]?.servers.map(({ portBefore }) => portBefore),
    [80, 443],
  )
})

test('there are the words of Piranha 0.8.6, and no others', () => {
  assert.equal(Object.keys(GLOBALS).length, 31)
  assert.equal(Object.keys(VIRTUAL).length, 24)
  assert.deepEqual(Object.keys(SERVER), ['address', 'active', 'port', 'weight', 'nmask'])
})
