/**
 * A PostgreSQL in bad weather: the real one, in a directory of the test's, stopped, killed and started again, behind a
 * socket that cuts connections wherever chance has it, so that the daemon does not always learn whether it committed.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { cuttingProxy, type TestServer, testServer } from '../../edge/postgres-server.ts'
import type { Chance } from './chance.ts'
import type { Cleaning } from './cleaning.ts'

/** Between two attempts to start a server that was killed and whose processes have not all ended, in milliseconds. */
const AGAIN = 200
/** So many connections in a hundred are cut. */
const CUT = 0.3
/** After so many bytes of answers at most. */
const CUT_WITHIN = 6_000

export class StormDatabase {
  /** For the daemon; through the socket that cuts. */
  url = ''
  cuts = false
  /** Told of each answer that goes to the daemon. */
  heed: () => void = () => {}
  private readonly server: TestServer
  private readonly chance: Chance
  private isUp = true

  private constructor(server: TestServer, chance: Chance) {
    this.server = server
    this.chance = chance
  }

  static async start(t: Cleaning, chance: Chance): Promise<StormDatabase> {
    const server = await testServer()
    t.after(() => server.remove())
    const { user } = await server.database('storm')
    const database = new StormDatabase(server, chance)
    const directory = await database.listen(t)
    database.url = `postgres://${user}@/storm?host=${directory}`
    return database
  }

  /** As a machine that loses its power. */
  async crash(): Promise<void> {
    if (!this.isUp) return
    this.isUp = false
    const [pid] = (await readFile(join(this.server.dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await this.server.stop()
  }

  async stop(): Promise<void> {
    if (!this.isUp) return
    this.isUp = false
    await this.server.stop()
  }

  async start(): Promise<void> {
    while (!this.isUp) {
      try {
        await this.server.start()
        this.isUp = true
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN))
      }
    }
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ ...this.server.connection('storm') })
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  /** A socket in a directory of its own, named as libpq looks for it. */
  private async listen(t: Cleaning): Promise<string> {
    const cut = () => (this.cuts && this.chance.happens(CUT) ? this.chance.between(0, CUT_WITHIN) : null)
    const { connection, close } = await cuttingProxy(this.server.connection(), cut, () => this.heed())
    t.after(close)
    return connection.host
  }
}
