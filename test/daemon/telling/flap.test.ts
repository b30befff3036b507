/** What changes all the time is told at its beginning, then not, and how it stands in the end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm } from './rig.ts'

test('flapping is told at its beginning, then nothing, then how it stands; its end is told too', async (t) => {
  const it = await farm(
    t,
    (one) => `
receiver ops
    alert mail ops@example.com

${one.watch(['http'], 'alert to ops\nalertevery 1h', 'flap 3 10s')}
`,
  )
  const { daemon, relay } = it
  let seen = await daemon.said(/web\/http is UP/)
  for (const state of ['DOWN', 'UP', 'DOWN', 'UP', 'DOWN'] as const) {
    if (state === 'DOWN') it.fail()
    else it.mend()
    seen = await daemon.said(new RegExp(`web/http is ${state}`), seen)
  }
  await daemon.said(/web\/http it is calm again after 2 changes in .*, and is down/, seen)
  const last = await relay.mail(/^ALERT/, 3)
  assert.match(last.text, /Sent because: {2}it is calm again after 2 changes/)
  assert.match(relay.mails[2]?.text ?? '', /Sent because: {2}it changes too often: 3 changes within 10 s/)
  it.mend()
  await relay.mail(/^UPALERT/, 4)
  assert.deepEqual(
    relay.subjects().map((subject) => subject.split(' ')[0]),
    ['ALERT', 'UPALERT', 'ALERT', 'ALERT', 'UPALERT'],
  )
})
