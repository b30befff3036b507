import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openKernelTable } from '../../src/edge/table/kernel-table.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { TableCommand, TableServiceId } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import { plainService as settings } from '../plain-table.ts'

// That these are the kernel's answers too is shown by test/peers/uml/conformance.test.ts.
const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }
const share = { forward: 'masq' as const, weight: weight(1), upperThreshold: 0, lowerThreshold: 0 }
const destination = { family: 4 as const, address: '10.1.1.2', port: 8080 }
const newService: TableCommand = { kind: 'new-service', service: web, settings }
const newDestination = { kind: 'new-destination' as const, service: web, destination, settings: share }

const refusals: { name: string; before: TableCommand[]; command: TableCommand; errno: string; says: RegExp }[] = [
  {
    name: 'a service that is there cannot be added',
    before: [newService],
    command: newService,
    errno: 'EEXIST',
    says: /^tcp 192\.0\.2\.1:80 is already in the table$/,
  },
  {
    name: 'a service that is not there cannot get a real server',
    before: [],
    command: newDestination,
    errno: 'ESRCH',
    says: /^the virtual server tcp 192\.0\.2\.1:80 is not in the table$/,
  },
  {
    name: 'a scheduler that nobody knows is named',
    before: [],
    command: { ...newService, settings: { ...settings, scheduler: 'wlcc' } },
    errno: 'ENOENT',
    says: /no scheduler "wlcc": check the name, and that its module \(ip_vs_wlcc\) is installed/,
  },
  {
    name: 'a real server that is not there cannot be changed',
    before: [newService],
    command: { ...newDestination, kind: 'set-destination' },
    errno: 'ENOENT',
    says: /^10\.1\.1\.2:8080 in tcp 192\.0\.2\.1:80 is not in the table$/,
  },
  {
    name: 'a lower threshold above the upper is out of range',
    before: [newService],
    command: { ...newDestination, settings: { ...share, lowerThreshold: 1 } },
    errno: 'ERANGE',
    says: /the lower threshold is at most the upper/,
  },
  {
    name: 'a multicast address is no real server',
    before: [newService],
    command: { ...newDestination, destination: { ...destination, address: '224.0.0.1' } },
    errno: 'EINVAL',
    says: /its address must be that of one machine/,
  },
  {
    name: 'an IPv6 real server of an IPv4 service needs a tunnel',
    before: [newService],
    command: { ...newDestination, destination: { family: 6, address: '2001:db8::2', port: 80 } },
    errno: 'EINVAL',
    says: /can only be reached by "forward tun"/,
  },
]
for (const { name, before, command, errno, says } of refusals) {
  test(name, () => {
    const door = openMemoryTable('for a test')
    for (const one of before) assert.deepEqual(door.apply(one), { kind: 'ok' })
    const untouched = door.read()
    const answer = door.apply(command)
    assert(answer.kind === 'error')
    assert.equal(answer.errno, errno)
    assert.match(answer.text, says)
    assert.deepEqual(door.read(), untouched)
  })
}

test('the table in memory says why it is in memory', () => {
  assert.deepEqual({ ...openMemoryTable('no IPVS here') }.because, 'no IPVS here')
})

test("whatever this machine's kernel is, its table is opened or refused with a sentence", () => {
  const opened = openKernelTable()
  if (opened.kind === 'open') opened.door.close()
  else assert.match(opened.text, /\w+ \w+ \w+/)
})
