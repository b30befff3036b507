/** What a calendar expression may look like: the parser and the calendar have one opinion. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { scheduleOf } from '../../src/model/calendar/expression.ts'
import { cronFault } from '../../src/parse/text/cron.ts'
import { anyCron } from './calendar/any-cron.ts'

const flagged = (flags: readonly boolean[] = []): number[] => flags.flatMap((is, i) => (is ? [i] : []))

test('names, lists, ranges and steps stand for numbers, and 7 is Sunday too', () => {
  const schedule = scheduleOf('50-59/3,5 */6 1-5 jan,December fri-7')
  assert.deepEqual(
    [schedule?.minutes, schedule?.hours, flagged(schedule?.days), flagged(schedule?.months)],
    [
      [5, 50, 53, 56, 59],
      [0, 6, 12, 18],
      [1, 2, 3, 4, 5],
      [1, 12],
    ],
  )
  assert.deepEqual(flagged(schedule?.weekdays), [0, 5, 6])
})

test('every hour may be written as a star or a range', () => {
  const said = ['*', '0-23', '0-11,12-23', '*/1', '*/2', '0-22'].map((hour) => scheduleOf(`0 ${hour} * * *`)?.everyHour)
  assert.deepEqual(said, [true, true, true, true, false, false])
})

const wrong = [
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 8',
  '5/2 * * * *',
  '*-5 * * * *',
  '*/0 * * * *',
  '5-1 * * * *',
  '1,,2 * * * *',
  '* * * foo *',
  '* * L * *',
  '* * * * 5#2',
  '* * ? * *',
  '@daily',
  '* * * *',
  '',
  '\u0661 * * * *',
]

for (const text of wrong) {
  test(`"${text}" is no calendar expression`, () => {
    assert.equal(scheduleOf(text), null)
    assert.notEqual(cronFault(text), null)
  })
}

test('the parser lets pass what the calendar understands, and nothing else', () => {
  const piece = fc.constantFrom('*', '1', '5', '59', '0', '7', '-', '/', ',', 'sun', 'feb', 'Monday', 'x', '31', '24')
  const field = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
  const anyText = fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(' '))
  fc.assert(
    fc.property(fc.oneof(anyCron, anyText, fc.string()), (text) => {
      const fault = cronFault(text)
      // Six fields are for checks, and dates that never come are refused by their days alone.
      if (text.split(/[ \t]+/).filter((part) => part !== '').length === 6) assert.equal(scheduleOf(text), null)
      else if (fault?.message.endsWith('never comes') !== true) assert.equal(scheduleOf(text) === null, fault !== null)
    }),
    { numRuns: 2000 },
  )
})
