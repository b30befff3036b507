import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import { preview } from '../../src/engine/preview.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { Command } from '../../src/model/event.ts'
import type { Model } from '../../src/model/model.ts'
import { PATH_MARKS } from '../../src/model/path-marks.ts'
import type { TableDoor, TableService } from '../../src/model/table.ts'
import { seconds, uptime, weight } from '../../src/model/units.ts'
import { reconciler } from '../../src/runtime/reconcile.ts'
import { at, model, virtual } from './build.ts'
import { checkOf, heavy, notices, Pool, sorryServer } from './pool/rig.ts'

/** A director that has brought its table in line, as the daemon does. */
function director(first: Model) {
  const door = openMemoryTable('for a test')
  const inLine = reconciler(door)
  const pool = new Pool(first)
  const pass = () => {
    const { model: of, pools, owned } = pool.state
    const rule = { policy: of.settings.table.drift, marks: PATH_MARKS }
    const report = inLine.pass(wantedTable(of, pools), owned, uptime(0), rule)
    pool.post({ kind: 'reconciled', report }, at(0))
    return report.changes.map(({ change }) => change)
  }
  return { door, pool, pass, inLine }
}

test('under observe a plan says what others changed, and that neither the next pass nor a reload mends it', () => {
  const shares = [2, 1]
  const observing = (of: Model): Model => {
    const table = { ...of.settings.table, drift: 'observe' as const }
    return { ...of, settings: { ...of.settings, table } }
  }
  const { door, pool, pass, inLine } = director(observing(farm(shares)))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  const [web] = services(door)
  assert(web !== undefined)
  door.apply({ kind: 'delete-destination', service: web.id, destination: { family: 4, address: '10.1.1.1', port: 80 } })
  const event = { kind: 'reloaded', model: observing(farm([2, 3])), text: '' } as const
  for (const [what, changes] of [
    [[], []],
    [[event], ['set 10.1.1.2:80 weight 1 -> 3']],
  ] as const) {
    const made = preview(pool.state, what, services(door), at(1), inLine.settled())
    assert.deepEqual(
      made.changes.filter(({ done }) => done).map(({ change }) => change),
      changes,
    )
    assert.deepEqual(
      made.changes.filter(({ done }) => !done).map(({ change }) => change),
      ['add 10.1.1.1:80 masq weight 2'],
    )
  }
  pool.post(event, at(1))
  assert.deepEqual(pass(), ['add 10.1.1.1:80 masq weight 2', 'set 10.1.1.2:80 weight 1 -> 3'], 'told, and done')
  assert.deepEqual(
    services(door)[0]?.destinations.map(({ id }) => id.address),
    ['10.1.1.2'],
  )
})

test('a virtual server that goes is among the pools of a plan, with the weight that goes with it', () => {
  const { door, pool, pass } = director(farm([2, 1]))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  const event = { kind: 'reloaded', model: model([checkOf(1), checkOf(2)], []), text: '' } as const
  const made = preview(pool.state, [event], services(door), at(1))
  assert.deepEqual(
    made.pools.map(({ virtual: name, weightNow, weightAfter, percent, standing }) => [
      ...[name, weightNow, weightAfter, percent],
      standing.to,
    ]),
    [['web', 3, 0, -100, 'gone']],
  )
})

function services(door: TableDoor): readonly TableService[] {
  const table = door.read()
  assert(table.kind === 'table')
  return table.services
}

function farm(shares: readonly number[], changes: Parameters<typeof virtual>[1] = {}): Model {
  const checks = shares.map((_, i) => checkOf(i + 1))
  const reals = shares.map((share, i) => heavy(i + 1, share))
  return model(checks, [virtual(reals, changes)])
}

const farms = fc.record({
  shares: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
  quorum: fc.integer({ min: 1, max: 6 }),
  sorry: fc.boolean(),
  scheduler: fc.constantFrom('wlc', 'rr'),
})

function modelOf({ shares, quorum, sorry, scheduler }: typeof farms extends fc.Arbitrary<infer T> ? T : never): Model {
  const settings = { scheduler, persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' }
  return farm(shares, { settings, quorum: weight(quorum), sorry: sorry ? sorryServer : null })
}

test('what a plan of another configuration promises is what its reload does, to the word', () => {
  fc.assert(
    fc.property(farms, farms, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (before, after, ups) => {
      const { door, pool, pass } = director(modelOf(before))
      for (const [i] of before.shares.entries()) pool.check(i + 1, ups[i] === true ? '+' : '-')
      pass()
      const event = { kind: 'reloaded', model: modelOf(after), text: '' } as const
      const promised = preview(pool.state, [event], services(door), at(1)).changes.map(({ change }) => change)
      pool.post(event, at(1))
      assert.deepEqual(promised, pass())
    }),
  )
})

test('a plan of what runs is empty as long as nobody else changes the table, and names what somebody changed', () => {
  const { door, pool, pass } = director(farm([2, 1]))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  assert.deepEqual(preview(pool.state, [], services(door), at(1)).changes, [])
  const [web] = services(door)
  assert(web !== undefined)
  door.apply({ kind: 'delete-destination', service: web.id, destination: { family: 4, address: '10.1.1.1', port: 80 } })
  const made = preview(pool.state, [], services(door), at(1))
  assert.deepEqual(
    made.changes.map(({ change }) => change),
    ['add 10.1.1.1:80 masq weight 2'],
  )
  assert.deepEqual(
    made.pools.map(({ weightNow, weightAfter, percent }) => [weightNow, weightAfter, percent]),
    [[1, 3, 200]],
  )
})

test('a plan counts the connections that a change touches, and says what becomes of them', () => {
  const { door, pool, pass } = director(farm([2, 1]))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  const counts = { activeConnections: 7, inactiveConnections: 3, persistentConnections: 1 }
  const busy = services(door).map((one) => ({
    ...one,
    destinations: one.destinations.map((destination) => ({ ...destination, ...counts })),
  }))
  const fewer = preview(pool.state, [{ kind: 'reloaded', model: farm([2]), text: '' }], busy, at(1))
  assert.deepEqual(
    fewer.changes.map(({ change, atStake, effect }) => [change, atStake, effect]),
    [
      [
        'remove 10.1.1.2:80',
        { active: 7, inactive: 3, templates: 1 },
        'they end, since their packets are no longer forwarded',
      ],
    ],
  )
  assert.equal(fewer.pools[0]?.percent, -33.3)
})

test('a plan tells who would hear of it, and that nothing of it is kept', () => {
  const heard = { notices: notices('UP', 'DOWN') }
  const { door, pool, pass } = director(farm([2, 1], heard))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  const before = pool.state
  const made = preview(
    before,
    [{ kind: 'reloaded', model: farm([2, 1], { ...heard, quorum: weight(9), sorry: sorryServer }), text: '' }],
    services(door),
    at(1),
  )
  assert.deepEqual(
    made.alerts.map(({ call, kind, about }) => `${call} ${kind} ${about}`),
    ['DOWN failure virtual web/quorum'],
  )
  assert.deepEqual(made.pools[0]?.standing, { from: 'serving', to: 'sorry' })
  assert.equal(pool.state, before)
})

test("a plan names operators' decisions and the files that it reckons with", () => {
  const { door, pool, pass } = director(farm([2, 1]))
  for (const n of [1, 2]) pool.check(n, '+')
  pass()
  const command: Command = {
    kind: 'override',
    virtual: null,
    real: '10.1.1.1:80',
    what: { kind: 'disable' },
    lasts: seconds(60),
    reason: 'new kernel',
    force: false,
    remarks: [],
  }
  pool.post({ kind: 'command', who: 'ann', command }, at(1))
  pass()
  const made = preview(pool.state, [{ kind: 'maintenance', names: ['10.1.1.9'] }], services(door), at(31))
  assert.deepEqual(made.decisions, [
    { target: '10.1.1.1:80', text: 'disabled by ann: new kernel', for: 30_000, left: 30_000, configured: true },
  ])
  assert.deepEqual(made.maintenance, ['10.1.1.9'])
})

test('a plan of a start reckons with what the table has: who is gone from it begins low, who serves in it goes on', () => {
  const doubling = { share: 32, every: seconds(20) }
  const of = model(
    [1, 2].map((n) => checkOf(n)),
    [virtual([heavy(1, 100), heavy(2, 100)], { doubling })],
  )
  const { door, pool, pass } = director(of)
  for (const n of [1, 2]) pool.check(n, '+')
  pool.post({ kind: 'time' }, at(200))
  pass()
  const [web] = services(door)
  assert(web !== undefined)
  door.apply({ kind: 'delete-destination', service: web.id, destination: { family: 4, address: '10.1.1.1', port: 80 } })
  const { services: kept, pools, controls, owned, outbox } = pool.state
  const saved = { version: 1, services: kept, pools, controls, owned, outbox } as const
  const state = restoredState(of, saved, null, at(300))
  const made = preview(state, [{ kind: 'started', text: '' }], services(door), at(300))
  assert.deepEqual(
    made.changes.map(({ change, text }) => `${change}: ${text}`),
    ['add 10.1.1.1:80 masq weight 3: p/1 is up; weight 3 of 100, which doubles every 20 s'],
  )
})
