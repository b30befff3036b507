/** The way to an embedded PostgreSQL that a daemon has started already, for whoever only reads. It starts none. */
import { join } from 'node:path'
import type { EmbeddedConnection } from './embedded.ts'
import { runningServer, SUPERUSER } from './embedded-cluster.ts'
import { choosePlace } from './embedded-place.ts'

/** Names the socket, as in embedded.ts. */
const PORT = 5432

export async function runningEmbedded(
  dataDir: string,
): Promise<{ readonly kind: 'ready'; readonly connection: EmbeddedConnection } | { kind: 'failed'; text: string }> {
  const place = choosePlace(dataDir)
  if (typeof place === 'string') return { kind: 'failed', text: place }
  const server = await runningServer(join(place.base, 'cluster'))
  if (server?.status !== 'ready')
    return { kind: 'failed', text: 'The embedded PostgreSQL does not run, since it runs with the daemon.' }
  return {
    kind: 'ready',
    connection: { host: server.sockets, port: PORT, user: SUPERUSER, database: 'postgres' },
  }
}
