/** Mistakes that hands make in an lvs.cf, which Piranha's tool never did: each is told with the line that it stands in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordOf } from '../../../src/parse/problem.ts'
import { differencesOf } from '../../../src/write/differences.ts'
import { meaningOf } from '../../../src/write/meaning.ts'
import { modelOfPart, readBack, writtenMon } from '../../write/world.ts'
import { resolved, sound } from './world.ts'

/** As Piranha's web pages write it, line by line. */
const written = `serial_no = 7
primary = 192.0.2.1
service = lvs
backup_active = 0
backup = 0.0.0.0
heartbeat = 1
heartbeat_port = 539
keepalive = 6
deadtime = 18
network = nat
nat_router = 10.1.1.254 eth1:1
nat_nmask = 255.255.255.0
debug_level = NONE
virtual HTTP {
     active = 1
     address = 192.0.2.10 eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     persistent = 300
     pmask = 255.255.255.0
     send = "GET / HTTP/1.0\\r\\n\\r\\n"
     expect = "HTTP"
     use_regex = 0
     load_monitor = none
     scheduler = wlc
     protocol = tcp
     timeout = 6
     reentry = 15
     quiesce_server = 0
     server one {
         address = 10.1.1.2
         active = 1
         weight = 2000
     }
     server two {
         address = 10.1.1.3
         active = 1
         weight = 1000
     }
}
`
test('a file as the tool writes it is read without an error', () => {
  const { virtuals } = sound(written)
  assert.deepEqual(
    virtuals.map(({ name, reals }) => [name, reals.map(({ weight }) => weight)]),
    [['HTTP', [2000, 1000]]],
  )
})

test('it goes round by way of a mon.cf, and means the same afterwards', () => {
  const model = modelOfPart(sound(written))
  assert.deepEqual(differencesOf(meaningOf(model), meaningOf(readBack(writtenMon(model)))).told, [])
})

const mistakes: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['scheduler = wlc', 'scheduler = wlcc', ['25: "wlcc" is no value for scheduler']],
  [
    ' eth0:1',
    '',
    [
      '14: the virtual "HTTP" is active and has neither an address nor a firewall mark',
      '16: address lacks its second value',
    ],
  ],
  ['"GET / HTTP/1.0\\r\\n\\r\\n"', 'GET / HTTP/1.0', ['21: "/" is one word too many behind send']],
  ['"HTTP"', '"HTTP', ['22: the quote before "HTTP" is not closed on this line']],
  ['"HTTP"', '"HTTP\\q"', ["22: \\q is no escape of Piranha's: its checker hangs at it"]],
  ['reentry = 15', 're-entry = 15', ['28: "re-entry" is not known in a virtual']],
  ['timeout = 6', 'timeout = 6s', ['27: "6s" is no value for timeout']],
  ['protocol = tcp', 'protocol = icmp', ['26: "icmp" is no value for protocol']],
  ['server two {', 'server {', ['35: this server lacks its name']],
  ['weight = 2000', 'weight = -1', ['33: "-1" is no value for weight']],
  ['port = 80', 'port = 80000', ['18: "80000" is no value for port']],
  [
    'address = 10.1.1.3',
    'adress = 10.1.1.3',
    ['35: the server "two" is active and has no address', '36: "adress" is not known in a server'],
  ],
  ['network = nat', 'network = masquerade', ['10: "masquerade" is no value for network']],
  ['pmask = 255.255.255.0', 'pmask = 255.0.255.0', ['20: "255.0.255.0" is no value for pmask']],
]
for (const [from, to, told] of mistakes) {
  test(`"${to.replace(/\n\s*/g, ' ')}" for "${from.replace(/\n\s*/g, ' ')}" is told with its line`, () => {
    const found = resolved(written.replace(from, to)).problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      found.map(recordOf).map(({ line, message }) => `${line}: ${message}`),
      told,
    )
    assert.ok(found.every(({ hint }) => hint !== ''))
  })
}
