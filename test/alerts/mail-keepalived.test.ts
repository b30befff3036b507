/** A mail in keepalived's words, beside the one that keepalived 2.2.7 was seen to send (`seen`). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mail } from '../../alerts/mail.ts'
import { serverMail } from '../../src/engine/keepalived-mail.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { MAIL_BODIES } from '../../src/model/keepalived-words.ts'
import { asWritten } from '../../src/wire/mail/safe-text.ts'
import { decoded, headersOf, startRelay } from '../peers/relay.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const seen = [
  'Date: Fri, 20 Nov 2026 09:02:11 +0000',
  'From: keepalived@domain.com',
  'Subject: [LVS_MAIN] Realserver [10.1.1.2]:tcp:8080 of virtual server [192.0.2.10]:tcp:80 - DOWN',
  'X-Mailer: Keepalived',
  'To: admin@domain.com, 0633225522@domain.com',
  '',
  '=> TCP CHECK failed on service <=',
  '',
  '',
].join('\r\n')

const news = {
  routerId: 'LVS_MAIN',
  server: '[10.1.1.2]:tcp:8080',
  virtual: '[192.0.2.10]:tcp:80',
  state: 'DOWN',
  words: MAIL_BODIES.TCP_CHECK.down,
  why: '',
} as const
const down: AlertMessage = { ...failure, mail: serverMail(news) }
const options = { recipients: ['admin@domain.com', '0633225522@domain.com'], from: 'keepalived@domain.com' }

async function received(t: Parameters<typeof startRelay>[0], message: AlertMessage) {
  const relay = await startRelay(t)
  const outcome = await mail.send(message, options, alertContext(relay.url))
  assert.equal(outcome.kind, 'sent', outcome.text)
  const [one] = relay.mails
  assert.ok(one !== undefined)
  return { ...one, fields: headersOf(one.raw), body: one.raw.slice(one.raw.indexOf('\r\n\r\n') + 4) }
}

test("keepalived's mail and ours differ in Date, X-Mailer and further headers only", async (t) => {
  const ours = await received(t, down)
  const theirs = headersOf(seen)
  for (const name of ['from', 'subject', 'to']) assert.deepEqual(ours.fields.get(name), theirs.get(name))
  assert.equal(ours.body, seen.slice(seen.indexOf('\r\n\r\n') + 4))
  assert.equal(ours.from, 'keepalived@domain.com')
  assert.deepEqual(ours.to, options.recipients)
  assert.deepEqual(ours.fields.get('x-mailer'), ['upalert'])
  const further = [...ours.fields.keys()].filter((name) => !theirs.has(name))
  assert.deepEqual(further.sort(), [
    'auto-submitted',
    'content-transfer-encoding',
    'content-type',
    'in-reply-to',
    'message-id',
    'mime-version',
    'references',
    'x-upalert-group',
    'x-upalert-id',
    'x-upalert-service',
  ])
})

test('the state at the end of a long subject is not cut off', async (t) => {
  const long = { server: '[2001:db8:1111:2222:3333:4444:5555:6666]:tcp:65535', routerId: 'r'.repeat(64) }
  const virtual = '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:tcp:65535'
  const { subject, text } = serverMail({ ...news, ...long, virtual })
  const ours = await received(t, { ...failure, mail: { subject, text } })
  assert.equal(ours.fields.get('subject')?.[0], subject)
})

test('a reason below the words of keepalived stands in a line of its own', async (t) => {
  const ours = await received(t, { ...failure, mail: serverMail({ ...news, why: 'refused the connection' }) })
  assert.equal(ours.body, '=> TCP CHECK failed on service <=\r\n\r\nrefused the connection\r\n')
})

test('no text of the network makes a header, a line that ends the mail, or a control character', async (t) => {
  const hostile = { subject: 'x\r\nBcc: eve@example.org\r\n\r\nhello', text: '.\r\nQUIT\r\n\x1b[31mred\u202e\n\ttab\n' }
  const ours = await received(t, { ...failure, mail: hostile })
  assert.equal(ours.fields.get('subject')?.[0], 'x Bcc: eve@example.org hello')
  assert.ok(!ours.fields.has('bcc'))
  assert.equal(ours.body, '.\r\nQUIT\r\n?[31mred?\r\n\ttab\r\n')
})

test('a mail that is only tried out says so, and what only happens to be in an option changes no word', async (t) => {
  const relay = await startRelay(t)
  const test = { ...down, isTest: true }
  const outcome = await mail.send(test, { ...options, subject: '{{key}}' }, alertContext(relay.url))
  assert.equal(outcome.kind, 'sent', outcome.text)
  const subject = headersOf(relay.mails[0]?.raw ?? '').get('subject')?.[0]
  assert.equal(decoded(subject ?? ''), `TEST ${down.mail?.subject}`)
})

test('a text as it is written keeps its lines, and never a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const kept = asWritten(text, 100)
      assert.doesNotMatch(kept, /[^\P{C}\n\t]/u)
      assert.ok(kept.length <= 200)
    }),
  )
})
