/** A file of mon's with `quirks = mon-1.3`: its own lines tell what mon would tell; a receiver hears of the end all the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm } from './rig.ts'

test("mon's lines stay mon's, and a receiver beside them hears of the end", async (t) => {
  const it = await farm(
    t,
    (one) => `
quirks = mon-1.3
receiver ops
    alert mail ops@example.com

${one.watch(
  ['http'],
  `alert mail plain@example.com
alert mail both@example.com
alert to ops
upalert mail both@example.com
alertevery 1h`,
)}
`,
  )
  const { daemon, relay } = it
  await daemon.said(/web\/http is UP/)
  it.fail()
  for (const who of ['plain', 'both', 'ops']) await relay.mail(/web\/http/, 0, `${who}@example.com`)
  const told = relay.mails.length
  it.mend()
  for (const who of ['both', 'ops']) await relay.mail(/^UPALERT web\/http/, told, `${who}@example.com`)
  const before = relay.mails.length
  it.fail()
  await relay.mail(/^ALERT web\/http/, before, 'plain@example.com')
  const toPlain = relay.mails.filter(({ to }) => to.includes('plain@example.com'))
  assert.deepEqual(
    toPlain.map(({ subject }) => subject.split(' ')[0]),
    ['ALERT', 'ALERT'],
    'without an upalert line mon tells nothing of the end',
  )
})
