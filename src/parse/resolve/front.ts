/** What a real server or sorry server needs to know of its virtual server. */
import type { Initial } from '../../model/model.ts'
import type { Family, Forward, TableServiceId } from '../../model/table.ts'

export interface Front {
  /** At least one; all of one family of addresses. */
  readonly services: readonly TableServiceId[]
  readonly family: Family
  /** Their ports, each once; those of firewall marks have none. */
  readonly ports: readonly number[]
  readonly forward: Forward
  readonly onFail: 'drain' | 'remove'
  readonly initial: Initial
}

export function frontOf(
  services: readonly TableServiceId[],
  rest: Pick<Front, 'forward' | 'onFail' | 'initial'>,
): Front | null {
  const [first] = services
  if (first === undefined) return null
  const ports = new Set(services.flatMap((id) => (id.kind === 'address' ? [id.port] : [])))
  return { services, family: first.family, ports: [...ports], ...rest }
}

/**
 * The port of a server for which `written` stands in the file. Without one it is the service's; where the kernel never
 * translates it, or there are several services, it follows each of them.
 */
export function portOf(
  written: number | null,
  forward: Forward,
  { ports, services }: Front,
): { readonly port: number; readonly portFollows: boolean } {
  if (written !== null) return { port: written, portFollows: false }
  const kinds = ports.length + (services.some(({ kind }) => kind === 'mark') ? 1 : 0)
  return { port: ports[0] ?? 0, portFollows: forward !== 'masq' || kinds > 1 }
}
