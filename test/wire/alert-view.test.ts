import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { type AlertView, alertView, MEMBERS_TOLD } from '../../src/wire/mail/alert-view.ts'
import { webhookView } from '../../src/wire/webhook/view.ts'
import { failure, recovery } from './alert-message.ts'

const time = { full: () => '2026-06-04 14:02:11 Europe/Berlin (UTC+02:00)', clock: () => '14:02' }

const headlines = [
  { name: 'one failing host and why', message: failure, is: '10.1.1.3 answered 503 where 200-399 was expected' },
  {
    name: 'several failing hosts and why the first',
    message: { ...failure, failing: ['a', 'b'].map((name) => ({ host: host(name), text: 'refused' })) },
    is: '2 of 3 hosts (a, b): refused',
  },
  { name: 'a recovery and how long it took', message: recovery, is: 'up again after 4 min 30 s' },
  {
    name: 'a summary where no host is known',
    message: { ...failure, failing: [], summary: 'no route' },
    is: 'no route',
  },
  {
    name: 'an exit status where nothing else is known',
    message: { ...failure, failing: [], summary: '', exit: 9 },
    is: 'the check ended with exit status 9 and said nothing',
  },
]
for (const { name, message, is } of headlines) {
  test(`the headline tells ${name}`, () => assert.equal(alertView(message, 'lb1', time).headline, is))
}

test('every piece but the detail is one safe line, whatever the world answered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const message = {
        ...failure,
        summary: text,
        description: text,
        acknowledged: text,
        pools: [text],
        failing: [{ host: host(text), text }],
        outage: text,
        remedy: text,
        others: [text],
        traffic: text,
        because: text,
      }
      const combined = { ...message, members: [message, { ...message, detail: text }], omitted: 3 }
      assert.doesNotMatch(JSON.stringify(alertView(combined, text, time, { ack: text })), /\\u|\\[nrt]|\p{C}/u)
      const view = alertView({ ...message, at: wallTime(0) }, text, time)
      const { detail: _several, ...rest } = view
      assert.doesNotMatch(JSON.stringify(rest), /\\u|\\[nrt]|\p{C}/u)
    }),
  )
})

test('a megabyte of reasons, hosts and output makes a view of bounded size', () => {
  const flood = 'x y '.repeat(250_000)
  const failing = Array.from({ length: 5_000 }, (_, i) => ({ host: host(`h${i}`), text: flood }))
  const message = {
    ...failure,
    failing,
    detail: flood,
    summary: flood,
    hosts: failing.map((one) => one.host),
    pools: Array(500).fill(flood),
  }
  const view = alertView(message, 'lb1', time)
  assert.ok(JSON.stringify(view).length < 200_000)
  assert.equal(view.more, 4_950)
})

const about = (group: string, message: AlertMessage): AlertMessage => ({
  ...message,
  group: groupName(group),
  key: serviceKey(groupName(group), serviceName('http')),
})
const combined = (members: readonly AlertMessage[], omitted = 0): AlertView =>
  alertView({ ...failure, members, omitted }, 'lb1', time, { ack: null })

const sums: readonly {
  name: string
  members: readonly AlertMessage[]
  omitted?: number
  is: string
  also: Partial<AlertView>
}[] = [
  {
    name: 'failures first, then recoveries',
    members: [about('db', recovery), about('web', failure), about('app', failure), about('mq', failure)],
    is: '3 services fail, 1 works again: web/http, app/http, mq/http, db/http',
    also: { word: 'ALERT', state: 'DOWN', severity: 'critical', up: false, kind: 'failure' },
  },
  {
    name: 'recoveries alone as an end',
    members: [about('db', recovery), about('web', recovery)],
    is: '2 services work again: db/http, web/http',
    also: { word: 'UPALERT', state: 'UP', severity: 'ok', up: true },
  },
  {
    name: 'the last of one service, and how many are left out',
    members: [about('db', failure), about('db', recovery)],
    omitted: 40,
    is: '1 service works again, 40 more not told here: db/http',
    also: { word: 'UPALERT', omitted: 40 },
  },
  {
    name: 'other occasions by their number',
    members: [about('db', { ...failure, kind: 'ack' }), about('web', { ...failure, kind: 'trap' })],
    is: '1 service fails, 1 with other news: web/http, db/http',
    also: { word: 'ALERT' },
  },
  {
    name: 'real servers by their name',
    members: [{ ...failure, key: 'virtual shop/10.1.1.2:80' as AlertMessage['key'] }],
    is: '1 server fails: virtual shop/10.1.1.2:80',
    also: {},
  },
  {
    name: 'nothing, which no engine sends, in words all the same',
    members: [],
    omitted: 2,
    is: '2 more not told here',
    also: { severity: 'critical' },
  },
]
for (const { name, members, omitted = 0, is, also } of sums) {
  test(`a message of several sums up ${name}`, () => {
    const view = combined(members, omitted)
    assert.equal(view.headline, is)
    assert.equal(view.reason, view.headline)
    assert.ok(view.combined)
    for (const [field, value] of Object.entries(also))
      assert.deepEqual(Object.entries(view).find(([it]) => it === field)?.[1], value, field)
  })
}

test('of several messages, a bounded number is told, each without detail and members, and the rest is counted', () => {
  const flood = 'x y '.repeat(250_000)
  const one: AlertMessage = {
    ...failure,
    detail: flood,
    pools: Array(500).fill(flood),
    others: Array(500).fill(flood),
    members: [failure],
  }
  const view = combined(
    Array.from({ length: 500 }, (_, i) => about(`g${i}`, one)),
    7,
  )
  assert.equal(view.members.length, MEMBERS_TOLD)
  assert.equal(view.omitted, 500 - MEMBERS_TOLD + 7)
  for (const member of view.members) assert.deepEqual([member.detail, member.members, member.combined], ['', [], false])
  assert.ok(JSON.stringify(view).length < 300_000)
})

test('what fails now is told before what works again, also where there is no room for all', () => {
  const many = (count: number, of: string, message: typeof failure) =>
    Array.from({ length: count }, (_, i) => about(`${of}${i}`, message))
  const [ups, downs] = [many(25, 'up', recovery), many(5, 'down', failure)]
  const view = combined([...ups.slice(0, 20), ...downs, ...ups.slice(20)])
  const fails = downs.map(({ key }) => key)
  const works = ups.slice(0, MEMBERS_TOLD - downs.length).map(({ key }) => key)
  assert.deepEqual(
    view.members.map(({ key }) => key),
    [...fails, ...works],
  )
  assert.equal(view.omitted, 10)
})

test('the body of a webhook tells each in its own words, in the same order', () => {
  const members = [about('db', recovery), about('web', { ...failure, at: wallTime(0) })]
  const view = webhookView({ ...failure, members }, 'lb1', time, { ack: null })
  assert.deepEqual(
    view.members.map(({ key, atIso }) => `${key} ${atIso}`),
    ['web/http 1970-01-01T00:00:00.000Z', `db/http ${new Date(recovery.at).toISOString()}`],
  )
})

test('of what failed and works again, and of what failed again, the order stays', () => {
  const members = [about('web', failure), about('db', failure), about('web', recovery), about('app', failure)]
  const again = [...members, about('db', recovery), about('db', failure)]
  assert.deepEqual(
    combined(again).members.map(({ key, state }) => `${key} ${state}`),
    ['app/http DOWN', 'db/http DOWN', 'web/http DOWN', 'db/http DOWN', 'web/http UP', 'db/http UP'],
  )
})

test('an outage is named by the message, or by what failed since when', () => {
  assert.equal(alertView({ ...failure, outage: 'o-17' }, 'lb1', time).outage, 'o-17')
  assert.equal(alertView(failure, 'lb1', time).outage, `web/http@${failure.firstFailure}`)
  assert.equal(alertView(failure, 'lb1', time).outage, alertView(recovery, 'lb1', time).outage)
})

const links = [
  { link: 'https://lb1.example.org/upalert/ack/aGVsbG8?t=1~a', kept: true },
  { link: 'javascript:alert(1)', kept: false },
  { link: 'https://lb1/"><script>', kept: false },
  { link: "https://lb1/'onclick", kept: false },
  { link: 'https://lb1/a b', kept: false },
  { link: `https://lb1/${'a'.repeat(3000)}`, kept: false },
  { link: 'https://lb1/\r\nBcc: x', kept: false },
]
for (const { link, kept } of links) {
  test(`the link ${JSON.stringify(link.slice(0, 40))} is ${kept ? 'kept whole' : 'left out'}`, () =>
    assert.equal(alertView(failure, 'lb1', time, { ack: link }).ackLink, kept ? link : ''))
}

test('each of several messages has its own link', () => {
  const members = [about('db', failure), about('web', failure)]
  const of = (member: AlertMessage) => `https://lb1/ack/${member.group}`
  const view = alertView({ ...failure, members }, 'lb1', time, { ack: null, of })
  assert.deepEqual(
    view.members.map(({ ackLink }) => ackLink),
    ['https://lb1/ack/db', 'https://lb1/ack/web'],
  )
})

const severities = [
  ['failure', 'critical'],
  ['trap', 'critical'],
  ['traptimeout', 'critical'],
  ['up', 'ok'],
  ['ack', 'info'],
  ['startup', 'info'],
  ['disable', 'info'],
  ['test', 'info'],
] as const
for (const [kind, severity] of severities) {
  test(`a message of kind ${kind} is ${severity}, and only info where it is tried out`, () => {
    assert.equal(alertView({ ...failure, kind }, 'lb1', time).severity, severity)
    assert.equal(alertView({ ...failure, kind, isTest: true }, 'lb1', time).severity, 'info')
  })
}

test('services that are not listed are counted all the same', () => {
  const counts = { down: 334, up: 2, other: 0 }
  const view = alertView({ ...failure, members: [failure], omitted: 335, counts }, 'lb1', time, { ack: null })
  assert.match(view.headline, /^334 services fail, 2 work again: web\/http, …$/)
})

test('what nobody watches any more does not read like a recovery', () => {
  const gone = { ...recovery, gone: true, because: 'the configuration no longer names it' } as const
  const view = alertView(gone, 'lb1', time, { ack: null })
  assert.equal(
    view.headline,
    'not watched any more: the configuration no longer names it; it still failed, for 4 min 30 s',
  )
})

test('the end of a lost quorum is not called the last failure', () => {
  const key = serviceKey(groupName('virtual web'), serviceName('quorum'))
  const end = { ...recovery, key, summary: 'virtual server web has its quorum of 2' }
  assert.equal(alertView(end, 'lb1', time, { ack: null }).said, '')
})
