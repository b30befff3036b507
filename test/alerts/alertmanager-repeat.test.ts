/** Failures that last, told again to an HTTP server on loopback that counts requests and alerts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertmanager } from '../../alerts/alertmanager.ts'
import { clock } from '../../src/edge/clock.ts'
import { id, serviceKey, serviceName } from '../../src/model/names.ts'
import { createRepeater } from '../../src/runtime/repeat.ts'
import { ALERTS_MOST, bodiesOf, postableAlert } from '../../src/wire/webhook/alertmanager.ts'
import { webhookView } from '../../src/wire/webhook/view.ts'
import { alertCall, checked, model, period, Run, result, service } from '../engine/build.ts'
import { ok, startReceiver } from '../peers/alertmanager.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const context = () => alertContext('')
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const name = serviceName(`s${i}`)
    return { ...failure, id: id(`m${i}`), service: name, key: serviceKey(failure.group, name) }
  })
const keysIn = (bodies: readonly string[]): string[] =>
  bodies.flatMap((body) => JSON.parse(body).map((alert: { labels: { key: string } }) => alert.labels.key)).sort()

test('two thousand services that fail are a few requests a round, each alert once', async (t) => {
  const server = await startReceiver(t, ok)
  const call = { ...alertCall('am'), module: 'alertmanager', options: { urls: [server.url] }, keepAlive: true as const }
  const periods = [period({ alerts: [call] })]
  const services = Array.from({ length: 2_000 }, (_, i) => service({ called: `web/${i}`, periods }))
  const run = new Run(model(services))
  for (const of of services) run.post(checked(of, result(of.hosts, of.hosts)), clock.now())
  const repeater = createRepeater({
    ...{ now: clock.now, state: () => run.state, alert: () => alertmanager, context, notice: assert.fail },
    after: (delay, callback) => {
      const timer = setTimeout(callback, delay)
      return () => clearTimeout(timer)
    },
  })
  t.after(() => repeater.stop())
  await server.nth(services.length / ALERTS_MOST - 1)
  assert.equal(server.heard.length, services.length / ALERTS_MOST)
  assert.deepEqual(keysIn(server.heard.map(({ body }) => body)), services.map(({ key }) => key).sort())
})

test('no request is longer than a proxy takes, however long the reasons are', () => {
  const view = (message: typeof failure) => webhookView(message, 'lb1', { full: String, clock: String }, { ack: null })
  const alerts = many(400).flatMap((message) => {
    const failing = message.failing.map((one) => ({ ...one, text: '語'.repeat(5_000) }))
    const long = { ...message, failing, pools: Array.from({ length: 20 }, () => '語'.repeat(400)) }
    return postableAlert(long, view(long), [], message.at) ?? []
  })
  const bodies = bodiesOf(alerts)
  assert.ok(bodies.length > 1)
  for (const body of bodies) assert.ok(Buffer.byteLength(body) <= 1024 * 1024)
  assert.deepEqual(
    keysIn(bodies),
    many(400)
      .map(({ key }) => String(key))
      .sort(),
  )
})

test('one that is busy is not asked for the rest; one that finds fault with some is', async (t) => {
  const busy = await startReceiver(t, (response) => response.writeHead(503).end())
  const messages = many(2 * ALERTS_MOST)
  const refused = await alertmanager.repeat?.(messages, { urls: [busy.url] }, context())
  assert.ok(refused?.kind === 'failed' && refused.retry)
  assert.equal(busy.heard.length, 1)
  const strict = await startReceiver(t, (response, _heard, number) => {
    response.writeHead(number === 0 ? 400 : 200).end()
  })
  const found = await alertmanager.repeat?.(messages, { urls: [strict.url] }, context())
  assert.ok(found?.kind === 'failed' && !found.retry)
  assert.equal(strict.heard.length, 2)
})
