/** Relays that are not away, only bad: what they do costs time, and at worst a double that is known as one. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DaemonProcess } from '../../daemon/daemon-process.ts'
import { chanceOf } from './chance.ts'
import { journalEntries } from './evidence.ts'
import { Farm } from './farm.ts'
import { StormRelay } from './relay.ts'
import { until } from './until.ts'

const service = (name: string, port: number): string => `    service ${name}
        interval 0.2s
        timeout 5s
        monitor http -p ${port} --url /${name}
        period always:
            alertevery 1h
            alert mail root@localhost
            upalert mail root@localhost
`

async function scene(t: TestContext, services: readonly string[]) {
  const daemon = new DaemonProcess(t)
  const farm = await new Farm().start(t)
  const relay = await new StormRelay(chanceOf(1)).start(t)
  daemon.configure(`
database = none
mailserver = smtp://127.0.0.1:${relay.port}
mailfrom = upalert@localhost

hostgroup farm 127.0.0.1

watch farm
${services.map((name) => service(name, farm.port)).join('')}`)
  daemon.start()
  for (const name of services) await daemon.said(new RegExp(`farm/${name} is UP`))
  return { daemon, farm, relay }
}

test('a relay that answers byte by byte gets every message once, and checks go on meanwhile', async (t) => {
  const services = ['s1', 's2', 's3', 's4']
  const { daemon, farm, relay } = await scene(t, services)
  relay.trickles = true
  farm.calm(services)
  await until('the first message', () => (relay.steps.data > 0 ? true : null))
  // While its answers come, one after the other, the services are seen to come back.
  farm.calm()
  for (const name of services) await daemon.said(new RegExp(`farm/${name} is UP \\(was down`))
  await until('all messages', () => (relay.mails.filter(({ answered }) => answered).length === 8 ? true : null))
  await until('an empty outbox', async () => ((await daemon.status()).outbox.length === 0 ? true : null))
  assert.equal(new Set(relay.mails.map(({ messageId }) => messageId)).size, 8)
  assert.doesNotMatch(daemon.output, /NOT got through/)
})

test('a relay that takes the message and breaks off before it says so gets it again under the same Message-ID', async (t) => {
  const { daemon, farm, relay } = await scene(t, ['s1'])
  await relay.turn('swallowing')
  farm.calm(['s1'])
  await daemon.said(/"mail root@localhost" has NOT got through: .* after the whole message; next attempt in \d+ s/)
  await relay.turn('well')
  await daemon.said(/"mail root@localhost" is done/)
  assert.deepEqual(
    relay.mails.map(({ answered }) => answered),
    [false, true],
  )
  assert.equal(new Set(relay.mails.map(({ messageId }) => messageId)).size, 1)
  assert.equal(await daemon.kill('SIGTERM'), 0)
  const entries = await journalEntries(`${daemon.directory}/var`)
  const outcomes = entries.flatMap(({ entry }) => (entry.kind === 'delivery' ? [entry.outcome] : []))
  assert.deepEqual(outcomes, ['retry', 'sent'])
  assert.equal(entries.filter(({ entry }) => entry.kind === 'alert').length, 1)
})

test('what is killed between the relay has it and the journal knows is sent again under the same Message-ID', async (t) => {
  const { daemon, farm, relay } = await scene(t, ['s1'])
  relay.heed = (step) => {
    if (step === 'taken') daemon.signal('SIGKILL')
    return step === 'taken' ? daemon.exit().then(() => {}) : undefined
  }
  farm.calm(['s1'])
  await daemon.exit()
  relay.heed = () => {}
  const from = daemon.output.length
  daemon.start()
  await daemon.said(/"mail root@localhost" is done/, from)
  assert.equal(relay.mails.length, 2)
  assert.equal(new Set(relay.mails.map(({ messageId }) => messageId)).size, 1)
})
