/** What is found wrong with a webhook's options before anything is sent, and what the words of a line become. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { webhook } from '../../alerts/webhook.ts'
import type { WebhookOptions } from '../../src/edge/webhook/options.ts'
import { fresh } from '../scripts.ts'
import { failure as sample } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const valid = new Ajv({ strict: false }).compile(webhook.schema)
const file = (text: string): string => {
  const path = fresh('file')
  writeFileSync(path, text)
  return path
}
const faults = (options: WebhookOptions): string => (webhook.faults?.(options) ?? []).join('; ')
const url = 'https://hooks.example.com/x'
const context = alertContext('smtp://127.0.0.1:1')
const R = 'R'.repeat(32)

const wrong: readonly { readonly options: WebhookOptions; readonly says: RegExp }[] = [
  { options: {}, says: /^no URL is given: --url-file FILE, or --url URL$/ },
  { options: { preset: 'slack' }, says: /^no URL is given/ },
  { options: { url, urlFile: file(url) }, says: /^--url and --url-file say the same/ },
  { options: { urlFile: '/nowhere/url' }, says: /^the URL file \/nowhere\/url cannot be read: ENOENT$/ },
  { options: { urlFile: file('hooks.example.com') }, says: /does not hold a URL with http:\/\/ or https:\/\/$/ },
  { options: { urlFile: file('\n') }, says: /has an empty first line$/ },
  { options: { url, tokenFile: file('two words') }, says: /has a blank or a letter in it that no key has$/ },
  { options: { url, secretFile: '/nowhere/secret' }, says: /^the secret file \/nowhere\/secret cannot be read/ },
  { options: { url, ca: '/nowhere/ca' }, says: /^the file of authorities \/nowhere\/ca cannot be read/ },
  { options: { url, bodyFile: '/nowhere/body' }, says: /^the body file \/nowhere\/body cannot be read/ },
  { options: { url, body: 'a', bodyFile: file('{}') }, says: /^--body and --body-file say the same/ },
  {
    options: { url, body: '{"a": "{{sumary}}"}' },
    says: /^the template of the body is wrong: there is no "sumary"; did you mean summary\?/,
  },
  { options: { url, body: '{"a": {{key}} }' }, says: /does not give JSON/ },
  { options: { url, preset: 'slack', body: '["x"]' }, says: /it gives no JSON object/ },
  { options: { url, allow: ['10.0.0.0/99'] }, says: /^"10\.0\.0\.0\/99" is no network$/ },
  { options: { url, chat: '1' }, says: /^--chat is for presets only$/ },
  { options: { url, preset: 'slack', chat: '1' }, says: /^Slack has no use for --chat$/ },
  { options: { url, preset: 'slack', method: 'GET' }, says: /^--method is what the preset of Slack says itself$/ },
  { options: { preset: 'telegram' }, says: /^Telegram needs --token-file; Telegram needs --chat$/ },
  { options: { preset: 'telegram', chat: '1', tokenFile: file('x') }, says: /^a bot token of Telegram looks like/ },
  { options: { preset: 'ntfy' }, says: /^ntfy needs a topic/ },
  { options: { preset: 'pagerduty' }, says: /^PagerDuty needs --routing-key-file$/ },
  { options: { preset: 'pagerduty', routingKeyFile: file('short') }, says: /^a routing key of PagerDuty has 32/ },
  { options: { preset: 'opsgenie' }, says: /^Opsgenie needs --token-file$/ },
  { options: { preset: 'twilio', to: ['+491705550100'] }, says: /^Twilio needs --token-file; Twilio needs --from$/ },
]
for (const { options, says } of wrong) {
  test(`${says.source}`, () => {
    assert.ok(valid(options), JSON.stringify(valid.errors))
    assert.match(faults(options), says)
    assert.match(webhook.render?.({ ...sample }, options, context) ?? '', /^cannot be sent: |the template is not used/)
  })
}

const right: readonly WebhookOptions[] = [
  { url },
  { urlFile: file(`${url}\r\n`) },
  { url, body: '{"a": "{{headline}}", "m": {{json members}} }' },
  { url, contentType: 'text/plain', body: '{{word}} {{key}}' },
  { url, preset: 'slack', body: '{"text": "{{#each failing}}{{host}} {{/each}}"}' },
  { preset: 'telegram', chat: '@ops_alerts', tokenFile: file('1:a') },
  { preset: 'ntfy', urlFile: file('https://ntfy.sh/t0pic') },
  { preset: 'pagerduty', routingKeyFile: file(R) },
  { preset: 'opsgenie', tokenFile: file('key'), priority: 'P3' },
  { preset: 'twilio', tokenFile: file(`AC${'0'.repeat(32)}:k`), from: 'ACME', to: ['+491705550100'] },
]
for (const options of right) {
  test(`${JSON.stringify({ ...options, urlFile: undefined, tokenFile: undefined, routingKeyFile: undefined })} is right`, () => {
    assert.ok(valid(options), JSON.stringify(valid.errors))
    assert.equal(faults(options), '')
  })
}

const refused: readonly object[] = [
  { url: 'ftp://x/' },
  { url: 'https://a b/' },
  { url: 'https:///x' },
  { url, header: ['no colon'] },
  { url, header: ['A: b\r\nC: d'] },
  { url, header: ['A: b\0'] },
  { url, header: ['Host: elsewhere'] },
  { url, header: ['content-length: 3'] },
  { url, header: ['Transfer-Encoding: chunked'] },
  { url, header: [': x'] },
  { url, method: 'GET /evil HTTP/1.1' },
  { url, method: '' },
  { url, contentType: 'text/plain\r\nX: y' },
  { url, preset: 'irc' },
  { url, to: ['0170'] },
  { url, chat: 'a b' },
  { url, topic: 'a/b' },
  { url, allow: ['localhost'] },
]
for (const options of refused) test(`${JSON.stringify(options)} is refused`, () => assert.equal(valid(options), false))

test('who is told, and what may be slow, is the same for an outage and its end, and names no secret', () => {
  const options = { preset: 'slack', urlFile: '/etc/upalert/slack' }
  assert.equal(webhook.receiver?.(options), 'slack /etc/upalert/slack')
  assert.equal(webhook.line?.(options), '/etc/upalert/slack')
  assert.equal(webhook.line?.({ url: 'https://hooks.example.com/secret' }), 'hooks.example.com')
  assert.equal(webhook.line?.({ preset: 'ntfy', topic: 'x' }), 'https://ntfy.sh')
})

test('several messages go as one to chats, and to a plain webhook that asks for it; incidents stay their own', () => {
  const combines = (options: WebhookOptions) => webhook.combines?.(options)
  for (const preset of ['slack', 'mattermost', 'teams', 'discord', 'telegram', 'ntfy', 'twilio'])
    assert.equal(combines({ preset }), true)
  for (const preset of ['pagerduty', 'opsgenie']) assert.equal(combines({ preset, combine: true }), false)
  assert.equal(combines({ url }), false)
  assert.equal(combines({ url, combine: true }), true)
})
