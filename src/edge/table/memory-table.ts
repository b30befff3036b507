/**
 * A virtual server table in memory, for machines whose kernel has none or does not let this process change it. It obeys
 * the same rules and answers with the same errors as the kernel's, so nobody needs to ask which one it is.
 * Source: the kernel's answers as observed (Linux 6.1); test/peers/uml/conformance.test.ts holds the two together.
 */
import type {
  TableAnswer,
  TableCommand,
  TableDestination,
  TableDestinationId,
  TableDestinationSettings,
  TableDoor,
  TableService,
  TableServiceId,
  TableServiceSettings,
} from '../../model/table.ts'
import { endpointText, schedulers, serviceText } from '../../model/table.ts'
import { isUnicast } from '../../wire/ipvs/address.ts'
import { tableError } from '../../wire/ipvs/errors.ts'

/** "none" is the kernel's own word for a service without a scheduler. */
const SCHEDULERS = new Set(['none', ...schedulers])
const ENGINES = new Set(['', 'sip'])

interface Row {
  readonly id: TableServiceId
  settings: TableServiceSettings
  readonly destinations: Map<string, TableDestination>
}

/** An empty table. `because` says why it is not the kernel's, for people. */
export function openMemoryTable(because: string): TableDoor {
  const rows = new Map<string, Row>()
  const apply = (command: TableCommand): TableAnswer => {
    const errno = change(rows, command)
    return errno === null ? { kind: 'ok' } : tableError(errno, command)
  }
  return {
    where: 'memory',
    because,
    read: () => ({ kind: 'table', services: [...rows.values()].map(listed) }),
    apply,
    applyAll: (commands) => commands.map(apply),
    close() {},
  }
}

function listed(row: Row): TableService {
  return { id: row.id, ...row.settings, destinations: [...row.destinations.values()] }
}

/** Carries the command out, or says by which errno the kernel would refuse it. The order of the checks is the kernel's. */
function change(rows: Map<string, Row>, command: TableCommand): string | null {
  const key = serviceText(command.service)
  const row = rows.get(key)
  if (command.kind === 'new-service') {
    if (row !== undefined) return 'EEXIST'
    const errno = refusedService(command.service, command.settings)
    if (errno === null) rows.set(key, { id: command.service, settings: command.settings, destinations: new Map() })
    return errno
  }
  if (row === undefined) return 'ESRCH'
  switch (command.kind) {
    case 'set-service': {
      const errno = refusedService(command.service, command.settings)
      if (errno === null) row.settings = command.settings
      return errno
    }
    case 'delete-service':
      rows.delete(key)
      return null
    case 'delete-destination':
      return row.destinations.delete(endpointText(command.destination)) ? null : 'ENOENT'
    case 'new-destination':
      return addDestination(row, command.destination, command.settings)
    case 'set-destination':
      return setDestination(row, command.destination, command.settings)
  }
}

function refusedService(id: TableServiceId, settings: TableServiceSettings): string | null {
  if (!SCHEDULERS.has(settings.scheduler) || !ENGINES.has(settings.engine)) return 'ENOENT'
  return id.family === 6 && (settings.prefix < 1 || settings.prefix > 128) ? 'EINVAL' : null
}

function addDestination(row: Row, id: TableDestinationId, settings: TableDestinationSettings): string | null {
  const refusal = refusedDestination(row, id, settings)
  if (refusal !== null) return refusal
  const key = endpointText(id)
  if (row.destinations.has(key)) return 'EEXIST'
  if (!isUnicast(id.family, id.address)) return 'EINVAL'
  const idle = { activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 }
  row.destinations.set(key, { id, ...settings, ...idle })
  return null
}

function setDestination(row: Row, id: TableDestinationId, settings: TableDestinationSettings): string | null {
  const refusal = refusedDestination(row, id, settings)
  if (refusal !== null) return refusal
  const key = endpointText(id)
  const old = row.destinations.get(key)
  if (old === undefined) return 'ENOENT'
  const { activeConnections, inactiveConnections, persistentConnections } = old
  row.destinations.set(key, { id, ...settings, activeConnections, inactiveConnections, persistentConnections })
  return null
}

function refusedDestination(row: Row, id: TableDestinationId, settings: TableDestinationSettings): string | null {
  if (id.family !== row.id.family && settings.forward !== 'tunnel') return 'EINVAL'
  if (settings.weight < 0 || settings.lowerThreshold > settings.upperThreshold) return 'ERANGE'
  return settings.tunnel?.type === 'gue' && settings.tunnel.port === 0 ? 'EINVAL' : null
}
