import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, since } from '../../src/cli/arguments.ts'
import { columns, timeText } from '../../src/cli/columns.ts'
import { parseSince } from '../../src/cli/log.ts'
import { entryLine } from '../../src/cli/terminal.ts'
import { durationText } from '../../src/model/duration.ts'
import { groupName, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'

test('cells stand below each other, colours or not', () => {
  assert.deepEqual(
    columns([
      ['A', 'B', 'C'],
      ['\u001b[31mlong one\u001b[39m', 'x', 'why'],
    ]),
    ['A         B  C', '\u001b[31mlong one\u001b[39m  x  why'],
  )
})

const lengths: [number, string][] = [
  [-5, '0 s'],
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [250_000, '4 min 10 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [273_600_000, '3 d 4 h'],
]
for (const [length, text] of lengths) {
  test(`${length} ms is read as ${text}`, () => assert.equal(durationText(milliseconds(length)), text))
}

const now = new Date(2026, 10, 20, 14, 30, 0).getTime()
const moments: [string, number | null][] = [
  ['2h', now - 7_200_000],
  ['1.5 m', now - 90_000],
  ['14:00', new Date(2026, 10, 20, 14, 0, 0).getTime()],
  ['2026-11-19', new Date(2026, 10, 19).getTime()],
  ['2026-11-19 08:15', new Date(2026, 10, 19, 8, 15).getTime()],
  ['2026-11-19T08:15:00Z', Date.UTC(2026, 10, 19, 8, 15)],
  ['yesterday', null],
  ['25:00', null],
  ['14:99', null],
  ['2026-02-31', null],
  ['5', null],
  ['2026-11-19 25:00', null],
  ['', null],
]
for (const [text, moment] of moments) {
  test(`--since "${text}" is ${moment === null ? 'refused' : 'understood'}`, () =>
    assert.equal(parseSince(text, now), moment))
}

test('a date that no calendar has is called by its name', () => {
  assert.throws(() => instant('2026-02-30 03:00'), /there is no 2026-02-30 in the calendar/)
  assert.throws(() => since('2026-13-01'), /there is no 2026-13-01 in the calendar/)
  assert.throws(() => instant('2026-02-28 25:00'), /write 14:00/)
  assert.throws(() => instant('tomorrow'), /write 14:00/)
})

test('a day that is not today is written out', () => {
  assert.equal(timeText(now, now), '14:30:00')
  assert.equal(timeText(now, now + 86_400_000), '2026-11-20 14:30:00')
})

test('what a hostile server answered is one line on the terminal and moves no cursor', () => {
  const service = serviceKey(groupName('web'), serviceName('http'))
  const summary = `a\u001b[2J\nb\r\u202ec${'x'.repeat(5000)}`
  const line = entryLine(
    {
      id: id('1'),
      at: wallTime(now),
      cause: null,
      kind: 'service',
      service,
      from: 'up',
      to: 'down',
      reason: '',
      summary,
      lasted: null,
    },
    true,
  )
  assert.equal(/[\u0000-\u0008\u000a-\u001a\u202e]/.test(line.replace(/\u001b\[\d+m/g, '')), false)
  assert.ok(line.length < 1100)
})
