import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import { poolText } from '../../src/engine/pool/words.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { alertView, type LocalTime } from '../../src/wire/mail/alert-view.ts'
import { PAGE_LIMIT, pageFault, pageTemplate, pageText } from '../../src/wire/mail/page-text.ts'
import { gsmPlaces } from '../../src/wire/mail/safe-text.ts'
import { real, virtual } from '../engine/build.ts'
import { failure, recovery } from './alert-message.ts'

const time: LocalTime = { full: () => '2026-06-04 14:02:11 Europe/Berlin (UTC+02:00)', clock: () => '14:02' }
const page = (message: AlertMessage, limit = PAGE_LIMIT, template = pageTemplate): string =>
  pageText(template, alertView(message, 'lb1', time), limit).text

const down = (...names: string[]) =>
  names.map((name) => ({ host: host(name), text: 'answered 503 where 200-399 was expected' }))
const many = Array.from({ length: 40 }, (_, i) => `10.1.1.${i}`)

const vectors: readonly { name: string; message: AlertMessage; is: string }[] = [
  {
    name: 'a page says what is down, where, why, what is left and when',
    message: failure,
    is: 'DOWN web/http 10.1.1.3: answered 503 where 200-399 was expected. 2 of 3 left. 14:02',
  },
  {
    name: 'an upalert says how long it lasted',
    message: recovery,
    is: 'UP web/http. 3 of 3 left. After 4 min 30 s. 14:02',
  },
  {
    name: 'many hosts are named as far as there is room, and the rest is counted',
    message: { ...failure, failing: down(...many), hosts: many.map(host), pools: [] },
    is: 'DOWN web/http 10.1.1.0 10.1.1.1 10.1.1.2 10.1.1.3 10.1.1.4 10.1.1.5 +34: answered 503 where 200-399 was expected. 14:02',
  },
  {
    name: 'a long reason is cut between words, and the time stays',
    message: {
      ...failure,
      failing: [{ host: host('10.1.1.3'), text: 'the answer was not what anybody expected of it '.repeat(9) }],
    },
    is: 'DOWN web/http 10.1.1.3: the answer was not what anybody expected of it the answer was not what anybody expected of it the answer was not... 2 of 3 left. 14:02',
  },
  {
    name: 'several pools are told apart',
    message: { ...failure, pools: ['2 of 3 real servers of web are in use', '0 of 1 real servers of api are in use'] },
    is: 'DOWN web/http 10.1.1.3: answered 503 where 200-399 was expected. web 2 of 3, api 0 of 1 left. 14:02',
  },
  {
    name: 'a monitor that names no host is quoted',
    message: { ...failure, failing: [], summary: 'router unreachable', pools: [] },
    is: 'DOWN web/http: router unreachable. 14:02',
  },
  {
    name: 'a test says that nothing has failed',
    message: { ...failure, kind: 'test', failing: [], pools: [] },
    is: 'TEST web/http: only a test, nothing has failed. 14:02',
  },
]
for (const { name, message, is } of vectors) test(name, () => assert.equal(page(message), is))

const word = fc.stringMatching(/^[a-zA-Z0-9.:[\]-]{1,90}$/)
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(word).map((words) => words.join(' ')),
)
const messages = fc.record({
  names: fc.uniqueArray(fc.stringMatching(/^[a-z0-9:[\]-]{1,70}\.example$/), { maxLength: 30 }),
  text: hostile,
  pools: fc.array(hostile, { maxLength: 4 }),
  group: fc.stringMatching(/^[A-Za-z0-9_.-]{1,120}$/),
  up: fc.boolean(),
})
const messageOf = ({
  names,
  text,
  pools,
  group,
  up,
}: {
  names: string[]
  text: string
  pools: string[]
  group: string
  up: boolean
}): AlertMessage => ({
  ...(up ? recovery : failure),
  group: groupName(group),
  key: serviceKey(groupName(group), serviceName('http')),
  failing: up ? [] : names.map((name) => ({ host: host(name), text })),
  pools,
})

test('no page is ever longer than its limit, in code units or in places on a phone, and none has two lines', () => {
  fc.assert(
    fc.property(messages, fc.integer({ min: 99, max: PAGE_LIMIT }), (shape, limit) => {
      const text = page(messageOf(shape), limit)
      assert.ok(text.length <= limit && gsmPlaces(text) <= limit, `${text.length}, ${gsmPlaces(text)}: ${text}`)
      assert.doesNotMatch(text, /[\p{C}\n]/u)
    }),
  )
})

test("no operator's template makes a longer one", () => {
  fc.assert(
    fc.property(messages, (shape) => {
      const text = page(
        messageOf(shape),
        PAGE_LIMIT,
        '{{reason}} {{reason}} {{#each failing}}{{host}} {{text}}\n{{/each}}{{detail}}',
      )
      assert.ok(gsmPlaces(text) <= PAGE_LIMIT)
    }),
  )
})

test('every host name in a page is a whole one, and what is not named is counted', () => {
  fc.assert(
    fc.property(messages, (shape) => {
      fc.pre(!shape.up && shape.names.length > 0)
      const text = page(messageOf({ ...shape, text: 'gone', pools: [] }))
      const named = [...text.matchAll(/(\S+\.example)(?=[ :])/g)].map(([, name]) => name ?? '')
      for (const name of named) assert.ok(shape.names.includes(name), `${name} in ${text}`)
      const counted = /\+(\d+): /.exec(text)?.[1] ?? /(\d+) hosts?: /.exec(text)?.[1] ?? '0'
      assert.equal(named.length + Number(counted), shape.names.length, text)
    }),
  )
})

const shop = virtual(
  ['10.1.1.1', '10.1.1.2'].map((address) => real(address)),
  { name: 'shop' },
)

test("what is left is read from the engine's own sentence about a pool", () => {
  const sentence = poolText(untestedPool(shop), shop)
  assert.match(page({ ...failure, pools: [sentence] }), / \d of 2 left\. 14:02$/, sentence)
})

test('dashes, quotes and dots are written in the alphabet of the phone', () => {
  const text = page({ ...failure, failing: [{ host: host('h'), text: 'said “no” — really…' }] })
  assert.equal(text, 'DOWN web/http h: said "no" - really... 2 of 3 left. 14:02')
})

test('a template with a mistake is replaced by the built-in one, and the mistake is told', () => {
  const made = pageText('{{#if}', alertView(failure, 'lb1', time), PAGE_LIMIT)
  assert.match(made.text, /^DOWN web\/http 10\.1\.1\.3/)
  assert.match(made.problem, /the template "\{\{#if\}" is not valid/)
})

const link = 'https://lb.example.com/upalert/a/Zm9vYmFy'
const shown = (message: AlertMessage, ack: string | null, template = pageTemplate, limit = PAGE_LIMIT): string =>
  pageText(template, alertView(message, 'lb1', time, { ack }), limit, message).text

test('a link is there whole, or not at all', () => {
  assert.ok(shown(failure, link).endsWith(` 14:02 ${link}`))
  const long = { ...failure, failing: [{ host: host('10.1.1.3'), text: 'no '.repeat(60) }] }
  assert.doesNotMatch(shown(long, link), /http:|https/)
  assert.equal(shown(failure, `${link}/${'x'.repeat(200)}`), shown(failure, null))
  assert.doesNotMatch(shown(failure, link, '{{ackLink}} {{ackLink}} {{ackLink}} {{ackLink}} {{key}}'), /https/)
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 150 }), (shape, length) => {
      const one = `https://a/${'y'.repeat(length)}`
      const text = shown(messageOf({ ...shape, text: shape.text.replaceAll('https', '') }), one)
      assert.ok(gsmPlaces(text) <= PAGE_LIMIT)
      assert.ok(!text.includes('https') || text.endsWith(` ${one}`), text)
    }),
  )
})

test('why it comes to somebody is said as far as there is room', () => {
  const because = 'nobody has acknowledged it for 15 min.'
  assert.equal(
    shown({ ...failure, because }, null),
    'DOWN web/http 10.1.1.3: answered 503 where 200-399 was expected. 2 of 3 left. nobody has acknowledged it for 15 min. 14:02',
  )
  const long = { ...failure, because, failing: [{ host: host('10.1.1.3'), text: 'word '.repeat(90) }] }
  assert.ok(shown(long, null).length <= PAGE_LIMIT)
})

const member = (key: string, kind: AlertMessage['kind'] = 'failure'): AlertMessage => {
  const [group = '', service = ''] = key.split('/')
  return {
    ...(kind === 'up' ? recovery : failure),
    kind,
    key: serviceKey(groupName(group), serviceName(service)),
    group: groupName(group),
    service: serviceName(service),
  }
}
const several = (members: readonly AlertMessage[], omitted = 0): AlertMessage => ({
  ...failure,
  pools: [],
  members: members.map((one) => ({ ...one, pools: [] })),
  omitted,
})
const combined: readonly { name: string; message: AlertMessage; is: string }[] = [
  {
    name: 'several messages are counted by what they say, and named',
    message: several([member('web/http'), member('db/sql'), member('dns/udp', 'up'), member('cache/redis')]),
    is: '3 DOWN: web/http db/sql cache/redis. 1 UP: dns/udp. 14:02',
  },
  {
    name: 'of one service the last message counts',
    message: several([member('web/http'), member('web/http', 'up'), member('a/b')], 12),
    is: '1 DOWN: a/b. 1 UP: web/http. +12 more. 14:02',
  },
  {
    name: 'names are whole, and the rest is counted',
    message: several([...Array.from({ length: 300 }, (_, i) => member(`farm${i}/http`)), member('dns/udp', 'up')], 7),
    is: '300 DOWN: farm0/http farm1/http farm2/http farm3/http farm4/http farm5/http farm6/http farm7/http farm8/http farm9/http farm10/http +289. 1 UP. +7 more. 14:02',
  },
  {
    name: 'what is left is told of the last',
    message: { ...several([member('web/http'), member('db/sql')]), pools: failure.pools },
    is: '2 DOWN: web/http db/sql. 2 of 3 left. 14:02',
  },
  { name: 'of none there is only a number', message: several([], 4), is: '+4 more. 14:02' },
]
for (const { name, message, is } of combined) test(name, () => assert.equal(shown(message, null), is))

test('a page of several fits, names services whole, and counts each once', () => {
  const key = fc.stringMatching(/^[a-z[\]]{1,60}\/x[a-z]{0,9}$/)
  const kind = fc.constantFrom('failure', 'up', 'ack', 'test', 'startup', 'disable', 'trap', 'traptimeout')
  const list = fc.array(fc.tuple(key, kind), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(list, fc.nat(9), (all, omitted) => {
      const text = shown(
        several(
          all.map(([name, one]) => member(name, one as AlertMessage['kind'])),
          omitted,
        ),
        link,
      )
      assert.ok(gsmPlaces(text) <= PAGE_LIMIT, text)
      const keys = new Set(all.map(([name]) => name))
      for (const [name] of text.matchAll(/[a-z[\]]+\/x[a-z]*/g)) {
        assert.ok(
          name.startsWith('/') || keys.has(name.replace(/\.$/, '')) || link.includes(name),
          `${name} in ${text}`,
        )
      }
      const counted = [...text.matchAll(/(\d+) [A-Z]+[.:]/g)].map(([, count]) => Number(count))
      assert.equal(
        counted.reduce((sum, one) => sum + one, 0),
        keys.size,
      )
    }),
  )
})

test("an operator's template is used for several messages if it says anything of them", () => {
  const message = several([member('web/http'), member('db/sql')])
  assert.equal(shown(message, null, 'LB: {{news}}'), 'LB: 2 DOWN: web/http db/sql.')
  assert.equal(shown(message, null, '{{key}} {{hosts}}'), '2 DOWN: web/http db/sql. 14:02')
})

test('a page whose template has a mistake ends in a warning, if there is room', () => {
  assert.match(shown(failure, null, '{{#if}'), / 14:02 \(page template has a mistake\)$/)
  const full = { ...failure, failing: [{ host: host('10.1.1.3'), text: 'word '.repeat(90) }] }
  assert.match(shown(full, null, '{{#if}'), / 14:02$/)
})

test('a mistake in a template is found by trying it', () => {
  assert.equal(pageFault(pageTemplate), null)
  assert.match(pageFault('{{unknownHelper 1}}') ?? '', /is not valid/)
  assert.match(pageFault('{{#if}') ?? '', /is not valid/)
  assert.match(pageFault(' {{nothing}} ') ?? '', /there is no "nothing"/)
  assert.match(pageFault('{{#if up}}up{{/if}}') ?? '', /gives no text/)
})
