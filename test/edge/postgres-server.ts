/** A real PostgreSQL for tests: the embedded one, in a directory that its user can reach, and databases in it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { type Embedded, type EmbeddedConnection, startEmbedded } from '../../src/edge/postgres/embedded.ts'
import { openPostgres, type Postgres } from '../../src/edge/postgres/postgres.ts'
import { needs } from '../needs.ts'

export interface TestServer {
  readonly dataDir: string
  connection(database?: string): EmbeddedConnection
  /** A new, empty database; the connection to it. */
  database(name: string): Promise<EmbeddedConnection>
  start(): Promise<void>
  stop(): Promise<void>
  remove(): Promise<void>
}

export async function testServer(): Promise<TestServer> {
  const parent = await openDirectory()
  const dataDir = join(parent, 'postgres')
  let server: Extract<Embedded, { kind: 'ready' }> = await started(dataDir)
  const connection = (database = 'postgres') => ({ ...server.connection, database })
  return {
    dataDir,
    connection,
    async database(name) {
      await tell(connection(), `create database ${name}`)
      return connection(name)
    },
    async start() {
      server = await started(dataDir)
    },
    stop: () => server.stop(),
    async remove() {
      await server.stop()
      await rm(parent, { recursive: true, force: true })
    },
  }
}

/** The server of a test file: there before its first test and gone after its last, where the machine has PostgreSQL. */
export function serverOfFile(): Omit<TestServer, 'remove'> {
  const isThere = needs('postgres').skip === false
  let server: TestServer | null = null
  before(async () => {
    if (isThere) server = await testServer()
  })
  after(() => server?.remove())
  const running = (): TestServer => {
    if (server === null) throw new Error('the server runs while tests do, and only where there is one')
    return server
  }
  return {
    get dataDir() {
      return running().dataDir
    },
    connection: (database) => running().connection(database),
    database: (name) => running().database(name),
    start: () => running().start(),
    stop: () => running().stop(),
  }
}

/** A temporary directory that other users may pass through. */
export async function openDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'upalert-pg-'))
  await chmod(parent, 0o711)
  return parent
}

export async function started(
  dataDir: string,
  log: (text: string) => void = () => {},
): Promise<Extract<Embedded, { kind: 'ready' }>> {
  const server = await startEmbedded({ dataDir, log })
  if (server.kind === 'failed') throw new Error(server.text)
  return server
}

/** Opens what must be a connection. */
export function opened(connection: EmbeddedConnection | string): Postgres {
  const postgres = openPostgres(connection)
  if ('kind' in postgres) throw new Error(postgres.text)
  return postgres
}

/** One statement that must succeed, on a connection of its own. */
export async function tell(
  connection: EmbeddedConnection,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const postgres = opened(connection)
  const answer = await postgres.query(text)
  await postgres.end()
  if (answer.kind === 'failed') throw new Error(answer.text)
  return answer.rows
}

/**
 * Stands before a server's socket and cuts connections after as many bytes of answers as `lengths` says, in turn.
 * `heard`: of each piece of an answer.
 */
export async function cuttingProxy(
  target: EmbeddedConnection,
  lengths: () => number | null,
  heard: () => void = () => {},
): Promise<{ readonly connection: EmbeddedConnection; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-cut-'))
  await chmod(directory, 0o711)
  const open = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(join(target.host, `.s.PGSQL.${target.port}`))
    let left = lengths() ?? Number.POSITIVE_INFINITY
    server.on('data', (bytes) => {
      heard()
      left -= bytes.length
      if (left > 0) return
      client.destroy()
      server.destroy()
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(join(directory, `.s.PGSQL.${target.port}`), resolve))
  return {
    connection: { ...target, host: directory },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
