/** Who is in maintenance when, whatever happens to the clock, the configuration and the daemon. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inMaintenance, nextMaintenance, withMaintenance } from '../../src/engine/maintenance.ts'
import { restoredMaintenance, steppedMaintenance } from '../../src/engine/maintenance-clock.ts'
import { scribe } from '../../src/engine/scribe.ts'
import { stateFor } from '../../src/engine/start.ts'
import { windowAt } from '../../src/model/calendar/windows.ts'
import { covers, type RecurringWindow } from '../../src/model/maintenance.ts'
import { id } from '../../src/model/names.ts'
import { days, hours, milliseconds, minutes, type Now, wallTime } from '../../src/model/units.ts'
import { model, service } from './build.ts'
import { at, begin, instant, recurring, Watch } from './maintenance-rig.ts'

const later = (now: Now, by: number): Now => ({ ...now, wall: wallTime(now.wall + by) })

const saturday = at('2026-11-21T12:00:00Z')
const begins = at('2026-11-22T01:00:00Z')
const ends = at('2026-11-22T03:00:00Z')

test('a recurring window begins and ends at its instants, for those it covers', () => {
  const watch = new Watch([recurring()])
  assert.deepEqual(watch.look(saturday), [])
  assert.equal(watch.next(), begins.wall)
  assert.deepEqual(watch.look(begins), ['+web/http backup', '+web/https backup'])
  assert.equal(watch.next(), ends.wall)
  assert.deepEqual(watch.state.services[0]?.maintenance, {
    window: 'backup',
    since: begins.wall,
    until: ends.wall,
    reason: 'the weekly backup',
  })
  assert.equal(watch.state.services[2]?.maintenance, null)
  assert.deepEqual(watch.look(at('2026-11-22T02:59:59.999Z')), [])
  assert.deepEqual(watch.look(ends), ['-web/http backup', '-web/https backup'])
  assert.equal(watch.next(), instant('2026-11-29T01:00:00Z'))
})

test('what is said names the window, its end with zone and offset, and why', () => {
  const { state } = new Watch([recurring({ subjects: ['db/sql'] })])
  const write = scribe({ kind: 'time', id: id('e') }, begins)
  const texts = withMaintenance(state, write, begins).effects.map((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'maintenance' ? effect.entry.text : '',
  )
  assert.deepEqual(texts, [
    'maintenance "backup" has begun and lasts until 2026-11-22 04:00 Europe/Berlin (UTC+01:00): the weekly backup',
  ])
})

test('a look at which nothing changes gives back the very same state', () => {
  const watch = new Watch([recurring()])
  watch.begin(begin(), saturday)
  const times = [saturday, at('2026-11-21T13:00:00Z'), begins, at('2026-11-22T02:00:00Z'), ends]
  for (const now of times) {
    watch.look(now)
    const { state } = watch
    assert.deepEqual(watch.look(now), [])
    assert.equal(watch.state, state)
  }
})

test('a virtual server is covered by its own name, or by a star', () => {
  const watch = new Watch([recurring({ subjects: ['virtual shop'] })])
  assert.deepEqual(watch.look(begins), ['+virtual shop backup'])
  assert.equal(inMaintenance(watch.state, 'virtual shop', begins)?.until, ends.wall)
  assert.equal(inMaintenance(watch.state, 'virtual shop', ends), null)
  assert.equal(inMaintenance(watch.state, 'virtual constructor', begins), null)
  assert.deepEqual(watch.look(ends), ['-virtual shop backup'])
  const all = new Watch([recurring({ subjects: ['*'] })])
  assert.equal(all.look(begins).length, 4)
  assert.equal(inMaintenance(all.state, 'virtual shop', begins)?.window, 'backup')
})

test('of two windows the longer one counts, and the change is told as an end and a beginning', () => {
  const watch = new Watch([recurring({ subjects: ['web/http'] })])
  watch.begin(begin({ name: 'kernel', from: instant('2026-11-22T02:30:00Z'), lasts: hours(1) }), saturday)
  watch.look(begins)
  assert.deepEqual(watch.look(at('2026-11-22T02:30:00Z')), ['-web/http backup', '+web/http kernel'])
  assert.deepEqual(watch.look(ends), [])
  assert.deepEqual(watch.look(at('2026-11-22T03:30:00Z')), ['-web/http kernel'])
  assert.deepEqual(watch.state.controls.windows, [])
})

test('a restart in the middle says nothing, and one after the end tells the end', () => {
  const watch = new Watch([recurring()])
  watch.look(begins)
  assert.deepEqual(watch.reload([recurring()], at('2026-11-22T02:00:00Z')), [])
  assert.deepEqual(watch.reload([recurring()], at('2026-11-22T09:00:00Z')), ['-web/http backup', '-web/https backup'])
})

test('a reload that removes a window ends it, and one that adds it begins it in its middle', () => {
  const watch = new Watch([recurring()])
  watch.look(begins)
  const middle = at('2026-11-22T02:00:00Z')
  assert.deepEqual(watch.reload([], middle), ['-web/http backup', '-web/https backup'])
  assert.deepEqual(watch.reload([recurring({ subjects: ['db'] })], middle), ['+db/sql backup'])
  assert.equal(watch.next(), ends.wall)
})

test('it is quiet since it really is: since a reload in the middle, or since the first of several that follow each other', () => {
  const watch = new Watch()
  const middle = at('2026-11-22T02:00:00Z')
  watch.reload([recurring({ subjects: ['*'] })], middle)
  assert.equal(watch.state.services[0]?.maintenance?.since, middle.wall)
  watch.begin(begin({ name: 'kernel', subjects: ['web', 'virtual shop'], lasts: hours(5) }), at('2026-11-22T02:30:00Z'))
  watch.look(ends)
  assert.deepEqual(
    [watch.state.services[0]?.maintenance, inMaintenance(watch.state, 'virtual shop', ends)].map((one) => [
      one?.window,
      one?.since,
    ]),
    [
      ['kernel', middle.wall],
      ['kernel', middle.wall],
    ],
  )
})

test('a reload that makes a window longer moves its end without a word', () => {
  const watch = new Watch([recurring()])
  watch.look(begins)
  assert.deepEqual(watch.reload([recurring({ lasts: hours(3) })], at('2026-11-22T02:00:00Z')), [])
  assert.equal(watch.next(), instant('2026-11-22T04:00:00Z'))
})

test('a clock that is set goes by the calendar for recurring windows', () => {
  const watch = new Watch([recurring()])
  watch.look(begins)
  watch.state = { ...watch.state, controls: steppedMaintenance(watch.state.controls, hours(3)) }
  assert.deepEqual(watch.look(at('2026-11-22T04:00:01Z')), ['-web/http backup', '-web/https backup'])
  watch.state = { ...watch.state, controls: steppedMaintenance(watch.state.controls, milliseconds(-hours(2))) }
  assert.deepEqual(watch.look(at('2026-11-22T02:00:01Z')), ['+web/http backup', '+web/https backup'])
})

test('"for 2 h" counts passing time when the clock is set, and a date stays a date', () => {
  const watch = new Watch()
  watch.begin(begin({ name: 'now' }), saturday)
  watch.begin(begin({ name: 'later', subjects: ['db'], from: instant('2026-11-21T18:00:00Z') }), saturday)
  const stepped = steppedMaintenance(watch.state.controls, hours(1)).windows
  assert.deepEqual(
    stepped.map(({ from, until }) => [from, until]),
    [
      [instant('2026-11-21T13:00:00Z'), instant('2026-11-21T15:00:00Z')],
      [instant('2026-11-21T18:00:00Z'), instant('2026-11-21T20:00:00Z')],
    ],
  )
  watch.state = { ...watch.state, controls: { ...watch.state.controls, windows: stepped } }
  assert.deepEqual(watch.look(at('2026-11-21T14:30:00Z')), [])
  assert.deepEqual(watch.look(at('2026-11-21T15:00:00Z')), ['-web/http now'])
})

test('what was begun under a clock that was a year ahead does not last for a year', () => {
  const watch = new Watch()
  watch.begin(begin(), at('2027-11-21T12:00:00Z'))
  const { windows } = restoredMaintenance(watch.state.controls, saturday)
  assert.deepEqual(
    windows.map(({ at: asked, from, until }) => [asked, from, until]),
    [[saturday.wall, saturday.wall, instant('2026-11-21T14:00:00Z')]],
  )
})

test('a window that never ends goes on for ever as one', () => {
  const watch = new Watch([recurring({ cron: '* * * * *', lasts: minutes(1), zone: 'UTC' })])
  const since = watch.look(saturday).length === 2 ? watch.state.services[0]?.maintenance?.since : null
  for (let count = 0; count < 5; count += 1) {
    const next = watch.next()
    assert.ok(next !== null)
    assert.deepEqual(watch.look({ ...saturday, wall: next }), [])
  }
  assert.equal(watch.state.services[0]?.maintenance?.since, since)
})

test('of ten thousand services those that are covered share one window, and the others stay as they are', () => {
  const services = Array.from({ length: 10_000 }, (_, i) => service({ called: `g${i % 100}/s${i}` }))
  const of = { ...model(services), windows: [recurring({ subjects: ['g7', 'g8/s8', 'virtual x'] })] }
  const before = stateFor(of, null)
  const write = scribe({ kind: 'time', id: id('e') }, begins)
  const { state, effects } = withMaintenance(before, write, begins)
  assert.equal(effects.length, 101)
  const inForce = new Set(state.services.flatMap(({ maintenance }) => (maintenance === null ? [] : [maintenance])))
  assert.equal(inForce.size, 1)
  assert.equal(state.services[0], before.services[0])
})

const anyWindow: fc.Arbitrary<RecurringWindow> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    subjects: fc.subarray(['*', 'web', 'web/http', 'db/sql', 'virtual shop'], { minLength: 1 }),
    cron: fc.constantFrom('0 2 * * 0', '30 2 * * *', '0 */4 * * *', '15 * * * *'),
    zone: fc.constantFrom('Europe/Berlin', 'UTC', 'America/New_York'),
    lasts: fc.constantFrom(minutes(10), hours(2), hours(5), days(1)),
  })
  .map((changes) => recurring(changes))

test('whenever it is looked at, exactly those are in maintenance whom a window in force covers', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), by: fc.integer({ min: 1, max: 3 * hours(1) }) }),
    fc.record({ kind: fc.constant('next' as const) }),
    fc.record({ kind: fc.constant('begin' as const), lasts: fc.constantFrom(minutes(7), hours(3)) }),
    fc.record({ kind: fc.constant('reload' as const), windows: fc.array(anyWindow, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('set' as const), by: fc.integer({ min: -hours(5), max: hours(5) }) }),
  )
  fc.assert(
    fc.property(fc.array(anyWindow, { maxLength: 3 }), fc.array(step, { maxLength: 25 }), (windows, steps) => {
      const watch = new Watch(windows)
      const open = new Map<string, string>()
      let now = at('2026-10-24T22:30:00Z')
      const heard = (said: readonly string[]): void => {
        for (const line of said) {
          const [subject = '', window = ''] = [
            line.slice(1, line.lastIndexOf(' ')),
            line.slice(line.lastIndexOf(' ') + 1),
          ]
          if (line.startsWith('+')) {
            assert.equal(open.get(subject), undefined, `${subject} begins twice`)
            open.set(subject, window)
          } else {
            assert.equal(open.get(subject), window, `${subject} ends what did not begin`)
            open.delete(subject)
          }
        }
      }
      heard(watch.look(now))
      for (const one of steps) {
        if (one.kind === 'pass') now = later(now, one.by)
        if (one.kind === 'next') now = { ...now, wall: watch.next() ?? now.wall }
        if (one.kind === 'begin') heard(watch.begin(begin({ lasts: one.lasts }), now).said)
        if (one.kind === 'reload') heard(watch.reload(one.windows, now))
        if (one.kind === 'set') {
          now = later(now, one.by)
          watch.state = { ...watch.state, controls: steppedMaintenance(watch.state.controls, milliseconds(one.by)) }
        }
        heard(watch.look(now))
        const next = nextMaintenance(watch.state)
        assert.ok(next === null || next > now.wall)
        const { model: of, controls, services } = watch.state
        for (const subject of [...services.map(({ key }) => key), 'virtual shop' as const]) {
          const isCovered =
            of.windows.some((each) => covers(each.subjects, subject) && windowAt(each, now.wall) !== null) ||
            controls.windows.some((each) => covers(each.subjects, subject) && each.from <= now.wall)
          assert.equal(inMaintenance(watch.state, subject, now) !== null, isCovered, subject)
          assert.equal(open.has(subject), isCovered, subject)
        }
      }
    }),
    { numRuns: 100 },
  )
})
