/** What is told when a time of maintenance ends: whatever still fails, by the same rules as ever, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onBeginMaintenance, onEndMaintenance } from '../../src/engine/command/maintenance.ts'
import { maintenanceLater, withoutUnconfigured } from '../../src/engine/maintenance-over.ts'
import { type Decided, scribe } from '../../src/engine/scribe.ts'
import type { Period } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import { hours, minutes } from '../../src/model/units.ts'
import { at, checked, model, period, Run, result, service } from './build.ts'
import { begin } from './maintenance-rig.ts'

const write = (second: number) => scribe({ kind: 'time', id: id(`m-${second}`) }, at(second))

/** A service that fails in the tenth second of an hour of maintenance; `told`: calls with their reasons. */
function failing(of: Partial<Period> = {}, subjects: readonly string[] = ['g/s']) {
  const watched = service({ periods: [period(of)] })
  const run = new Run(model([watched]))
  run.post(checked(watched, result(watched.hosts, [])), at(0))
  const begun = onBeginMaintenance(run.state, begin({ name: 'm', subjects, lasts: hours(1) }), 'anna', write(1), at(1))
  assert.equal(begun.kind, 'done')
  if (begun.kind === 'done') run.state = begun.state
  const during = run.post(checked(watched, result(watched.hosts, ['h1'])), at(10))
  return { run, watched, during }
}

const told = ({ effects }: Pick<Decided, 'effects'>) =>
  effects.flatMap((effect) =>
    effect.kind === 'deliver' ? [[effect.delivery.call.text, effect.delivery.message.because]] : [],
  )

test('a failure inside is not told, and is told at the end if it still lasts', () => {
  const { run, during } = failing()
  assert.deepEqual(told({ effects: during }), [])
  const end = maintenanceLater(run.state, write(3601), at(3601))
  assert.deepEqual(told(end), [['A', 'maintenance "m" is over, and it still fails']])
  assert.deepEqual(end.state.services[0]?.announced.length, 1)
})

test('a failure that has ended inside is not told at all', () => {
  const { run, watched } = failing()
  assert.deepEqual(told({ effects: run.post(checked(watched, result(watched.hosts, [])), at(20)) }), [])
  assert.deepEqual(told(maintenanceLater(run.state, write(3601), at(3601))), [])
})

test('what was told before hears of its end inside', () => {
  const watched = service()
  const run = new Run(model([watched]))
  run.post(checked(watched, result(watched.hosts, ['h1'])), at(0))
  const begun = onBeginMaintenance(run.state, begin({ subjects: ['*'] }), 'anna', write(1), at(1))
  if (begun.kind === 'done') run.state = begun.state
  const effects = run.post(checked(watched, result(watched.hosts, [])), at(20))
  assert.deepEqual(
    told({ effects }).map(([call]) => call),
    ['U'],
  )
})

test('an operator who ends it early hears at once what fails', () => {
  const { run } = failing()
  const ended = onEndMaintenance(run.state, { kind: 'end-maintenance', name: 'm' }, write(60), at(60))
  assert.equal(ended.kind, 'done')
  assert.equal(ended.kind === 'done' ? told(ended).length : 0, 1)
})

test('the end keeps to alertafter and periods, and says why nothing is told', () => {
  const { run } = failing({ alertafter: { count: null, time: hours(2), window: null } })
  const end = maintenanceLater(run.state, write(3601), at(3601))
  assert.deepEqual(told(end), [])
  const reasons = end.effects.flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'quiet' ? [effect.entry.reason] : [],
  )
  assert.deepEqual(reasons, ['alertafter-time'])
})

test('who is still in another one is not told', () => {
  const { run } = failing()
  const other = begin({ name: 'n', subjects: ['g'], lasts: minutes(90) })
  const begun = onBeginMaintenance(run.state, other, 'anna', write(20), at(20))
  if (begun.kind === 'done') run.state = begun.state
  assert.deepEqual(told(maintenanceLater(run.state, write(3601), at(3601))), [])
})

test('a service that a reload takes away leaves its maintenance', () => {
  const { run } = failing()
  const texts = withoutUnconfigured(run.state, model([]), write(20)).flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'maintenance' ? [effect.entry.text] : [],
  )
  assert.deepEqual(texts, ['maintenance "m" is over for it: the configuration no longer names it'])
  assert.deepEqual(withoutUnconfigured(run.state, run.state.model, write(20)), [])
})
