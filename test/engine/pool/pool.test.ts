import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LAST_KNOWN } from '../../../src/model/model.ts'
import { milliseconds, minutes, seconds, weight } from '../../../src/model/units.ts'
import { at } from '../build.ts'
import { calls, checkOf, heavy, notices, poolOf, realOf, sorryServer } from './rig.ts'

const UP = { remembered: false, unknown: 'up', waitMost: null } as const
const DOWN = { remembered: true, unknown: 'down', waitMost: null } as const
const WAIT = { remembered: false, unknown: 'wait', waitMost: null } as const

const start = { kind: 'started', text: 'starts' } as const

test('one of several checks that fails takes a server out, and the last that recovers brings it back', () => {
  const both = realOf(1, {
    checks: [1, 2].map((n) => ({ service: checkOf(n).key, host: checkOf(1).hosts[0] as never })),
  })
  const services = [checkOf(1), checkOf(2, { hosts: checkOf(1).hosts })]
  const pool = poolOf([both], {}, services)
  pool.check(1, '+')
  assert.equal(pool.wanted, '1=?', 'one of its checks has not run yet')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=1')
  pool.check(1, '-')
  pool.check(2, '-')
  pool.check(1, '+')
  assert.equal(pool.wanted, '1=-')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=1')
})

const initials = [
  {
    name: 'last-known leaves the table as it is for five seconds, then takes the server in',
    initial: LAST_KNOWN,
    before: '1=?',
    after: '1=1',
  },
  { name: 'up takes it in at once', initial: UP, before: '1=1', after: '1=1' },
  { name: 'down (alpha) keeps it out until it passes', initial: DOWN, before: '1=-', after: '1=-' },
  { name: 'wait leaves the table as it is until the first verdict', initial: WAIT, before: '1=?', after: '1=?' },
]
for (const { name, initial, before, after } of initials) {
  test(`initial: ${name}`, () => {
    const pool = poolOf([realOf(1, { initial })])
    pool.post(start, at(0))
    assert.equal(pool.wanted, before)
    pool.post({ kind: 'time' }, at(4.9))
    assert.equal(pool.wanted, before)
    pool.post({ kind: 'time' }, at(5))
    assert.equal(pool.wanted, after)
    pool.check(1, '-', 6)
    assert.equal(pool.wanted, '1=-')
  })
}

test('what a check learned nothing of stays as it is found, however long it lasts', () => {
  const pool = poolOf([realOf(1)])
  pool.post(start, at(0))
  pool.check(1, '?', 1)
  pool.post({ kind: 'time' }, at(60))
  assert.equal(pool.wanted, '1=?')
})

test('after a restart the remembered verdict counts, unless initial says otherwise', () => {
  for (const [initial, wanted] of [
    [LAST_KNOWN, '1=-'],
    [DOWN, '1=-'],
    [UP, '1=1'],
    [WAIT, '1=?'],
  ] as const) {
    const pool = poolOf([realOf(1, { initial })])
    pool.check(1, '-', 0)
    const { services, pools, controls, owned, outbox } = pool.state
    pool.post({ ...start, saved: { version: 1, services, pools, controls, owned, outbox } }, at(60))
    assert.equal(pool.wanted, wanted)
  }
})

test('quorum 3 with hysteresis 1 and weights 2 and 2: kept at 2, lost at 0, and not gained again before 4', () => {
  const pool = poolOf([heavy(1, 2), heavy(2, 2)], {
    quorum: weight(3),
    hysteresis: 1,
    notices: notices('UP', 'DOWN'),
    keepalivedName: 'web',
  })
  pool.check(1, '+')
  assert.deepEqual(calls(pool.check(2, '+')), ['UP up quorum'])
  assert.deepEqual([calls(pool.check(2, '-')), pool.standing], [[], 'serving'])
  assert.deepEqual(calls(pool.check(1, '-')), ['DOWN failure quorum'])
  assert.deepEqual([calls(pool.check(1, '+')), pool.wanted, pool.standing], [[], '1=2 2=-', 'below-quorum'])
  assert.deepEqual(calls(pool.check(2, '+')), ['UP up quorum'])
})

test('a sorry server with inhibit stays in the table with weight 0', () => {
  const pool = poolOf([realOf(1)], { sorry: { ...sorryServer, inhibit: true } })
  pool.check(1, '+')
  assert.equal(pool.wanted, '1=1 10.9.9.9:80=0')
  pool.check(1, '-')
  assert.equal(pool.wanted, '1=- 10.9.9.9:80=1')
})

test('backup servers join below their threshold, stand by with weight 0, and leave when the others are back', () => {
  const backup = { role: 'backup' } as const
  const pool = poolOf([realOf(1), realOf(2), realOf(3, backup)], { backupBelow: weight(2) })
  for (const n of [1, 2, 3]) pool.check(n, '+')
  assert.equal(pool.wanted, '1=1 2=1 3=0')
  pool.check(2, '-')
  assert.equal(pool.wanted, '1=1 2=- 3=1')
  pool.check(3, '-')
  assert.equal(pool.wanted, '1=1 2=- 3=-')
  pool.check(3, '+')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=1 2=1 3=0')
})

test('backup servers are not called in while the others have not been checked yet', () => {
  const pool = poolOf([realOf(1), realOf(2, { role: 'backup' })])
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=? 2=0')
  pool.check(1, '-')
  assert.equal(pool.wanted, '1=- 2=1')
})

test('the sorry server serves only when backup servers do not make up the quorum either', () => {
  const pool = poolOf([realOf(1), realOf(2, { role: 'backup' })], { sorry: sorryServer })
  for (const n of [1, 2]) pool.check(n, '+')
  pool.check(1, '-')
  assert.equal(pool.wanted, '1=- 2=1 10.9.9.9:80=-')
  pool.check(2, '-')
  assert.equal(pool.wanted, '1=- 2=- 10.9.9.9:80=1')
})

test('a server that comes back takes its weight in ten steps, and one that starts has it at once', () => {
  const pool = poolOf([heavy(1, 100), realOf(2)], { slowStart: seconds(10) })
  pool.check(1, '+', 0)
  pool.check(2, '+', 0)
  assert.equal(pool.wanted, '1=100 2=1')
  pool.check(1, '-', 1)
  pool.check(1, '+', 2)
  assert.equal(pool.wanted, '1=10 2=1')
  assert.equal(pool.state.pools[0]?.wakeAt, at(3).wall)
  pool.post({ kind: 'time' }, at(3))
  assert.equal(pool.wanted, '1=20 2=1')
  pool.post({ kind: 'time' }, at(8.5))
  assert.equal(pool.wanted, '1=70 2=1')
  pool.post({ kind: 'time' }, at(12))
  assert.equal(pool.wanted, '1=100 2=1')
  assert.equal(pool.state.pools[0]?.wakeAt, null)
})

test('checks may say what weight a server shall have, and their failure takes that back', () => {
  const pool = poolOf([heavy(1, 5)])
  pool.check(1, '+', 0, { kind: 'is', value: 10 })
  assert.equal(pool.wanted, '1=10')
  pool.check(1, '-', 1)
  assert.equal(pool.wanted, '1=-')
  pool.check(1, '+', 2)
  assert.equal(pool.wanted, '1=5')
  pool.check(1, '+', 3, { kind: 'plus', value: -7 })
  assert.equal(pool.wanted, '1=0', 'effective weight -2: still up, and 0 for the kernel')
  assert.equal(pool.standing, 'empty', 'but it adds nothing to the quorum')
})

test('two dynamic checks add up as differences to the configured weight', () => {
  const hostOf = checkOf(1).hosts[0] as never
  const both = heavy(1, 5, { checks: [1, 2].map((n) => ({ service: checkOf(n).key, host: hostOf })) })
  const pool = poolOf([both], {}, [checkOf(1), checkOf(2, { hosts: checkOf(1).hosts })])
  pool.check(1, '+', 0, { kind: 'is', value: 7 })
  pool.check(2, '+', 0, { kind: 'plus', value: -3 })
  assert.equal(pool.wanted, '1=4')
})

test('a destination has the port of each service it stands in, and 0 behind a mark', () => {
  const services = [
    { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 },
    { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.2', port: 8080 },
    { kind: 'mark', family: 4, mark: 7 },
    { kind: 'address', family: 6, protocol: 'tcp', address: '2001:db8::1', port: 80 },
  ] as const
  const pool = poolOf([realOf(1, { forward: 'route', portFollows: true })], { services })
  pool.check(1, '+')
  const ports = pool.table.map(({ destinations }) => destinations.map(({ id }) => id.port))
  assert.deepEqual(ports, [[80], [8080], [0], []], 'and none where the family does not fit')
})

test('notify_up and notify_down follow the checks: a start that proves well is no news, a start under alpha is', () => {
  const heard = { notices: notices('UP', 'DOWN') }
  const plain = poolOf([realOf(1, heard)])
  plain.post(start, at(0))
  assert.deepEqual(calls(plain.check(1, '+')), [])
  assert.deepEqual(calls(plain.check(1, '-')), ['DOWN failure 10.1.1.1:80'])
  assert.deepEqual(calls(plain.check(1, '-')), [])
  assert.deepEqual(calls(plain.check(1, '+')), ['UP up 10.1.1.1:80'])
  const alpha = poolOf([realOf(1, { ...heard, initial: DOWN }), realOf(2, { ...heard, initial: DOWN })])
  alpha.post(start, at(0))
  assert.deepEqual(calls(alpha.check(1, '+')), ['UP up 10.1.1.1:80'])
  assert.deepEqual(calls(alpha.check(2, '-')), ['DOWN failure 10.1.1.2:80'])
})

test('who fails at the first look is told of', () => {
  const pool = poolOf([realOf(1, { notices: notices('UP', 'DOWN') })])
  pool.post(start, at(0))
  assert.deepEqual(calls(pool.check(1, '-')), ['DOWN failure 10.1.1.1:80'])
})

test('a pool that begins without its quorum tells so; one of a keepalived.conf only if a sorry server steps in', () => {
  const own = poolOf([realOf(1)], { notices: notices('UP', 'DOWN') })
  assert.deepEqual(calls(own.check(1, '-')), ['DOWN failure quorum'])
  const quiet = poolOf([realOf(1)], { notices: notices('UP', 'DOWN'), keepalivedName: '[192.0.2.1]:tcp:80' })
  assert.deepEqual(calls(quiet.check(1, '-')), [])
  const sorry = poolOf([realOf(1)], { notices: notices('UP', 'DOWN'), sorry: sorryServer })
  assert.deepEqual(calls(sorry.check(1, '-')), ['DOWN failure quorum'])
})

test('keepalived checkers: the first failure counts at once, later ones after retries; retries come sooner', () => {
  const checker = checkOf(1, { fall: 3, firstFall: 1, retryInterval: seconds(1) })
  const pool = poolOf([realOf(1)], {}, [checker])
  pool.check(1, '-', 0)
  assert.equal(pool.wanted, '1=-')
  pool.check(1, '+', 1)
  const timers = [2, 3, 4].map((second) => {
    const effects = pool.check(1, '-', second)
    return effects.some((effect) => effect.kind === 'timer' && effect.what === 'interval')
  })
  assert.deepEqual(timers, [true, false, true], 'another interval from the first failure to the verdict')
  assert.equal(pool.wanted, '1=-')
})

test('log_all_failures writes down every failing attempt, and the reason', () => {
  const said = (effects: ReturnType<ReturnType<typeof poolOf>['check']>) =>
    effects.flatMap((effect) => (effect.kind === 'record' && effect.entry.kind === 'daemon' ? [effect.entry.text] : []))
  const pool = poolOf([realOf(1)], {}, [checkOf(1, { fall: 3, firstFall: 1, logFailures: true })])
  assert.deepEqual(said(pool.check(1, '+', 0)), [])
  assert.deepEqual(said(pool.check(1, '-', 1)), ['p/1 failed on 10.1.1.1 (attempt 1 of 3): refused'])
  assert.deepEqual(said(pool.check(1, '-', 2)), ['p/1 failed on 10.1.1.1 (attempt 2 of 3): refused'])
  assert.deepEqual(said(pool.check(1, '-', 3)), [], 'that one is the verdict, and has an entry of its own')
  assert.deepEqual(said(pool.check(1, '-', 4)), ['p/1 failed on 10.1.1.1 (it is down already): refused'])
})

test('the steps of a slow start and the wait for a verdict move along when the clock is set', () => {
  const pool = poolOf([heavy(1, 100)], { slowStart: minutes(10) })
  for (const [said, second] of [
    ['+', 0],
    ['-', 1],
    ['+', 2],
  ] as const)
    pool.check(1, said, second)
  assert.equal(pool.wanted, '1=10')
  pool.post({ kind: 'clock-stepped', by: milliseconds(3_600_000) }, at(3602))
  pool.post({ kind: 'time' }, at(3603))
  assert.equal(pool.wanted, '1=10')
})

test('the news of one outage name the same beginning, so that their mails are one thread', () => {
  const told = (effects: ReturnType<ReturnType<typeof poolOf>['check']>) =>
    effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.message] : []))[0]
  const pool = poolOf([realOf(1, { notices: notices('UP', 'DOWN') })])
  pool.check(1, '+', 0)
  const down = told(pool.check(1, '-', 10))
  const up = told(pool.check(1, '+', 70))
  assert.deepEqual([down?.firstFailure, up?.firstFailure, up?.lasted], [at(10).wall, at(10).wall, 60_000])
  assert.deepEqual(down?.failing, [{ host: '10.1.1.1', text: 'p/1 is down: refused' }])
})

test('a start that goes well is news to the scripts of a keepalived.conf, and to nobody named in mon.cf', () => {
  const heard = { notices: notices('UP', 'DOWN') }
  assert.deepEqual(calls(poolOf([realOf(1)], heard).check(1, '+')), [])
  assert.deepEqual(calls(poolOf([realOf(1)], { ...heard, keepalivedName: '[192.0.2.1]:tcp:80' }).check(1, '+')), [
    'UP up quorum',
  ])
})
