/** Durations, cron schedules, addresses, near misses: the small readers, by vectors. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import cron from 'node-cron'
import { milliseconds } from '../../src/model/units.ts'
import { cronExpression, cronFault } from '../../src/parse/text/cron.ts'
import { durationText, parseDuration } from '../../src/parse/text/duration.ts'
import { canonical, isFault, parseAddress, parseEndpoint } from '../../src/parse/text/endpoint.ts'
import { edits, nearby } from '../../src/parse/text/nearest.ts'

const durations: readonly (readonly [text: string, milliseconds: number | string])[] = [
  ['30s', 30_000],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  ['2D', 172_800_000],
  ['0.001s', 1],
  ['0s', 'interval-zero'],
  ['0.0s', 'interval-zero'],
  ['0.0001s', 'interval-zero'],
  ['99999d', 'interval-too-long'],
  ['.5h', 'interval-unit'],
  ['5', 'interval-unit'],
  ['5 m', 'interval-unit'],
  ['1w', 'interval-unit'],
  ['-5m', 'interval-unit'],
  ['5mn', 'interval-unit'],
  ['', 'interval-unit'],
  ['1e3s', 'interval-unit'],
]
for (const [text, expected] of durations) {
  test(`"${text}" is ${typeof expected === 'number' ? `${expected} ms` : `refused as ${expected}`}`, () => {
    const parsed = parseDuration(text)
    assert.equal(parsed.kind === 'duration' ? parsed.duration : parsed.code, expected)
  })
}

for (const [text, remedy] of [
  ['5mn', '5m'],
  ['5 min', '5m'],
  ['.5h', '0.5h'],
  ['1,5h', '1.5h'],
  ['2w', '14d'],
  ['500ms', '0.5s'],
  ['10 seconds', '10s'],
] as const) {
  test(`whoever writes "${text}" is told of ${remedy}`, () => {
    const parsed = parseDuration(text)
    assert.ok(parsed.kind === 'fault')
    assert.ok(parsed.hint.endsWith(`: ${remedy}`), parsed.hint)
  })
}

test('a length of time reads back as it is printed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300_000_000_000 }), (n) => {
      const parsed = parseDuration(durationText(milliseconds(n)))
      assert.deepEqual(parsed, { kind: 'duration', duration: n })
    }),
  )
})

const schedules: readonly (readonly [text: string, valid: boolean])[] = [
  ['*/5 8-18 * * 1-5', true],
  ['0 3 * * *', true],
  ['30 0 3 1 jan sun', true],
  ['0 0 1,15 * Mon-Fri', true],
  ['0 0 * * 7', true],
  ['* * * *', false],
  ['* * * * * * *', false],
  ['60 * * * *', false],
  ['* 24 * * *', false],
  ['* * 0 * *', false],
  ['* * * 13 *', false],
  ['* * * * 8', false],
  ['*/0 * * * *', false],
  ['5- * * * *', false],
  ['a * * * *', false],
  ['', false],
]
for (const [text, valid] of schedules) {
  test(`cron "${text}" is ${valid ? 'a' : 'no'} schedule`, () => assert.equal(cronFault(text) === null, valid))
}

const dates: readonly (readonly [day: string, month: string, comes: boolean])[] = [
  ['29', '2', true],
  ['30', '2', false],
  ['31', 'feb', false],
  ['30,31', 'February', false],
  ['30-31/1', '2', false],
  ['1,31', '2', true],
  ['*/30', '2', true],
  ['31', '2,4,6,9,11', false],
  ['31', '*/2', true],
  ['31', '4-6', true],
  ['31', 'apr-jun/2', false],
]
for (const [day, month, comes] of dates) {
  test(`a cron schedule for day ${day} in month ${month} is ${comes ? 'taken' : 'refused: it never comes'}`, () => {
    for (const weekday of ['*', '1-5']) {
      const fault = cronFault(`0 0 ${day} ${month} ${weekday}`)
      assert.equal(fault?.message ?? null, comes ? null : `day "${day}" in month "${month}" never comes`)
    }
  })
}

test('node-cron takes every schedule that passes here, and knows its next date', () => {
  const number = fc.integer({ min: 0, max: 61 }).map(String)
  const early = fc.integer({ min: 0, max: 7 }).map(String)
  const name = fc.constantFrom('mon', 'SUN', 'Thursday', 'feb', 'Apr', 'September')
  const value = fc.oneof(early, number, name)
  const range = fc.tuple(fc.oneof(early, name), value).map((ends) => ends.join('-'))
  const step = fc.tuple(fc.oneof(fc.constant('*'), range), early).map((sides) => sides.join('/'))
  const item = fc.oneof(fc.constant('*'), value, range, step)
  const field = fc.oneof(
    fc.constant('*'),
    item,
    fc.array(item, { minLength: 1, maxLength: 3 }).map((all) => all.join()),
  )
  const day = fc.oneof(field, fc.constantFrom('30', '31', '30,31', '29-31', '31-31'))
  const month = fc.oneof(field, fc.constantFrom('2', 'feb', '2,4', '4-6/2', '*/2', 'apr,Jun'))
  const dated = fc.tuple(fc.array(field, { minLength: 2, maxLength: 3 }), day, month, field)
  const blank = fc.constantFrom(' ', '  ', '\t', ' \t ')
  let passed = 0
  fc.assert(
    fc.property(dated, blank, ([times, ...date], between) => {
      const text = [...times, ...date].join(between)
      if (cronFault(text) !== null) return
      passed += 1
      const expression = cronExpression(text)
      assert.ok(cron.validate(expression), expression)
      const task = cron.schedule(expression, () => {})
      try {
        assert.ok(task.getNextRun() instanceof Date, expression)
      } finally {
        void task.destroy()
      }
    }),
    { numRuns: 1000, examples: [[[['0', '0'], '31', '2', '*'], ' ']] },
  )
  assert.ok(passed > 50, `only ${passed} schedules passed`)
})

const endpoints: readonly (readonly [text: string, expected: readonly unknown[] | null])[] = [
  ['192.0.2.1:80', [4, '192.0.2.1', 80, null]],
  ['192.0.2.1:http', [4, '192.0.2.1', 80, null]],
  ['192.0.2.1', [4, '192.0.2.1', null, null]],
  ['192.0.2.1:53/udp', [4, '192.0.2.1', 53, 'udp']],
  ['192.0.2.1:5060/sctp', [4, '192.0.2.1', 5060, 'sctp']],
  ['[2001:DB8::0:1]:443', [6, '2001:db8::1', 443, null]],
  ['[2001:db8::1]:443/tcp', [6, '2001:db8::1', 443, 'tcp']],
  ['[::1]', [6, '::1', null, null]],
  ['2001:db8::1', [6, '2001:db8::1', null, null]],
  ['192.0.2.1:65536', null],
  ['192.0.2.1:', null],
  ['192.0.2.256:80', null],
  ['192.0.2.01:80', null],
  ['192.0.2:80', null],
  ['1.2.3.4.5:80', null],
  ['[192.0.2.1:80', null],
  ['[zz]:80', null],
  ['2001:db8:::1:80', null],
  ['fe80::1%eth0', null],
  ['www:80', null],
  ['192.0.2.1:80/icmp', null],
  ['', null],
  [':'.repeat(1000), null],
]
for (const [text, expected] of endpoints) {
  test(`"${text.slice(0, 40)}" is ${expected === null ? 'no endpoint' : `the endpoint ${expected.join(' ')}`}`, () => {
    const end = parseEndpoint(text, nearby().find)
    assert.deepEqual(isFault(end) ? null : [end.family, end.address, end.port, end.protocol], expected)
  })
}

test('hosts are compared by what they mean', () => {
  assert.equal(canonical('2001:DB8:0:0::1'), canonical('[2001:db8::1]'))
  assert.equal(canonical('web1'), 'web1')
})

test('an address in canonical form stays as it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseAddress(text)
      if (address !== null) assert.deepEqual(parseAddress(address.address), address)
    }),
  )
})

const misses: readonly (readonly [word: string, expected: string | null])[] = [
  ['intervall', 'interval'],
  ['INTERVAL', 'interval'],
  ['alertevry', 'alertevery'],
  ['mointor', 'monitor'],
  ['al', null],
  ['banana', null],
  ['', null],
  ['x'.repeat(1000), null],
]
for (const [word, expected] of misses) {
  test(`"${word.slice(0, 20)}" ${expected === null ? 'resembles nothing' : `was meant as ${expected}`}`, () =>
    assert.equal(nearby().find(word, ['interval', 'monitor', 'alert', 'alertevery', 'period']), expected))
}

test('the distance of two words is the same both ways, and none from itself', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(edits(a, b), edits(b, a))
      assert.equal(edits(a, a), 0)
    }),
  )
})

test('near misses are looked for until the work is spent, and then no more', () => {
  const { find } = nearby(1000)
  assert.equal(find('intervall', ['interval']), 'interval')
  for (let i = 0; i < 100; i++) find('intervall', ['interval'])
  assert.equal(find('intervall', ['interval']), null)
})
