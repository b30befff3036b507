/** When a receiver wants to be asked again, and what its answer means. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seconds, wallTime } from '../../src/model/units.ts'
import { askedWait, LONGEST_WAIT } from '../../src/wire/webhook/retry-after.ts'
import { type Answered, judged } from '../../src/wire/webhook/verdict.ts'

const now = wallTime(Date.UTC(1994, 10, 6, 8, 49, 7))

const vectors: readonly { readonly text: string; readonly date?: string; readonly waits: number | null }[] = [
  { text: '120', waits: seconds(120) },
  { text: ' 7 ', waits: seconds(7) },
  { text: '0', waits: 0 },
  { text: '1.5', waits: 1500 },
  { text: '999999999', waits: LONGEST_WAIT },
  { text: 'Sun, 06 Nov 1994 08:49:37 GMT', waits: seconds(30) },
  { text: 'Sun Nov  6 08:49:37 1994', waits: seconds(30) },
  // A receiver whose clock is an hour ahead means the same half minute.
  { text: 'Sun, 06 Nov 1994 09:49:37 GMT', date: 'Sun, 06 Nov 1994 09:49:07 GMT', waits: seconds(30) },
  { text: 'Sun, 06 Nov 1994 08:00:00 GMT', waits: 0 },
  { text: 'Sun, 06 Nov 2094 08:00:00 GMT', waits: LONGEST_WAIT },
  { text: 'Sunday, 06-Nov-94 08:49:37 GMT', waits: LONGEST_WAIT },
  { text: '-5', waits: null },
  { text: 'soon', waits: null },
  { text: '', waits: null },
  { text: 'Sun, 32 Nov 1994 08:49:37 GMT', waits: null },
]
for (const { text, date = null, waits } of vectors) {
  test(`Retry-After "${text}" is ${waits} ms`, () => assert.equal(askedWait({ retryAfter: text, date, now }), waits))
}

test('whatever is asked, the wait is none or between nothing and an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), fc.string(), (text, date) => {
      const wait = askedWait({ retryAfter: text, date, now })
      assert.ok(wait === null || (wait >= 0 && wait <= LONGEST_WAIT && Number.isInteger(wait)))
    }),
  )
})

const answer = (status: number, more: Partial<Answered> = {}): Answered => ({
  ...{ status, retryAfter: null, date: null, location: null, body: '' },
  ...more,
})

for (const status of [200, 201, 202, 204, 299])
  test(`${status}: taken`, () => assert.equal(judged(answer(status), now).kind, 'taken'))

for (const [status, retry] of [
  ...[500, 502, 503, 504, 599, 429, 408].map((code) => [code, true] as const),
  ...[301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422].map((code) => [code, false] as const),
])
  test(`${status}: ${retry ? 'tried again' : 'given up'}`, () => {
    const verdict = judged(answer(status, { retryAfter: '9' }), now)
    assert.ok(verdict.kind === 'refused')
    assert.equal(verdict.retry, retry)
    assert.equal(verdict.after, retry ? seconds(9) : null)
  })

test('of a redirect only the host is told: the rest may be a secret', () => {
  const verdict = judged(answer(302, { location: 'https://other.example/T000/secret' }), now)
  assert.match(verdict.text, /^answered 302 and sends on to other\.example; redirects are not followed/)
  assert.doesNotMatch(verdict.text, /secret/)
})

test('a body is told on one line, and not all of it', () => {
  const verdict = judged(answer(400, { body: `no\r\n\x1b[2J\u202esuch ${'x'.repeat(70_000)}` }), now)
  assert.match(verdict.text, /^answered 400: no \?\[2J\?such/)
  assert.ok(verdict.text.length < 300)
})
