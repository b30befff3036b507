/**
 * Who is connected, and how many may be. When all places are taken, whoever has been silent for longest makes room, so
 * that a thousand idle connections do not keep an operator out.
 */
import { networkOf } from './backoff.ts'

/** Connections at once. */
export const MOST_CLIENTS = 512
/** Of these from one address, or from one IPv6 network of 64 bits. */
export const MOST_CLIENTS_AT_ONE = 128

export interface Client {
  readonly address: string
  /** Something is being done for it; it is not silent. */
  busy(): boolean
  hangUp(): void
}

export class Clients {
  /** Who has been silent for longest comes first. */
  private readonly all = new Set<Client>()
  private readonly counts = new Map<string, number>()
  private readonly most: number
  private readonly mostAtOne: number

  constructor(most = MOST_CLIENTS, mostAtOne = MOST_CLIENTS_AT_ONE) {
    this.most = most
    this.mostAtOne = mostAtOne
  }

  /** False: there are too many from there, or all are busy. Room may have been made by hanging up on another. */
  add(client: Client): boolean {
    const network = networkOf(client.address)
    const count = this.counts.get(network) ?? 0
    if (count >= this.mostAtOne) return false
    if (this.all.size >= this.most && !this.makeRoom()) return false
    this.all.add(client)
    this.counts.set(network, (this.counts.get(network) ?? 0) + 1)
    return true
  }

  /** It has said something. */
  heard(client: Client): void {
    if (this.all.delete(client)) this.all.add(client)
  }

  remove(client: Client): void {
    if (!this.all.delete(client)) return
    const network = networkOf(client.address)
    const count = (this.counts.get(network) ?? 1) - 1
    if (count > 0) this.counts.set(network, count)
    else this.counts.delete(network)
  }

  get size(): number {
    return this.all.size
  }

  hangUpAll(): void {
    for (const client of [...this.all]) client.hangUp()
  }

  private makeRoom(): boolean {
    for (const client of this.all) {
      if (client.busy()) continue
      this.remove(client)
      client.hangUp()
      return true
    }
    return false
  }
}
