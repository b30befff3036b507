/** A bare period and one that is labelled `always` are two, whatever people read of the former. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateFor } from '../../src/engine/start.ts'
import type { PeriodState, State } from '../../src/model/state.ts'
import { wallTime } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'

const bare = period({ label: '', alerts: [alertCall('BARE')] })
const labelled = period({ label: 'always', alerts: [alertCall('LABELLED')] })
const counted = (label: string, sent: number): PeriodState => ({
  ...{
    label,
    sent,
    lastSent: wallTime(sent * 1000),
    windowStart: null,
    windowCount: 0,
    unpairedUps: 0,
    firstSent: null,
    escalated: 0,
    quiet: null,
  },
})

/** What a start makes of these periods' saved state. */
function restored(
  periods: readonly (typeof bare)[],
  saved: readonly PeriodState[],
): readonly (readonly [string, number])[] {
  const of = model([service({ periods })])
  const empty = stateFor(of, null)
  const before: State = { ...empty, services: empty.services.map((one) => ({ ...one, periods: saved })) }
  return stateFor(of, before).services[0]?.periods.map(({ label, sent }) => [label, sent] as const) ?? []
}

const kept: readonly (readonly [
  string,
  readonly (typeof bare)[],
  readonly PeriodState[],
  readonly (readonly [string, number])[],
])[] = [
  [
    'each finds its own',
    [bare, labelled],
    [counted('', 1), counted('always', 2)],
    [
      ['', 1],
      ['always', 2],
    ],
  ],
  [
    'in either order',
    [labelled, bare],
    [counted('always', 2), counted('', 1)],
    [
      ['always', 2],
      ['', 1],
    ],
  ],
  ['a bare one finds what a former version kept of it', [bare], [counted('always', 2)], [['', 2]]],
  [
    'unless one is labelled so',
    [bare, labelled],
    [counted('always', 2)],
    [
      ['', 0],
      ['always', 2],
    ],
  ],
  ['its own comes first', [bare], [counted('always', 2), counted('', 1)], [['', 1]]],
  ['a labelled one never has the bare one’s', [labelled], [counted('', 1)], [['always', 0]]],
]
for (const [name, periods, saved, expected] of kept) {
  test(`at a restart ${name}`, () => assert.deepEqual(restored(periods, saved), expected))
}

test('"test alert" tries the bare period by no name, and one without an expression by its label', () => {
  const of = service({ periods: [labelled, bare] })
  const tried = (label: string) => {
    const command = { kind: 'test-alert', service: of.key, list: 'alert', exit: '1', period: label } as const
    const effects = new Run(model([of])).post({ kind: 'command', who: '', command }, at(1))
    return effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.call.text] : []))
  }
  assert.deepEqual([tried(''), tried('always'), tried('p')], [['BARE'], ['LABELLED'], []])
})

test('entries call a bare period "always", and what is told to everybody nothing', () => {
  const of = service({ periods: [period({ label: '' })], redistribute: alertCall('ALL') })
  const effects = new Run(model([of])).post(checked(of, result(of.hosts, ['h1'])), at(1))
  const periods = effects.flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'alert' ? [effect.entry.period] : [],
  )
  assert.deepEqual(periods, ['', 'always'])
})

test('people read "always" where a period has no name', () => {
  const of = service({ periods: [period({ label: '', numalerts: 1 })] })
  const run = new Run(model([of]))
  const command = { kind: 'test-alert', service: of.key, list: 'ackalert', exit: '1', period: '' } as const
  const effects = run.post({ kind: 'command', who: '', command }, at(1))
  const texts = effects.flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'command' ? [effect.entry.text] : [],
  )
  assert.deepEqual(texts, ['period "always" has no ackalert to try'])
})
