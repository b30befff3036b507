/** Answers about notifications that need the doors: what a message would look like, and what became of one. */
import { setTimeout as pause } from 'node:timers/promises'
import { clock } from '../edge/clock.ts'
import { sampleMessage } from '../engine/sample.ts'
import type { Entry } from '../model/entry.ts'
import type { AlertCall } from '../model/model.ts'
import { type Id, id } from '../model/names.ts'
import { seconds } from '../model/units.ts'
import type { Running } from './running.ts'

/** Somebody waits at a terminal for the outcome no longer than this. */
const outcomesWithin = seconds(10)
const lookEvery = 100

export function previewOf(
  { configuration, alertContext }: Running,
  { module, options }: AlertCall,
  up: boolean,
): string {
  const alert = configuration.alerts.get(module)
  if (alert?.render === undefined) return `"${module}" cannot be shown without sending it`
  const context = {
    ...alertContext(),
    signal: AbortSignal.timeout(outcomesWithin),
    timeout: outcomesWithin,
    attempt: 1,
  }
  try {
    return alert.render(sampleMessage(id('preview'), up ? 'up' : 'failure', clock.now()), options, context)
  } catch (error) {
    return `"${module}" cannot show it: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The last word on each, oldest first; those of which none has come yet are left out. */
export async function outcomesOf({ journal, loop }: Running, deliveries: readonly Id[]): Promise<readonly Entry[]> {
  const wanted = new Set(deliveries)
  const end = clock.uptime() + outcomesWithin
  for (;;) {
    await loop.settled()
    const match = (entry: Entry): boolean => entry.kind === 'delivery' && wanted.has(entry.delivery)
    const found = await journal.entries({ limit: deliveries.length * 2, match })
    const latest = new Map(found.map((entry) => ['delivery' in entry ? entry.delivery : entry.id, entry]))
    if (latest.size >= wanted.size || clock.uptime() >= end) return [...latest.values()]
    await pause(lookEvery)
  }
}
