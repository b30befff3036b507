/** Two sections that share a firewall mark, behind direct routing: from the text to each value. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblems } from '../../../src/parse/problem.ts'
import { resolved } from './world.ts'

const text = `serial_no = 25
primary = 203.0.113.14
primary_private = 192.168.122.246
backup = 203.0.113.15
backup_private = 192.168.122.247
backup_active = 1
keepalive = 6
deadtime = 18
network = direct
virtual http {
     active = 1
     address = 203.0.113.100 eth0:1
     vip_nmask = 255.255.255.0
     fwmark = 100
     port = 80
     send_program = "/bin/testlink %h"
     expect = "ok"
     scheduler = wlc
     timeout = 6
     reentry = 15
     server node1 {
         address = 192.168.122.224
         active = 1
     }
     server node2 {
         address = 192.168.122.245
         weight = 4
     }
}
virtual https {
     active = 1
     address = 203.0.113.100 eth0:1
     fwmark = 100
     port = 443
     send = "GET / HTTP/1.0\\r\\n\\r\\n"
     expect = "HTTP"
     server node1 {
         address = 192.168.122.224
         active = 1
         port = 443
     }
}
`
const found = resolved(text)
const [virtual] = found.virtuals
const [node1] = virtual?.reals ?? []

test('there is one virtual server for the mark', () => {
  assert.equal(found.virtuals.length, 1)
  assert.equal(virtual?.name, 'http')
  assert.deepEqual(virtual?.services, [{ kind: 'mark', family: 4, mark: 100 }])
  assert.deepEqual(virtual?.settings, {
    ...{ scheduler: 'wlc', persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' },
  })
  assert.deepEqual(virtual?.doubling, { share: 32, every: 18_000 })
  assert.deepEqual(
    [virtual?.loadFeedback, virtual?.onStop, virtual?.sorry, virtual?.slowStart],
    [null, 'clear', null, 0],
  )
})

test('its one real server is up only if both checks are good', () => {
  assert.equal(virtual?.reals.length, 1)
  assert.deepEqual(node1?.id, { family: 4, address: '192.168.122.224', port: 80 })
  assert.deepEqual([node1?.forward, node1?.portFollows, node1?.weight, node1?.onFail], ['route', true, 1, 'remove'])
  assert.deepEqual(node1?.initial, { remembered: true, unknown: 'wait', waitMost: null })
  assert.deepEqual(
    node1?.checks.map(({ service }) => service),
    found.services.map(({ key }) => key),
  )
  assert.deepEqual(
    found.groups.map(({ name, hosts }) => [name, hosts]),
    [['192.168.122.224:80', ['192.168.122.224']]],
  )
})

test('both sections are asked as they are written', () => {
  const checks = found.services.map(({ timing, rise, fall, timeout, monitor }) => ({
    timing,
    rise,
    fall,
    timeout,
    monitor,
  }))
  assert.deepEqual(checks, [
    {
      timing: { kind: 'every', interval: 6000, randskew: null },
      ...{ rise: 2, fall: 1, timeout: 11_000 },
      monitor: {
        module: 'send-program',
        options: { command: ['/bin/testlink', '{host}'], expect: 'ok', timeout: 6 },
        text: 'send_program /bin/testlink %h',
        withHosts: true,
        place: { file: 'lvs.cf', line: 16, column: 6 },
      },
    },
    {
      timing: { kind: 'every', interval: 10_000, randskew: null },
      ...{ rise: 18, fall: 1, timeout: 31_000 },
      monitor: {
        module: 'expect',
        options: { port: 443, step: ['send GET / HTTP/1.0\\r\\n\\r\\n', 'expect HTTP'], timeout: 10 },
        text: 'send/expect',
        withHosts: true,
        place: { file: 'lvs.cf', line: 35, column: 6 },
      },
    },
  ])
})

test('the server that is switched off is kept aside, with the checks that only it has', () => {
  const [dormant] = found.dormant
  assert.equal(found.dormant.length, 1)
  assert.equal(dormant?.kind, 'real')
  assert.equal(dormant?.virtual.name, 'http')
  assert.deepEqual(
    dormant?.virtual.reals.map(({ id, weight, checks }) => [id.address, id.port, weight, checks.length]),
    [['192.168.122.245', 80, 4, 2]],
  )
  assert.deepEqual(
    dormant?.services.map(({ group }) => group),
    ['192.168.122.245:80', '192.168.122.245:80'],
  )
})

test('what the operator must know is said, once', () => {
  assert.deepEqual(
    found.problems.map(({ severity, code }) => `${severity} ${code}`),
    ['warning address-not-moved', 'warning program-status', 'warning mark-shared'],
    formatProblems(found.problems),
  )
})

test('what has no place in upalert is listed, line by line', () => {
  const lost = found.losses.map(({ place: { line }, text: words }) => `${line} ${words}`)
  assert.deepEqual(lost, [
    '1 serial_no = 25',
    '2 primary = 203.0.113.14',
    '3 primary_private = 192.168.122.246',
    '4 backup = 203.0.113.15',
    '5 backup_private = 192.168.122.247',
    '6 backup_active = 1',
    '7 keepalive = 6',
    '8 deadtime = 18',
    '12 address = 203.0.113.100 eth0:1',
    '13 vip_nmask = 255.255.255.0',
    '21 server node1',
    '32 address = 203.0.113.100 eth0:1',
  ])
  assert.ok(found.losses.every(({ why }) => why !== '' && !why.endsWith('.')))
})
