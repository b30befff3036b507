/** Subject, text and HTML of a mail: what they say, and that nothing in them is taken for more than words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, serviceKey, serviceName } from '../../src/model/names.ts'
import { alertView, type LocalTime } from '../../src/wire/mail/alert-view.ts'
import { BUILT_IN, type MailParts, type MailTemplates, mailParts, partProblem } from '../../src/wire/mail/mail-parts.ts'
import { sampleViews } from '../../src/wire/mail/sample-views.ts'
import { failure, recovery } from './alert-message.ts'

const time: LocalTime = { full: () => '2026-06-04 14:02:11 UTC (UTC+00:00)', clock: () => '14:02' }
const ack = 'https://lb1.example.org/ack/1'
const parts = (message: AlertMessage, templates: MailTemplates = BUILT_IN, subject: string | null = null): MailParts =>
  mailParts(alertView(message, 'lb1', time, { ack, of: () => ack }), templates, subject)

const told: AlertMessage = {
  ...failure,
  outage: 'o-17',
  remedy: '1 of 2 passing checks; the next is due within 30 s',
  others: ['boss by mail', 'oncall by pager'],
  because: 'nobody acknowledged it within 15 min',
}
const db = { key: serviceKey(groupName('db'), serviceName('sql')), group: groupName('db'), description: '' }
const back: AlertMessage = { ...recovery, ...db, traffic: 'clients of web lost 3 connections' }
const both: AlertMessage = { ...failure, members: [told, back], omitted: 12 }

/** What a page shows: without style and tags, entities read. */
const shown = (html: string): string =>
  html
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x27;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ')

const says = [
  {
    name: 'what would end it',
    message: told,
    words: /What ends it:?\s+1 of 2 passing checks; the next is due within 30 s/,
  },
  { name: 'who else was told', message: told, words: /Also told:?\s+boss by mail,?\s+oncall by pager/ },
  { name: 'why it comes to this one', message: told, words: /Sent because:?\s+nobody acknowledged it within 15 min/ },
  { name: 'what is left', message: told, words: /What is left:?\s+2 of 3 real servers of web are in use/ },
  { name: 'what the check saw', message: told, words: /The monitor's output:?\s+10\.1\.1\.3: GET \/health -> 503/ },
  { name: 'how long it lasted', message: back, words: /up again after 4 min 30 s/ },
  { name: 'what clients noticed', message: back, words: /Traffic:?\s+clients of web lost 3 connections/ },
  { name: 'how to ask why', message: told, words: /upalert why web\/http/ },
  {
    name: 'what several come to',
    message: both,
    words: /1 service fails, 1 works again, 12 more not told here: web\/http, db\/sql/,
  },
  { name: 'each of several', message: both, words: /ALERT web\/http.*What ends it.*UPALERT db\/sql.*Traffic/s },
  {
    name: 'that there are more',
    message: both,
    words: /And 12 more, which this mail does not tell: upalert log --alerts/,
  },
]
for (const { name, message, words } of says) {
  test(`text and HTML say ${name}`, () => {
    const { text, html, remark } = parts(message)
    assert.match(text, words)
    assert.match(shown(html).replaceAll('&gt;', '>'), words)
    assert.equal(remark, '')
  })
}

test('the link to acknowledge stands alone on its line, and is a link in the page', () => {
  assert.match(parts(told).text, /^Acknowledge: {3}https:\/\/lb1\.example\.org\/ack\/1$/m)
  assert.ok(parts(told).html.includes(`<a href="${ack.replaceAll('=', '&#x3D;')}">`))
  assert.equal(parts(both).html.split('<a href=').length, 3)
})

test('a subject names the service, or what several come to', () => {
  assert.equal(parts(told).subject, 'ALERT web/http: 10.1.1.3 answered 503 where 200-399 was expected')
  assert.equal(parts(both).subject, 'ALERT 1 service fails, 1 works again, 12 more not told here: web/http, db/sql')
  assert.equal(parts(both, BUILT_IN, '{{severity}} {{members.length}}').subject, 'critical 2')
})

test('the page fetches nothing, runs nothing, fits a phone and knows the dark', () => {
  const pages = sampleViews.map((view) => mailParts(view, BUILT_IN, null).html)
  for (const html of pages) {
    assert.doesNotMatch(html, /<script|\bon\w+=|<img|<link|<iframe|<form|url\(|@import|src=/i)
    for (const [, where = ''] of html.matchAll(/href="([^"]*)"/g))
      assert.match(where, /^https:\/\/lb1\.example\.com\/ack/)
    assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
    assert.match(html, /@media \(prefers-color-scheme: dark\)/)
    assert.doesNotMatch(html, /(?<![-\w])width: \d+px|white-space: (pre;|nowrap)/)
    balanced(html)
  }
})

/** Every element is closed in its order. */
function balanced(html: string): void {
  const open: string[] = []
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (name === 'meta') continue
    if (close === '') open.push(name)
    else assert.equal(open.pop(), name)
  }
  assert.deepEqual(open, [])
}

const tags = (html: string): string => (html.match(/<[^>]*>/g) ?? []).join('')
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '<b>',
        '</td>',
        '"',
        "'",
        '<!--',
        '-->',
        '&lt;',
        '{{name}}',
        '<script>',
        '\r\n',
        '\u202e',
        '\ud800',
        '=',
        '`',
      ),
    )
    .map((all) => all.join('')),
)
const said = (text: string): AlertMessage => ({
  ...told,
  ...{
    description: `x${text}`,
    summary: `x${text}`,
    detail: `x${text}`,
    acknowledged: `x${text}`,
    remedy: `x${text}`,
    because: `x${text}`,
  },
  ...{ pools: [`x${text}`], others: [`x${text}`], traffic: `x${text}`, outage: text },
  ...{ hosts: [host(`x${text}`)], failing: [told, told].map(() => ({ host: host(`x${text}`), text: `x${text}` })) },
  ...{ group: groupName(`x${text}`), key: serviceKey(groupName(`x${text}`), serviceName('http')) },
  environment: { MON_ACK: `x${text}` },
})

test('whatever the world answered, the page has the elements it was written with, and no others', () => {
  const plain = tags(parts(said('y')).html)
  const plainUp = tags(parts({ ...said('y'), kind: 'up' }).html)
  fc.assert(
    fc.property(hostile, (text) => {
      const message = said(text)
      assert.equal(tags(parts(message).html), plain)
      assert.equal(tags(parts({ ...message, kind: 'up' }).html), plainUp)
      const { html, text: words } = parts({ ...message, members: [message, { ...message, kind: 'up' }] })
      balanced(html)
      for (const part of [html, words]) assert.doesNotMatch(part, /[^\P{C}\n]/u)
    }),
  )
})

test('a megabyte in every piece, each character of which is escaped, makes a mail of bounded size', () => {
  const flood = "'".repeat(1_000_000)
  const one: AlertMessage = {
    ...said(flood),
    failing: Array(5_000).fill({ host: host(flood), text: flood }),
    hosts: Array(5_000).fill(host(flood)),
    pools: Array(500).fill(flood),
    others: Array(500).fill(flood),
    detail: `${"'".repeat(399)}\n`.repeat(5_000),
  }
  for (const message of [one, { ...one, members: Array(500).fill(one) }]) {
    const { text, html, subject, remark } = parts(message)
    assert.equal(remark, '')
    assert.ok(
      text.length < 400_000 && html.length < 2_200_000 && subject.length <= 150,
      `${text.length} ${html.length}`,
    )
  }
})

const own: MailTemplates = {
  subject: '[{{severity}}]\n{{key}}',
  text: 'Hello, {{key}} is {{state}}.\n',
  html: '<html><body class="x"><p>{{headline}}</p></body></html>',
  problems: [],
}

test("an operator's templates take the place of ours", () => {
  const { subject, text, html, remark } = parts({ ...told, failing: [], summary: 'a < b' }, own)
  assert.deepEqual([subject, text, remark], ['[critical] web/http', 'Hello, web/http is DOWN.\n', ''])
  assert.equal(html, '<html><body class="x"><p>a &lt; b</p></body></html>')
  assert.equal(parts(told, own, '{{state}}').subject, 'DOWN', 'the line’s own subject wins')
})

test('a template with a mistake gives way to ours, and the mail says so in both of its parts', () => {
  const { subject, text, html, remark } = parts(told, { ...own, text: '{{#if <b>}' })
  const warning =
    /^Warning: the template mail\.txt\.hbs is not valid: .* cannot be read .*; the built-in words took its place\.$/m
  assert.match(text, warning)
  assert.match(text, /^ALERT web\/http \(the shop\)$/m)
  assert.match(html, /<body class="x"><p class="warning">Warning: the template mail\.txt\.hbs is not valid: [^<]*<\/p>/)
  assert.equal(subject, '[critical] web/http')
  assert.match(remark, /^the template mail\.txt\.hbs is not valid/)
})

test('a mistake in the HTML or in the subject is said in the text as well, and one without a body element in the page', () => {
  const { text, html } = parts(told, { ...own, html: '{{{headline}}}', subject: '{{nope}}' })
  assert.match(
    text,
    /^Warning: the template mail\.subject\.hbs .* there is no "nope"[^\n]*\nWarning: the template mail\.html\.hbs /,
  )
  assert.match(html, /<body>\n<p class="warning">.*\n<p class="warning">/)
  assert.match(
    parts(told, { ...own, html: '<p>x</p>', subject: '{{nope}}' }).html,
    /^<p class="warning">.*<\/p>\n<p>x<\/p>$/,
  )
})

test('a template that could not be read is told in the mail', () => {
  const { text, remark } = parts(told, {
    ...BUILT_IN,
    problems: ['the template mail.txt.hbs in /etc/t: it cannot be read: EACCES'],
  })
  assert.match(text, /^Warning: the template mail\.txt\.hbs in \/etc\/t: it cannot be read: EACCES; /)
  assert.match(remark, /EACCES/)
})

test('an empty HTML template means a mail without HTML', () => {
  assert.equal(parts(told, { ...BUILT_IN, html: ' \n' }).html, '')
  assert.equal(partProblem('html', '', sampleViews), '')
})

test('the built-in templates pass their own check', () => {
  for (const view of sampleViews) assert.equal(mailParts(view, BUILT_IN, null).remark, '')
})
