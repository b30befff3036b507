import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { type PagerOptions, pager } from '../../alerts/pager.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import { bodyOf, decoded, headersOf, startRelay } from '../peers/relay.ts'
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
