/**
 * Inside the guest, in the client's namespace: what operators do, and what becomes of clients meanwhile. Two stories, each
 * in a guest of its own, side by side: `acts`, in which operators decide and the daemon comes and goes, and `table`, in
 * which somebody else edits the table, and plans are held to their word.
 */
import { decisions } from './operate-decide.ts'
import { drains } from './operate-drain.ts'
import { drift } from './operate-drift.ts'
import { ends } from './operate-ends.ts'
import { first } from './operate-first.ts'
import { planAlone, plans } from './operate-plan.ts'
import { restarts } from './operate-restart.ts'
import { begin, servers, untilWeights } from './operate-stage.ts'

async function acts(): Promise<void> {
  await first()
  await drains()
  await decisions()
  await restarts()
}

async function table(): Promise<void> {
  for (const server of servers) server.start()
  await begin()
  await untilWeights('alpha', '2=1 3=1 4=1')
  await drift()
  await plans()
  await ends()
  await planAlone()
}

const began = performance.now()
await (process.argv[2] === 'acts' ? acts() : table())
console.log(`all: ${Math.round(performance.now() - began)} ms`)
process.exit(0)
