/** Inside the guest: requests of a client, one at a time or without pause, and when each began. */
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** Nothing in the guest is far away; an answer that takes this long will not come. */
const TIMEOUT = 5_000
/** Between two requests of a busy client, in milliseconds: the guest has one slow processor for everybody. */
const BREATH = 20

/** Asks on a connection of its own: the page, or `failed: …`. */
export function visit(url: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8')
      })
      response.on('end', () => resolve(body.trim()))
      response.on('error', (error) => resolve(`failed: ${error.message}`))
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => resolve(`failed: ${error.message}`))
  })
}

/** How many of so many requests each real server answered. */
export async function answers(url: string, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < count; i += 1) {
    const answer = await visit(url)
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}

export interface Visit {
  /** By performance.now(). */
  readonly started: number
  /** Milliseconds since 1970: the same moment, and when the answer was there. */
  readonly at: number
  readonly answeredAt: number
  readonly answer: string
}

export interface Visitor {
  readonly visits: readonly Visit[]
  /** Ends it and hands over everything. */
  stop(): Promise<readonly Visit[]>
}

/** A client that reloads the page for ever. */
export function keepVisiting(url: string, breath = BREATH): Visitor {
  const visits: Visit[] = []
  let stopped = false
  const end = (async () => {
    while (!stopped) {
      const started = performance.now()
      const at = Date.now()
      const answer = await visit(url)
      visits.push({ started, at, answeredAt: Date.now(), answer })
      await pause(breath)
    }
  })()
  return {
    visits,
    async stop() {
      stopped = true
      await end
      return visits
    },
  }
}

export const failed = ({ answer }: Visit): boolean => answer.startsWith('failed: ')
