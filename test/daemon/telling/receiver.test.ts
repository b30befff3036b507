/** A receiver with two channels: both hear of the failure and of its end, in words that say what people ask next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok, startReceiver } from '../../peers/alertmanager.ts'
import { farm } from './rig.ts'

test('a failure tells mail and webhook, and its end both, without an upalert line', async (t) => {
  const hook = await startReceiver(t, ok)
  const it = await farm(
    t,
    (one) => `
webhook_allow = 127.0.0.0/8
receiver oncall
    alert mail ops@example.com
    alert webhook --url ${hook.url}/hook

${one.watch(['http'], 'alert to oncall\nalertevery 1h')}
virtual shop
    address 192.0.2.80:80
    real @web:${one.web.port} weight 1 check web/http
    real 10.9.9.9:80
`,
  )
  const { daemon, relay } = it
  await daemon.said(/shop serves/)
  it.fail()
  const down = await relay.mail(/^ALERT web\/http/)
  const downHook = JSON.parse((await hook.nth(0)).body)
  assert.deepEqual(down.to, ['ops@example.com'])
  assert.match(down.text, /What is left:\n {2}1 of 2 real servers of shop is in use/)
  assert.match(down.text, /What ends it: {2}one passing check; it is checked every 1 s/)
  assert.match(down.text, /Also told: {5}oncall by webhook$/m)
  assert.match(down.text, /Failing since: /)
  assert.match(down.text, /answered 503/)
  assert.deepEqual(
    [downHook.kind, downHook.key, downHook.left, downHook.others],
    ['failure', 'web/http', ['1 of 2 real servers of shop is in use'], ['oncall by mail ops@example.com']],
  )

  it.mend()
  const up = await relay.mail(/^UPALERT web\/http/)
  const upHook = JSON.parse((await hook.nth(1)).body)
  assert.deepEqual([upHook.kind, upHook.left], ['up', ['2 of 2 real servers of shop are in use']])
  assert.match(up.subject, /up again after|lasted|after \d/)
  assert.ok(upHook.lastedSeconds > 0)

  // One thread and one outage; doubles would be known by their ids.
  assert.equal(up.header('In-Reply-To'), down.header('In-Reply-To'))
  assert.notEqual(up.header('Message-ID'), down.header('Message-ID'))
  assert.equal(downHook.outage, upHook.outage)
  assert.equal((await hook.nth(0)).headers['idempotency-key'], downHook.id)
  assert.equal(down.header('Message-ID').includes(down.header('X-Upalert-ID')), true)
  assert.deepEqual([relay.mails.length, hook.heard.length], [2, 2])
})
