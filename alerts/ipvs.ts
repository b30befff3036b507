/**
 * Takes a real server out of the virtual server table at a failure and puts it back at the recovery: mon's lvs.alert and
 * virtualserver.alert. For tables without a `virtual` block; a pool of ours needs no alert to follow its verdicts.
 * Sent: the table is as it should be, also if it was before. Failed: the virtual server is not there, or the kernel said no.
 * Source: LVS-HOWTO, mon's virtualserver.alert; spec "lvs.alert / virtualserver.alert compatibility command".
 */
import { startAttempt } from '../src/edge/probe/attempt.ts'
import { resolve } from '../src/edge/probe/resolve.ts'
import type { Alert, AlertContext, AlertKind, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import type {
  Family,
  TableCommand,
  TableDestination,
  TableDestinationId,
  TableDoor,
  TableService,
  TableServiceId,
} from '../src/model/table.ts'
import { endpointText, serviceText } from '../src/model/table.ts'
import { weight } from '../src/model/units.ts'
import type { LvsAlertEnd, LvsAlertRequest } from '../src/parse/lvs-alert.ts'
import { parseLvsAlert } from '../src/parse/lvs-alert.ts'

interface IpvsOptions {
  /** As lvs.alert takes them: `-V 192.168.1.110:80 -R 10.1.1.2:8080 -W 5 -F dr`. */
  readonly words?: readonly string[]
}

/** The request with its names looked up. */
interface Target {
  readonly service: TableServiceId
  readonly real: TableDestinationId
  readonly substitute: TableDestinationId | null
}

/** Refusals that another attempt would meet again. */
const LASTING = new Set(['EPERM', 'EINVAL', 'ERANGE', 'ESRCH', 'EAFNOSUPPORT', 'EOPNOTSUPP'])

export const ipvs: Alert<IpvsOptions> = {
  name: 'ipvs',
  deed: 'takes a real server out of the virtual server table, and puts it back',
  usesTable: true,
  schema: {
    type: 'object',
    properties: {
      words: {
        type: 'array',
        items: { type: 'string' },
        description:
          'options of lvs.alert: -V address:port or -M mark, -R real server, -P protocol, -W weight, -F nat|dr|tun',
      },
    },
    additionalProperties: false,
  },
  flags: {},
  rest: 'words',
  restIsVerbatim: true,
  restFaults(words) {
    const parsed = parseLvsAlert(words)
    return parsed.kind === 'problems' ? parsed.problems : []
  },
  async send(message, { words = [] }, context) {
    const parsed = parseLvsAlert(words)
    if (parsed.kind === 'problems') {
      return failed(false, parsed.problems.map(({ message, hint }) => `${message}: ${hint}`).join('; '))
    }
    if (parsed.request.nothingToDo) return { kind: 'sent', text: 'did nothing: an acknowledgement changes no table' }
    if (changesNothing.has(message.kind))
      return { kind: 'sent', text: `did nothing: "${message.kind}" changes no table` }
    const target = await lookUp(parsed.request, message, context)
    return 'kind' in target ? target : act(parsed.request, target, message, context.table)
  },
}

/** The words give addresses or names; the table holds addresses. */
async function lookUp(
  request: LvsAlertRequest,
  message: AlertMessage,
  context: AlertContext,
): Promise<Target | AlertOutcome> {
  const real = request.real ?? onlyHost(message)
  if (real === null) {
    return failed(false, `no real server is named: write -R, since ${message.key} has ${message.hosts.length} hosts`)
  }
  const attempt = startAttempt(context.timeout, context.signal)
  const address = async (host: string, family: Family | null) => {
    const found = await resolve(host, family, attempt)
    return found.kind === 'address'
      ? found
      : failed(found.code !== 'bad-host', `${host} has no usable address (${found.code})`)
  }
  try {
    const virtual = request.service.kind === 'mark' ? null : await address(request.service.host, null)
    if (virtual?.kind === 'failed') return virtual
    const main = await address(real.host, virtual?.family ?? null)
    if (main.kind === 'failed') return main
    const other = request.substitute === null ? null : await address(request.substitute.host, main.family)
    if (other?.kind === 'failed') return other

    const service: TableServiceId =
      request.service.kind === 'mark' || virtual === null
        ? { kind: 'mark', family: main.family, mark: request.service.kind === 'mark' ? request.service.mark : 0 }
        : { ...request.service, family: virtual.family, address: virtual.address }
    const port = service.kind === 'mark' ? 0 : service.port
    return {
      service,
      real: { family: main.family, address: main.address, port: real.port ?? port },
      substitute: other && { family: other.family, address: other.address, port: request.substitute?.port ?? port },
    }
  } finally {
    attempt.end()
  }
}

function onlyHost(message: AlertMessage): LvsAlertEnd | null {
  const [host, ...others] = message.hosts
  return host === undefined || others.length > 0 ? null : { host, port: null }
}

/** One change on the way to what the alert wants. */
interface Step {
  /** `null`: the table is so already. */
  readonly command: TableCommand | null
  readonly text: string
}

function act(request: LvsAlertRequest, target: Target, message: AlertMessage, table: TableDoor): AlertOutcome {
  const found = table.read()
  if (found.kind === 'error') return failed(!LASTING.has(found.errno), found.text)
  const name = serviceText(target.service)
  const service = found.services.find((one) => serviceText(one.id) === name)
  const operation = request.operation ?? (message.kind === 'up' ? 'add' : 'delete')
  if (service === undefined && !request.ensureService) {
    const remedy = 'add it with ipvsadm, as a virtual block, or let --ensure-service make it'
    return failed(false, `the virtual server ${name} is not in the table: ${remedy}`)
  }
  const steps = stepsFor(operation, request, target, service)
  // A test alert shows what would happen, and must not take a healthy server out.
  if (request.dryRun || message.kind === 'test' || message.isTest === true)
    return { kind: 'sent', text: steps.map(conditional).join(', ') }
  return carryOut(steps, table)
}

/** Occasions that say nothing about the servers. */
const changesNothing: ReadonlySet<AlertKind> = new Set(['startup', 'ack', 'disable'])

/** The one that comes is first, so that the service is not empty in between. */
function stepsFor(
  operation: 'add' | 'delete',
  request: LvsAlertRequest,
  { service: id, real, substitute }: Target,
  service: TableService | undefined,
): readonly Step[] {
  const made = service === undefined && operation === 'add' ? [newService(id)] : []
  if (operation === 'add') {
    const out = substitute === null ? [] : [takeOut(id, substitute, service)]
    return [...made, putIn(id, real, service, request), ...out]
  }
  const stand = substitute === null || service === undefined ? [] : [putIn(id, substitute, service, request)]
  return [...stand, request.quiesce ? drain(id, real, service) : takeOut(id, real, service)]
}

function carryOut(steps: readonly Step[], table: TableDoor): AlertOutcome {
  const done: string[] = []
  for (const { command, text } of steps) {
    const answer = command === null ? null : table.apply(command)
    if (answer?.kind === 'error' && !alreadySo(command, answer.errno)) {
      const before = done.length === 0 ? '' : `${done.join(', ')}; then `
      return failed(!LASTING.has(answer.errno), `${before}${answer.text} (${answer.errno})`)
    }
    done.push(text)
  }
  return { kind: 'sent', text: done.join(', ') }
}

/** Somebody did the same between our reading and writing. */
function alreadySo(command: TableCommand | null, errno: string): boolean {
  if (command?.kind === 'delete-destination') return errno === 'ENOENT'
  return errno === 'EEXIST' && (command?.kind === 'new-destination' || command?.kind === 'new-service')
}

function newService(service: TableServiceId): Step {
  const settings = {
    scheduler: 'wlc',
    persistenceSeconds: 0,
    prefix: service.family === 4 ? 32 : 128,
    onePacket: false,
    schedulerFlags: 0,
    engine: '',
  }
  return {
    command: { kind: 'new-service', service, settings },
    text: `added ${serviceText(service)} with scheduler wlc`,
  }
}

function putIn(
  service: TableServiceId,
  destination: TableDestinationId,
  found: TableService | undefined,
  request: LvsAlertRequest,
): Step {
  const where = `${endpointText(destination)} to ${serviceText(service)}`
  const old = entryOf(found, destination)
  if (old === undefined) {
    const forward = request.forward ?? found?.destinations[0]?.forward ?? 'masq'
    const settings = { forward, weight: request.weight, upperThreshold: 0, lowerThreshold: 0 }
    const text = `added ${where} with weight ${request.weight}, ${forward}`
    return { command: { kind: 'new-destination', service, destination, settings }, text }
  }
  const forward = request.forward ?? old.forward
  if (old.weight === request.weight && old.forward === forward) {
    return { command: null, text: `had nothing to add: ${endpointText(destination)} is in ${serviceText(service)}` }
  }
  const settings = { ...settingsOf(old), forward, weight: request.weight }
  const text = `set ${endpointText(destination)} in ${serviceText(service)} to weight ${request.weight}, ${forward}`
  return { command: { kind: 'set-destination', service, destination, settings }, text }
}

function takeOut(service: TableServiceId, destination: TableDestinationId, found: TableService | undefined): Step {
  if (entryOf(found, destination) === undefined) return absent(service, destination)
  const text = `removed ${endpointText(destination)} from ${serviceText(service)}`
  return { command: { kind: 'delete-destination', service, destination }, text }
}

function drain(service: TableServiceId, destination: TableDestinationId, found: TableService | undefined): Step {
  const old = entryOf(found, destination)
  if (old === undefined) return absent(service, destination)
  const name = `${endpointText(destination)} in ${serviceText(service)}`
  if (old.weight === 0) return { command: null, text: `had nothing to drain: ${name} has weight 0` }
  const settings = { ...settingsOf(old), weight: weight(0) }
  return { command: { kind: 'set-destination', service, destination, settings }, text: `set ${name} to weight 0` }
}

function absent(service: TableServiceId, destination: TableDestinationId): Step {
  return {
    command: null,
    text: `had nothing to remove: ${endpointText(destination)} is not in ${serviceText(service)}`,
  }
}

function entryOf(service: TableService | undefined, destination: TableDestinationId): TableDestination | undefined {
  const text = endpointText(destination)
  return service?.destinations.find((one) => endpointText(one.id) === text)
}

function settingsOf({ forward, weight, upperThreshold, lowerThreshold, tunnel }: TableDestination) {
  return { forward, weight, upperThreshold, lowerThreshold, ...(tunnel === undefined ? {} : { tunnel }) }
}

function conditional({ command, text }: Step): string {
  return command === null ? text.replace(/^had /, 'would have ') : `would have ${text}`
}

function failed(retry: boolean, text: string): Extract<AlertOutcome, { kind: 'failed' }> {
  return { kind: 'failed', retry, text }
}
