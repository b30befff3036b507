/** Which check each virtual server of the table gets: what was said, where it can be asked there, and what is asked of whom. */
import type { TableDestination, TableService } from '../../model/table.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { proposedCheck } from '../init/checks.ts'
import { type Read, readCheck } from '../init/fields.ts'
import { portedBy } from '../init/judge.ts'
import { type Finding, note, warning } from './finding.ts'
import { virtualNameOf } from './fitting.ts'

/** No check is wanted: every real server is always up. */
export const NONE = 'none'

/** A virtual server and its check, in mon.cf's words and without a port, unless it has its own; or NONE. */
export interface Checked {
  readonly service: TableService
  readonly check: string
}

export const readAnswer = (text: string, surroundings: Surroundings): Read<string> =>
  text.trim() === NONE ? { kind: 'value', value: NONE } : readCheck(text.trim(), surroundings)

/** The check that is likeliest to be right, of what can be asked without knowing more than the port. */
export function proposalFor({ id, destinations }: TableService): string {
  const ports =
    destinations.length === 0 ? [portOfCheck(undefined, id)] : destinations.map((one) => portOfCheck(one, id))
  const [port = 0] = ports
  if (ports.includes(0)) return PORTLESS
  return proposedCheck(
    id.kind === 'address' && id.port !== 0 ? id.port : port,
    id.kind === 'mark' ? 'tcp' : id.protocol,
  )
}

/** What asks no port. */
const PORTLESS = 'ping'

/** Monitors that ask nobody's TCP port: they do for every protocol. */
const ANY_PROTOCOL: ReadonlySet<string> = new Set([
  'ping',
  'fping',
  'udp',
  'dns',
  'dns-query',
  'dns-check',
  'script',
  'misc',
  NONE,
])

/** One answer for all: where it asks by TCP what is not served by TCP, or a port that nobody knows, another takes its place. */
export function fittingCheck(
  service: TableService,
  check: string,
  surroundings: Surroundings,
  findings: Finding[],
): string {
  const about = virtualNameOf(service.id)
  const [module = ''] = check.split(/[ \t]/, 1)
  const protocol = service.id.kind === 'mark' ? null : service.id.protocol
  const asksTcp = !ANY_PROTOCOL.has(module)
  if (asksTcp && protocol !== null && protocol !== 'tcp') {
    const own = proposalFor(service)
    findings.push(note(about, `${module} asks by TCP, and this is ${protocol.toUpperCase()}: its check is ${own}`))
    return own
  }
  const needsPort = portedBy(check, surroundings)(1) !== check
  if (!needsPort || service.destinations.every((one) => portOfCheck(one, service.id) > 0)) return check
  const text = `nobody can tell which port of its real servers to ask: its check is ${PORTLESS}`
  findings.push(warning(about, `${text}; write ${module} with -p and the port in the answers instead`))
  return PORTLESS
}

/** Where packets keep their port it is that of the service. 0: nobody knows. */
export function portOfCheck(real: TableDestination | undefined, service: TableService['id']): number {
  if (real !== undefined && real.id.port > 0) return real.id.port
  return service.kind === 'address' ? service.port : 0
}
