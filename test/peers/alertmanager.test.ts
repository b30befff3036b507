/** Debian's prometheus-alertmanager, told by us: an outage fires, goes on firing, and is resolved; and people hear of both. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertmanager } from '../../alerts/alertmanager.ts'
import { groupName, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { alertContext } from '../alerts/context.ts'
import { needs } from '../needs.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { firing, ok, startAlertmanager, startReceiver } from './alertmanager.ts'

const context = () => alertContext('smtp://127.0.0.1:1')

test('an outage fires in Alertmanager, goes on, and is resolved', needs('alertmanager'), async (t) => {
  const people = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, people.url)
  const options = { urls: [url], label: ['severity=page'] }
  const begun = wallTime(Date.now() - 60_000)
  const down = { ...failure, at: wallTime(Date.now()), firstFailure: begun }

  const sent = await alertmanager.send(down, options, context())
  assert.equal(sent.kind, 'sent', sent.text)
  const fired = JSON.parse((await people.nth(0)).body)
  assert.equal(fired.status, 'firing')
  assert.deepEqual(fired.alerts[0].labels, {
    alertname: 'upalert',
    ...{ key: 'web/http', group: 'web', service: 'http', director: 'lb1.example.org', severity: 'page' },
  })
  assert.equal(fired.alerts[0].annotations.left, '2 of 3 real servers of web are in use')
  assert.equal(Date.parse(fired.alerts[0].startsAt), begun)

  const [before] = await firing(url)
  assert.ok(before !== undefined && Date.parse(before.endsAt) > Date.now())
  const again = { ...down, at: wallTime(Date.now()), failing: [...down.failing].reverse(), failures: 9 }
  assert.equal((await alertmanager.send(again, options, context())).kind, 'sent')
  const after = await firing(url)
  assert.equal(after.length, 1, 'kept alive, it is the same alert')
  assert.ok(Date.parse(after[0]?.endsAt ?? '') >= Date.parse(before.endsAt))

  const up = { ...recovery, at: wallTime(Date.now()), firstFailure: begun }
  assert.equal((await alertmanager.send(up, options, context())).kind, 'sent')
  const resolved = JSON.parse((await people.nth(1)).body)
  assert.equal(resolved.status, 'resolved')
  assert.equal(resolved.alerts[0].fingerprint, fired.alerts[0].fingerprint)
  assert.deepEqual(await firing(url), [])
})

test('whatever a real server says, Alertmanager takes it', needs('alertmanager'), async (t) => {
  const people = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, people.url)
  const hostile = 'a\0b\r\n"}]\u202e\udcff{{ .Labels }}<b>&é'
  const group = groupName(hostile)
  const service = serviceName(hostile)
  const summary = hostile.repeat(50_000)
  const message = {
    ...failure,
    ...{ group, service, key: serviceKey(group, service), summary, detail: summary, at: wallTime(Date.now()) },
  }
  const sent = await alertmanager.send(message, { urls: [url], label: [`x=${hostile}`] }, context())
  assert.equal(sent.kind, 'sent', sent.text)
  const heard = JSON.parse((await people.nth(0)).body)
  assert.doesNotMatch(JSON.stringify(heard.alerts[0].labels), /[\u0000-\u001f\u202e]/)
})

test('many are told at once that they last, and some of them that they are over', needs('alertmanager'), async (t) => {
  const people = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, people.url)
  const options = { urls: [url] }
  const begun = wallTime(Date.now() - 60_000)
  const of = (message: typeof failure, i: number) => {
    const service = serviceName(`s${i}`)
    const key = serviceKey(message.group, service)
    return { ...message, service, key, at: wallTime(Date.now()), firstFailure: begun }
  }
  const all = Array.from({ length: 40 }, (_, i) => i)
  const lasting = all.map((i) => of(failure, i))
  const told = await alertmanager.repeat?.(lasting, options, context())
  assert.equal(told?.kind, 'sent', told?.text)
  const keys = async () => (await firing(url)).map(({ labels }) => labels.service).sort()
  assert.deepEqual(await keys(), all.map((i) => `s${i}`).sort())
  const mixed = all.map((i) => of(i < 15 ? recovery : failure, i))
  assert.equal((await alertmanager.repeat?.(mixed, options, context()))?.kind, 'sent')
  assert.deepEqual(await keys(), all.flatMap((i) => (i < 15 ? [] : [`s${i}`])).sort())
})

test('a test does not resolve an outage', needs('alertmanager'), async (t) => {
  const people = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, people.url)
  const options = { urls: [url] }
  const now = wallTime(Date.now())
  await alertmanager.send({ ...failure, at: now, firstFailure: now }, options, context())
  await people.nth(0)
  await alertmanager.send({ ...recovery, isTest: true, at: wallTime(Date.now()) }, options, context())
  assert.equal((await firing(url)).length, 1)
})

test('a member of the cluster that is gone holds nobody up, and is named', needs('alertmanager'), async (t) => {
  const people = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, people.url)
  const now = wallTime(Date.now())
  const outcome = await alertmanager.send(
    { ...failure, at: now, firstFailure: now },
    { urls: ['http://127.0.0.1:1', url] },
    context(),
  )
  assert.equal(outcome.kind, 'sent')
  assert.match(outcome.text, /^http:\/\/127\.0\.0\.1:1 refused the connection; http:\/\/127\.0\.0\.1:\d+ answered 200$/)
  assert.equal(JSON.parse((await people.nth(0)).body).status, 'firing')
})
