import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { type PagerOptions, pager } from '../../alerts/pager.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { bodyOf, decoded, headersOf, startRelay } from '../peers/relay.ts'
import { type Faults, startSnpp } from '../peers/snpp-server.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

async function page(t: TestContext, message: AlertMessage, options: Partial<PagerOptions> = {}) {
  const relay = await startRelay(t)
  const outcome = await pager.send(
    message,
    { recipients: ['0170555@sms.example.org'], ...options },
    alertContext(relay.url),
  )
  assert.equal(outcome.kind, 'sent', outcome.text)
  const [one] = relay.mails
  assert.ok(one !== undefined)
  const subject = headersOf(one.raw).get('subject')?.[0]
  return { body: bodyOf(one.raw).trimEnd(), subject: subject === undefined ? null : decoded(subject), to: one.to }
}

test('a page is one line in the body of a mail without a subject', async (t) => {
  const { body, subject, to } = await page(t, failure)
  assert.match(body, /^DOWN web\/http 10\.1\.1\.3: answered 503 where 200-399 was expected\. 2 of 3 left\. \d\d:\d\d$/)
  assert.equal(subject, null)
  assert.deepEqual(to, ['0170555@sms.example.org'])
})

test('subject and text together fit into 160 characters, however much there is to say', async (t) => {
  const failing = Array.from({ length: 90 }, (_, i) => ({
    host: host(`web${i}.example.org`),
    text: 'x\r\n\u202e [y] '.repeat(50_000),
  }))
  const { body, subject } = await page(t, { ...failure, failing }, { subject: 'upalert {{state}} {{key}} {{reason}}' })
  assert.ok(subject !== null && subject.length <= 60)
  assert.ok(`${subject} ${body}`.length <= 160, `${subject} ${body}`)
  assert.match(body, /^DOWN web\/http web0\.example\.org \+89: x .*\.\.\. \d\d:\d\d$/)
})

test("the page's words are the operator's, if there are any", async (t) => {
  assert.equal((await page(t, failure, { text: '{{group}} & {{hosts}}' })).body, 'web & 10.1.1.3')
})

test('its options are checked by its schema', () => {
  const valid = new Ajv({ strict: false }).compile(pager.schema)
  assert.ok(valid({ recipients: ['0170555@sms.example.org'], text: '{{state}}' }))
  assert.ok(!valid({ recipients: [] }))
})

const LIMIT = { timeout: 60_000 }

async function snpp(t: TestContext, faults: Faults, options: Partial<PagerOptions> = {}, reached?: readonly string[]) {
  const gateway = await startSnpp(t, faults)
  const given = { recipients: ['5551', '5552'], snpp: `127.0.0.1:${gateway.port}`, ...options }
  const outcome = await pager.send(failure, given, {
    ...alertContext(''),
    ...(reached === undefined ? {} : { reached }),
  })
  await gateway.quiet()
  return { gateway, outcome, given }
}

test('with --snpp each pager is paged by SNPP, with the same words', LIMIT, async (t) => {
  const { gateway, outcome, given } = await snpp(t, {}, { level: 0, caller: '4711' })
  assert.equal(outcome.kind, 'sent')
  assert.match(outcome.text, /^paged 5551, 5552 by SNPP: 127\.0\.0\.1:\d+ answered "250 Message Sent Successfully"$/)
  assert.deepEqual(
    gateway.pages.map(({ pagers }) => pagers),
    [['5551'], ['5552']],
  )
  for (const { text, level, caller } of gateway.pages) {
    assert.match(
      text,
      /^DOWN web\/http 10\.1\.1\.3: answered 503 where 200-399 was expected\. 2 of 3 left\. \d\d:\d\d$/,
    )
    assert.deepEqual([level, caller], ['0', '4711'])
  }
  assert.notEqual(pager.receiver?.(given), pager.receiver?.({ recipients: given.recipients }))
  assert.notEqual(pager.line?.(given), pager.line?.({ recipients: given.recipients }))
})

test('who was paged is not paged again when the rest is retried', LIMIT, async (t) => {
  const down = await snpp(t, { lines: [{ on: /^PAGE 5552/, say: '421 Gateway Service Unavailable' }] })
  assert.ok(down.outcome.kind === 'failed' && down.outcome.retry)
  assert.deepEqual(down.outcome.reached, ['5551'])
  const again = await snpp(t, {}, {}, down.outcome.reached)
  assert.equal(again.outcome.kind, 'sent')
  assert.deepEqual(
    again.gateway.pages.map(({ pagers }) => pagers),
    [['5552']],
  )
  const done = await snpp(t, {}, {}, ['5551', '5552'])
  assert.deepEqual(done.outcome, { kind: 'sent', text: 'all pagers had been paged already' })
  assert.deepEqual(done.gateway.heard, [])
})

test(
  'an id that the gateway does not know is given up, the others are paged, and the text names both',
  LIMIT,
  async (t) => {
    const { outcome } = await snpp(t, { unknown: ['5551'] })
    assert.ok(outcome.kind === 'failed' && !outcome.retry)
    assert.match(
      outcome.text,
      /^not everybody was paged: for 5551 \S+ sent "550 Error, Invalid Pager ID" as its answer to PAGE 5551; paged 5552 by SNPP/,
    )
    assert.deepEqual(outcome.reached, ['5552'])
  },
)

test('no word of a summary becomes a command', LIMIT, async (t) => {
  const gateway = await startSnpp(t)
  const text = 'x\r\nSEND\r\nPAGE 900\n.\r\n\0'
  const message = { ...failure, failing: [{ host: host('h\r\nQUIT'), text }], pools: [text] }
  const options = { recipients: ['5551'], snpp: `127.0.0.1:${gateway.port}` }
  assert.equal((await pager.send(message, options, alertContext(''))).kind, 'sent')
  await gateway.quiet()
  assert.deepEqual(
    gateway.heard.map((line) => line.slice(0, 4)),
    ['PAGE', 'MESS', 'SEND', 'QUIT'],
  )
})

test('what the schema cannot say of its options is said in sentences', () => {
  const faults = (options: Partial<PagerOptions>) => pager.faults?.({ recipients: ['5551'], ...options }) ?? []
  assert.deepEqual(faults({}), [])
  assert.deepEqual(faults({ snpp: 'gw:444', text: '{{state}}' }), [])
  assert.match(faults({ text: '{{#if}' })[0] ?? '', /^the template "\{\{#if\}" is not valid: /)
  assert.match(faults({ text: '{{nothing}}' })[0] ?? '', /there is no "nothing"/)
  assert.match(faults({ snpp: 'gw:0' })[0] ?? '', /no port between 1 and 65535/)
  assert.match(faults({ snpp: 'gw', subject: 'x' })[0] ?? '', /^--subject belongs to mail/)
  assert.match(faults({ level: 1 })[0] ?? '', /^--level belongs to SNPP/)
  assert.match(faults({ snpp: 'gw', recipients: ['böb'] })[0] ?? '', /^böb is no pager's id/)
})

test('what would be sent can be read without sending it', () => {
  const text = pager.render?.(failure, { recipients: ['5551'], snpp: 'gw' }, alertContext('')) ?? ''
  assert.match(text, /^To: 5551 \(by SNPP through gw\)\nDOWN web\/http 10\.1\.1\.3: /)
})

test('no default that the parser fills in is taken for an option that was given', () => {
  const { filled } = faultsOf(pager, { recipients: ['5551'], snpp: 'gw' })
  assert.deepEqual(pager.faults?.({ ...{ recipients: ['5551'], snpp: 'gw' }, ...filled }), [])
})
