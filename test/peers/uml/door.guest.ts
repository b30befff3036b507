/** Inside the guest: our netlink door and Debian's ipvsadm look at the same table and must see the same. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { openKernelTable } from '../../../src/edge/table/kernel-table.ts'
import type {
  Forward,
  TableCommand,
  TableDestinationId,
  TableDestinationSettings,
  TableDoor,
  TableServiceId,
  TableServiceSettings,
} from '../../../src/model/table.ts'
import { endpointText, serviceText } from '../../../src/model/table.ts'
import { uptime, weight } from '../../../src/model/units.ts'
import type { WantedService } from '../../../src/model/wanted.ts'
import { reconciler } from '../../../src/runtime/reconcile.ts'
import { plainService as usual } from '../../plain-table.ts'
import { attempt, run } from './guest.ts'

const MODPROBE_SETTING = '/proc/sys/kernel/modprobe'
/** Somebody else's hands: a service and a real server of a long list come and go; a line for each round. */
const OTHERS = `while :; do
  ipvsadm -A -t 10.9.0.1:80; ipvsadm -d -t 10.3.0.1:80 -r 10.4.9.9:80; ipvsadm -a -t 10.3.0.1:80 -r 10.4.9.9:80 -m
  ipvsadm -D -t 10.9.0.1:80; echo
done 2>/dev/null`
const modprobe = readFileSync(MODPROBE_SETTING, 'utf8')

await attempt('no module', () => {
  // Asking for the family makes a kernel since 5.13 load the module by itself, where it has a program to do so.
  writeFileSync(MODPROBE_SETTING, '\n')
  const opened = openKernelTable()
  assert(opened.kind === 'refused')
  assert.equal(opened.errno, 'ENOENT')
  assert.match(opened.text, /modprobe ip_vs/)
})

await attempt('module on request', () => open().close())

await attempt('module by the kernel', () => {
  run('rmmod', 'ip_vs')
  writeFileSync(MODPROBE_SETTING, modprobe)
  const opened = openKernelTable()
  assert.equal(opened.kind, 'open', JSON.stringify(opened))
})

await attempt('ordinary user', () => {
  process.setegid?.(65_534)
  process.seteuid?.(65_534)
  const opened = openKernelTable({ loadModule: true })
  process.seteuid?.(0)
  process.setegid?.(0)
  assert(opened.kind === 'refused')
  assert.equal(opened.errno, 'EPERM')
  assert.match(opened.text, /CAP_NET_ADMIN/)
})

const door = open()
const web: Extract<TableServiceId, { kind: 'address' }> = {
  kind: 'address',
  family: 4,
  protocol: 'tcp',
  address: '10.0.0.1',
  port: 80,
}

await attempt('every kind', () => {
  const services: [TableServiceId, Partial<TableServiceSettings>][] = [
    [web, {}],
    [
      { ...web, address: '10.0.0.2' },
      { scheduler: 'sh', schedulerFlags: 3 },
    ],
    [
      { ...web, address: '10.0.0.4', port: 0 },
      { persistenceSeconds: 360, prefix: 24 },
    ],
    [
      { ...web, protocol: 'udp', port: 53 },
      { scheduler: 'rr', onePacket: true },
    ],
    [
      { ...web, protocol: 'udp', port: 5060 },
      { scheduler: 'rr', persistenceSeconds: 60, engine: 'sip' },
    ],
    [{ ...web, protocol: 'sctp', port: 3868 }, { scheduler: 'lc' }],
    [
      { ...web, family: 6, address: '2001:db8::1', port: 443 },
      { persistenceSeconds: 300, prefix: 64 },
    ],
    [{ kind: 'mark', family: 4, mark: 42 }, {}],
    [{ kind: 'mark', family: 6, mark: 43 }, {}],
  ]
  for (const [service, settings] of services) ok(newService(service, settings))
  const ends: [TableDestinationId, Forward, Partial<TableDestinationSettings>][] = [
    [end('10.1.1.2', 8080), 'masq', { weight: weight(0) }],
    [end('10.1.1.3', 80), 'route', { weight: weight(9), upperThreshold: 100, lowerThreshold: 50 }],
    [end('10.1.1.4', 80), 'tunnel', { weight: weight(2) }],
    [end('10.1.1.5', 80), 'tunnel', { tunnel: { type: 'gue', port: 6080, checksum: 'checksum' } }],
    [end('127.0.0.1', 80), 'local', {}],
    [{ family: 6, address: '2001:db8::44', port: 80 }, 'tunnel', {}],
  ]
  for (const [destination, forward, settings] of ends) ok(newDestination(web, destination, forward, settings))
  const six: TableServiceId = { ...web, family: 6, address: '2001:db8::1', port: 443 }
  ok(newDestination(six, { family: 6, address: '2001:db8::11', port: 443 }, 'route', {}))
  ok(newDestination({ kind: 'mark', family: 4, mark: 42 }, end('10.1.1.2', 0), 'route', {}))
  return saved()
})

await attempt('read back', () => {
  const table = door.read()
  assert(table.kind === 'table')
  assert.equal(table.services.length, 9)
  const {
    counters: _,
    destinations,
    ...rest
  } = table.services.find((one) => serviceText(one.id) === serviceText(web)) ?? {
    destinations: [],
  }
  assert.deepEqual(rest, { id: web, ...usual })
  const seen = destinations.map(({ id, forward, weight, upperThreshold, lowerThreshold, tunnel }) =>
    [endpointText(id), forward, weight, upperThreshold, lowerThreshold, tunnel?.type ?? '-'].join(' '),
  )
  assert.deepEqual(seen.sort(), [
    '10.1.1.2:8080 masq 0 0 0 -',
    '10.1.1.3:80 route 9 100 50 -',
    '10.1.1.4:80 tunnel 2 0 0 -',
    '10.1.1.5:80 tunnel 1 0 0 gue',
    '127.0.0.1:80 local 1 0 0 -',
    '[2001:db8::44]:80 tunnel 1 0 0 -',
  ])
})

await attempt('change and delete', () => {
  ok({ kind: 'set-service', service: web, settings: { ...usual, scheduler: 'wrr' } })
  ok({ ...newDestination(web, end('10.1.1.2', 8080), 'route', { weight: weight(7) }), kind: 'set-destination' })
  for (const address of ['10.1.1.3', '10.1.1.4', '10.1.1.5', '127.0.0.1']) {
    ok({ kind: 'delete-destination', service: web, destination: end(address, 80) })
  }
  ok({ kind: 'delete-destination', service: web, destination: { family: 6, address: '2001:db8::44', port: 80 } })
  ok({ kind: 'delete-service', service: { kind: 'mark', family: 6, mark: 43 } })
  const lines = saved()
  return lines.filter((line) => line.includes('10.0.0.1:80') || line.includes('-f '))
})

await attempt('what ipvsadm writes', () => {
  run('ipvsadm', '-A', '-t', '10.0.0.9:80', '-s', 'wrr', '-p', '77', '-M', '255.255.0.0')
  run('ipvsadm', '-a', '-t', '10.0.0.9:80', '-r', '10.1.1.9:81', '-i', '-w', '3', '-x', '20', '-y', '10')
  const table = door.read()
  assert(table.kind === 'table')
  const service = table.services.find((one) => serviceText(one.id) === 'tcp 10.0.0.9:80')
  assert.deepEqual(
    [service?.scheduler, service?.persistenceSeconds, service?.prefix, service?.schedulerFlags],
    ['wrr', 77, 16, 0],
  )
  const [destination] = service?.destinations ?? []
  assert(destination !== undefined)
  assert.deepEqual(
    [destination.forward, destination.weight, destination.upperThreshold, destination.lowerThreshold],
    ['tunnel', 3, 20, 10],
  )
  run('ipvsadm', '-D', '-t', '10.0.0.9:80')
})

await attempt('a large table', () => {
  const big: TableServiceId = { ...web, address: '10.0.0.200' }
  ok(newService(big, {}))
  const added = Array.from({ length: 1000 }, (_, n) =>
    newDestination(big, end(`10.2.${n >> 8}.${n & 255}`, 80 + n), 'masq', {}),
  )
  // Every tenth is refused, and keeps none of the others back.
  const refused = added.flatMap((command, n) => (n % 10 === 9 ? [command, command] : [command]))
  const answers = door.applyAll(refused).map((answer) => (answer.kind === 'ok' ? 'ok' : answer.errno))
  assert.deepEqual(
    answers,
    refused.map((command, n) => (command === refused[n - 1] ? 'EEXIST' : 'ok')),
  )
  const table = door.read()
  assert(table.kind === 'table')
  const service = table.services.find((one) => serviceText(one.id) === serviceText(big))
  assert.equal(new Set(service?.destinations.map((one) => endpointText(one.id))).size, 1000)
  ok({ kind: 'delete-service', service: big })
})

await attempt('changed meanwhile', async () => {
  const stable: TableServiceId[] = Array.from({ length: 120 }, (_, n) => ({ ...web, address: `10.3.0.${n + 1}` }))
  const ends = Array.from({ length: 100 }, (_, n) => end(`10.4.0.${n + 1}`, 80))
  const [long = web] = stable
  const made = door.applyAll([
    ...stable.map((service) => newService(service, {})),
    ...ends.map((one) => newDestination(long, one, 'masq', {})),
  ])
  assert(made.every((answer) => answer.kind === 'ok'))
  const others = spawn('sh', ['-c', OTHERS], { stdio: ['ignore', 'pipe', 'inherit'] })
  let seen = 0
  others.stdout.on('data', () => {
    seen += 1
  })
  let reads = 0
  let moving = 0
  while (seen < 20 || reads < 60) {
    const table = door.read()
    assert(table.kind === 'table', JSON.stringify(table))
    const found = new Map(table.services.map((one) => [serviceText(one.id), one]))
    assert.equal(found.size, table.services.length)
    for (const service of stable) assert(found.has(serviceText(service)), serviceText(service))
    const texts = found.get(serviceText(long))?.destinations.map(({ id }) => endpointText(id)) ?? []
    assert.equal(new Set(texts).size, texts.length)
    for (const one of ends) assert(texts.includes(endpointText(one)), endpointText(one))
    moving += Number(found.has('tcp 10.9.0.1:80'))
    reads += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  others.kill('SIGKILL')
  await once(others, 'exit')
  run('ipvsadm', '-C')
  return `${reads} reads while others changed the table ${seen} times, ${moving} with their service`
})

await attempt('reconcile', () => {
  run('ipvsadm', '-A', '-t', '10.0.0.99:443', '-s', 'rr')
  run('ipvsadm', '-a', '-t', '10.0.0.99:443', '-r', '10.9.9.9:443', '-m', '-w', '4')
  const foreign = saved()
  const pool: TableServiceId = { ...web, address: '10.0.0.50' }
  const wanted: WantedService[] = [
    {
      name: 'pool',
      id: pool,
      settings: usual,
      destinations: ['10.1.1.2', '10.1.1.3'].map((address) => ({
        kind: 'present',
        id: end(address, 8080),
        settings: { forward: 'masq', weight: weight(2), upperThreshold: 0, lowerThreshold: 0 },
        text: 'it is up',
        cause: null,
      })),
      cause: null,
    },
  ]
  const { pass } = reconciler(door)
  const first = pass(wanted, {}, uptime(0))
  assert.deepEqual(
    first.changes.map((one) => one.outcome),
    ['OK', 'OK', 'OK'],
  )
  const ours = saved()
  assert.deepEqual(pass(wanted, first.owned, uptime(1)).changes, [])

  run('ipvsadm', '-d', '-t', '10.0.0.50:80', '-r', '10.1.1.2:8080')
  run('ipvsadm', '-e', '-t', '10.0.0.50:80', '-r', '10.1.1.3:8080', '-m', '-w', '9')
  const second = pass(wanted, first.owned, uptime(2))
  assert.deepEqual(
    second.changes.map(({ change, outcome, reason }) => `${outcome} ${reason} ${change}`),
    ['OK drift add 10.1.1.2:8080 masq weight 2', 'OK drift set 10.1.1.3:8080 weight 9 -> 2'],
  )
  assert.deepEqual(saved().sort(), ours.sort())

  const last = pass([], second.owned, uptime(3))
  assert.deepEqual(
    last.changes.map((one) => one.change),
    ['delete tcp 10.0.0.50:80'],
  )
  assert.deepEqual(last.owned, {})
  assert.deepEqual(saved(), foreign)
})

door.close()

await attempt('after the end', () => {
  const answer = door.apply({ kind: 'delete-service', service: web })
  assert(answer.kind === 'error')
  assert.equal(answer.errno, 'EBADF')
  assert.equal(door.read().kind, 'error')
})

function open(): TableDoor {
  const opened = openKernelTable({ loadModule: true })
  assert(opened.kind === 'open', JSON.stringify(opened))
  return opened.door
}

function ok(command: TableCommand): void {
  assert.deepEqual(door.apply(command), { kind: 'ok' }, JSON.stringify(command))
}

/** The table in ipvsadm's own words. */
function saved(): string[] {
  return run('ipvsadm', '-S', '-n').trim().split('\n')
}

function end(address: string, port: number): TableDestinationId {
  return { family: 4, address, port }
}

function newService(service: TableServiceId, changes: Partial<TableServiceSettings>): TableCommand {
  const settings = { ...usual, prefix: service.family === 4 ? 32 : 128, ...changes }
  return { kind: 'new-service', service, settings }
}

function newDestination(
  service: TableServiceId,
  destination: TableDestinationId,
  forward: Forward,
  changes: Partial<TableDestinationSettings>,
) {
  const settings = { forward, weight: weight(1), upperThreshold: 0, lowerThreshold: 0, ...changes }
  return { kind: 'new-destination' as const, service, destination, settings }
}
