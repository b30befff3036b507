/** The alertmanager alert against HTTP servers on loopback: what is sent, to whom, and what goes wrong. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { alertmanager } from '../../alerts/alertmanager.ts'
import { groupName, serviceKey, serviceName } from '../../src/model/names.ts'
import { milliseconds, minutes, seconds, wallTime } from '../../src/model/units.ts'
import { postableAlert } from '../../src/wire/webhook/alertmanager.ts'
import { webhookView } from '../../src/wire/webhook/view.ts'
import { ok, startReceiver } from '../peers/alertmanager.ts'
import { startSocket } from '../peers/relay.ts'
import { fresh } from '../scripts.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const context = () => alertContext('smtp://127.0.0.1:1')
const file = (text: string): string => {
  const path = fresh('secret')
  writeFileSync(path, text)
  return path
}
const time = { full: String, clock: String }
const alertOf = (message: typeof failure, now = failure.at) =>
  postableAlert(message, webhookView(message, 'lb1', time, { ack: null }), ['severity=page'], now)

test('a failure fires for five minutes from now, also when it is told late', () => {
  const now = wallTime(failure.at + minutes(7))
  const alert = alertOf(failure, now)
  assert.deepEqual(alert?.labels, {
    alertname: 'upalert',
    ...{ key: 'web/http', group: 'web', service: 'http', director: 'lb1', severity: 'page' },
  })
  assert.equal(alert?.startsAt, '2026-06-04T12:00:11.000Z')
  assert.equal(Date.parse(alert?.endsAt ?? ''), now + minutes(5))
  assert.equal(alert?.annotations.summary, 'ALERT web/http: 10.1.1.3 answered 503 where 200-399 was expected')
})

test('its end has the same labels and ends it when it ended', () => {
  const end = alertOf(recovery, wallTime(recovery.at + minutes(7)))
  assert.deepEqual(end?.labels, alertOf(failure)?.labels)
  assert.equal(end?.endsAt, '2026-06-04T12:02:11.000Z')
})

test('whatever clocks do, an alert does not end before it begins, and an end is not to come', () => {
  const instant = fc.integer({ min: 0, max: 4e12 }).map(wallTime)
  fc.assert(
    fc.property(
      instant,
      instant,
      fc.option(instant),
      fc.constantFrom('failure', 'up'),
      (at, now, firstFailure, kind) => {
        const alert = alertOf({ ...failure, kind, at, firstFailure }, now)
        assert.ok(alert !== null)
        assert.ok(Date.parse(alert.startsAt) <= Date.parse(alert.endsAt))
        if (kind === 'up') assert.ok(Date.parse(alert.endsAt) <= now)
      },
    ),
  )
})

test('labels are the same from first to last, whatever else changes', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.string(),
      fc.constantFrom('failure', 'trap', 'traptimeout', 'up'),
      (g, s, text, kind) => {
        const [group, service] = [groupName(g), serviceName(s)]
        const named = { ...failure, group, service, key: serviceKey(group, service) }
        const later = { ...named, kind, summary: text, pools: [text], failing: [], failures: 99 }
        assert.deepEqual(alertOf(later)?.labels, alertOf(named)?.labels)
      },
    ),
  )
})

test('each member of a cluster is told the same, with the password of a file, which no text has', async (t) => {
  const servers = await Promise.all([startReceiver(t, ok), startReceiver(t, ok)])
  const [first, second] = servers
  const options = {
    urls: [`${first?.url}/alertmanager/`, second?.url ?? ''],
    ...{ user: 'ann', passwordFile: file('s3cret\n') },
  }
  const outcome = await alertmanager.send(failure, options, context())
  assert.equal(outcome.kind, 'sent', outcome.text)
  assert.equal(first?.heard[0]?.path, '/alertmanager/api/v2/alerts')
  assert.equal(second?.heard[0]?.path, '/api/v2/alerts')
  assert.equal(first?.heard[0]?.body, second?.heard[0]?.body)
  assert.equal(first?.heard[0]?.headers.authorization, `Basic ${btoa('ann:s3cret')}`)
  assert.doesNotMatch(`${outcome.text} ${alertmanager.render?.(failure, options, context())}`, /s3cret/)
})

test('where nobody takes it, it is tried again when the first of them says so', async (t) => {
  const busy = await startReceiver(t, (response) => {
    response.writeHead(503, { 'Retry-After': '5' }).end()
  })
  const token = { tokenFile: file('t0ken') }
  const outcome = await alertmanager.send(failure, { urls: ['http://127.0.0.1:1', busy.url], ...token }, context())
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.equal(outcome.after, seconds(5))
  assert.match(outcome.text, /^http:\/\/127\.0\.0\.1:1 refused the connection; http:\/\/127\.0\.0\.1:\d+ answered 503$/)
  assert.equal(busy.heard[0]?.headers.authorization, 'Bearer t0ken')
})

test('what Alertmanager finds wrong is final, and shown', async (t) => {
  const strict = await startReceiver(t, (response) => {
    response.writeHead(400).end('"bad label"')
  })
  const outcome = await alertmanager.send(failure, { urls: [strict.url] }, context())
  assert.ok(outcome.kind === 'failed' && !outcome.retry)
  assert.match(outcome.text, /answered 400: "bad label"$/)
})

test('silence is tried again', async (t) => {
  const silent = await startSocket(t, (socket) => socket.resume())
  const limit = { timeout: milliseconds(300), signal: AbortSignal.timeout(300) }
  const urls = [`http://127.0.0.1:${silent.port}`]
  const outcome = await alertmanager.send(failure, { urls }, { ...context(), ...limit })
  assert.ok(outcome.kind === 'failed' && outcome.retry)
})

for (const kind of ['ack', 'startup', 'disable'] as const)
  test(`of "${kind}" Alertmanager is told nothing`, async (t) => {
    const server = await startReceiver(t, ok)
    const outcome = await alertmanager.send({ ...failure, kind }, { urls: [server.url] }, context())
    assert.equal(outcome.kind, 'sent')
    assert.match(outcome.text, /nothing to tell$/)
    assert.equal(server.heard.length, 0)
  })

const urls = ['http://am.example:9093']
const faults = [
  { options: { urls, user: 'ann' }, says: '--user needs --password-file' },
  { options: { urls, passwordFile: file('x') }, says: '--password-file needs --user' },
  { options: { urls, tokenFile: '/nowhere/t' }, says: 'the token file /nowhere/t cannot be read: ENOENT' },
  { options: { urls: ['http://[x'] }, says: '"http://[x" is no URL' },
  { options: { urls }, says: '' },
]
for (const { options, says } of faults)
  test(`${JSON.stringify(says)} is found`, () => assert.equal((alertmanager.faults?.(options) ?? []).join('; '), says))

const valid = new Ajv({ strict: false }).compile(alertmanager.schema)
for (const options of [
  {},
  { urls: ['am:9093'] },
  { urls: ['http://a:b@am'] },
  { urls, label: ['9x=y'] },
  { urls, label: ['x='] },
])
  test(`${JSON.stringify(options)} is refused`, () => assert.equal(valid(options), false))
