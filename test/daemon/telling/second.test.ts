/** What one channel does not take is told by the second one; and nobody is left with a failure whose end was not told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm, Relay } from './rig.ts'

test('a relay that is deaf for a second is taken over by the pager, and both hear of the end', async (t) => {
  const gateway = await new Relay().start(t)
  const it = await farm(
    t,
    (one) => `
receiver oncall
    alert mail ops@example.com
    second 1s pager --server ${gateway.url} 0170555@sms.example.com

${one.watch(['http'], 'alert to oncall\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  await daemon.said(/web\/http is UP/)
  relay.mood = 'stalls'
  it.fail()
  const page = await gateway.until('a page', () => gateway.mails[0])
  assert.match(page.text, /^DOWN web\/http 127\.0\.0\.1: answered 503/)
  await daemon.said(/mail ops@example\.com" has not got through, and another channel takes over: pager/)

  relay.mood = 'takes'
  it.mend()
  const up = await gateway.until('the page of its end', () => gateway.mails[1])
  assert.match(up.text, /^UP web\/http/)
})

test('a relay that refuses for good is taken over at once', async (t) => {
  const gateway = await new Relay().start(t)
  const it = await farm(
    t,
    (one) => `
receiver oncall
    alert mail gone@example.com
    second 1h pager --server ${gateway.url} 0170555@sms.example.com

${one.watch(['http'], 'alert to oncall\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  relay.unknown = 'gone@example.com'
  await daemon.said(/web\/http is UP/)
  it.fail()
  const page = await gateway.until('a page', () => gateway.mails[0])
  assert.match(page.text, /^DOWN web\/http/)
  assert.match(daemon.output, /GIVEN UP.*no such user/)
  relay.unknown = ''
  it.mend()
  assert.match((await gateway.until('the page of its end', () => gateway.mails[1])).text, /^UP web\/http/)
  await relay.mail(/^UPALERT web\/http/)
})
