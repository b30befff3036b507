/** What is watched: services that one web server answers for, each well or not as the storm has it at the moment. */
import { createServer, type Server } from 'node:http'
import type { Chance } from './chance.ts'
import type { Cleaning } from './cleaning.ts'

/** Between two looks at which services change, in milliseconds. */
const GUST = 50

export class Farm {
  port = 0
  private readonly sick = new Set<string>()
  private readonly server: Server
  private timer: NodeJS.Timeout | null = null

  constructor() {
    this.server = createServer((request, response) => {
      const isSick = this.sick.has((request.url ?? '').slice(1))
      response.writeHead(isSick ? 503 : 200).end(isSick ? 'no\n' : 'yes\n')
    })
  }

  async start(t: Cleaning): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    const address = this.server.address()
    this.port = address !== null && typeof address === 'object' ? address.port : 0
    t.after(() => {
      this.calm()
      this.server.closeAllConnections()
      return new Promise<void>((resolve) => this.server.close(() => resolve()))
    })
    return this
  }

  /** From now on each of them changes about this many times a second. */
  blow(services: readonly string[], changesASecond: number, chance: Chance): void {
    const probability = (changesASecond * GUST) / 1000
    this.timer = setInterval(() => {
      for (const service of services) {
        if (!chance.happens(probability)) continue
        if (!this.sick.delete(service)) this.sick.add(service)
      }
    }, GUST)
  }

  /** All of them are as said (well), and stay so. */
  calm(sick: readonly string[] = []): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.sick.clear()
    for (const service of sick) this.sick.add(service)
  }
}
