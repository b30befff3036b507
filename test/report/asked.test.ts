import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Asked, spanAsked } from '../../src/report/asked.ts'
import { stampText } from '../../src/report/zone.ts'
import { at, zone } from './records.ts'

const berlin = zone('Europe/Berlin')
const now = at('2026-11-21T12:00:00Z')
const answer = (asked: Asked): string => {
  const found = spanAsked(asked, berlin, now)
  return 'fault' in found ? found.fault : `${stampText(berlin, found.from)} to ${stampText(berlin, found.to)}`
}

const october = '2026-10-01 00:00:00+02:00 to 2026-11-01 00:00:00+01:00'

const vectors: readonly { asked: Asked; is: string }[] = [
  { asked: {}, is: october },
  { asked: { month: true }, is: october },
  { asked: { month: '2026-10' }, is: october },
  { asked: { month: '2026-12' }, is: '2026-12-01 00:00:00+01:00 to 2027-01-01 00:00:00+01:00' },
  { asked: { week: '2026-W45' }, is: '2026-11-02 00:00:00+01:00 to 2026-11-09 00:00:00+01:00' },
  { asked: { week: '2026w45' }, is: '2026-11-02 00:00:00+01:00 to 2026-11-09 00:00:00+01:00' },
  { asked: { week: true }, is: '2026-11-09 00:00:00+01:00 to 2026-11-16 00:00:00+01:00' },
  { asked: { day: true }, is: '2026-11-20 00:00:00+01:00 to 2026-11-21 00:00:00+01:00' },
  { asked: { day: '2026-10-25' }, is: '2026-10-25 00:00:00+02:00 to 2026-10-26 00:00:00+01:00' },
  { asked: { from: '2026-10-01', to: '2026-11-01' }, is: october },
  {
    asked: { from: '2026-10-25 02:30', to: '2026-10-25T02:30:00+01:00' },
    is: '2026-10-25 02:30:00+02:00 to 2026-10-25 02:30:00+01:00',
  },
  { asked: { from: '2026-11-21T11:00:00Z' }, is: '2026-11-21 12:00:00+01:00 to 2026-11-21 13:00:00+01:00' },
  {
    asked: { from: '2026-10-01 00:00:00.250', to: '2026-10-01T00:00:01.250+02:00' },
    is: '2026-10-01 00:00:00+02:00 to 2026-10-01 00:00:01+02:00',
  },
  { asked: { month: '2026-13' }, is: '"2026-13" is no month; write one as 2026-10' },
  { asked: { month: 'October' }, is: '"October" is no month; write one as 2026-10' },
  { asked: { week: '2025-W53' }, is: '2025 has 52 weeks' },
  { asked: { day: '2026-02-31' }, is: '"2026-02-31" is no day; write one as 2026-10-25' },
  { asked: { month: '2026-10', day: true }, is: 'name one span: --month, --week, --day, or --from with --to' },
  { asked: { to: '2026-10-01' }, is: '--to needs --from' },
  { asked: { from: '2026-10-01', to: '2026-10-01' }, is: 'the span is empty: 2026-10-01 is not after 2026-10-01' },
  { asked: { from: '2027-01-01' }, is: 'the span is empty: now is not after 2027-01-01' },
  {
    asked: { from: '2026-10-01 25:00' },
    is: '"2026-10-01 25:00" is no time; write 2026-10-25, "2026-10-25 14:00" or 2026-10-25T14:00:00+02:00',
  },
]

for (const { asked, is } of vectors) test(`${JSON.stringify(asked)} is ${is}`, () => assert.equal(answer(asked), is))

test('any words are a span or a sentence', () => {
  const word = fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-(W)?\d{2}(-\d{2})?$/))
  fc.assert(
    fc.property(
      fc.record({ month: word, week: word, day: word, from: word, to: word }, { requiredKeys: [] }),
      (asked) => {
        const found = spanAsked(asked, berlin, now)
        assert.ok('fault' in found ? found.fault !== '' : found.from < found.to)
      },
    ),
  )
})
