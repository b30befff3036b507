/**
 * `node --import tsx bench/storm.ts [KILLS [SEED]]`: the whole storm of issue 5 with its figures (200 kills take some ten
 * minutes), and what a daemon takes of memory in a flood of 2,000 transitions a second with nobody to be reached, on a disk
 * with room and (as root) on one without. Exit status 1 if a promise is broken.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DaemonProcess } from '../test/daemon/daemon-process.ts'
import { chanceOf } from '../test/peers/storm/chance.ts'
import { configureFlood, residentBytes } from '../test/peers/storm/flood.ts'
import { brokenPromises } from '../test/peers/storm/promises.ts'
import { StormRelay } from '../test/peers/storm/relay.ts'
import { onSmallDisk } from '../test/peers/storm/small-disk.ts'
import { storm } from '../test/peers/storm/storm.ts'

const FLOOD_SECONDS = 20
/** 1,000 services that change twice a second. */
const flood = { services: 1_000, interval: 0.5, database: 'postgres://upalert@127.0.0.1:9/none' }

const kills = Number(process.argv[2] ?? 200)
const seed = Number(process.argv[3] ?? randomBytes(4).readUInt32LE())
await withCleaning(stormed)
await withCleaning((t) => flooded(t, false))
if (process.getuid?.() === 0) await withCleaning((t) => flooded(t, true))

interface Cleaner {
  after(callback: () => unknown): void
}

async function withCleaning(run: (t: Cleaner) => Promise<void>): Promise<void> {
  const ends: (() => unknown)[] = []
  try {
    await run({ after: (end) => void ends.push(end) })
  } finally {
    for (const end of ends) await end()
  }
}

async function stormed(t: Cleaner): Promise<void> {
  console.log(`A storm of ${kills} kills, seed ${seed}`)
  const { evidence, figures } = await storm(t, { seed, kills, within: Number.POSITIVE_INFINITY })
  console.log(JSON.stringify(figures, null, 1))
  const broken = brokenPromises(evidence)
  console.log(broken.length === 0 ? 'every promise was kept' : `BROKEN PROMISES:\n${broken.join('\n')}`)
  if (broken.length > 0) process.exitCode = 1
}

async function flooded(t: Cleaner, isFull: boolean): Promise<void> {
  console.log(`A flood of ${FLOOD_SECONDS} s with nobody to be reached${isFull ? ' and a full disk' : ''}`)
  const daemon = new DaemonProcess(t)
  const relay = await new StormRelay(chanceOf(1)).start(t)
  await relay.turn('deaf')
  const disk = isFull ? onSmallDisk(t, daemon, 64) : null
  configureFlood(daemon, { ...flood, mailserver: `smtp://127.0.0.1:${relay.port}` })
  daemon.start()
  await daemon.said(/ask it with/)
  disk?.fill()
  const began = performance.now()
  let most = 0
  while (performance.now() - began < FLOOD_SECONDS * 1000) {
    await pause(1_000)
    most = Math.max(most, residentBytes(daemon))
  }
  const transitions = daemon.output.match(/farm\/f\d+ is (UP|DOWN)/g)?.length ?? 0
  const rate = Math.round(transitions / ((performance.now() - began) / 1000))
  const asked = performance.now()
  const { outbox, doors } = await daemon.status()
  const answered = Math.round(performance.now() - asked)
  console.log(
    `${rate} transitions a second, ${Math.round(most / 1e6)} MB resident at most, ${outbox.length} in the outbox`,
  )
  console.log(`status after ${answered} ms: ${doors.map(({ door, text }) => `${door}: ${text}`).join('\n')}\n`)
}
