/**
 * The whole table out of lists that the kernel hands out one after the other. There is no snapshot: a list is of one
 * moment only as far as it came in one datagram, and between two lists anybody may change the table. So what can be torn
 * is read until it says the same twice, a few times and no more.
 */
import type { TableDestination, TableError, TableService, TableServiceId } from '../../model/table.ts'
import { endpointText, serviceText } from '../../model/table.ts'
import { NO_PERMISSION } from '../../wire/ipvs/errors.ts'
import { encodeDestinationsRequest, encodeServicesRequest } from '../../wire/ipvs/ipvs.ts'
import { decodeDestination, decodeService, decodeServiceId } from '../../wire/ipvs/listed.ts'
import { DUMP_FLAGS } from '../../wire/ipvs/netlink.ts'
import type { Exchange, Listed } from './exchange.ts'

/** How often the table is read when somebody changes it during the reading. */
const READ_ATTEMPTS = 4
/** The service went between the list of services and that of its destinations. */
const GONE = new Set(['ESRCH', 'ENOENT'])

type Table = { readonly kind: 'table'; readonly services: readonly TableService[] }
type Refused = Extract<Listed<never>, { kind: 'refused' }>

export function readTable(exchange: Exchange, family: number): Table | TableError {
  for (let attempt = 1; ; attempt += 1) {
    const services = exchange.list(family, DUMP_FLAGS, encodeServicesRequest(), decodeService)
    if (services.kind === 'refused') return readError(services)
    const filled = withDestinations(exchange, family, services.items)
    if (filled.kind === 'refused') return readError(filled)
    const after = exchange.list(family, DUMP_FLAGS, encodeServicesRequest(), decodeServiceId)
    if (after.kind === 'refused') return readError(after)
    // The last attempt stands: what is out of date in it comes right in the next pass.
    if (attempt === READ_ATTEMPTS || sameServices(services.items, after.items)) {
      return { kind: 'table', services: filled.services }
    }
  }
}

export function readError({ errno, detail }: Refused): TableError {
  return { kind: 'error', errno, text: readErrorText(errno, detail) }
}

function readErrorText(errno: string, detail: string): string {
  switch (errno) {
    case 'EPERM':
    case 'EACCES':
      return NO_PERMISSION
    case 'EPROTO':
      return `the kernel's virtual server table cannot be read: ${detail || 'its answer breaks off'}`
    case 'EINTR':
      return "the kernel's virtual server table kept changing while it was read; it will be read again"
    case 'ENOBUFS':
    case 'EMSGSIZE':
      return "the kernel's virtual server table was handed out faster than it could be taken; it will be read again"
    case 'EBUSY':
      return 'the kernel is still busy with an earlier question about its virtual server table; it will be read again'
    default:
      return 'the kernel did not hand out its virtual server table'
  }
}

type Filled = { readonly kind: 'filled'; readonly services: readonly TableService[] } | Refused

function withDestinations(exchange: Exchange, family: number, services: readonly TableService[]): Filled {
  const filled: TableService[] = []
  for (const service of services) {
    const destinations = readDestinations(exchange, family, service.id)
    if (destinations.kind === 'listed') filled.push({ ...service, destinations: destinations.items })
    // One that has gone is left out; that the table changed shows in the list read afterwards.
    else if (!GONE.has(destinations.errno)) return destinations
  }
  return { kind: 'filled', services: filled }
}

/** About eighty fit one datagram. A longer list may miss or repeat one where somebody changed it between two of them. */
function readDestinations(exchange: Exchange, family: number, service: TableServiceId): Listed<TableDestination> {
  const request = encodeDestinationsRequest(service)
  const decode = (payload: Uint8Array) => decodeDestination(payload, service)
  let list = exchange.list(family, DUMP_FLAGS, request, decode)
  for (let attempt = 1; attempt < READ_ATTEMPTS && list.kind === 'listed' && list.datagrams > 1; attempt += 1) {
    const again = exchange.list(family, DUMP_FLAGS, request, decode)
    if (again.kind === 'refused' || sameDestinations(list.items, again.items)) return again
    list = again
  }
  return list
}

function sameServices(some: readonly TableService[], others: readonly TableServiceId[]): boolean {
  return (
    some.length === others.length &&
    sameTexts(
      some.map((service) => serviceText(service.id)),
      others.map(serviceText),
    )
  )
}

function sameDestinations(some: readonly TableDestination[], others: readonly TableDestination[]): boolean {
  const texts = (list: readonly TableDestination[]) => list.map(({ id }) => endpointText(id))
  return some.length === others.length && sameTexts(texts(some), texts(others))
}

/** In any order, and none twice: one that is there twice stands for another that is missing. */
function sameTexts(some: readonly string[], others: readonly string[]): boolean {
  const set = new Set(some)
  const seen = new Set(others)
  return set.size === some.length && seen.size === set.size && others.every((text) => set.has(text))
}
