import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { mail } from '../../alerts/mail.ts'
import type { AlertMailOptions } from '../../src/edge/mail/alert-mail.ts'
import type { AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import { answer, bodyOf, decoded, headersOf, type Received, startRelay } from '../peers/relay.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const options: AlertMailOptions = { recipients: ['root@localhost'] }

async function received(t: TestContext, message: AlertMessage, what: AlertMailOptions = options): Promise<Received> {
  const relay = await startRelay(t)
  const outcome = await mail.send(message, what, alertContext(relay.url))
  assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
  const [one] = relay.mails
  assert.ok(one !== undefined)
  return one
}
const header = (one: Received, name: string): string => decoded(headersOf(one.raw).get(name)?.join(' AND ') ?? '(none)')

test('a failure is mailed with ALERT, the service, the host and the reason in its subject', async (t) => {
  const one = await received(t, failure)
  assert.equal(header(one, 'subject'), 'ALERT web/http: 10.1.1.3 answered 503 where 200-399 was expected')
  assert.equal(header(one, 'from'), 'upalert@lb1.example.org')
  assert.equal(header(one, 'to'), 'root@localhost')
  assert.equal(header(one, 'message-id'), '<0197-42@lb1.example.org>')
  assert.equal(header(one, 'auto-submitted'), 'auto-generated')
  assert.equal(header(one, 'x-upalert-id'), '0197-42')
  assert.equal(header(one, 'x-upalert-group'), 'web')
  assert.equal(header(one, 'x-upalert-service'), 'http')
})

test('the text of a failure says what, since when, what is left, what was printed, and how to ask why', async (t) => {
  const body = bodyOf((await received(t, { ...failure, acknowledged: 'ann: on my way' })).raw)
  for (const line of [
    /^ALERT web\/http \(the shop\)$/m,
    /^10\.1\.1\.3 answered 503 where 200-399 was expected$/m,
    /^ {2}2 of 3 real servers of web are in use$/m,
    /^Failing since: 2026-06-04 \d\d:\d\d:11 \S+ \(UTC[+-]\d\d:\d\d\) \(failing checks in a row: 5\)$/m,
    /^Decided at: {4}2026-06-04 /m,
    /^Acknowledged: {2}ann: on my way$/m,
    /^Hosts checked: 10\.1\.1\.1, 10\.1\.1\.2, 10\.1\.1\.3$/m,
    /^10\.1\.1\.3: GET \/health -> 503$/m,
    /^Why it was sent: upalert why web\/http$/m,
    /^upalert on lb1\.example\.org, message 0197-42$/m,
  ]) {
    assert.match(body, line)
  }
})

test('several failing hosts are listed, each with its reason', async (t) => {
  const failing = ['10.1.1.2', '10.1.1.3'].map((name) => ({ host: host(name), text: `${name} is gone` }))
  const one = await received(t, { ...failure, failing, summary: '10.1.1.2 10.1.1.3' })
  assert.equal(header(one, 'subject'), 'ALERT web/http: 2 of 3 hosts (10.1.1.2, 10.1.1.3): 10.1.1.2 is gone')
  assert.match(bodyOf(one.raw), /^Failing now:\n {2}10\.1\.1\.2 10\.1\.1\.2 is gone\n {2}10\.1\.1\.3 /m)
  assert.doesNotMatch(bodyOf(one.raw), /Monitor said/)
})

test('an upalert is mailed with UPALERT, says how long it lasted, and joins the thread of its failure', async (t) => {
  const down = await received(t, failure)
  const up = await received(t, recovery)
  assert.equal(header(up, 'subject'), 'UPALERT web/http: up again after 4 min 30 s')
  assert.match(bodyOf(up.raw), /^Failed from: {3}2026-06-04 .*\nUp again at: {3}2026-06-04 /m)
  assert.equal(header(up, 'references'), header(down, 'references'))
  assert.notEqual(header(up, 'message-id'), header(down, 'message-id'))
})

test('a hostile answer of a real server adds no header, and nothing that moves a cursor', async (t) => {
  const evil = `x\r\nBcc: victim@example.org\r\n\r\n<b>\u202e\u0007\0 &amp; ${'A'.repeat(1_000_000)}`
  const one = await received(t, {
    ...failure,
    failing: [{ host: host('10.1.1.3\r\nBcc: victim@example.org'), text: evil }],
    summary: evil,
    detail: evil,
    description: evil,
    pools: [evil],
    acknowledged: evil,
  })
  const headers = headersOf(one.raw)
  assert.equal(headers.get('bcc'), undefined)
  const expected = ['auto-submitted', 'content-type', 'date', 'from', 'in-reply-to', 'message-id']
  assert.deepEqual([...headers.keys()].sort(), [
    ...expected,
    'mime-version',
    'references',
    'subject',
    'to',
    'x-upalert-group',
    'x-upalert-id',
    'x-upalert-service',
  ])
  assert.deepEqual(one.to, ['root@localhost'])
  const subject = header(one, 'subject')
  assert.match(subject, /^ALERT web\/http: 10\.1\.1\.3 Bcc: victim@example\.org x Bcc: victim@example\.org <b>\? &amp;/)
  assert.ok(subject.length <= 150)
  const body = bodyOf(one.raw)
  assert.doesNotMatch(body.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  assert.ok(body.includes('<b>'), 'a mail is no web page, so nothing is escaped')
  assert.ok(one.raw.length < 60_000, `${one.raw.length} bytes`)
  assert.ok(one.raw.split('\r\n').every((line) => line.length <= 998))
})

test('subject and sender of the line win, and the subject may name any piece', async (t) => {
  const one = await received(t, failure, {
    ...options,
    subject: '[{{director}}] {{group}} & {{service}}: {{reason}}',
    from: 'noc@example.org',
  })
  assert.equal(header(one, 'subject'), '[lb1.example.org] web & http: answered 503 where 200-399 was expected')
  assert.equal(one.from, 'noc@example.org')
})

test('a subject with a mistake does not cost the mail: the built-in one is used, and the outcome says so', async (t) => {
  const relay = await startRelay(t)
  const outcome = await mail.send(failure, { ...options, subject: '{{#if x}' }, alertContext(relay.url))
  assert.match(outcome.text, /the template "\{\{#if x\}" is not valid/)
  const [one] = relay.mails
  assert.ok(one !== undefined)
  assert.match(header(one, 'subject'), /^ALERT web\/http: /)
})

test('a bare recipient is one of this host, and nobody is written to twice', async (t) => {
  const one = await received(t, failure, { recipients: ['root', 'root@lb1.example.org', 'ann@example.org'] })
  assert.deepEqual(one.to, ['root@lb1.example.org', 'ann@example.org'])
})

test('the relay of the line wins over the one of the configuration', async (t) => {
  const relay = await startRelay(t)
  const outcome = await mail.send(failure, { ...options, server: relay.url }, alertContext('smtp://127.0.0.1:1'))
  assert.equal(outcome.kind, 'sent')
})

test('a recipient that was deferred gets the mail at the next attempt, and the others do not get it twice', async (t) => {
  let deferring = true
  const relay = await startRelay(t, {
    onRcptTo: ({ address }, _session, done) =>
      deferring && address.startsWith('slow') ? done(answer(450, 'later')) : done(),
  })
  const two: AlertMailOptions = { recipients: ['quick@example.org', 'slow@example.org'] }
  const first = await mail.send(failure, two, alertContext(relay.url))
  assert.deepEqual([first.kind, retryOf(first), reachedBy(first)], ['failed', true, ['quick@example.org']])
  deferring = false
  const second = await mail.send(failure, two, { ...alertContext(relay.url), attempt: 2, reached: reachedBy(first) })
  assert.equal(second.kind, 'sent')
  assert.deepEqual(
    relay.mails.map(({ to }) => to),
    [['quick@example.org'], ['slow@example.org']],
  )
  const [a, b] = relay.mails
  assert.ok(a !== undefined && b !== undefined)
  assert.equal(header(a, 'message-id'), header(b, 'message-id'))
})

test('a recipient refused for good is not tried again, and the outcome is a failure that names it', async (t) => {
  const relay = await startRelay(t, {
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('gone') ? done(answer(550, 'no such user')) : done(),
  })
  const outcome = await mail.send(
    failure,
    { recipients: ['gone@example.org', 'ann@example.org'] },
    alertContext(relay.url),
  )
  assert.deepEqual([outcome.kind, retryOf(outcome)], ['failed', false])
  assert.match(outcome.text, /took it for ann@example\.org, but refused gone@example\.org: 550 .*no such user/)
})

test('its options are checked by its schema', () => {
  const valid = new Ajv({ strict: false }).compile(mail.schema)
  assert.ok(valid({ recipients: ['root'] }))
  assert.ok(valid({ recipients: ['root'], server: 'smtp://a smtps://b:25', templates: '/etc/upalert/templates' }))
  for (const wrong of [
    {},
    { recipients: [] },
    { recipients: ['a b'] },
    { recipients: ['a'], from: 'x\r\ny' },
    { recipients: ['a'], server: 'mail' },
    { recipients: ['a'], templates: 'templates' },
  ]) {
    assert.ok(!valid(wrong), JSON.stringify(wrong))
  }
})

const retryOf = (outcome: AlertOutcome): boolean | null => (outcome.kind === 'failed' ? outcome.retry : null)
const reachedBy = (outcome: AlertOutcome): readonly string[] =>
  outcome.kind === 'failed' ? (outcome.reached ?? []) : []

test('an alert and an upalert to the same people go one after the other, whatever their subjects are', () => {
  const to = { recipients: ['root@example.com'] }
  assert.equal(mail.receiver?.({ ...to, subject: 'DOWN' }), mail.receiver?.({ ...to, subject: 'UP' }))
  assert.notEqual(mail.receiver?.(to), mail.receiver?.({ recipients: ['ann@example.com'] }))
  assert.notEqual(mail.receiver?.(to), mail.receiver?.({ ...to, server: 'smtp://other.example.com' }))
})

const asked = [
  { name: 'a service', of: {}, is: 'web/http' },
  { name: 'a real server', of: { key: 'virtual shop/10.1.1.2:80', service: '10.1.1.2:80' }, is: '10.1.1.2:80' },
  { name: 'a quorum', of: { key: 'virtual shop/quorum', group: 'shop', service: 'quorum' }, is: 'shop' },
  { name: 'a name with a blank', of: { key: 'virtual x y/drift', group: 'x y', service: 'drift' }, is: "'x y'" },
]
for (const { name, of, is } of asked) {
  test(`the mail about ${name} says what to ask`, async (t) => {
    const one = await received(t, { ...failure, ...of } as AlertMessage)
    assert.match(bodyOf(one.raw), new RegExp(`^Why it was sent: upalert why ${is}$`, 'm'))
  })
}
