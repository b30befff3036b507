import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import { poolText } from '../../src/engine/pool/words.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { alertView, type LocalTime } from '../../src/wire/mail/alert-view.ts'
import { PAGE_LIMIT, pageTemplate, pageText } from '../../src/wire/mail/page-text.ts'
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
