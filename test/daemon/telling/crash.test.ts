/** A notification that was accepted arrives, whatever happens to the daemon; a double is known by its id. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm } from './rig.ts'

test('killed while a mail hangs in the middle of its text: after the restart it arrives with the same id', async (t) => {
  const it = await farm(
    t,
    (one) => `
receiver ops
    alert mail ops@example.com

${one.watch(['http'], 'alert to ops\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  await daemon.said(/web\/http is UP/)
  relay.mood = 'stalls'
  it.fail()
  const begun = await relay.until('the text of a mail', () => relay.begun[0])
  const id = /^Message-ID: (.*)\r$/m.exec(begun)?.[1]
  assert.ok(id !== undefined)
  await daemon.kill('SIGKILL')

  relay.mood = 'takes'
  daemon.start()
  const down = await relay.mail(/^ALERT web\/http/)
  assert.equal(down.header('Message-ID'), id)
  it.mend()
  const up = await relay.mail(/^UPALERT web\/http/)
  assert.equal(up.header('References'), down.header('References'), 'one thread')
  assert.equal(relay.mails.length, 2)
})
