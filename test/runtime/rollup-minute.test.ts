import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { minutesOf } from '../../src/runtime/rollup-minute.ts'

function result(kind: HostResult['kind'], total: number, name = 'a'): HostResult {
  const timings = { connect: null, firstByte: null, total: milliseconds(total) }
  return kind === 'up'
    ? { kind, host: host(name), text: '', timings }
    : { kind, host: host(name), code: 'c', text: '', timings }
}

const all = wallTime(Number.MAX_SAFE_INTEGER)
const results = fc.array(
  fc.tuple(fc.constantFrom('up' as const, 'up' as const, 'down' as const, 'unknown' as const), fc.nat(10_000)),
  { minLength: 1, maxLength: 128, size: 'max' },
)

test('count, failures, median, 95th percentile and maximum are those of the results', () => {
  fc.assert(
    fc.property(results, (said) => {
      const minutes = minutesOf(10)
      for (const [kind, total] of said) minutes.add('web/http', result(kind, total), wallTime(61_000))
      const passed = said.flatMap(([kind, total]) => (kind === 'up' ? [total] : [])).sort((a, b) => a - b)
      // The smallest value that at least this share does not exceed.
      const atLeast = (share: number) =>
        passed.find((one) => passed.filter((other) => other <= one).length >= share * passed.length) ?? null
      assert.deepEqual(minutes.close(all), [
        {
          minute: 60_000,
          rows: [
            {
              service: 'web/http',
              host: 'a',
              count: said.length,
              failures: said.filter(([kind]) => kind === 'down').length,
              unknown: said.filter(([kind]) => kind === 'unknown').length,
              p50: atLeast(0.5),
              p95: atLeast(0.95),
              max: passed.at(-1) ?? null,
            },
          ],
        },
      ])
    }),
  )
})

test('of thousands of checks within a minute some stand for all, and counts and the maximum stay exact', () => {
  const minutes = minutesOf(10)
  for (let index = 0; index < 10_000; index += 1) minutes.add('s', result('up', (index * 7919) % 10_000), wallTime(0))
  const [row] = minutes.close(all)[0]?.rows ?? []
  assert.deepEqual([row?.count, row?.failures, row?.max], [10_000, 0, 9_999])
  const about = (value: number | null | undefined, wanted: number) => Math.abs(Number(value) - wanted) < 1_000
  assert.ok(about(row?.p50, 5_000), `p50 ${row?.p50}`)
  assert.ok(about(row?.p95, 9_500), `p95 ${row?.p95}`)
})

test('a minute is closed when it is over, and a result that comes late begins it anew', () => {
  const minutes = minutesOf(10)
  minutes.add('s', result('up', 1), wallTime(59_999))
  minutes.add('s', result('up', 2), wallTime(60_000))
  assert.deepEqual(minutes.close(wallTime(59_999)), [])
  assert.deepEqual(
    minutes.close(wallTime(60_000)).map(({ minute, rows }) => [minute, rows[0]?.max]),
    [[0, 1]],
  )
  minutes.add('s', result('up', 3), wallTime(59_999))
  assert.deepEqual(
    minutes.close(all).map(({ minute, rows }) => [minute, rows[0]?.max]),
    [
      [0, 3],
      [60_000, 2],
    ],
  )
})

test('there is room for so many pairs of service and host, and those that have one keep it', () => {
  const minutes = minutesOf(2)
  const add = (name: string) => minutes.add('s', result('up', 1, name), wallTime(0))
  assert.deepEqual(['a', 'b', 'c', 'a'].map(add), [true, true, false, true])
  assert.equal(minutes.close(all)[0]?.rows.length, 2)
})
