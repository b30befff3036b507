/** What each preset's receiver is sent, word for word, and that no real server's words call anybody or make a link. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import type { AlertMessage } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import type { LocalTime } from '../../src/wire/mail/alert-view.ts'
import { encoded } from '../../src/wire/webhook/body.ts'
import { presets } from '../../src/wire/webhook/presets.ts'
import type { Plan, PresetSettings } from '../../src/wire/webhook/request.ts'
import { webhookView } from '../../src/wire/webhook/view.ts'
import { failure, recovery } from './alert-message.ts'
import { bodySchemas } from './webhook-schemas.ts'

/** Written down, and read beside each receiver's documentation. */
const expected: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'webhook-vectors.json'), 'utf8'),
)

const utc: LocalTime = {
  full: (at) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
  clock: (at) => new Date(at).toISOString().slice(11, 16),
}
const LINK = 'https://lb1.example.org/ack?t=a&b=c'
const settings: PresetSettings = {
  url: new URL('https://chat.example/hooks/abc'),
  token: '123456:ABC-def',
  routingKey: 'R'.repeat(32),
  chat: '-100123',
  to: ['+491705550100', '+491705550101'],
  from: '+4930555',
  topic: 'ops',
  priority: '',
}
const sid = `AC${'0'.repeat(32)}`
const settingsOf = (name: string): PresetSettings => {
  const own = presets.get(name)?.url ?? ''
  const url = own === '' ? settings.url : new URL(own)
  return { ...settings, url, token: name === 'twilio' ? `${sid}:key` : settings.token }
}

function planned(name: string, message: AlertMessage, link: string | null = LINK): Plan {
  const preset = presets.get(name)
  assert.ok(preset !== undefined, name)
  return preset.plan(webhookView(message, 'lb1', utc, { ack: link }), settingsOf(name))
}

function sentBy(name: string, message: AlertMessage, link: string | null = LINK) {
  const plan = planned(name, message, link)
  assert.ok(plan.kind === 'requests', name)
  const type = presets.get(name)?.contentType ?? ''
  return plan.list.map((request) => ({
    url: `${request.method} ${request.url.href}`,
    headers: request.headers,
    text: encoded(request, null, type),
  }))
}

const outage = 'o-17'
const down = {
  ...failure,
  outage,
  remedy: '1 of 2 passing checks; the next is due within 30 s',
  others: ['ann@example.org'],
}
const up = { ...recovery, outage, traffic: 'clients noticed nothing' }
const ack = {
  ...down,
  kind: 'ack',
  output: 'ann: on my way',
  acknowledged: 'on my way',
  environment: { MON_ACK: 'ann: on my way' },
} as const

for (const name of presets.keys()) {
  for (const [what, message] of [
    ['a failure', down],
    ['its end', up],
    ['an acknowledgement', ack],
  ] as const) {
    test(`${name}: ${what} is sent word for word`, () => {
      const sent = sentBy(name, message)
      const type = presets.get(name)?.contentType ?? ''
      const readable = sent.map(({ url, headers, text }) => ({
        url,
        headers,
        body: type === 'application/json' ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
      }))
      assert.deepEqual(readable, expected[`${name}: ${what}`])
    })
  }
}

const ajv = new Ajv({ strict: false })
const pick = fc.constantFrom(
  ...[
    '@everyone',
    '@here',
    '<!channel>',
    '<!here|x>',
    '<@U1234>',
    '<@&99>',
    '<https://evil.example|bank>',
    '[bank](https://evil.example)',
  ],
  ...[
    '**x**',
    '`',
    '```',
    '\n# x',
    '\n- x',
    '\r\n',
    '&lt;!channel&gt;',
    '&',
    '"',
    '\\',
    '\\<!channel>',
    '\u202e',
    '\ud800',
    '\0',
    '😀',
  ],
)
const hostile = fc.oneof(
  fc.array(fc.oneof(pick, fc.string({ unit: 'binary', maxLength: 9 })), { maxLength: 60 }).map((all) => all.join('')),
  fc.constantFrom('<&@', '"', '語 ', 'ж').chain((part) => fc.nat(20_000).map((n) => part.repeat(n))),
)

for (const name of presets.keys()) {
  test(`${name}: whatever a real server says, the body fits, is valid, and calls nobody`, () => {
    const valid = ajv.compile(bodySchemas[name] ?? false)
    fc.assert(
      fc.property(hostile, fc.constantFrom('failure', 'up', 'ack', 'trap', 'test'), (text, kind) => {
        const failing = [
          { host: host('a'), text },
          { host: host(text), text },
        ]
        const message = {
          ...down,
          kind,
          summary: text,
          detail: text,
          description: text,
          failing,
          because: text,
          pools: [text],
        }
        for (const one of [message, { ...message, members: [message, message], omitted: 3 }]) {
          const plan = planned(name, one)
          assert.ok(plan.kind === 'requests')
          for (const request of plan.list) {
            const body = { ...request.defaults, ...request.body, ...request.fixed }
            assert.ok(valid(body), JSON.stringify([valid.errors, body]).slice(0, 2000))
            callsNobody(name, JSON.stringify(body))
          }
        }
      }),
      { numRuns: 40 },
    )
  })
}

/** What a receiver would take for a call or for a link with a text of its own, looked for in the text that it shows. */
function callsNobody(name: string, json: string): void {
  const ours = name === 'slack' ? json.replaceAll('<https://lb1.example.org/ack?t=a&amp;b=c|Acknowledge>', '') : json
  if (name === 'slack') assert.doesNotMatch(ours, /[<>]/)
  if (name === 'mattermost')
    assert.doesNotMatch(ours.replaceAll(`<${LINK}>`, ''), /[<>]|@(?:everyone|here|channel|all)|(?<!\\\\)\]\(/)
  if (name === 'discord') assert.doesNotMatch(ours, /@(?:everyone|here)|(?<!\\\\)<@|(?<!\\\\)\]\(/)
  if (name === 'discord') assert.match(ours, /"allowed_mentions":\{"parse":\[\]\}/)
  if (name === 'ntfy') assert.ok(Buffer.byteLength(JSON.parse(json).message) <= 4096)
  if (name === 'teams') assert.ok(Buffer.byteLength(json) <= 28 * 1024)
  if (name === 'telegram') assert.doesNotMatch(ours, /parse_mode/)
  if (name === 'teams') assert.doesNotMatch(ours, /"TextBlock"|"entities"/)
}

for (const name of ['pagerduty', 'opsgenie'])
  for (const kind of ['startup', 'disable'] as const)
    test(`${name}: "${kind}" is no part of an incident`, () =>
      assert.equal(planned(name, { ...down, kind }).kind, 'nothing'))

for (const name of ['pagerduty', 'opsgenie']) {
  test(`${name}: a tried upalert closes what a tried alert opened, and nothing else`, () => {
    const keys = [{ ...down, isTest: true }, { ...up, isTest: true }, { ...down, kind: 'test' as const }, down].map(
      (message) => {
        const [first] = sentBy(name, message)
        const { dedup_key, alias } = JSON.parse(first?.text ?? '{}')
        return dedup_key ?? alias ?? decodeURIComponent(/alerts\/([^/]+)\//.exec(first?.url ?? '')?.[1] ?? '')
      },
    )
    assert.equal(keys[0], keys[1])
    assert.equal(keys[0], keys[2])
    assert.notEqual(keys[0], keys[3])
  })
}

test('ntfy takes its topic from the end of a URL that may stand in a file', () => {
  const ntfy = presets.get('ntfy')
  const view = webhookView(down, 'lb1', utc, { ack: null })
  const plan = ntfy?.plan(view, { ...settings, token: '', topic: '', url: new URL('https://ntfy.example/sub/s3cret') })
  assert.ok(plan?.kind === 'requests')
  assert.equal(plan.list[0]?.url.href, 'https://ntfy.example/sub/')
  assert.deepEqual(plan.list[0]?.fixed, { topic: 's3cret' })
})

for (const [name, token, good] of [
  ['telegram', '123:abc-DEF_1', true],
  ['telegram', 'abc', false],
  ['telegram', '1:a/../b', false],
  ['twilio', `${sid}:key`, true],
  ['twilio', 'key', false],
] as const)
  test(`${name}: a token such as "${token}" is ${good ? 'taken' : 'refused'}`, () =>
    assert.equal(presets.get(name)?.fault?.({ ...settings, token }) === null, good))

test('a wait in the body of an answer is read', () => {
  assert.equal(presets.get('telegram')?.waits?.({ ok: false, parameters: { retry_after: 7 } }), 7)
  assert.equal(presets.get('discord')?.waits?.({ message: 'limited', retry_after: 1.5, global: false }), 1.5)
  for (const body of [null, [], {}, { parameters: 3 }, 'x']) assert.equal(presets.get('telegram')?.waits?.(body), null)
})
