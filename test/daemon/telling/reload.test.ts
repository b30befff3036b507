/** A reload in the middle of an outage: nobody who was told of a failure is left with it, and nothing that waits is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Farm, farm, upalert } from './rig.ts'

const alone = (one: Farm, services: readonly string[]): string => `
receiver ops
    alert mail ops@example.com

${one.watch(services, 'alert to ops\nescalate 1s mail boss@example.com\nalertevery 1h')}
`

test('a service that is taken away while it fails is told to all who heard of it', async (t) => {
  const it = await farm(t, (one) => alone(one, ['a', 'b']))
  const { daemon, relay } = it
  await daemon.said(/web\/b is UP/)
  it.fail()
  for (const key of ['a', 'b']) {
    await relay.mail(new RegExp(`^ALERT web/${key}`), 0, 'ops@example.com')
    await relay.mail(new RegExp(`^ALERT web/${key}`), 0, 'boss@example.com')
  }
  await it.reload((one) => alone(one, ['a']))
  for (const who of ['ops', 'boss']) {
    const end = await relay.mail(/^UPALERT web\/b/, 0, `${who}@example.com`)
    assert.match(end.text, /Sent because: {2}the configuration no longer names it/)
  }
  const log = await upalert(daemon, 'log', '--alerts', '--service', 'web/b')
  assert.match(log.out, /web\/b: upalert handed to ".*mail boss@example\.com"/)
  it.mend()
  await relay.mail(/^UPALERT web\/a/)
  assert.equal(relay.subjects().filter((subject) => /^UPALERT web\/b/.test(subject)).length, 2)
})

const named = (one: Farm, name: string): string => `
receiver ${name}
    alert mail ${name}@example.com
    group_wait 10m

${one.watch(['a', 'b'], `alert to ${name}\nalertevery 1h`)}
`

test('mails that wait for a group go to whom they were for, also when the receiver is called otherwise since', async (t) => {
  const it = await farm(t, (one) => named(one, 'ops').replace('10m', '4s'))
  const { daemon, relay } = it
  for (const key of ['a', 'b']) await daemon.said(new RegExp(`web/${key} is UP`))
  it.fail()
  for (const key of ['a', 'b']) await daemon.said(new RegExp(`web/${key}: alert handed to ".*mail ops@example\\.com"`))
  await it.reload((one) => named(one, 'duty').replace('10m', '1s'))
  const down = await relay.mail(/^ALERT 2 services fail/)
  assert.deepEqual(down.to, ['ops@example.com'])
  it.mend()
  const ups = await relay.until('the end of both', () => {
    const all = relay.mails.filter(({ to, text }) => to.includes('ops@example.com') && /^UPALERT/m.test(text))
    const text = all.map((mail) => mail.text).join('\n')
    return /UPALERT web\/a/.test(text) && /UPALERT web\/b/.test(text) ? all : undefined
  })
  assert.ok(ups.length <= 2)
})
