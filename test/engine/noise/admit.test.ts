/** What waits, for what and how long, in the words that people are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admit } from '../../../src/engine/noise/admit.ts'
import { channelState, handed, roomOf } from '../../../src/engine/noise/channel.ts'
import { groupOf } from '../../../src/engine/noise/group.ts'
import { LONGEST_WINDOW, TIMES_KEPT } from '../../../src/engine/noise/limits.ts'
import type { AlertMessage } from '../../../src/model/alert.ts'
import { groupName, type Host, host, serviceKey, serviceName } from '../../../src/model/names.ts'
import { channelOf, type GroupBy } from '../../../src/model/receiver.ts'
import { QUIET_NOISE } from '../../../src/model/state.ts'
import { hours, milliseconds, minutes, seconds } from '../../../src/model/units.ts'
import { alertCall, at, model, real, virtual } from '../build.ts'
import { deliveryOf, mail, messageOf, modelWith, oncall, program, World } from './world.ts'

const grouping = oncall({ groupWait: seconds(10), groupBy: 'watch' })

test('the first of a group waits, later ones go with it and do not put it off', () => {
  const world = new World(modelWith(grouping))
  assert.equal(world.decide('failure', mail, 'web/http'), 'waits for others of web to go with it, in 10 s')
  world.pass(6)
  assert.equal(world.decide('failure', mail, 'web/https'), 'waits for others of web to go with it, in 4 s')
  assert.equal(world.decide('failure', mail, 'db/sql'), 'waits for others of db to go with it, in 10 s')
  world.pass(4)
  world.deliverAll()
  assert.deepEqual(world.told(), ['failure web/http, failure web/https'])
  world.pass(6)
  world.deliverAll()
  assert.deepEqual(world.told(), ['failure web/http, failure web/https', 'failure db/sql'])
  assert.deepEqual(world.handed[1]?.message.members, undefined)
})

test('what cannot be told together does not wait for others, and is not collected', () => {
  const world = new World(modelWith({ ...grouping, digest: { count: 1, within: minutes(1) } }))
  for (const key of ['web/http', 'web/https', 'web/ftp']) assert.equal(world.decide('failure', program, key), null)
})

test('more than so many within a time: the rest of the time is told as one digest, and then counting begins anew', () => {
  const world = new World(modelWith(oncall({ digest: { count: 2, within: minutes(1) } })))
  assert.equal(world.decide('failure', mail, 'a/s'), null)
  world.pass(20)
  assert.equal(world.decide('failure', mail, 'b/s'), null)
  assert.equal(
    world.decide('failure', mail, 'c/s'),
    'more than 2 fired within 1 min, so the rest of it is told together, in 40 s',
  )
  world.pass(30)
  assert.equal(
    world.decide('failure', mail, 'd/s'),
    'more than 2 fired within 1 min, so the rest of it is told together, in 10 s',
  )
  assert.equal(
    world.decide('up', mail, 'a/s'),
    'more than 2 fired within 1 min, so the rest of it is told together, in 10 s',
  )
  world.pass(10)
  world.deliverAll()
  assert.deepEqual(world.told(), ['failure a/s', 'failure b/s', 'failure c/s, failure d/s, up a/s'])
  assert.equal(world.decide('failure', mail, 'e/s'), null)
  assert.equal(world.decide('failure', mail, 'f/s'), null)
  assert.match(world.decide('failure', mail, 'g/s') ?? '', /^more than 2 fired/)
})

test('what is over the rate waits for room and goes as one, where the channel can tell of several', () => {
  const world = new World(modelWith(oncall({ rate: { count: 2, within: minutes(10) } })))
  const decideAll = (call: typeof mail) =>
    ['a/s', 'b/s', 'c/s', 'd/s', 'e/s'].map((key) => world.decide('failure', call, key))
  const waits = 'the channel is handed at most 2 messages in 10 min; it waits for room'
  assert.deepEqual(decideAll(mail), [null, null, waits, waits, waits])
  assert.deepEqual(decideAll(program), [null, null, waits, waits, waits])
  world.deliverAll()
  world.pass(600)
  world.deliverAll()
  world.pass(600)
  world.deliverAll()
  const of = (call: typeof mail) => world.handed.filter(({ channel }) => channel === channelOf(call))
  assert.deepEqual(
    of(mail).map(({ at, tells }) => [at, tells.length]),
    [
      [0, 1],
      [0, 1],
      [600_000, 3],
    ],
  )
  assert.deepEqual(
    of(program).map(({ at, message }) => [at, message.key]),
    [
      [0, 'a/s'],
      [0, 'b/s'],
      [600_000, 'c/s'],
      [600_000, 'd/s'],
      [1_200_000, 'e/s'],
    ],
  )
})

test('what comes when room has come, but before the engine was told of the time, goes with those that wait', () => {
  const world = new World(modelWith(oncall({ rate: { count: 1, within: minutes(1) } })))
  world.decide('failure', mail, 'a/s')
  world.deliverAll()
  world.decide('failure', mail, 'b/s')
  world.second += 61
  assert.match(world.decide('failure', mail, 'c/s') ?? '', /waits for room/)
  world.pass(0)
  world.deliverAll()
  assert.deepEqual(world.told(), ['failure a/s', 'failure b/s, failure c/s'])
})

test('while a relay is away no more is on its way than may be handed over at once; the rest is one message', () => {
  const world = new World(modelWith(oncall({ rate: { count: 3, within: minutes(1) } })))
  for (let i = 0; i < 50; i += 1) {
    world.decide('failure', mail, `g${i}/s`)
    world.pass(20)
  }
  assert.equal(world.state.outbox.length - world.held.length, 3)
  world.deliverAll()
  world.pass(60)
  world.deliverAll()
  assert.deepEqual(
    world.handed.map(({ tells }) => tells.length),
    [1, 1, 1, 47],
  )
})

test('a group that finds no room goes with the others that find none', () => {
  const world = new World(modelWith({ ...grouping, rate: { count: 1, within: minutes(1) } }))
  for (const key of ['a/x', 'a/y', 'b/x', 'b/y', 'c/x']) world.decide('failure', mail, key)
  world.pass(10)
  world.deliverAll()
  const [one, ...others] = world.handed
  assert.deepEqual(others, [])
  assert.equal(one?.tells.length, 5)
  assert.equal(one?.message.because, 'the channel is handed at most 1 messages in 1 min')
})

const never: readonly { readonly name: string; readonly put: (world: World) => string | null }[] = [
  { name: 'a test message', put: (world) => world.decide('test', mail) },
  {
    name: 'a tried upalert',
    put: (world) =>
      world.put(deliveryOf(messageOf('x', 'up', world.now, 'web/http', { isTest: true }), mail, world.now)),
  },
  { name: 'a report', put: (world) => world.decide('up', mail, 'report monthly/report') },
  { name: 'the newest state', put: (world) => world.decide('up', mail, 'web/http', { newestOnly: true }) },
  { name: 'news of the stop', put: (world) => world.decide('failure', mail, 'web/http', { atStop: true }) },
  { name: 'a plain line', put: (world) => world.decide('failure', alertCall('A')) },
  {
    name: 'a line of a receiver that is no longer configured',
    put: (world) => world.decide('failure', { ...mail, receiver: 'gone' }),
  },
]
for (const { name, put } of never) {
  test(`${name} never waits`, () => {
    const limited = oncall({
      groupWait: seconds(10),
      digest: { count: 1, within: minutes(1) },
      rate: { count: 1, within: minutes(1) },
    })
    const world = new World(modelWith(limited))
    world.decide('failure', mail, 'web/http')
    world.decide('failure', mail, 'db/sql')
    assert.equal(world.held.length, 2)
    assert.equal(put(world), null)
  })
}

test('an upalert waits behind its alert even when the receiver is gone or has other settings', () => {
  for (const after of [modelWith(), modelWith(oncall({ rate: { count: 1, within: minutes(1) } }))]) {
    const world = new World(modelWith(grouping))
    world.decide('failure', mail)
    world.reload(after)
    assert.equal(world.decide('up', mail), 'waits for others of web to go with it, in 10 s')
    world.pass(10)
    world.deliverAll()
    assert.deepEqual(world.told(), ['failure web/http, up web/http'])
  }
})

const grouped: readonly { readonly by: GroupBy; readonly message: Partial<AlertMessage>; readonly is: string }[] = [
  { by: 'receiver', message: {}, is: 'oncall' },
  { by: 'watch', message: {}, is: 'g' },
  { by: 'watch', message: named('virtual shop', '10.1.1.2:80/tcp'), is: 'virtual shop' },
  { by: 'host', message: { failing: failingAt('h2', 'h1', 'h2') }, is: 'h1, h2' },
  { by: 'host', message: { failing: [], hosts: [host('h1')] }, is: 'h1' },
  { by: 'host', message: { failing: [], hosts: [] }, is: 'g' },
  { by: 'virtual', message: {}, is: 'virtual web' },
  { by: 'virtual', message: named('mail', 'smtp'), is: 'mail' },
  { by: 'virtual', message: named('virtual shop', 'quorum'), is: 'virtual shop' },
]
for (const { by, message, is } of grouped) {
  test(`group_by ${by}: news of ${message.key ?? 'g/s'} at ${message.failing?.length ?? 1} hosts goes with "${is}"`, () => {
    const used = { ...model([], [virtual([real('h1')])]) }
    assert.equal(groupOf(messageOf('x', 'failure', at(0), 'g/s', message), by, 'oncall', used), is)
  })
}

function named(group: string, service: string): Partial<AlertMessage> {
  const [g, s] = [groupName(group), serviceName(service)]
  return { group: g, service: s, key: serviceKey(g, s) }
}

function failingAt(...hosts: readonly string[]): readonly { readonly host: Host; readonly text: string }[] {
  return hosts.map((one) => ({ host: host(one), text: 'refused' }))
}

test('very many failing hosts make a name of bounded length, whatever they are called', () => {
  const message = messageOf('x', 'failure', at(0), 'g/s', {
    failing: failingAt(...Array.from({ length: 5_000 }, (_, i) => `host-${i}`)),
  })
  assert.ok(groupOf(message, 'host', 'oncall', model([])).length < 250)
})

test('counts are kept for channels with a digest or a rate alone, bounded, and forgotten in time', () => {
  const busy = oncall({ digest: { count: 3, within: minutes(1) }, rate: { count: 2, within: minutes(1) } })
  const world = new World(modelWith(busy))
  for (let i = 0; i < 50; i += 1) {
    world.decide('failure', mail, `g${i}/s`)
    world.deliverAll()
    world.pass(1)
  }
  const counted = channelState(world.state.noise, mail)
  assert.ok(counted.decided.length <= 3 && counted.handed.length <= 2)
  const other = { ...mail, text: 'mail boss@example.com' }
  const later = at(world.second + LONGEST_WINDOW / 1000)
  assert.deepEqual(Object.keys(handed(world.state.noise, other, busy, later).channels), [channelOf(other)])
  assert.equal(handed(QUIET_NOISE, mail, oncall(), at(0)), QUIET_NOISE)
  assert.equal(handed(QUIET_NOISE, mail, undefined, at(0)), QUIET_NOISE)
})

test('a rate or a digest that makes no sense is brought to one that does', () => {
  const room = (count: number, within: number, times: readonly number[]) =>
    roomOf(
      { count, within: milliseconds(within) },
      { decided: [], handed: times.map((second) => at(second).wall) },
      0,
      at(100),
    )
  assert.deepEqual(room(0, 60_000, []), { places: 1, next: at(100).wall })
  assert.deepEqual(room(1, 0, [99.5]), { places: 0, next: at(100.5).wall })
  assert.deepEqual(room(1, hours(999), [0]), { places: 0, next: at(24 * 3600).wall })
  assert.equal(room(1e9, 60_000, []).places, TIMES_KEPT)
})

test('tests that are handed over count, and what is over by them is not forgotten', () => {
  const limited = oncall({ rate: { count: 2, within: minutes(1) } })
  let noise = QUIET_NOISE
  for (let second = 0; second < 5; second += 1) noise = handed(noise, mail, limited, at(second))
  assert.deepEqual(channelState(noise, mail).handed, [at(3).wall, at(4).wall])
})

test('a channel is told from another by its receiver and its words', () => {
  const used = modelWith(grouping, { ...grouping, name: 'boss' })
  const world = new World(used)
  world.decide('failure', mail)
  for (const other of [
    { ...mail, receiver: 'boss' },
    { ...mail, text: 'mail b@example.com' },
  ]) {
    const { delivery } = admit(world.state, deliveryOf(messageOf('x', 'up', at(3)), other, at(3)), at(3))
    assert.equal(delivery.hold?.until, at(13).wall)
  }
})
