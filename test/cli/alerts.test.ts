/** What `upalert alert …` and `upalert outbox` print. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outboxLines, previewLines, resultLines, routeLines } from '../../src/cli/alerts.ts'
import type { Route, RouteLine } from '../../src/engine/route.ts'
import type { Waiting } from '../../src/engine/waiting.ts'
import { wallTime } from '../../src/model/units.ts'

const now = Date.UTC(2026, 10, 21, 12)
const line = (changes: Partial<RouteLine>): RouteLine => ({
  ...{ who: 'oncall by mail a@example.com', hears: true, rule: 'period "always"', limits: [], place: 'mon.cf:3' },
  ...{ hearsOfEnd: true, ...changes },
})
const route = (lines: readonly RouteLine[], silenced: readonly string[] = []): Route => ({
  ...{ service: 'web/http', at: wallTime(now), exit: 1, silenced, lines },
})

test('who hears comes first with limits, who does not behind with the reason alone', () => {
  const not = line({ who: 'mail b@example.com', hears: false, rule: 'no such alert was found', limits: ['once'] })
  assert.deepEqual(routeLines(route([not, line({ limits: ['once in 1 h (alertevery)'] })]), now).slice(1), [
    '  oncall by mail a@example.com  hears of it, and of its end: period "always" (mon.cf:3)',
    '      once in 1 h (alertevery)',
    '  mail b@example.com  does NOT: no such alert was found (mon.cf:3)',
  ])
})

const nobody: readonly { readonly lines: readonly RouteLine[]; readonly silenced?: string[]; readonly says: string }[] =
  [
    { lines: [], says: 'it has no alert line' },
    { lines: [line({ hears: false })], says: 'no line applies' },
    { lines: [line({ hears: false })], silenced: ['a', 'b'], says: 'a, and b' },
  ]
for (const { lines, silenced, says } of nobody)
  test(`nobody hears of it: ${says}`, () => {
    assert.ok(routeLines(route(lines, silenced), now).some((one) => one.includes(`nobody hears of it: ${says}`)))
  })

test('previews are apart from each other, and nobody takes them for sent', () => {
  const lines = previewLines([
    { to: 'a', text: 'one\ntwo\n' },
    { to: 'b', text: 'three' },
  ])
  assert.deepEqual(lines, ['== a', 'one', 'two', '', '== b', 'three', '', 'Nothing was sent; "--send" sends it.'])
})

test('what has no answer yet is counted', () => {
  const results = [{ well: true, text: 'done' }]
  assert.deepEqual(resultLines({ results, waiting: 0 }), ['done'])
  assert.match(resultLines({ results, waiting: 2 })[1] ?? '', /^2 not answered yet; "upalert log --alerts"/)
})

test('what waits has a row each: what, for whom, since when, and why', () => {
  assert.match(outboxLines([], now)[0] ?? '', /^Nothing waits/)
  const waiting: Waiting = {
    ...{ id: 'x-1', about: 'web/http', kind: 'failure', to: 'oncall by mail a@example.com', decidedAt: now },
    ...{ attempts: 0, standing: 'later', next: now + 5000, why: 'waits 10 s for others' },
  }
  const [first, second] = outboxLines([waiting, { ...waiting, id: 'x-2', attempts: 3, why: '451 not now' }], now)
  assert.match(first ?? '', /^x-1 +web\/http +failure +oncall by mail a@example\.com .*not tried yet .*waits 10 s for/)
  assert.match(second ?? '', /^x-2 .*tried 3 times .*next 12:00:05 .*451 not now$/)
  const past = { ...waiting, next: now - 5000 }
  const [third, fourth] = outboxLines(
    [
      { ...past, standing: 'now' },
      { ...past, standing: 'behind' },
    ],
    now,
  )
  assert.match(third ?? '', / being tried now /)
  assert.match(fourth ?? '', / in turn +waits/)
  assert.doesNotMatch(`${third}${fourth}`, / next /)
})
