/** What a real server or sorry server needs to know of its virtual server. */
import type { Initial } from '../../model/model.ts'
import type { Family, Forward, TableServiceId } from '../../model/table.ts'

export interface Front {
  /** At least one. */
  readonly services: readonly TableServiceId[]
  /** `null`: of both; then every real server is behind a tunnel, which carries either. */
  readonly family: Family | null
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
  const family = services.every((id) => id.family === first.family) ? first.family : null
  return { services, family, ports: [...ports], ...rest }
}

/**
 * The port of a server for which `written` stands in the file. Without one it is the service's; where the kernel never
 * translates it, or there are several services, it follows each of them; `follows`: it does so although one is written.
 */
export function portOf(
  written: number | null,
  forward: Forward,
  { ports, services }: Front,
  follows = false,
): { readonly port: number; readonly portFollows: boolean } {
  if (written !== null) return { port: written, portFollows: follows }
  const kinds = ports.length + (services.some(({ kind }) => kind === 'mark') ? 1 : 0)
  return { port: ports[0] ?? 0, portFollows: follows || forward !== 'masq' || kinds > 1 }
}
