/** Nobody can be reached, and everything changes all the time: memory stays bounded, and the daemon answers and says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsLimit, outboxLimit } from '../../../src/engine/limits.ts'
import { DaemonProcess } from '../../daemon/daemon-process.ts'
import { chanceOf } from './chance.ts'
import { configureFlood, residentBytes } from './flood.ts'
import { StormRelay } from './relay.ts'
import { until } from './until.ts'

/** Half of it is what was seen with the outbox full; a queue without a limit would pass it sooner or later. */
const MOST = 1024 ** 3
/** Transitions that are still looked at when no notification finds room any more. */
const BEYOND = 5_000

test('with nobody to reach in a flood of transitions the outbox fills to its limit, and memory grows no further', async (t) => {
  const daemon = new DaemonProcess(t)
  const relay = await new StormRelay(chanceOf(1)).start(t)
  await relay.turn('deaf')
  const mailserver = `smtp://127.0.0.1:${relay.port}`
  configureFlood(daemon, { services: 500, interval: 0.25, mailserver, database: 'postgres://upalert@127.0.0.1:9/none' })
  daemon.start()
  await daemon.said(/ask it with/)
  const full = await until('a full outbox', async () => {
    const { outbox } = await daemon.status()
    assert.ok(outbox.length <= endsLimit, `${outbox.length} wait`)
    return outbox.length >= outboxLimit ? daemon.output.length : null
  })
  await daemon.said(
    /no alert for period .* because 500 notifications of this service, or 10000 of all, wait for delivery/,
  )
  const transitions = (): number => daemon.output.slice(full).match(/farm\/f\d+ is (UP|DOWN)/g)?.length ?? 0
  await until('more of it', () => (transitions() > BEYOND ? true : null))
  const bytes = residentBytes(daemon)
  t.diagnostic(`${Math.round(bytes / 1e6)} MB`)
  assert.ok(bytes > 0 && bytes < MOST, `${bytes} bytes are in memory`)
  const { doors, outbox } = await daemon.status()
  // What waits for one receiver may have become one message meanwhile.
  assert.ok(outbox.length <= endsLimit, `${outbox.length} wait`)
  assert.match(doors.find(({ door }) => door === 'history')?.text ?? '', /commits wait in the journal/)
})
