/**
 * The demonstration's web servers: small, real, on the addresses and ports of the setting demo_servers. Those with a `*`
 * answer 503 for a part of every round, so that a new user sees a failure and a recovery without breaking anything.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DemoServer } from '../model/model.ts'
import { type Bound, bound } from './bound.ts'
import type { Rhythm } from './messages.ts'

/** Connections that one demonstration server takes at once. */
const CONNECTIONS = 200

export interface Farm {
  readonly ports: readonly number[]
}

type Opened = { readonly kind: 'open'; readonly farm: Farm } | { readonly kind: 'failed'; readonly text: string }

export async function openFarm(
  servers: readonly DemoServer[],
  rhythm: Rhythm,
  say: (line: string) => void,
): Promise<Opened> {
  const ports: number[] = []
  for (const one of servers) {
    const health = { failing: false }
    const outcome = await listen(webServer(one, health), one)
    if (outcome.kind === 'failed') return outcome
    ports.push(outcome.port)
    if (one.fails) swing(health, rhythm, (words) => say(`demo: web server ${one.address}:${outcome.port} ${words}`))
  }
  return { kind: 'open', farm: { ports } }
}

function webServer({ address, port }: DemoServer, health: { readonly failing: boolean }): Server {
  const server = createServer((_request, response) => {
    const text = health.failing ? 'out of order for a moment, on purpose\n' : `hello from ${address}:${port}\n`
    response.writeHead(health.failing ? 503 : 200, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(text)
  })
  server.maxConnections = CONNECTIONS
  return server
}

const listen = (server: Server, { address, port, place }: DemoServer): Promise<Bound> =>
  bound({ setting: 'demo_servers', address, port, place }, (done, failed) => {
    server.once('error', failed)
    server.listen({ host: address, port }, () => done(portOf(server.address())))
  })

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0

/** Timers that follow one another, so that each round is as long as it says; the demonstration needs no wall clock. */
function swing(
  health: { failing: boolean },
  { round, failsAt, recoversAt }: Rhythm,
  say: (words: string) => void,
): void {
  setTimeout(() => {
    health.failing = true
    say(`answers 503 on purpose for ${Math.round((recoversAt - failsAt) / 1000)} s`)
  }, failsAt)
  setTimeout(() => {
    health.failing = false
    say('is well again')
  }, recoversAt)
  setTimeout(() => swing(health, { round, failsAt, recoversAt }, say), round)
}
