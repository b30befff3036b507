import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inPeriod, type PeriodExpression } from '../../src/model/period.ts'
import { wallTime } from '../../src/model/units.ts'
import { parsePeriod } from '../../src/parse/period.ts'
import { Report } from '../../src/parse/text/report.ts'
import { sliceOf } from './world.ts'

function parse(text: string): PeriodExpression | null {
  const report = new Report()
  const period = parsePeriod(sliceOf(text), report)
  assert.equal(period === null, report.failed, 'a mistake is reported, and only a mistake')
  return period
}

const at = (text: string) => wallTime(new Date(text).getTime())

function holds(text: string, time: string): boolean {
  const period = parse(text)
  assert.ok(period, `${text} is well formed`)
  return inPeriod(period, at(time))
}

// 2024-03-01 was a Friday, 2024-09-01 a Sunday; times are local.
const vectors: readonly (readonly [expression: string, time: string, holds: boolean])[] = [
  ['', '2024-03-01T12:00:00', true],
  ['   ', '2024-03-01T12:00:00', true],
  ['none', '2024-03-01T12:00:00', false],
  ['NONE', '2024-03-01T12:00:00', false],
  ['hr {9}', '2024-03-01T09:00:00', true],
  ['hr {9}', '2024-03-01T09:59:59', true],
  ['hr {9}', '2024-03-01T10:00:00', false],
  ['hr {9am-5pm}', '2024-03-01T17:59:59', true],
  ['hr {9am-5pm}', '2024-03-01T18:00:00', false],
  ['hr {12am}', '2024-03-01T00:30:00', true],
  ['hr {12pm}', '2024-03-01T12:30:00', true],
  ['hr {12noon}', '2024-03-01T12:30:00', true],
  ['hr {13am}', '2024-03-01T13:30:00', true],
  ['hr {22-6}', '2024-03-01T23:00:00', true],
  ['hr {22-6}', '2024-03-01T06:59:59', true],
  ['hr {22-6}', '2024-03-01T07:00:00', false],
  ['hr{9am - 5pm}', '2024-03-01T09:00:00', true],
  ['HR {9AM-5PM}', '2024-03-01T09:00:00', true],
  ['hour { 9 - 17 }', '2024-03-01T17:00:00', true],
  ['wd {Mon-Fri}', '2024-03-01T12:00:00', true],
  ['wd {Mon-Fri}', '2024-03-02T12:00:00', false],
  ['wd {friendly}', '2024-03-01T12:00:00', true],
  ['wd {6}', '2024-03-01T12:00:00', true],
  ['wd {1}', '2024-09-01T12:00:00', true],
  ['wd {Fri-Mon}', '2024-03-03T12:00:00', true],
  ['wd {Fri-Mon}', '2024-03-05T12:00:00', false],
  ['wd {Sun Fri}', '2024-03-01T12:00:00', true],
  ['wd {}', '2024-03-01T12:00:00', false],
  ['wd {Fri} hr {9-17}', '2024-03-01T08:00:00', false],
  ['wd {Fri} hr {9-17}', '2024-03-01T10:00:00', true],
  ['wd {Mon} wd {Fri}', '2024-03-01T10:00:00', true],
  ['wd {Mon}hr {9}, wd {Fri}', '2024-03-01T10:00:00', true],
  ['wd {Mon}, hr {10}', '2024-03-01T10:00:00', true],
  ['wd {Mon} , hr {11},', '2024-03-01T10:00:00', false],
  ['hr {10},,', '2024-03-01T10:00:00', true],
  ['mo {Mar}', '2024-03-01T10:00:00', true],
  ['mo {March-May}', '2024-05-31T23:59:59', true],
  ['mo {Nov-Feb}', '2024-01-15T10:00:00', true],
  ['mo {Nov-Feb}', '2024-03-01T10:00:00', false],
  ['month {3}', '2024-03-01T10:00:00', true],
  ['md {1}', '2024-03-01T10:00:00', true],
  ['mday {2-31}', '2024-03-01T10:00:00', false],
  ['yd {61}', '2024-03-01T10:00:00', true],
  ['yday {60}', '2023-03-01T10:00:00', true],
  ['yd {366}', '2024-12-31T23:59:59', true],
  ['yr {24}', '2024-03-01T10:00:00', true],
  ['yr {2024}', '2024-03-01T10:00:00', true],
  ['year {2030-2020}', '2024-03-01T10:00:00', true],
  ['yr {25-30}', '2024-03-01T10:00:00', false],
  ['min {50-10}', '2024-03-01T10:05:00', true],
  ['minute {50-10}', '2024-03-01T10:30:00', false],
  ['sec {0-29}', '2024-03-01T10:30:29', true],
  ['second {0-29}', '2024-03-01T10:30:30', false],
  ['wk {1}', '2024-03-02T10:00:00', true], // Saturday the 2nd
  ['wk {1}', '2024-03-03T10:00:00', false], // the first Sunday after the 1st begins week 2
  ['wk {2}', '2024-03-03T10:00:00', true],
  ['week {6}', '2024-03-31T10:00:00', true],
  ['wk {1}', '2024-09-07T10:00:00', true], // the 1st is a Sunday: week 1 has seven days
  ['wk {2}', '2024-09-08T10:00:00', true],
]
for (const [expression, time, expected] of vectors) {
  test(`${JSON.stringify(expression)} ${expected ? 'holds' : 'does not hold'} at ${time}`, () => {
    assert.equal(holds(expression, time), expected)
  })
}

const malformed = [
  'always',
  'never',
  'not wd {Mon}',
  'weekday {Mon}',
  'wd Mon',
  'wd {Mon',
  'wd Mon}',
  'wd {Mon}}',
  'wd {{Mon}}',
  'wd {Mon,Tue}',
  'wd {Mon} garbage',
  'wd {Mon-Fri}, garbage',
  ', wd {Mon}',
  ',',
  'wd {Mon},, hr {9}',
  'wd {8}',
  'wd {0}',
  'hr {24}',
  'hr {13pm}',
  'hr {9.5}',
  'hr {-5}',
  'hr {5-}',
  'hr {1-2-3}',
  'mo {13}',
  'mo {Foo}',
  'md {32}',
  'yd {367}',
  'wk {7}',
  'yr {1969}',
  'yr {150}',
  'min {60}',
  'sec {60}',
  '{Mon}',
  'wd {Mon} {Tue}',
]
for (const text of malformed) {
  test(`${JSON.stringify(text)} is malformed as a whole, whatever the time`, () => assert.equal(parse(text), null))
}

test('any text is an expression or one mistake', () => {
  const pieces = fc.array(
    fc.constantFrom('wd', 'hr', '{', '}', ',', '-', ' ', 'Mon', '9', '5pm', 'none', 'x', '\u00e9'),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((list) => list.join('')),
      ),
      (text) => void parse(text),
    ),
  )
})

test('an expression holds at a time if and only if one of its sub-periods does', () => {
  const sub = fc.constantFrom('wd {Mon-Fri}', 'hr {9-17}', 'wd {Sat} hr {8-12}', 'mo {Nov-Feb}', 'wk {2}')
  const time = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => wallTime(seconds * 1000))
  fc.assert(
    fc.property(sub, sub, time, (a, b, now) => {
      const [both, one, other] = [`${a}, ${b}`, a, b].map(parse)
      assert.ok(both && one && other)
      assert.equal(inPeriod(both, now), inPeriod(one, now) || inPeriod(other, now))
    }),
  )
})
