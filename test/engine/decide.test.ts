import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { patchOf } from '../../src/engine/patch.ts'
import { stateFor } from '../../src/engine/start.ts'
import { sentence } from '../../src/engine/words.ts'
import type { Effect } from '../../src/model/effect.ts'
import type { EventBody } from '../../src/model/event.ts'
import { host } from '../../src/model/names.ts'
import { days, minutes, seconds, wallTime } from '../../src/model/units.ts'
import { addPatch, foldOf, savedOf } from '../../src/wire/history/saved.ts'
import { at, checked, model, period, Run, real, result, service, virtual } from './build.ts'

const hosts = ['10.1.1.1', '10.1.1.2'].map(host)
const watched = service({
  hosts,
  called: 'web/http',
  periods: [period({ alertevery: { every: minutes(60), unless: 'strict' } })],
})
const pool = virtual(hosts.map((one) => real(one, { checks: [{ service: watched.key, host: one }], onFail: 'drain' })))
const farm = model([watched], [pool])

const sentences = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))

test('one failure and its end, told in order: verdict, pool, alert; and again', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, [])), at(0))
  assert.deepEqual(sentences(run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(60))), [
    '10.1.1.2 is DOWN for web/http: refused (was up for 1 min)',
    'web/http is DOWN: 10.1.1.2 (was up for 1 min)',
    'web: real server 10.1.1.2:80 is now drained (weight 0): web/http is down: refused',
    'web/http: alert handed to "A": 10.1.1.2',
  ])
  assert.deepEqual(sentences(run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(64))), [
    'web/http: no alert for period "p", because alertevery allows one every 1 h',
  ])
  assert.deepEqual(
    sentences(run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(68))),
    [],
    'a reason is told once',
  )
  assert.deepEqual(sentences(run.post(checked(watched, result(hosts, [])), at(72))), [
    '10.1.1.2 is UP for web/http: the check passed (was down for 12 s)',
    'web/http is UP (was down for 12 s)',
    'web: real server 10.1.1.2:80 is now in use with weight 1: web/http is up',
    'web/http: upalert handed to "U": 10.1.1.2',
  ])
})

test('every entry but the first names what led to it', () => {
  const run = new Run(farm)
  const entries = run
    .post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
    .flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
  const ids = new Map(entries.map((entry) => [entry.kind, entry.id]))
  const causes = new Map(entries.map((entry) => [entry.kind, entry.cause]))
  assert.equal(causes.get('real'), ids.get('host'))
  assert.equal(causes.get('alert'), ids.get('service'))
  assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length)
})

test('a delivery that fails is tried again later, and given up when that is of no use', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
  const [delivery] = run.state.outbox
  assert.ok(delivery)
  const failed: EventBody = {
    kind: 'attempted',
    delivery: delivery.id,
    outcome: { kind: 'failed', retry: true, text: 'connection refused' },
  }
  const effects = run.post(failed, at(1))
  const again = effects.find((effect) => effect.kind === 'deliver')
  assert.ok(again !== undefined && again.delivery.notBefore > at(1).wall)
  assert.match(sentences(effects)[0] ?? '', /has NOT got through: connection refused; next attempt in \d s/)
  const given = sentences(
    run.post({ ...failed, outcome: { kind: 'failed', retry: false, text: 'no such mailbox' } }, at(9)),
  )
  assert.deepEqual(given, ['web/http: "A" is GIVEN UP (attempt 2): no such mailbox'])
  assert.deepEqual(run.state.outbox, [])
})

test('setting the clock back neither silences nor repeats an alert', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(7200))
  const told = run.post({ kind: 'clock-stepped', by: seconds(-7000) }, at(200))
  assert.deepEqual(sentences(told), ['the clock was set back by 7000 s; what counts by it moves along'])
  const soon = run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(204))
  assert.equal(
    soon.some((effect) => effect.kind === 'deliver'),
    false,
  )
  const hourLater = run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(200 + 3600))
  assert.equal(
    hourLater.some((effect) => effect.kind === 'deliver'),
    true,
  )
})

test('an acknowledged failure is quiet until it has ended, and its end is told', () => {
  const often = service({ hosts, called: 'web/http' })
  const run = new Run(model([often]))
  run.post(checked(often, result(hosts, ['10.1.1.1'])), at(0))
  run.post({ kind: 'command', who: 'ann', command: { kind: 'ack', service: often.key, comment: 'on it' } }, at(1))
  assert.deepEqual(sentences(run.post(checked(often, result(hosts, ['10.1.1.1'])), at(4))), [
    'web/http: no alert for period "p", because ann has acknowledged the failure: on it',
  ])
  const end = run.post(checked(often, result(hosts, [])), at(8))
  assert.equal(
    end.some((effect) => effect.kind === 'deliver' && effect.delivery.message.kind === 'up'),
    true,
  )
  assert.equal(run.state.services[0]?.ack, null)
})

/** Events as a daemon sees them: results in any order, attempts that succeed or fail, commands. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('check' as const), down: fc.subarray(['10.1.1.1', '10.1.1.2']) }),
    fc.record({ kind: fc.constant('attempt' as const), sent: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('ack' as const, 'disable' as const, 'enable' as const) }),
  ),
  { maxLength: 40 },
)
type Step = typeof steps extends fc.Arbitrary<infer T> ? (T extends readonly (infer S)[] ? S : never) : never

function eventOf(run: Run, step: Step): EventBody | null {
  switch (step.kind) {
    case 'check':
      return checked(watched, result(hosts, step.down))
    case 'attempt': {
      const [first] = run.state.outbox
      if (first === undefined) return null
      return {
        kind: 'attempted',
        delivery: first.id,
        outcome: step.sent ? { kind: 'sent', text: '' } : { kind: 'failed', retry: true, text: 'busy' },
      }
    }
    case 'ack':
      return { kind: 'command', who: 'ann', command: { kind: 'ack', service: watched.key, comment: '' } }
    default:
      return { kind: 'command', who: 'ann', command: { kind: step.kind, service: watched.key, reason: '' } }
  }
}

test('whatever happens, what is on disk adds up to the state in memory after every event, so a crash changes no decision', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const run = new Run(farm)
      const disk = foldOf(null)
      for (const [i, step] of all.entries()) {
        const event = eventOf(run, step)
        if (event === null) continue
        const before = run.state
        run.post(event, at(i * 4))
        addPatch(disk, patchOf(before, run.state))
        assert.deepEqual(decisive(stateFor(farm, savedOf(disk))), decisive(run.state))
      }
    }),
  )
})

test('setting the clock, forward or back, at any moment changes no decision', () => {
  const waits = service({
    hosts,
    called: 'web/http',
    fall: 2,
    periods: [
      period({ label: 'p', alertafter: { count: null, time: null, window: { count: 3, time: minutes(2) } } }),
      period({
        label: 'q',
        alertafter: { count: null, time: seconds(30), window: null },
        alertevery: { every: minutes(5), unless: 'summary' },
      }),
    ],
  })
  const told = (passes: readonly boolean[], stepAt: number, by: number): string[] => {
    const run = new Run(model([waits]))
    return passes.flatMap((pass, i) => {
      const moved = i >= stepAt ? by : 0
      const now = { wall: wallTime(at(i * 20).wall + moved * 1000), uptime: at(i * 20).uptime }
      if (i === stepAt) run.post({ kind: 'clock-stepped', by: seconds(by) }, now)
      const effects = run.post(checked(waits, result(hosts, pass ? [] : ['10.1.1.1'])), now)
      return effects.flatMap((effect) => (effect.kind === 'deliver' ? [`${i} ${effect.delivery.message.kind}`] : []))
    })
  }
  const passes = fc.array(fc.boolean(), { maxLength: 60 })
  fc.assert(
    fc.property(passes, fc.integer({ min: 0, max: 60 }), fc.integer({ min: -1e7, max: 1e7 }), (all, stepAt, by) => {
      assert.deepEqual(told(all, stepAt, by), told(all, stepAt, 0))
    }),
  )
})

test('a clock that is far behind at the start, and mended later, silences nothing', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
  const saved = { version: 1 as const, ...run.state }
  const behind = (second: number) => ({ wall: wallTime(at(second).wall - 30 * 86_400_000), uptime: at(second).uptime })
  const next = new Run(farm)
  next.post({ kind: 'started', saved, text: '' }, behind(10))
  next.post({ kind: 'clock-stepped', by: days(30) }, at(20))
  assert.ok(next.state.outbox.every(({ notBefore }) => notBefore <= at(20).wall))
  const later = next.post(checked(watched, result(hosts, ['10.1.1.1'])), at(20 + 3600))
  assert.equal(
    later.some((effect) => effect.kind === 'deliver'),
    true,
  )
})

test('a storm of long summaries is held back by alertevery like any other', () => {
  const many = Array.from({ length: 400 }, (_, i) => host(`web-${String(i).padStart(4, '0')}.dc1.example`))
  const wide = service({ hosts: many, periods: [period({ alertevery: { every: minutes(60), unless: 'summary' } })] })
  const run = new Run(model([wide]))
  const alerts = [0, 10, 20].flatMap((second) =>
    run.post(checked(wide, result(many, many)), at(second)).filter(({ kind }) => kind === 'deliver'),
  )
  assert.equal(alerts.length, 1)
})

test('an alert that was given up is remembered with the outage, and forgotten with it', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
  const [delivery] = run.state.outbox
  assert.ok(delivery)
  run.post(
    { kind: 'attempted', delivery: delivery.id, outcome: { kind: 'failed', retry: false, text: 'no such mailbox' } },
    at(1),
  )
  assert.equal(run.state.services[0]?.untold, '"A" was given up: no such mailbox')
  run.post(checked(watched, result(hosts, [])), at(4))
  assert.equal(run.state.services[0]?.untold, null)
})

test('whoever was told of a failure hears that the service is no longer configured', () => {
  const run = new Run(farm)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
  const told = sentences(
    run.post({ kind: 'reloaded', model: model([service({ called: 'web/page', hosts })]), text: 'read again' }, at(4)),
  )
  assert.deepEqual(told, [
    'read again',
    'web/http is not watched any more: the configuration no longer names it (was down for 4 s)',
    'web/http: upalert handed to "U": 10.1.1.1 (the configuration no longer names it)',
  ])
})

/** What later decisions depend on. Ids differ after a restart in real life, and are the same here. */
function decisive(state: Run['state']) {
  return {
    services: state.services.map(
      ({ status, consecutive, failureCount, alertCount, ack, disabled, periods, streak, untold, hosts: all }) => {
        const verdicts = all.map(({ verdict, against }) => ({ verdict, against }))
        return { status, consecutive, failureCount, alertCount, ack, disabled, periods, streak, untold, verdicts }
      },
    ),
    pools: state.pools.map(({ standing, reals }) => ({
      standing,
      reals: reals.map((one) => [one.standing, one.weight]),
    })),
    outbox: state.outbox.map(({ id, attempts }) => [id, attempts]),
  }
}

test('whoever was told of a failure is told of its end, unless the service is disabled or the time outside its period', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (passes) => {
      const run = new Run(farm)
      let open = false
      for (const [i, pass] of passes.entries()) {
        for (const effect of run.post(checked(watched, result(hosts, pass ? [] : ['10.1.1.1'])), at(i * 4))) {
          if (effect.kind !== 'deliver') continue
          assert.equal(effect.delivery.message.kind, open && pass ? 'up' : 'failure')
          open = effect.delivery.message.kind === 'failure'
        }
        if (pass) assert.equal(open, false)
      }
    }),
  )
})

test('no two alerts come within a strict alertevery', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ pass: fc.boolean(), gap: fc.integer({ min: 1, max: 3000 }) }), { maxLength: 40 }),
      (all) => {
        const run = new Run(farm)
        let now = 0
        let last = Number.NEGATIVE_INFINITY
        for (const { pass, gap } of all) {
          now += gap
          const effects = run.post(checked(watched, result(hosts, pass ? [] : ['10.1.1.1'])), at(now))
          if (!effects.some((effect) => effect.kind === 'deliver' && effect.delivery.message.kind === 'failure'))
            continue
          assert.ok(now - last >= 3600)
          last = now
        }
      },
    ),
  )
})
