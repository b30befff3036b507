/** Both servers of mon's protocol: clients on TCP, traps on UDP. */
import type { ClientSettings } from '../../model/client-settings.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import type { MonDaemon } from './daemon.ts'
import { listenForClients } from './listener.ts'
import { listenForTraps } from './traps.ts'

export interface MonServers {
  /** Where they listen, as the system says it. */
  readonly clients: { readonly port: number; readonly addresses: readonly string[] }
  readonly traps: { readonly port: number; readonly addresses: readonly string[] }
  /** Hangs up on everybody. */
  close(): Promise<void>
}

export type MonServing =
  | { readonly kind: 'listening'; readonly servers: MonServers }
  /** `text` is a sentence without its full stop, `message` the words for syslog. */
  | { readonly kind: 'failed'; readonly text: string; readonly message: SyslogMessage }

/**
 * Both or none. The places are fixed until the daemon ends, as with mon; `clientallow` and `cltimeout` are those of the
 * configuration in force when a client connects.
 */
export async function listenForMon(
  { serverbind, serverport, trapbind, trapport }: ClientSettings,
  daemon: MonDaemon,
): Promise<MonServing> {
  const clients = await listenForClients(daemon, { bind: serverbind, port: serverport })
  if (clients.kind === 'failed') return clients
  const traps = await listenForTraps(daemon, { bind: trapbind, port: trapport })
  if (traps.kind === 'failed') {
    await clients.close()
    return traps
  }
  const close = async (): Promise<void> => {
    await Promise.all([clients.close(), traps.close()])
  }
  return { kind: 'listening', servers: { clients, traps, close } }
}
