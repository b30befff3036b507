/** Waiting for what must come: asked again and again, and a failure when it has not come after all. */
import { setTimeout as pause } from 'node:timers/promises'

/** In milliseconds. */
const PATIENCE = 60_000
const AGAIN = 50

/** Answers what `look` found, once it is not null. */
export async function until<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const end = performance.now() + PATIENCE
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > end) throw new Error(`${what}: it has not come within ${PATIENCE / 1000} s`)
    await pause(AGAIN)
  }
}
