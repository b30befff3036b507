/** Answers about notifications that need the doors: what a message would look like, and what became of one. */
import { setTimeout as pause } from 'node:timers/promises'
import { clock } from '../edge/clock.ts'
import { sampleMessage } from '../engine/sample.ts'
import type { Entry } from '../model/entry.ts'
import type { AlertCall } from '../model/model.ts'
import { type Id, id } from '../model/names.ts'
import { minutes, seconds, wallTime } from '../model/units.ts'
import type { Running } from './running.ts'

/** Somebody waits at a terminal for the outcome no longer than this. */
const outcomesWithin = seconds(10)
const lookEvery = 100
/** Entries are looked for from so long before: the first may be there already, and a journal is long. */
const lookBack = minutes(1)

export function previewOf(
  { configuration, alertContext }: Running,
  { module, options }: AlertCall,
  up: boolean,
): string {
  const alert = configuration.alerts.get(module)
  if (alert?.render === undefined) return `"${module}" cannot be shown without sending it`
  const { signal } = new AbortController()
  const context = { ...alertContext(), signal, timeout: outcomesWithin, attempt: 1 }
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
  const since = wallTime(clock.wall() - lookBack)
  for (;;) {
    await loop.settled()
    const match = (entry: Entry): boolean => entry.kind === 'delivery' && wanted.has(entry.delivery)
    const found = await journal.entries({ limit: deliveries.length * 2, since, match })
    const latest = new Map(found.map((entry) => ['delivery' in entry ? entry.delivery : entry.id, entry]))
    if (latest.size >= wanted.size || clock.uptime() >= end) return [...latest.values()]
    await pause(lookEvery)
  }
}
