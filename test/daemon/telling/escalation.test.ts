/** Who is told when nobody acknowledges, and who is not when somebody does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm } from './rig.ts'

test('nobody acknowledges a: the boss hears, then the owner, and of the end; of b, acknowledged, neither does', async (t) => {
  const it = await farm(
    t,
    (one) => `
receiver ops
    alert mail ops@example.com

receiver boss
    alert mail boss@example.com

${one.watch(['a', 'b'], 'alert to ops\nalertevery 1h\nescalate 4s to boss\nescalate 7s mail owner@example.com')}
`,
  )
  const { daemon, relay } = it
  for (const key of ['a', 'b']) await daemon.said(new RegExp(`web/${key} is UP`))
  it.fail()
  await relay.mail(/^ALERT web\/b/)
  // As the command line asks it; a process of its own may take longer to start than the boss waits.
  await daemon.ask({ command: 'ack', subject: 'web/b', text: 'on my way', who: 'ann' })
  const boss = await relay.mail(/^ALERT web\/a/, 0, 'boss@example.com')
  assert.match(boss.text, /Sent because: {2}nobody has acknowledged it for 4 s/)
  const owner = await relay.mail(/^ALERT web\/a/, 0, 'owner@example.com')
  assert.match(owner.text, /nobody has acknowledged it for 7 s/)

  it.mend()
  for (const who of ['ops', 'boss', 'owner']) await relay.mail(/^UPALERT web\/a/, 0, `${who}@example.com`)
  await relay.mail(/^UPALERT web\/b/, 0, 'ops@example.com')
  const ofB = relay.mails.filter(({ subject }) => subject.includes('web/b'))
  assert.deepEqual(
    ofB.map(({ to, subject }) => `${to} ${subject.split(' ')[0]}`),
    ['ops@example.com ALERT', 'ops@example.com UPALERT'],
  )
})
