/** `upalert ipvs save`, `restore`, `clear` and `timeouts`. */
import type { TableService } from '../../model/table.ts'
import { serviceText } from '../../model/table.ts'
import type { ControlDoor } from '../../model/table-control.ts'
import { formatProblems } from '../../parse/problem.ts'
import { decode } from '../../parse/source.ts'
import { timeoutsLine } from './list.ts'
import { BAD_LINES, end, expectDone, expectRead, type IpvsMachine, MISUSE, openDoor, REFUSED } from './machine.ts'
import { restore } from './restore.ts'
import { readRules } from './rules.ts'
import { saveLines, unsaved } from './save.ts'
import { asJson } from './show.ts'

/** Refused lines that are shown; the rest is counted. */
const SHOWN_REFUSALS = 50
/** 2³¹ ticks at a thousand a second, in seconds: the kernel takes no more. */
const LONGEST_TIMEOUT = 2_147_483

export function saveTable(machine: IpvsMachine): void {
  const door = openDoor(machine, { loadModule: false })
  const { services } = expectRead(machine, door.read())
  machine.print(saveLines(services))
  for (const text of unsaved(services)) machine.complain(text)
}

export function restoreFile(machine: IpvsMachine, file: string | null, yes: boolean): void {
  const bytes = machine.read(file)
  if (typeof bytes === 'string') end(machine, bytes, BAD_LINES)
  const decoded = decode(file ?? 'standard input', bytes)
  if (decoded.kind === 'unreadable') {
    machine.report(formatProblems(decoded.problems))
    machine.exit(BAD_LINES)
  }
  const { rules, problems } = readRules(decoded.source)
  if (problems.length > 0) {
    machine.report(formatProblems(problems))
    end(machine, 'nothing was changed', BAD_LINES)
  }
  if (rules.length === 0) {
    machine.complain('there is nothing to restore: no line has a command')
    return
  }
  const door = openDoor(machine, { loadModule: true })
  if (!yes && rules.some(({ action }) => action.kind === 'clear')) refuseLive(machine, door)
  const { done, refusals } = restore(door, rules)
  for (const text of refusals.slice(0, SHOWN_REFUSALS)) machine.complain(text)
  if (refusals.length > SHOWN_REFUSALS) machine.complain(`and ${refusals.length - SHOWN_REFUSALS} more, not shown`)
  if (refusals.length > 0) end(machine, `${done} of ${rules.length} lines were carried out`, REFUSED)
}

/** A table that is emptied by a slip of the finger is an outage. */
function refuseLive(machine: IpvsMachine, door: ControlDoor): void {
  const { services } = expectRead(machine, door.read())
  const live = services.filter(isLive)
  if (live.length === 0) return
  const connections = live.reduce((sum, service) => sum + connectionsOf(service), 0)
  const text = `${count(live.length, 'virtual server balances', 'virtual servers balance')} traffic, with ${count(connections, 'connection', 'connections')}`
  end(machine, `${text}: nothing was removed; say --yes if that is meant ("upalert ipvs save" keeps a copy)`, REFUSED)
}

/** Removes what was read, service by service, so that what is said to be removed is what was. */
export function clearTable(
  machine: IpvsMachine,
  { yes = false, json = false }: { yes?: boolean; json?: boolean },
): void {
  const door = openDoor(machine, { loadModule: false })
  const { services } = expectRead(machine, door.read())
  if (!yes) refuseLive(machine, door)
  const answers = door.applyAll(services.map(({ id }) => ({ kind: 'delete-service', service: id })))
  // What somebody else removed meanwhile is as gone as was asked for.
  const removed = services.filter((_, i) => answers[i]?.kind === 'ok')
  if (json) machine.print(asJson(removed))
  else machine.print(removed.length === 0 ? ['there was no virtual server'] : removed.map(removedLine))
  for (const answer of answers) if (answer.kind === 'error' && answer.errno !== 'ESRCH') expectDone(machine, answer)
}

export function timeouts(machine: IpvsMachine, words: readonly (string | undefined)[], json: boolean): void {
  const given = words.filter((word) => word !== undefined)
  const numbers = given.map((word) => (/^\d{1,7}$/.test(word) && Number(word) <= LONGEST_TIMEOUT ? Number(word) : null))
  const wrong = given.find((_, i) => numbers[i] === null)
  if (wrong !== undefined) end(machine, `"${wrong}" is no timeout: write seconds, 0 to ${LONGEST_TIMEOUT}`, MISUSE)
  if (given.length !== 0 && given.length !== 3) {
    end(machine, 'write all three timeouts, TCP TCPFIN UDP; 0 leaves one as it is', MISUSE)
  }
  const door = openDoor(machine, { loadModule: given.length > 0 })
  const [tcp, tcpFin, udp] = numbers
  if (tcp != null && tcpFin != null && udp != null) expectDone(machine, door.setTimeouts({ tcp, tcpFin, udp }))
  const now = expectRead(machine, door.timeouts()).timeouts
  machine.print(json ? asJson(now) : [timeoutsLine(now)])
}

/** Whether a new connection would find a real server, or an old one has one. */
function isLive(service: TableService): boolean {
  return connectionsOf(service) > 0 || service.destinations.some((one) => one.weight > 0)
}

function connectionsOf({ destinations }: TableService): number {
  return destinations.reduce((sum, one) => sum + one.activeConnections + one.inactiveConnections, 0)
}

function removedLine(service: TableService): string {
  const servers = count(service.destinations.length, 'real server', 'real servers')
  return `removed ${serviceText(service.id)} (${servers}, ${count(connectionsOf(service), 'connection', 'connections')})`
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`
