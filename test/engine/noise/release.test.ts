/** How what waits goes on its way: the message that tells of several, and what becomes of those it tells. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combined } from '../../../src/engine/noise/combine.ts'
import { nextHold } from '../../../src/engine/noise/held.ts'
import { MEMBERS_KEPT } from '../../../src/engine/noise/limits.ts'
import { releaseDue } from '../../../src/engine/noise/release.ts'
import { scribe } from '../../../src/engine/scribe.ts'
import type { AlertKind, AlertMessage } from '../../../src/model/alert.ts'
import { host, id } from '../../../src/model/names.ts'
import { hours, minutes, seconds, wallTime } from '../../../src/model/units.ts'
import { at, checked, model, Run, real, result, service, virtual } from '../build.ts'
import { mail, messageOf, modelWith, oncall, program, World } from './world.ts'

const grouping = modelWith(oncall({ groupWait: seconds(10) }))

const joined = (messages: readonly AlertMessage[], state = new World(grouping).state): AlertMessage =>
  combined({ id: id('c'), messages, receiver: 'oncall', because: 'so' }, state, at(60))

const news = (...told: readonly (readonly [AlertKind, string])[]): readonly AlertMessage[] =>
  told.map(([kind, key], i) => messageOf(`m${i}`, kind, at(i), key))

test('several go as one delivery, which takes their place in the outbox and names them in its entry', () => {
  const world = new World(grouping)
  world.decide('failure', mail, 'web/http')
  world.decide('failure', mail, 'db/sql')
  const waiting = world.state.outbox.map((delivery) => delivery.id)
  world.second = 10
  const effects = world.tick()
  const [delivery, ...others] = world.state.outbox
  assert.ok(delivery)
  assert.deepEqual(others, [])
  assert.equal(Object.hasOwn(delivery, 'hold'), false)
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ['record', 'deliver'],
  )
  const [entry] = world.entries
  assert.ok(entry?.kind === 'batch')
  assert.deepEqual(entry.deliveries, waiting)
  assert.equal(entry.delivery, delivery.id)
  assert.equal(entry.text, 'they concern oncall and came within 10 s')
  assert.deepEqual(
    delivery.message.members?.map(({ id: one }) => one),
    waiting,
  )
  assert.equal(nextHold(world.state), null)
})

test('one that nobody joined goes as it is, without a trace of having waited', () => {
  const world = new World(grouping)
  world.decide('failure', mail)
  const { hold: _, ...before } = world.state.outbox[0] ?? assert.fail()
  world.second = 12
  world.tick()
  assert.deepEqual(world.state.outbox, [{ ...before, notBefore: at(12).wall }])
  assert.deepEqual(world.entries, [])
})

test('before the time nothing happens, and nothing changes', () => {
  const world = new World(grouping)
  world.decide('failure', mail)
  const before = world.state
  world.second = 9
  assert.deepEqual(world.tick(), [])
  assert.equal(world.state, before)
})

const sums: readonly {
  readonly told: readonly (readonly [AlertKind, string])[]
  readonly is: Partial<AlertMessage>
}[] = [
  {
    told: [
      ['failure', 'web/http'],
      ['up', 'web/http'],
    ],
    is: { kind: 'up', key: messageOf('', 'up', at(0)).key, summary: '1 up again: web/http', exit: 0 },
  },
  {
    told: [
      ['failure', 'web/http'],
      ['up', 'web/http'],
      ['trap', 'web/http'],
    ],
    is: { kind: 'trap', summary: '1 down: web/http', exit: 1 },
  },
  {
    told: [
      ['up', 'web/http'],
      ['failure', 'db/sql'],
      ['trap', 'mail/smtp'],
      ['ack', 'dns/dns'],
    ],
    is: { kind: 'failure', summary: '2 down: db/sql, mail/smtp; 1 up again: web/http; 1 acknowledged: dns/dns' },
  },
  {
    told: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ['failure', `${name}/s`] as const),
    is: { kind: 'failure', summary: '7 down: a/s, b/s, c/s, d/s, e/s and 2 more' },
  },
]
for (const { told, is } of sums) {
  test(`${told.map((words) => words.join(' ')).join(', ')} are told as "${is.summary}"`, () => {
    const message = joined(news(...told))
    assert.deepEqual({ ...message, ...is }, message)
    assert.deepEqual(
      message.members?.map(({ kind, key }) => [kind, key]),
      told,
    )
    assert.equal(message.output, `${message.summary}\n${message.detail}`)
    assert.equal(message.detail.split('\n').length, told.length + 1)
  })
}

test('several services have a key that no service can have; a watch that they share is named', () => {
  const one = joined(news(['failure', 'web/http'], ['failure', 'web/https']))
  assert.deepEqual([one.key, one.group, one.service], ['receiver oncall/several', 'web', 'several'])
  const two = joined(news(['failure', 'web/http'], ['failure', 'db/sql']))
  assert.deepEqual([two.key, two.group, two.service], ['receiver oncall/several', 'oncall', 'several'])
})

test('a member has neither output nor detail nor environment, except who acknowledged', () => {
  const [down, ack] = news(['failure', 'web/http'], ['ack', 'db/sql'])
  assert.ok(down && ack)
  const said = { output: 'ann: on my way', environment: { MON_ACK: 'ann: on my way', MON_GROUP: 'db' } }
  const mailed = { ...down, mail: { subject: 's', text: 't' }, line: 'RS DOWN' }
  const { members = [] } = joined([mailed, { ...ack, ...said }])
  assert.deepEqual([members[0]?.output, members[0]?.detail, members[0]?.environment], ['', '', {}])
  assert.equal(members[0]?.mail, undefined)
  assert.equal(members[1]?.output, 'ann: on my way')
  assert.deepEqual(members[1]?.environment, { MON_ACK: 'ann: on my way' })
})

test('of very many, those that are down now are members, then those that are well again; all are named in the entry', () => {
  const world = new World(modelWith(oncall({ digest: { count: 1, within: minutes(1) } })))
  world.decide('failure', mail, 'first/s')
  for (let i = 0; i < 150; i += 1) world.decide('failure', mail, `g${i}/s`)
  for (let i = 40; i < 150; i += 1) world.decide('up', mail, `g${i}/s`)
  world.pass(60)
  const [, delivery] = world.state.outbox
  const { members = [], omitted, summary } = delivery?.message ?? assert.fail()
  assert.equal(members.length, MEMBERS_KEPT)
  assert.equal(omitted, 260 - MEMBERS_KEPT)
  assert.equal(members.filter(({ kind }) => kind === 'failure').length, 40)
  assert.match(summary, /^40 down: g0\/s, .* and 35 more; 110 up again: g40\/s, /)
  const [entry] = world.entries
  assert.ok(entry?.kind === 'batch')
  assert.equal(entry.deliveries.length, 260)
})

test('ten thousand that wait go in one step, each group as one, in order', () => {
  const world = new World(modelWith(oncall({ groupWait: hours(1), groupBy: 'watch' })))
  world.decide('failure', mail, 'g/s')
  const [one] = world.state.outbox
  assert.ok(one?.hold)
  const { hold } = one
  const outbox = Array.from({ length: 10_000 }, (_, i) => ({
    ...one,
    id: id(`t-1.${i}`),
    message: messageOf(`t-1.${i}`, 'failure', at(0), `g${i % 100}/s${i}`),
    hold: { ...hold, batch: `${hold.batch}${i % 100}` },
  }))
  const now = at(3600)
  const { state, effects } = releaseDue({ ...world.state, outbox }, scribe({ id: id('t-2'), kind: 'time' }, now), now)
  assert.equal(effects.length, 200)
  assert.deepEqual(
    state.outbox.map(({ message }) => message.members?.map((member) => member.id)),
    Array.from({ length: 100 }, (_, group) => Array.from({ length: 100 }, (_, i) => `t-1.${group + i * 100}`)),
  )
})

test('a member is bounded, whatever it said', () => {
  const hostile = '\u{1F600}'.repeat(400_000)
  const [down] = news(['failure', 'web/http'])
  assert.ok(down)
  const hosts = Array.from({ length: 3_000 }, (_, i) => host(`h${i}`))
  const failing = hosts.map((one) => ({ host: one, text: hostile }))
  const large = { ...down, summary: `a\r\nSubject: b ${hostile}`, detail: hostile, output: hostile, hosts, failing }
  const others = Array.from({ length: 200 }, (_, i) => ({ ...large, key: messageOf('', 'up', at(0), `g${i}/s`).key }))
  const message = joined([large, ...others])
  assert.ok(JSON.stringify(message).length < 2_000_000)
  assert.ok(message.summary.length < 2_000)
  assert.ok(message.detail.length < 20_000)
  assert.doesNotMatch(message.detail, /^Subject/m)
  // A half of a pair would be written as its number.
  assert.doesNotMatch(JSON.stringify(message), /\\ud[89a-f]/i)
})

test('messages that tell of several already are taken apart, so that none is told in the third degree', () => {
  const inner = joined(news(['failure', 'a/s'], ['failure', 'b/s']))
  const outer = joined([{ ...inner, omitted: 3 }, ...news(['failure', 'c/s'])])
  assert.deepEqual(
    outer.members?.map(({ key }) => key),
    ['a/s', 'b/s', 'c/s'],
  )
  assert.equal(outer.omitted, 3)
})

test('what is left is what is left when it is told', () => {
  const hosts = [host('h1'), host('h2')]
  const web = service({ hosts })
  const run = new Run(model([web], [virtual([real('h1'), real('h2')])]))
  run.post(checked(web, result(hosts, ['h1'])), at(0))
  const message = joined(
    [messageOf('m', 'failure', at(0), 'g/s', { pools: ['an old story'] }), ...news(['failure', 'x/y'])],
    run.state,
  )
  assert.deepEqual(message.pools, ['1 of 2 real servers of web is in use'])
})

test('the time after which another channel takes over begins when this one is handed the message', () => {
  const world = new World(grouping)
  const handover = { at: wallTime(at(10).wall + minutes(5)), done: false }
  world.decide('failure', mail, 'a/s', { handover })
  world.second = 12
  world.tick()
  assert.deepEqual(world.state.outbox[0]?.handover, { at: wallTime(at(12).wall + minutes(5)), done: false })
})

test('to put off what finds no room changes one delivery, however many wait', () => {
  const world = new World(modelWith(oncall({ rate: { count: 1, within: minutes(1) } })))
  for (let i = 0; i < 20; i += 1) world.decide('failure', program, `g${i}/s`)
  for (let round = 1; round < 5; round += 1) {
    const before = world.state.outbox
    world.second = round * 60
    world.tick()
    const same = world.state.outbox.filter((delivery) => before.includes(delivery))
    assert.equal(same.length, 19)
    assert.equal(nextHold(world.state), at((round + 1) * 60).wall)
  }
})

test('what waited when the daemon was killed goes after the start, at its time or at once if that is over', () => {
  const world = new World(grouping)
  world.decide('failure', mail, 'a/s')
  world.decide('failure', mail, 'b/s')
  world.restart()
  assert.equal(nextHold(world.state), at(10).wall)
  world.second = 500
  world.tick()
  world.deliverAll()
  assert.deepEqual(world.told(), ['failure a/s, failure b/s'])
})
