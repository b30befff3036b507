/** When two Models mean the same, and how it is told where they do not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differencesOf } from '../../src/write/differences.ts'
import { type MeaningOptions, meaningOf } from '../../src/write/meaning.ts'
import { readBack } from './world.ts'

const text =
  'hostgroup web 10.1.1.2\n\nwatch web\n  service http\n    interval 9s\n    monitor http -p 80\n    period\n      alert mail a@b.example\n\n' +
  'virtual shop\n  address 192.0.2.1:80\n  realalert mail a@b.example\n  real 10.1.1.2 weight 2 check web/http\n'

const told = (before: string, after: string, options: MeaningOptions = {}) =>
  differencesOf(meaningOf(readBack(before), options), meaningOf(readBack(after), options)).told

const alike: readonly (readonly [name: string, other: string])[] = [
  ['where it stands', `# a comment\n\n${text}`],
  [
    'in which words it is written',
    text.replace('monitor http -p 80', "monitor http '--port=80'").replace('9s', '0.15m'),
  ],
  [
    'what is a default anyway',
    text.replace('interval 9s', 'interval 9s\n    rise 1').replace('weight 2', 'weight 2 on_fail remove'),
  ],
  ['below what backup servers join, where there is none,', text.replace('  real 10', '  backup_below 2\n  real 10')],
]
for (const [name, other] of alike) {
  test(`${name} makes no difference`, () => assert.deepEqual(told(text, other), []))
}

const unlike: readonly (readonly [other: string, difference: string])[] = [
  [text.replace('weight 2', 'weight 3'), 'virtuals[0].reals[0].weight: 2, and 3 afterwards'],
  [text.replace('interval 9s', 'interval 8s'), 'services[0].timing.interval: 9000, and 8000 afterwards'],
  [text.replace('-p 80', '-p 81'), 'services[0].monitor.options.port: 80, and 81 afterwards'],
  [text.replace('  realalert mail a@b.example\n', ''), 'virtuals[0].reals[0].notices.down.length: 1, and 0 afterwards'],
  [text.replaceAll('shop', 'mall'), 'virtuals[0].name: "shop", and "mall" afterwards'],
  [`router_id = other\n\n${text}`, 'settings.routerId: "director", and "other" afterwards'],
]
for (const [other, difference] of unlike) {
  test(`a difference is told: ${difference}`, () => assert.deepEqual(told(text, other), [difference]))
}

test('names of hostgroups, services and virtual servers need not count', () => {
  const other = text
    .replaceAll('web', 'farm')
    .replaceAll('service http', 'service page')
    .replace('farm/http', 'farm/page')
    .replace('shop', 'mall')
  assert.deepEqual(told(text, other, { named: false }), [])
  assert.notDeepEqual(told(text, other), [])
  const slower = other.replace('interval 9s', 'interval 8s')
  assert.deepEqual(told(text, slower, { named: false }), [
    'services[0].timing.interval: 9000, and 8000 afterwards',
    'virtuals[0].reals[0].checks[0].question.timing.interval: 9000, and 8000 afterwards',
  ])
})

test('many differences are counted', () => {
  const found = differencesOf(
    Array.from({ length: 50 }, (_, i) => i),
    Array.from({ length: 50 }, () => -1),
  )
  assert.deepEqual([found.told.length, found.omitted], [20, 30])
  assert.equal(differencesOf({ a: 'x'.repeat(100) }, {}).told[0], `a: "${'x'.repeat(59)}…, and nothing afterwards`)
})
