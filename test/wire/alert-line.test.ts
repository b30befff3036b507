import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { alertJson, omittedJson } from '../../src/wire/alert-json.ts'
import { alertLine, beyondLines, isoTime, linesOf } from '../../src/wire/alert-line.ts'
import { encodeSyslog5424, framed, SYSLOG_MOST } from '../../src/wire/syslog5424.ts'
import { failure, recovery } from './alert-message.ts'

const vectors: readonly { name: string; message: AlertMessage; is: string }[] = [
  {
    name: 'a failure says where, why, what is left, and its id',
    message: { ...failure, outage: 'web/http@1' },
    is: 'DOWN web/http: 10.1.1.3 answered 503 where 200-399 was expected; 2 of 3 real servers of web are in use [id=0197-42 outage=web/http@1]',
  },
  {
    name: 'its end says how long it lasted',
    message: { ...recovery, because: 'escalated' },
    is: 'UP web/http: up again after 4 min 30 s; 3 of 3 real servers of web are in use; escalated [id=0197-43]',
  },
  {
    name: 'a test is none of both',
    message: { ...recovery, isTest: true, pools: [] },
    is: 'TEST web/http: only a test of the notification, nothing has failed [id=0197-43]',
  },
]
for (const { name, message, is } of vectors) test(name, () => assert.equal(alertLine(message, 'lb1'), is))

const text = fc.string({ unit: 'binary', maxLength: 300 })
const hostile: fc.Arbitrary<AlertMessage> = fc
  .record({ a: text, b: text, c: text, many: fc.nat(300), at: fc.double() })
  .map(({ a, b, c, many, at }) => ({
    ...failure,
    id: id(a),
    outage: b,
    key: serviceKey(groupName(b), serviceName(c)),
    failing: Array.from({ length: many }, () => ({ host: host(c), text: a })),
    pools: Array.from({ length: many }, () => b),
    summary: c.repeat(many),
    detail: a.repeat(many),
    because: c,
    at: wallTime(at),
  }))

test('whatever is told is one line of bounded length that moves no cursor, and ends in its id', () => {
  fc.assert(
    fc.property(hostile, (message) => {
      const line = alertLine(message, 'lb1')
      assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u)
      assert.ok(line.length < 2500)
      assert.match(line, / \[id=[^\s[\]]* outage=[^\s[\]]*\]$/)
    }),
  )
})

test('as JSON it is one line as well, and reads back as what it was', () => {
  fc.assert(
    fc.property(hostile, (message) => {
      const line = alertJson(message)
      assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u)
      const read = JSON.parse(line)
      assert.equal(read.id, message.id.length > 255 ? `${message.id.slice(0, 254)}…` : message.id)
      assert.equal(read.failingCount, message.failing.length)
    }),
  )
  const read = JSON.parse(alertJson({ ...failure, summary: 'a\u202e\ud800\nb"é' }))
  assert.equal(read.summary, 'a\u202e\ud800\nb"é')
  assert.deepEqual(read.failing, [{ host: '10.1.1.3', text: 'answered 503 where 200-399 was expected' }])
  assert.equal(read.at, '2026-06-04T12:02:11.000Z')
})

test('of several messages there is a line each, and one for those beyond', () => {
  const members = Array.from({ length: 130 }, (_, i) => ({ ...failure, id: id(String(i)) }))
  const message = { ...failure, members, omitted: 3 }
  assert.equal(linesOf(message).length, 100)
  assert.equal(beyondLines(message), 33)
  assert.equal(beyondLines(failure), 0)
  assert.deepEqual(JSON.parse(omittedJson(failure.at, 33)), { at: '2026-06-04T12:02:11.000Z', omitted: 33 })
  assert.equal(isoTime(wallTime(1e300)), '')
})

const record = {
  facility: 'local1',
  priority: 'err',
  at: failure.at,
  hostname: 'lb1.example.org',
  ident: 'upalert',
  pid: 42,
  kind: 'failure',
  data: [['id', 'a"b\\c]d']],
  text: 'DOWN',
} as const
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes)

test('a record of RFC 5424 has its header, escaped data, and says when its text is UTF-8', () => {
  const head = '<139>1 2026-06-04T12:02:11.000Z lb1.example.org upalert 42 failure'
  const data = '[upalert@32473 id="a\\"b\\\\c\\]d"]'
  assert.equal(decode(encodeSyslog5424(record, SYSLOG_MOST.udp)), `${head} ${data} DOWN`)
  assert.equal(decode(encodeSyslog5424({ ...record, text: 'é' }, SYSLOG_MOST.udp)), `${head} ${data} \ufeffé`)
  const odd = { ...record, hostname: 'a b\n', kind: '', data: [], at: wallTime(Number.NaN) }
  assert.equal(decode(encodeSyslog5424(odd, SYSLOG_MOST.udp)), '<139>1 - a-b- upalert 42 - [upalert@32473] DOWN')
  assert.equal(decode(framed(new TextEncoder().encode('é!'))), '3 é!')
})

test('a record is never longer than its transport takes, and never cut within a character', () => {
  fc.assert(
    fc.property(text, text, fc.nat(40), fc.integer({ min: 300, max: 2048 }), (value, words, times, most) => {
      const bytes = encodeSyslog5424(
        { ...record, data: [['id', value]], text: Buffer.from(words).toString().repeat(times) },
        most,
      )
      assert.ok(bytes.length <= most)
      assert.match(decode(bytes), /^<139>1 [^ ]+ lb1\.example\.org upalert 42 failure \[upalert@32473 id="/)
    }),
  )
})
