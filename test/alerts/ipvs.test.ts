import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ipvs } from '../../alerts/ipvs.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { AlertKind, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import type { Host } from '../../src/model/names.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { TableDoor, TableServiceId } from '../../src/model/table.ts'
import { endpointText } from '../../src/model/table.ts'
import { milliseconds, wallTime, weight } from '../../src/model/units.ts'
import { plainService as settings } from '../plain-table.ts'

const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.168.1.110', port: 80 }
const line = '-V 192.168.1.110:80 -R 10.1.1.2:8080 -W 2'

const vectors: {
  name: string
  words?: string
  kind: AlertKind
  isTest?: boolean
  table?: Record<string, number>
  hosts?: Host[]
  says: AlertOutcome
  leaves: Record<string, number>
}[] = [
  {
    name: 'a failure takes the real server out',
    kind: 'failure',
    table: { '10.1.1.2:8080': 2, '10.1.1.3:8080': 1 },
    says: sent('removed 10.1.1.2:8080 from tcp 192.168.1.110:80'),
    leaves: { '10.1.1.3:8080': 1 },
  },
  {
    name: 'a second failure finds nothing to do',
    kind: 'failure',
    table: { '10.1.1.3:8080': 1 },
    says: sent('had nothing to remove: 10.1.1.2:8080 is not in tcp 192.168.1.110:80'),
    leaves: { '10.1.1.3:8080': 1 },
  },
  {
    name: 'a recovery puts it back with its weight, forwarded as its neighbours are',
    kind: 'up',
    table: { '10.1.1.3:8080': 1 },
    says: sent('added 10.1.1.2:8080 to tcp 192.168.1.110:80 with weight 2, route'),
    leaves: { '10.1.1.3:8080': 1, '10.1.1.2:8080': 2 },
  },
  {
    name: 'a second recovery finds nothing to do',
    kind: 'up',
    table: { '10.1.1.2:8080': 2 },
    says: sent('had nothing to add: 10.1.1.2:8080 is in tcp 192.168.1.110:80'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'with -q a failure drains it',
    words: `${line} -q`,
    kind: 'failure',
    table: { '10.1.1.2:8080': 2 },
    says: sent('set 10.1.1.2:8080 in tcp 192.168.1.110:80 to weight 0'),
    leaves: { '10.1.1.2:8080': 0 },
  },
  {
    name: 'a recovery gives a drained one its weight again',
    words: `${line} -q`,
    kind: 'up',
    table: { '10.1.1.2:8080': 0 },
    says: sent('set 10.1.1.2:8080 in tcp 192.168.1.110:80 to weight 2, route'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'with -B the substitute comes before the real server goes',
    words: `${line} -B 10.1.1.9:8080`,
    kind: 'failure',
    table: { '10.1.1.2:8080': 2 },
    says: sent(
      'added 10.1.1.9:8080 to tcp 192.168.1.110:80 with weight 2, route, removed 10.1.1.2:8080 from tcp 192.168.1.110:80',
    ),
    leaves: { '10.1.1.9:8080': 2 },
  },
  {
    name: 'with -B the substitute goes after the real server came back',
    words: `${line} -B 10.1.1.9:8080`,
    kind: 'up',
    table: { '10.1.1.9:8080': 2 },
    says: sent(
      'added 10.1.1.2:8080 to tcp 192.168.1.110:80 with weight 2, route, removed 10.1.1.9:8080 from tcp 192.168.1.110:80',
    ),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: '-A -a adds also at a failure',
    words: `${line} -A -a -F nat`,
    kind: 'failure',
    table: {},
    says: sent('added 10.1.1.2:8080 to tcp 192.168.1.110:80 with weight 2, masq'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'with -n it only says what it would do',
    words: `${line} -n`,
    kind: 'failure',
    table: { '10.1.1.2:8080': 2 },
    says: sent('would have removed 10.1.1.2:8080 from tcp 192.168.1.110:80'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'a test alert takes no healthy server out',
    kind: 'test',
    table: { '10.1.1.2:8080': 2 },
    says: sent('would have removed 10.1.1.2:8080 from tcp 192.168.1.110:80'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'a tried-out upalert puts nothing in',
    kind: 'up',
    isTest: true,
    table: { '10.1.1.3:8080': 1 },
    says: sent('would have added 10.1.1.2:8080 to tcp 192.168.1.110:80 with weight 2, route'),
    leaves: { '10.1.1.3:8080': 1 },
  },
  ...(['trap', 'traptimeout'] as const).map((kind) => ({
    name: `a ${kind} takes the real server out as a failure does`,
    kind,
    table: { '10.1.1.2:8080': 2 },
    says: sent('removed 10.1.1.2:8080 from tcp 192.168.1.110:80'),
    leaves: {},
  })),
  ...(['startup', 'ack', 'disable'] as const).map((kind) => ({
    name: `${kind} says nothing about the real server, and no name is looked up for it`,
    words: '-V 192.168.1.110:80 -R nowhere.invalid:80',
    kind,
    table: { '10.1.1.2:8080': 2 },
    says: sent(`did nothing: "${kind}" changes no table`),
    leaves: { '10.1.1.2:8080': 2 },
  })),
  {
    name: 'an acknowledgement changes nothing',
    words: `${line} -a`,
    kind: 'failure',
    table: { '10.1.1.2:8080': 2 },
    says: sent('did nothing: an acknowledgement changes no table'),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'without -R the one host of the group is the real server, on the port of the service',
    words: '-V 192.168.1.110:80',
    kind: 'failure',
    table: { '10.1.1.2:80': 1 },
    says: sent('removed 10.1.1.2:80 from tcp 192.168.1.110:80'),
    leaves: {},
  },
  {
    name: 'without -R and with two hosts nobody knows which is meant',
    words: '-V 192.168.1.110:80',
    kind: 'failure',
    table: { '10.1.1.2:80': 1 },
    hosts: [host('10.1.1.2'), host('10.1.1.3')],
    says: failed('no real server is named: write -R, since web/http has 2 hosts'),
    leaves: { '10.1.1.2:80': 1 },
  },
  {
    name: 'a virtual server that is not there is not made up',
    kind: 'failure',
    says: failed(
      'the virtual server tcp 192.168.1.110:80 is not in the table: add it with ipvsadm, as a virtual block, or let --ensure-service make it',
    ),
    leaves: {},
  },
  {
    name: 'with --ensure-service a recovery makes it',
    words: `${line} --ensure-service`,
    kind: 'up',
    says: sent(
      'added tcp 192.168.1.110:80 with scheduler wlc, added 10.1.1.2:8080 to tcp 192.168.1.110:80 with weight 2, masq',
    ),
    leaves: { '10.1.1.2:8080': 2 },
  },
  {
    name: 'words that make no sense are said to be wrong, and not tried again',
    words: '-V 192.168.1.110:80 -R 10.1.1.2 -W heavy',
    kind: 'failure',
    table: { '10.1.1.2:80': 1 },
    says: failed('"heavy" is not a weight: write a whole number from 0 to 2147483647'),
    leaves: { '10.1.1.2:80': 1 },
  },
]
for (const { name, words = line, kind, isTest = false, table, hosts = [host('10.1.1.2')], says, leaves } of vectors) {
  test(name, async () => {
    const door = table === undefined ? openMemoryTable('for a test') : filled(table)
    assert.deepEqual(await send(door, kind, words, hosts, isTest), says)
    assert.deepEqual(weights(door), leaves)
  })
}

test('a kernel that says no to this process is told so, without another attempt', async () => {
  const text = 'needs CAP_NET_ADMIN'
  const door: TableDoor = { ...filled({ '10.1.1.2:8080': 2 }), apply: () => ({ kind: 'error', errno: 'EPERM', text }) }
  const says = { kind: 'failed', retry: false, text: 'needs CAP_NET_ADMIN (EPERM)' }
  assert.deepEqual(await send(door, 'failure', line, [host('10.1.1.2')]), says)
})

test('a table that cannot be read for the moment is worth another attempt', async () => {
  const door: TableDoor = {
    ...filled({}),
    read: () => ({ kind: 'error', errno: 'ENOBUFS', text: 'the kernel is too busy' }),
  }
  const says = { kind: 'failed', retry: true, text: 'the kernel is too busy' }
  assert.deepEqual(await send(door, 'failure', line, [host('10.1.1.2')]), says)
})

test('names are looked up', async () => {
  const door = openMemoryTable('for a test')
  const outcome = await send(door, 'up', '-V localhost:80 -R localhost:8080 --ensure-service', [])
  assert.equal(outcome.kind, 'sent')
  assert.match(outcome.text, /^added tcp (127\.0\.0\.1|\[::1\]):80 with scheduler wlc/)
})

function send(
  table: TableDoor,
  kind: AlertKind,
  words: string,
  hosts: readonly Host[],
  isTest = false,
): Promise<AlertOutcome> {
  const context = {
    signal: new AbortController().signal,
    timeout: milliseconds(5000),
    attempt: 1,
    mail: { server: '', from: '', hostname: '' },
    table,
  }
  return ipvs.send({ ...message(kind, hosts), isTest }, { words: words.split(' ') }, context)
}

function message(kind: AlertKind, hosts: readonly Host[]): AlertMessage {
  const [group, service] = [groupName('web'), serviceName('http')]
  return {
    id: id('1'),
    kind,
    key: serviceKey(group, service),
    group,
    service,
    description: '',
    hosts,
    failing: [],
    exit: 1,
    summary: '',
    detail: '',
    output: '',
    at: wallTime(0),
    firstFailure: null,
    lastFailure: null,
    lastSuccess: null,
    lasted: null,
    failures: 1,
    acknowledged: null,
    pools: [],
    environment: {},
  }
}

function filled(table: Record<string, number>): TableDoor {
  const door = openMemoryTable('for a test')
  door.apply({ kind: 'new-service', service: web, settings })
  for (const [text, share] of Object.entries(table)) {
    const [address = '', port = ''] = text.split(':')
    const destination = { family: 4 as const, address, port: Number(port) }
    const settings = { forward: 'route' as const, weight: weight(share), upperThreshold: 0, lowerThreshold: 0 }
    door.apply({ kind: 'new-destination', service: web, destination, settings })
  }
  return door
}

function weights(door: TableDoor): Record<string, number> {
  const table = door.read()
  assert(table.kind === 'table')
  const destinations = table.services.flatMap((service) => service.destinations)
  return Object.fromEntries(destinations.map((one) => [endpointText(one.id), one.weight]))
}

function sent(text: string): AlertOutcome {
  return { kind: 'sent', text }
}

function failed(text: string): AlertOutcome {
  return { kind: 'failed', retry: false, text }
}
