import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventBody } from '../../src/model/event.ts'
import type { Override } from '../../src/model/state.ts'
import { hours, minutes, seconds, wallTime } from '../../src/model/units.ts'
import { createWake } from '../../src/runtime/wake.ts'
import { checked, model, Run, result, virtual } from '../engine/build.ts'
import { checkOf, realOf } from '../engine/pool/rig.ts'
import { FakeTime } from './fake-time.ts'

/** An engine whose only clock is the wake's timer. */
class Daemon {
  readonly time = new FakeTime()
  readonly posted: string[] = []
  private readonly run = new Run(model([checkOf(1), checkOf(2)], [virtual([realOf(1), realOf(2)])]))
  private readonly wake = createWake({
    now: this.time.now,
    after: this.time.after,
    state: () => this.run.state,
    post: (event) => this.post(event),
  })

  post(event: EventBody): void {
    this.posted.push(event.kind)
    this.run.post(event, this.time.now())
    this.wake.look()
  }

  get overrides(): readonly Override[] {
    return this.run.state.controls.overrides
  }

  standing(n: number): string {
    return this.run.state.pools[0]?.reals[n - 1]?.standing ?? ''
  }

  up(): void {
    for (const n of [1, 2]) this.post(checked(checkOf(n), result(checkOf(n).hosts, [])))
  }

  decide(what: 'drain' | 'disable', lasts: number | null, most: number | null = null): void {
    const deed = what === 'drain' ? { kind: what, most: most === null ? null : minutes(most) } : { kind: what }
    const target = { kind: 'override', virtual: null, real: '10.1.1.1:80', remarks: [], force: false } as const
    const command = { ...target, what: deed, lasts: lasts === null ? null : minutes(lasts), reason: '' }
    this.post({ kind: 'command', who: 'ann', command })
  }

  stop(): void {
    this.wake.stop()
  }
}

test('a decision for ten minutes ends after ten minutes, by one timer and one event', async () => {
  const daemon = new Daemon()
  daemon.up()
  daemon.decide('disable', 10)
  assert.equal(daemon.time.pending(hours(1)), 1)
  await daemon.time.go(minutes(10) - 1)
  assert.equal(daemon.standing(1), 'out')
  await daemon.time.go(1)
  assert.equal(daemon.standing(1), 'in')
  assert.deepEqual(
    daemon.posted.filter((kind) => kind === 'time'),
    ['time'],
  )
  assert.equal(daemon.time.pending(hours(24)), 0, 'nothing is waited for any more')
})

test('the nearer of two times is waited for, and a decision that is taken back is waited for no longer', async () => {
  const daemon = new Daemon()
  daemon.up()
  daemon.decide('drain', 60, 5)
  assert.equal(daemon.time.pending(minutes(5)), 1)
  daemon.post({ kind: 'command', who: 'ann', command: { kind: 'end-override', virtual: null, real: '10.1.1.1:80' } })
  assert.equal(daemon.time.pending(hours(24)), 0)
})

test('a clock that is set back makes nobody wait longer, once that is noticed, and one that is set ahead ends nothing early', async () => {
  for (const step of [-hours(3), hours(3)]) {
    const daemon = new Daemon()
    daemon.up()
    daemon.decide('disable', 10)
    daemon.time.wallOffset += step
    daemon.post({ kind: 'clock-stepped', by: seconds(step / 1000) })
    await daemon.time.go(minutes(10) - 1)
    assert.equal(daemon.standing(1), 'out')
    await daemon.time.go(1)
    assert.equal(daemon.standing(1), 'in')
  }
})

test('a clock that is set back and not noticed yet ends nothing early', async () => {
  const daemon = new Daemon()
  daemon.up()
  daemon.decide('disable', 10)
  daemon.time.wallOffset -= minutes(1)
  await daemon.time.go(minutes(10))
  assert.equal(daemon.standing(1), 'out')
  await daemon.time.go(minutes(1))
  assert.equal(daemon.standing(1), 'in')
})

test('a time that has passed while the machine was asleep comes at once, and only once', async () => {
  const daemon = new Daemon()
  daemon.up()
  daemon.decide('disable', 10)
  daemon.time.lag(hours(5))
  await daemon.time.go(1)
  assert.equal(daemon.standing(1), 'in')
  assert.equal(daemon.posted.filter((kind) => kind === 'time').length, 1)
})

test('after a stop nothing is posted', async () => {
  const daemon = new Daemon()
  daemon.up()
  daemon.decide('disable', 10)
  daemon.stop()
  daemon.decide('disable', 1)
  await daemon.time.go(hours(1))
  assert(!daemon.posted.includes('time'))
  assert.equal(daemon.overrides[0]?.until, wallTime(daemon.time.now().wall - hours(1) + minutes(1)))
})
