/** The mail as a whole: its two parts, its thread, several messages in one, templates of an operator, and what is only shown. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type MailOptions, mail } from '../../alerts/mail.ts'
import type { AlertContext, AlertMessage } from '../../src/model/alert.ts'
import { groupName, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { hours, wallTime } from '../../src/model/units.ts'
import { bodyOf, decoded, headersOf, partsOf, startRelay } from '../peers/relay.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const options: MailOptions = { recipients: ['root@localhost'] }
const db = { key: serviceKey(groupName('db'), serviceName('sql')), group: groupName('db') }

async function sent(
  t: TestContext,
  message: AlertMessage,
  what: MailOptions = options,
  further: Partial<AlertContext> = {},
) {
  const relay = await startRelay(t)
  const outcome = await mail.send(message, what, { ...alertContext(relay.url), ...further })
  assert.equal(outcome.kind, 'sent', outcome.text)
  const raw = relay.mails[0]?.raw ?? ''
  const headers = headersOf(raw)
  const header = (name: string) => decoded(headers.get(name)?.join(' AND ') ?? '(none)')
  return { raw, header, outcome, text: bodyOf(raw), html: bodyOf(partsOf(raw)[1] ?? 'X: none\r\n\r\n') }
}

function directory(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('a mail has a text and a page that say the same', async (t) => {
  const { text, html } = await sent(t, failure)
  assert.match(text, /^ALERT web\/http \(the shop\)$/m)
  assert.match(html, /<h1 class="critical">ALERT web\/http<\/h1>/)
  assert.match(html, /<li>2 of 3 real servers of web are in use<\/li>/)
})

test('all mails of an outage share a thread although the clock was set meanwhile', async (t) => {
  const down = await sent(t, { ...failure, outage: 'o-17' })
  const up = await sent(t, { ...recovery, outage: 'o-17', firstFailure: wallTime(failure.at - hours(1)) })
  assert.equal(down.header('references'), '<outage.o-17@lb1.example.org>')
  assert.equal(up.header('references'), down.header('references'))
  assert.equal(up.header('in-reply-to'), down.header('in-reply-to'))
})

test('a mail about several outages joins the thread of each, so that its end is found beside it', async (t) => {
  const members = [
    { ...failure, outage: 'o-1' },
    { ...failure, ...db, outage: 'o-2' },
  ]
  const { header, text } = await sent(t, { ...failure, id: id('batch-1'), members, omitted: 3 })
  assert.equal(header('subject'), 'ALERT 2 services fail, 3 more not told here: web/http, db/sql')
  assert.equal(header('references'), '<outage.o-1@lb1.example.org> <outage.o-2@lb1.example.org>')
  assert.equal(header('x-upalert-id'), 'batch-1')
  assert.equal(header('message-id'), '<batch-1@lb1.example.org>')
  assert.match(text, /^ALERT db\/sql/m)
  assert.match(text, /^And 3 more, which this mail does not tell: upalert log --alerts$/m)
})

test('mail tells of several at once', () => assert.equal(mail.combines?.(options), true))

test('a List-Id is sent where one is set, and holds nothing that ends a header', async (t) => {
  const { mail: settings } = alertContext('')
  const relay = await startRelay(t)
  for (const listId of ['upalert.example.org', 'x>\r\nBcc: eve@example.org']) {
    const context = { ...alertContext(relay.url), mail: { ...settings, server: relay.url, listId } }
    assert.equal((await mail.send(failure, options, context)).kind, 'sent')
  }
  const [plain, evil] = relay.mails.map(({ raw }) => headersOf(raw))
  assert.deepEqual(plain?.get('list-id'), ['<upalert.example.org>'])
  assert.deepEqual(evil?.get('list-id'), ['<x-Bcc-eve-example.org>'])
  assert.ok(!evil?.has('bcc'))
})

test('a failure has the link to acknowledge it; its end has none', async (t) => {
  const ackLink = (message: AlertMessage) => `https://lb1.example.org/ack/${message.id}`
  const down = await sent(t, failure, options, { ackLink })
  assert.match(down.text, /^Acknowledge: {3}https:\/\/lb1\.example\.org\/ack\/0197-42$/m)
  assert.match(down.html, /<a href="https:\/\/lb1\.example\.org\/ack\/0197-42">/)
  const up = await sent(t, recovery, options, { ackLink })
  assert.doesNotMatch(up.text + up.html, /ack\//)
  const members = [failure, { ...failure, ...db, id: id('0197-44') }, recovery]
  const several = await sent(t, { ...failure, members }, options, { ackLink })
  assert.deepEqual(several.text.match(/ack\/[\w-]+/g), ['ack/0197-44', 'ack/0197-42'])
})

test("a report's page is sent as it is written", async (t) => {
  const html = '<!DOCTYPE html>\n<table><tr><td>99.9 %</td></tr></table>\n'
  const {
    text,
    header,
    html: page,
  } = await sent(t, { ...failure, mail: { subject: 'June', text: 'web 99.9 %\n', html } })
  assert.deepEqual([header('subject'), text.trimEnd(), page.trimEnd()], ['June', 'web 99.9 %', html.trimEnd()])
})

test("a report's page that no mail program would show is left out, and the outcome says so", async (t) => {
  const html = `<p>${'x'.repeat(1_100_000)}</p>`
  const { raw, outcome } = await sent(t, { ...failure, mail: { subject: 'June', text: 'web\n', html } })
  assert.deepEqual(partsOf(raw), [])
  assert.match(outcome.text, /its HTML has more than 1048576 characters and was left out/)
})

test("the setting's templates are used, and those of the line win", async (t) => {
  const templates = directory(t, { 'mail.subject.hbs': '{{key}} by the setting\n', 'mail.html.hbs': '' })
  const own = directory(t, { 'mail.subject.hbs': '{{key}} by the line', 'mail.txt.hbs': '{{headline}}' })
  const first = await sent(t, failure, options, { templates })
  assert.equal(first.header('subject'), 'web/http by the setting')
  assert.deepEqual(partsOf(first.raw), [], 'an empty template means no HTML')
  const second = await sent(t, failure, { ...options, templates: own }, { templates })
  assert.equal(second.header('subject'), 'web/http by the line')
  assert.equal(second.text.trimEnd(), '10.1.1.3 answered 503 where 200-399 was expected')
  assert.equal(partsOf(second.raw).length, 2)
})

test('a template with a mistake costs no mail: it is named in the mail, in the outcome, and by a check', async (t) => {
  const templates = directory(t, {
    'mail.txt.hbs': '{{#if key}\n',
    'mail.subject.hbs': '{{key}}\r\nBcc: eve@example.org',
  })
  const { header, text, html, outcome, raw } = await sent(t, failure, { ...options, templates })
  assert.equal(header('subject'), 'web/http Bcc: eve@example.org')
  assert.ok(!headersOf(raw).has('bcc'))
  const says = /the template mail\.txt\.hbs is not valid: .* cannot be read on line 1/
  for (const words of [text, html, outcome.text]) assert.match(words, says)
  assert.match(text, /^ALERT web\/http \(the shop\)$/m)
  assert.match(mail.faults?.({ ...options, templates })[0] ?? '', says)
})

test('faults finds a mistake in the subject of a line, and none where there is none', () => {
  assert.deepEqual(mail.faults?.(options), [])
  assert.deepEqual(mail.faults?.({ ...options, subject: '{{key}} {{headline}}' }), [])
  assert.match(mail.faults?.({ ...options, subject: '{{kee}}' })[0] ?? '', /there is no "kee"/)
  assert.match(mail.faults?.({ ...options, templates: '/nonexistent' })[0] ?? '', /is not there/)
})

test('what would be sent is shown with headers and text, and without password and token', () => {
  const context = alertContext('smtp://me:s3cr3t@mail.example.org?passwordFile=/etc/pw smtps://b.example.org')
  const dkim = { domain: 'example.org', selector: 'lb', keyFile: '/etc/upalert/dkim.pem' }
  const text = mail.render?.({ ...failure, outage: 'o-17' }, options, {
    ...context,
    mail: { ...context.mail, listId: 'upalert.example.org', dkim },
    ackLink: () => 'https://lb1.example.org/ack/t0k3n?s=s1gn',
  })
  for (const line of [
    /^Relay: mail\.example\.org:25, then b\.example\.org:465$/m,
    /^Signed by: lb\._domainkey\.example\.org$/m,
    /^From: upalert@lb1\.example\.org$/m,
    /^To: root@localhost$/m,
    /^Subject: ALERT web\/http: 10\.1\.1\.3 answered 503 where 200-399 was expected$/m,
    /^Date: Thu, 04 Jun 2026 12:02:11 GMT$/m,
    /^Message-ID: <0197-42@lb1\.example\.org>$/m,
    /^References: <outage\.o-17@lb1\.example\.org>$/m,
    /^List-Id: <upalert\.example\.org>$/m,
    /^X-Upalert-Id: 0197-42$/m,
    /^ALERT web\/http \(the shop\)$/m,
    /^Acknowledge: {3}https:\/\/lb1\.example\.org\/\(signed-link\)$/m,
    /^\[The same as HTML, \d+ characters\.\]$/m,
  ])
    assert.match(text ?? '', line)
  assert.doesNotMatch(text ?? '', /s3cr3t|t0k3n|s1gn|etc\/pw|dkim\.pem/)
})

test('what is shown is safe on a terminal, whatever the message holds', () => {
  const context = alertContext('smtp://127.0.0.1:1')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const evil = { ...failure, summary: text, detail: text, description: text, because: text, others: [text] }
      for (const message of [evil, { ...evil, members: [evil] }, { ...evil, mail: { subject: text, text } }]) {
        const shown = mail.render?.(message, { ...options, subject: '{{summary}}' }, context) ?? ''
        assert.doesNotMatch(shown, /[^\P{C}\n\t]/u)
      }
    }),
  )
})
