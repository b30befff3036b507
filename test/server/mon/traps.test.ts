/** Where a trap goes, and which traps are taken. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventBody } from '../../../src/model/event.ts'
import { host } from '../../../src/model/names.ts'
import { REFUSALS, REQUESTS } from '../../../src/server/mon/bounded-log.ts'
import { MOST_WAITING, MOST_WAITING_OF_ONE, REMEMBERED, TrapPasswords } from '../../../src/server/mon/trap-passwords.ts'
import { listenForTraps, RATE_OF_ONE } from '../../../src/server/mon/traps.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { encodeTrap, type SentTrap } from '../../../src/wire/mon/trap.ts'
import { service } from '../../engine/build.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'
import { EPOCH, FakeDaemon } from './fake-daemon.ts'
import { world } from './world.ts'

type Trapped = Extract<EventBody, { kind: 'trapped' }>

const called = ['g/s', 'default/default', 'default/foo']
const services = called.map((one) => service({ called: one, hosts: [host('h1'), host('h2')] }))

const sent = (changes: Partial<SentTrap>): Uint8Array =>
  encodeTrap({
    ...{ usr: '', pas: '', grp: 'g', svc: 's', sta: '1', spc: '0', sum: 'h1 is gone', dtl: 'why\n' },
    ...{ tsp: atSecond(EPOCH), ...changes },
  })

interface Receiver {
  readonly daemon: FakeDaemon
  /** Sends packets in their order, and resolves when the daemon has looked at all of them. */
  send(...packets: readonly (Uint8Array | string)[]): Promise<void>
  /** Sends the packet again and again. */
  flood(packet: Uint8Array, until: () => boolean): Promise<void>
  trapped(): readonly Trapped[]
}

async function receiver(t: Cleaning, authText = 'trap section\n* * *\n', bind = '127.0.0.1'): Promise<Receiver> {
  const daemon = new FakeDaemon(world(services), authText)
  const listening = await listenForTraps(daemon, { bind, port: 0 })
  assert.ok(listening.kind === 'listening')
  const [address = ''] = listening.addresses
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  t.after(async () => {
    socket.close()
    await listening.close()
  })
  return {
    daemon,
    trapped: () => daemon.posted.filter((event) => event.kind === 'trapped'),
    async flood(packet, until) {
      // The loop must turn, or nothing is received.
      while (!until()) {
        socket.send(packet, listening.port, address)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async send(...packets) {
      // Every packet that is looked at leaves a line in the log.
      for (const packet of packets) {
        const before = daemon.logged.length
        const heard = new Promise<void>((resolve) => {
          const log = daemon.log.bind(daemon)
          daemon.log = (priority, text) => {
            log(priority, text)
            if (daemon.logged.length > before) resolve()
          }
        })
        socket.send(packet, listening.port, address)
        await heard
      }
    },
  }
}

describe('a trap', () => {
  const rows: readonly [string, Uint8Array | string, string, string | null][] = [
    ['for an unknown group goes to default/default', sent({ grp: 'zz', svc: 'ss' }), 'default/default', 'zz:ss'],
    ['for an unknown group goes to a service of that name', sent({ grp: 'zz', svc: 'foo' }), 'default/foo', 'zz:foo'],
    ['for a group that is not watched too', sent({ grp: 'nowatch', svc: 'q' }), 'default/default', 'nowatch:q'],
    ['for default itself was meant for it', sent({ grp: 'default', svc: 'unk' }), 'default/default', null],
    ['for a service that is known goes there', sent({}), 'g/s', null],
  ]
  for (const [name, packet, key, intended] of rows) {
    test(name, async (t) => {
      const { send, trapped } = await receiver(t)
      await send(packet)
      assert.deepEqual(
        trapped().map((event) => [event.service, event.trap.intended]),
        [[key, intended]],
      )
    })
  }

  const refusals: readonly [string, Uint8Array | string, string][] = [
    ['for an unknown service of a known group is dropped', sent({ svc: 'unk' }), 'service type g/unk'],
    ['without sta is dropped', "pro='0.3807'\ngrp='g'\nsvc='s'\n", 'no trap sta value specified from 127.0.0.1'],
    ['of an old version is dropped', "pro='0.37'\ngrp='g'\nsvc='s'\nsta='1'\n", 'version less than 0.3807'],
    ['of no version is dropped', "grp='g'\nsvc='s'\nsta='1'\n", 'version less than 0.3807'],
  ]
  for (const [name, packet, logged] of refusals) {
    test(name, async (t) => {
      const { send, trapped, daemon } = await receiver(t)
      await send(packet)
      assert.deepEqual(trapped(), [])
      assert.ok(daemon.logged[0]?.startsWith('err: ') && daemon.logged[0].includes(logged), daemon.logged[0])
    })
  }
})

test('a group without a hostgroup is undefined where nobody catches traps', async (t) => {
  const { send, daemon } = await receiver(t)
  daemon.post({ kind: 'reloaded', model: world(services.slice(0, 1)), text: '' })
  await send(sent({ grp: 'zz' }), sent({ grp: 'nowatch' }))
  assert.deepEqual(daemon.logged, [
    'err: trap received for undefined group zz',
    'err: trap received for undefined service type nowatch/s',
  ])
})

test('the summary names the hosts that failed, and an empty line stands before the detail', async (t) => {
  const { send, trapped, daemon } = await receiver(t)
  await send(sent({}), sent({ sta: '' }), sent({ sta: 'fail', sum: 'all is lost' }), sent({ sta: '0', sum: 'h1' }))
  const [failed, empty, word] = trapped().map(({ trap }) => trap)
  assert.equal(failed?.output, 'h1 is gone\n\nwhy\n')
  assert.deepEqual([failed?.summary, failed?.detail, failed?.from], ['h1 is gone', '\nwhy\n', '127.0.0.1'])
  const kinds = trapped().map(({ trap }) => trap.hosts.map(({ kind }) => kind).join(' '))
  assert.deepEqual(kinds, ['down up', 'up up', 'unknown unknown', 'up up'])
  assert.deepEqual([empty?.status, word?.status], ['', 'fail'])
  assert.equal(daemon.logged[0], 'info: trap trap 0 from 127.0.0.1 grp=g svc=s, sta=1')
  assert.equal(daemon.state().services[0]?.opstatus, 1)
})

test('a trap says nothing of hosts that are disabled', async (t) => {
  const { send, trapped, daemon } = await receiver(t)
  daemon.post({ kind: 'command', who: '', command: { kind: 'disable-hosts', hosts: [host('h1')], reason: '' } })
  await send(sent({ sum: 'h1 h2' }))
  assert.deepEqual(
    trapped()[0]?.trap.hosts.map((one) => `${one.host} ${one.kind}`),
    ['h2 down'],
  )
})

const PASSWORDS = `trap section
127.0.0.1 joe $6$saltstring$${'x'.repeat(86)}
127.0.0.2 * *
`

test('a trap needs its user and password, and usr=* opens nothing', async (t) => {
  const { send, trapped, daemon } = await receiver(t, PASSWORDS)
  daemon.compare = async (password) => ({ kind: password === 'right' ? 'same' : 'different' })
  await send(
    sent({ usr: 'joe', pas: 'wrong' }),
    sent({ usr: '*', pas: 'x' }),
    sent({ usr: 'jim', pas: 'right' }),
    sent({}),
  )
  assert.deepEqual(trapped(), [])
  await send(sent({ usr: 'joe', pas: 'right' }))
  assert.equal(trapped().length, 1)
  assert.deepEqual(daemon.logged, [
    'err: received trap with bad password from user joe, host 127.0.0.1',
    'err: received trap from unknown user *, host 127.0.0.1',
    'err: received trap from unknown user jim, host 127.0.0.1',
    'err: received trap from unknown user , host 127.0.0.1',
    'info: trap trap 0 from 127.0.0.1 grp=g svc=s, sta=1',
  ])
})

test('a sender that auth.cf does not name is told nothing, and costs nothing', async (t) => {
  const { send, trapped, daemon } = await receiver(t, 'trap section\n192.0.2.7 * *\n')
  await send(sent({}), 'nonsense')
  assert.deepEqual(trapped(), [])
  assert.deepEqual(new Set(daemon.logged), new Set(['err: received trap from unauthorized host: 127.0.0.1']))
})

test('a sender may be named by a name, and traps come over IPv6 too', async (t) => {
  const { send, trapped, daemon } = await receiver(t, 'trap section\nlocalhost * *\n', '::1')
  await send(sent({}))
  daemon.addresses = new Map([['localhost', ['::1']]])
  await send(sent({}))
  assert.deepEqual(
    trapped().map(({ trap }) => trap.from),
    ['::1'],
  )
})

test('traps of one sender keep their order while a password is compared', async (t) => {
  const { send, trapped, daemon } = await receiver(t, PASSWORDS)
  const pending: (() => void)[] = []
  daemon.compare = () => new Promise((resolve) => pending.push(() => resolve({ kind: 'same' })))
  const [first, second] = ['first', 'second'].map((sum) => sent({ usr: 'joe', pas: 'a', sum }))
  assert.ok(first !== undefined && second !== undefined)
  const taken = send(first)
  const other = send(second)
  // A stranger's trap behind the two is dropped at once, while they wait.
  await send(sent({ usr: 'jim' }))
  assert.deepEqual([pending.length, trapped().length], [1, 0])
  pending.shift()?.()
  await Promise.all([taken, other])
  while (trapped().length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    trapped().map(({ trap }) => trap.summary),
    ['first', 'second'],
  )
})

test('few passwords wait for a comparison, fewer of one sender, and an answer is remembered for seconds', async () => {
  const daemon = new FakeDaemon(world(services))
  let compared = 0
  const waiting: (() => void)[] = []
  daemon.compare = (password) => {
    compared += 1
    return new Promise((resolve) => waiting.push(() => resolve({ kind: password === 'p' ? 'same' : 'different' })))
  }
  const passwords = new TrapPasswords(daemon)
  const heard: string[] = []
  const ask = (from: string, password: string): boolean =>
    passwords.ask({ from, password, hash: 'h' }, ({ kind }) => heard.push(`${from} ${password} ${kind}`))
  const of = (from: string): boolean[] => Array.from({ length: MOST_WAITING_OF_ONE + 1 }, (_, i) => ask(from, `x${i}`))
  assert.deepEqual(of('a').lastIndexOf(true), MOST_WAITING_OF_ONE - 1)
  for (let i = 1; i < MOST_WAITING / MOST_WAITING_OF_ONE; i++) of(`b${i}`)
  assert.equal(ask('c', 'p'), false)
  const answered = async (count: number): Promise<void> => {
    while (heard.length < count) {
      waiting.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await answered(MOST_WAITING)
  // Each of the different passwords was compared once, one after the other.
  assert.equal(compared, MOST_WAITING_OF_ONE)
  assert.equal(ask('c', 'p'), true)
  await answered(MOST_WAITING + 1)
  assert.equal(ask('c', 'p'), true)
  assert.deepEqual(heard.slice(-2), ['c p right', 'c p right'])
  daemon.pass(REMEMBERED / 1000 + 1)
  ask('c', 'p')
  await answered(MOST_WAITING + 3)
  assert.equal(compared, MOST_WAITING_OF_ONE + 2)
})

test('any bytes are dropped or taken, and the next trap is taken', async (t) => {
  const { send, trapped, daemon } = await receiver(t)
  const tags = ['pro', 'usr', 'pas', 'grp', 'svc', 'sta', 'sum', 'dtl', 'typ', 'spc']
  const line = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom(...tags), fc.string({ unit: 'binary' })).map(([tag, value]) => `${tag}='${value}'`),
    fc.constantFrom("pro='0.3807'", "grp='g'", "svc='s'", "sta='1'", "sta=''", "sum='\\0a\\0a'", "grp='__proto__'"),
  )
  const packet = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.array(line, { maxLength: 15 }).map((lines) => new TextEncoder().encode(lines.join('\n'))),
  )
  await fc.assert(
    fc.asyncProperty(packet, async (bytes) => {
      daemon.pass(1000)
      const before = trapped().length
      await send(bytes)
      await send(sent({ sum: 'h1 h2' }))
      assert.ok(trapped().length > before)
      assert.equal(trapped().at(-1)?.trap.summary, 'h1 h2')
    }),
    { numRuns: 200 },
  )
  assert.equal(daemon.state().model.services.length, called.length)
})

test('a flood of traps is cut to what the daemon can take, and leaves few lines in the log', async (t) => {
  const { flood, trapped, daemon } = await receiver(t)
  const cut = (): boolean => daemon.logged.some((line) => line.includes('dropped a trap: too many at once'))
  await flood(sent({ dtl: 'x'.repeat(2000) }), cut)
  // The clock stands, so nothing is added to what may come at once.
  assert.equal(trapped().length, RATE_OF_ONE.burst)
  assert.ok(daemon.logged.length <= REQUESTS.burst + REFUSALS.burst, `${daemon.logged.length} lines were logged`)
})

test('a port that is taken is told in words', async (t) => {
  const other = createSocket('udp4').bind(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const { port } = other.address()
  const daemon = new FakeDaemon(world(services))
  assert.deepEqual(await listenForTraps(daemon, { bind: '127.0.0.1', port }), {
    kind: 'failed',
    text: `cannot listen on 127.0.0.1 port ${port} for traps: another program listens there; is it another mon?`,
    message: {
      priority: 'err',
      text: `fatal, could not bind UDP server port: another program listens there; is it another mon? (127.0.0.1 port ${port})`,
    },
  })
})
