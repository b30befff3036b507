/** That notifications do not get through is told by those ways that do. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ok, startReceiver } from '../../peers/alertmanager.ts'
import { farm } from './rig.ts'

test('a dead relay is told by a file and a webhook, and that it works again', async (t) => {
  const hook = await startReceiver(t, ok)
  const it = await farm(
    t,
    (one) => `
webhook_allow = 127.0.0.0/8
undelivered = to admins
undelivered_after = 1s
receiver ops
    alert mail ops@example.com

receiver admins
    alert file --path ${join(one.daemon.directory, 'alerts.log')}
    alert webhook --url ${hook.url}/

${one.watch(['http'], 'alert to ops\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  const lines = () => readFileSync(join(daemon.directory, 'alerts.log'), 'utf8').trimEnd().split('\n')
  await daemon.said(/web\/http is UP/)
  relay.mood = 'refuses'
  it.fail()
  const told = JSON.parse((await hook.nth(0)).body)
  assert.equal(told.key, 'upalert/delivery to ops by mail ops@example.com')
  assert.match(told.summary, /^notifications have not got through to ops by mail ops@example\.com for .*; one waits/)
  const down = await daemon.said(/upalert\/delivery to ops by mail ops@example\.com: "file .*" is done/)
  assert.match(
    lines()[0] ?? '',
    / DOWN upalert\/delivery to ops by mail ops@example\.com: notifications have not got through to ops by mail/,
  )

  relay.mood = 'takes'
  await relay.mail(/^ALERT web\/http/)
  const again = JSON.parse((await hook.nth(1)).body)
  assert.deepEqual([again.kind, again.outage], ['up', told.outage])
  await daemon.said(/upalert\/delivery to ops by mail ops@example\.com: "file .*" is done/, down)
  assert.match(lines()[1] ?? '', / UP upalert\/delivery to ops by mail ops@example\.com: up again after/)
})
