/** Times of maintenance that operators begin and end, and what they are answered. The machine's zone is whatever it is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestName, longestWindow, mostSubjects } from '../../src/engine/command/maintenance.ts'
import { zonedText } from '../../src/model/calendar/stamp.ts'
import { hours, milliseconds } from '../../src/model/units.ts'
import { at, type Begin, begin, instant, recurring, Watch } from './maintenance-rig.ts'

const noon = at('2026-11-21T12:00:00Z')
const begins = at('2026-11-22T01:00:00Z')

test('it begins at once, gets a name, and the answer says until when, for whom, and how to end it', () => {
  const watch = new Watch()
  const { kind, text, said } = watch.begin(begin({ subjects: ['web', 'virtual shop'] }), noon)
  assert.equal(kind, 'done')
  assert.equal(
    text,
    `maintenance "maintenance-1" from now until ${zonedText(instant('2026-11-21T14:00:00Z'))}: nobody is told of failures ` +
      'of 2 services and virtual server shop; checks go on, and ends of what was told before are told. ' +
      '"upalert maintenance end maintenance-1" ends it earlier',
  )
  assert.deepEqual(said, ['+web/http maintenance-1', '+web/https maintenance-1', '+virtual shop maintenance-1'])
  assert.match(watch.begin(begin({ subjects: ['*'] }), noon).text, /^maintenance "maintenance-2" .* of 3 services and /)
})

test('one that begins later says when, is waited for, and can be called off', () => {
  const watch = new Watch()
  const from = instant('2026-11-22T01:00:00Z')
  const { text, said } = watch.begin(begin({ name: 'kernel', from }), noon)
  assert.ok(text.includes(`from ${zonedText(from)} until `), text)
  assert.deepEqual([said, watch.next()], [[], from])
  assert.deepEqual(watch.end('kernel', noon), {
    kind: 'done',
    text: `maintenance "kernel" is called off; it was to begin at ${zonedText(from)}`,
    said: [],
  })
  assert.equal(watch.next(), null)
})

test('one that is ended early is over at once, and what else is in force is named', () => {
  const watch = new Watch()
  watch.begin(begin({ name: 'one' }), noon)
  watch.begin(begin({ name: 'two', lasts: hours(1) }), noon)
  const { text, said } = watch.end('one', at('2026-11-21T12:30:00Z'))
  assert.equal(
    text,
    'maintenance "one" is over 1 h 30 min before its time; failures are told again. BUT: of these, some are still in two',
  )
  assert.deepEqual(said, ['-web/http one', '+web/http two'])
})

test('of a recurring one, this occurrence is ended, and the next one comes', () => {
  const watch = new Watch([recurring()])
  watch.look(begins)
  const { kind, text, said } = watch.end('backup', at('2026-11-22T02:00:00Z'))
  assert.equal(kind, 'done')
  assert.equal(
    text,
    'maintenance "backup" is over 1 h before its time; failures are told again; ' +
      'the configuration has it begin at 2026-11-29 02:00 Europe/Berlin (UTC+01:00)',
  )
  assert.deepEqual(said, ['-web/http backup', '-web/https backup'])
  assert.equal(watch.next(), instant('2026-11-29T01:00:00Z'))
  assert.deepEqual(watch.reload([recurring()], at('2026-11-22T02:10:00Z')), [])
  assert.deepEqual(watch.look(at('2026-11-29T01:00:00Z')), ['+web/http backup', '+web/https backup'])
  assert.deepEqual(watch.state.controls.calendar?.ended, {})
})

test('of one that is always in force, the next date begins it again', () => {
  const watch = new Watch([recurring({ cron: '0 0 * * *', zone: 'UTC', lasts: hours(24), subjects: ['web/http'] })])
  assert.deepEqual(watch.look(noon), ['+web/http backup'])
  assert.deepEqual(watch.end('backup', noon).said, ['-web/http backup'])
  assert.equal(watch.next(), instant('2026-11-22T00:00:00Z'))
  assert.deepEqual(watch.look(at('2026-11-22T00:00:00Z')), ['+web/http backup'])
})

test('a recurring one that is not in force cannot be ended, and says when it comes', () => {
  const watch = new Watch([recurring({ name: '__proto__' })])
  assert.deepEqual(watch.end('__proto__', noon), {
    kind: 'refused',
    text:
      'maintenance "__proto__" is not in force now; ' +
      'the configuration has it begin at 2026-11-22 02:00 Europe/Berlin (UTC+01:00)',
    said: [],
  })
  watch.look(begins)
  assert.equal(watch.end('__proto__', begins).kind, 'done')
  assert.equal(watch.end('__proto__', begins).kind, 'refused')
})

test('a name that nothing has is refused with those there are', () => {
  const watch = new Watch([recurring()])
  assert.equal(watch.end('x', noon).text, 'there is no maintenance "x"; there are: backup')
  assert.equal(new Watch().end('x', noon).text, 'there is no maintenance "x"; none is planned')
})

const refusals: readonly { readonly name: string; readonly given: Partial<Begin>; readonly text: RegExp }[] = [
  { name: 'nobody', given: { subjects: [] }, text: /^say what it is about/ },
  { name: 'a slip', given: { subjects: ['web/htp', 'shop'] }, text: /is called "web\/htp", "shop"$/ },
  { name: 'a virtual server that is none', given: { subjects: ['virtual web'] }, text: /is called "virtual:web"$/ },
  { name: 'too many', given: { subjects: Array(mostSubjects + 1).fill('web') }, text: /write \* for all$/ },
  { name: 'no time', given: { lasts: milliseconds(0) }, text: /^say how long/ },
  { name: 'no number', given: { lasts: milliseconds(Number.NaN) }, text: /^say how long/ },
  { name: 'too long', given: { lasts: milliseconds(longestWindow + 1) }, text: /^it may last 31 d at most/ },
  { name: 'the past', given: { from: instant('2026-11-21T11:00:00Z') }, text: /is over; without --at it begins now$/ },
  { name: 'no date', given: { from: instant('never') }, text: /^that time is over/ },
  { name: 'far ahead', given: { from: instant('2028-11-21T12:00:00Z') }, text: /more than a year ahead$/ },
  { name: 'an empty name', given: { name: '' }, text: /^a name has at most 64 letters/ },
  { name: 'a blank in the name', given: { name: 'new kernel' }, text: /^a name has/ },
  { name: 'a control character', given: { name: 'a\u001b[2J' }, text: /^a name has/ },
  { name: 'a mark that turns the text', given: { name: 'a\u202eb' }, text: /^a name has/ },
  { name: 'half a letter', given: { name: 'a\ud800' }, text: /^a name has/ },
  { name: 'a long name', given: { name: 'a'.repeat(longestName + 1) }, text: /^a name has/ },
  {
    name: 'the name of a recurring one',
    given: { name: 'backup' },
    text: /the configuration has a maintenance "backup"/,
  },
  { name: 'a name that is taken', given: { name: 'taken' }, text: /"upalert maintenance end taken"/ },
]

for (const { name, given, text } of refusals) {
  test(`refused: ${name}`, () => {
    const watch = new Watch([recurring()])
    watch.begin(begin({ name: 'taken' }), noon)
    const before = watch.state
    const answer = watch.begin(begin(given), noon)
    assert.equal(answer.kind, 'refused')
    assert.match(answer.text, text)
    assert.equal(watch.state, before)
  })
}
