/**
 * The lines that `ipvsadm -S` writes and `ipvsadm -R` reads, as changes of the table; all problems of a file together,
 * so that nothing is changed by half a file.
 * Source: ipvsadm(8), the table of commands and options; its defaults as observed with 1.31. Unlike there, lines that
 * begin with # are passed over, as blank ones are.
 */
import type { TableCommand, TableServiceId } from '../../model/table.ts'
import type { NewSyncDaemon, SyncState, TableTimeouts } from '../../model/table-control.ts'
import type { Problem } from '../../parse/problem.ts'
import type { Source } from '../../parse/source.ts'
import { OptionReader } from './option-reader.ts'
import { type Given, problem, readOptions, type Word } from './options.ts'

export type RuleAction =
  | { readonly kind: 'change'; readonly command: TableCommand }
  | { readonly kind: 'clear' }
  | { readonly kind: 'zero'; readonly service: TableServiceId | null }
  | { readonly kind: 'timeouts'; readonly timeouts: TableTimeouts }
  | { readonly kind: 'start-daemon'; readonly daemon: NewSyncDaemon }
  | { readonly kind: 'stop-daemon'; readonly state: SyncState }

export interface Rule {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly action: RuleAction
}

export interface RuleFile {
  readonly rules: readonly Rule[]
  readonly problems: readonly Problem[]
}

const IDENTITY = ['tcp-service', 'udp-service', 'sctp-service', 'fwmark-service', 'ipv6']
const SERVICE = [...IDENTITY, 'scheduler', 'persistent', 'netmask', 'pe', 'ops', 'sched-flags']
const SERVER = [
  ...[...IDENTITY, 'real-server', 'masquerading', 'gatewaying', 'ipip', 'weight', 'u-threshold', 'l-threshold'],
  ...['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'],
]
const DAEMON = ['mcast-interface', 'syncid', 'sync-maxlen', 'mcast-group', 'mcast-port', 'mcast-ttl']

/** Each command with the options that may stand beside it. */
const commands: Readonly<Record<string, readonly string[]>> = {
  'add-service': SERVICE,
  'edit-service': SERVICE,
  'delete-service': IDENTITY,
  clear: [],
  'add-server': SERVER,
  'edit-server': SERVER,
  'delete-server': [...IDENTITY, 'real-server'],
  zero: IDENTITY,
  set: [],
  'start-daemon': DAEMON,
  'stop-daemon': DAEMON,
}

export function readRules(source: Source): RuleFile {
  const rules: Rule[] = []
  const problems: Problem[] = []
  let start = 0
  for (const [index, text] of source.text.split('\n').entries()) {
    const words = text.trim()
    if (words !== '' && !words.startsWith('#')) {
      const read = readRule(source, start, text)
      if (Array.isArray(read)) problems.push(...read)
      else rules.push({ line: index + 1, text: words, action: read })
    }
    start += text.length + 1
  }
  return { rules, problems }
}

function readRule(source: Source, start: number, line: string): RuleAction | Problem[] {
  const { given, problems } = readOptions(source, start, line)
  if (problems.length > 0) return problems
  const whole: Word = { text: line.trim(), span: { source, start, end: start + Math.max(1, line.trimEnd().length) } }
  const named = given.filter(({ name }) => name in commands)
  const [command, second] = named
  if (command === undefined) {
    return [problem(whole, 'rule-command', 'this line has no command', 'begin it with one of -A -E -D -a -e -d')]
  }
  if (second !== undefined)
    return [problem(second.word, 'rule-command', 'a line has one command only', 'write two lines')]
  const strange = strangers(command, given)
  if (strange.length > 0) return strange
  const reader = new OptionReader(whole, given)
  const action = actionOf(command, reader)
  return action === null || reader.problems.length > 0 ? [...reader.problems] : action
}

/** Options that the command does not take, and options given twice. */
function strangers(command: Given, given: readonly Given[]): Problem[] {
  const allowed = commands[command.name] ?? []
  const seen = new Set<string>()
  return given.flatMap((one) => {
    const twice = seen.has(one.name)
    seen.add(one.name)
    if (twice) return [problem(one.word, 'rule-option', `"${one.word.text}" is given twice`, 'write it once')]
    if (one === command || one.name === 'numeric' || allowed.includes(one.name)) return []
    const text = `"${one.word.text}" does not go with "${command.word.text}"`
    return [problem(one.word, 'rule-option', text, 'leave it out, or see ipvsadm(8) for which options a command takes')]
  })
}

/** `null`: it is not complete, and the reader knows why. */
function actionOf(command: Given, reader: OptionReader): RuleAction | null {
  switch (command.name) {
    case 'add-service':
    case 'edit-service': {
      const service = reader.service()
      if (service === null) return null
      const kind = command.name === 'add-service' ? 'new-service' : 'set-service'
      return { kind: 'change', command: { kind, service, settings: reader.serviceSettings(service) } }
    }
    case 'delete-service': {
      const service = reader.service()
      return service === null ? null : { kind: 'change', command: { kind: 'delete-service', service } }
    }
    case 'add-server':
    case 'edit-server': {
      const service = reader.service()
      const settings = reader.destinationSettings()
      const destination = service === null ? null : reader.destination(service, settings.forward)
      if (service === null || destination === null) return null
      const kind = command.name === 'add-server' ? 'new-destination' : 'set-destination'
      return { kind: 'change', command: { kind, service, destination, settings } }
    }
    case 'delete-server': {
      const service = reader.service()
      const destination = service === null ? null : reader.destination(service, 'masq')
      if (service === null || destination === null) return null
      return { kind: 'change', command: { kind: 'delete-destination', service, destination } }
    }
    case 'zero':
      return { kind: 'zero', service: reader.has(...IDENTITY) ? reader.service() : null }
    case 'set':
      return { kind: 'timeouts', timeouts: reader.timeouts(command) }
    case 'start-daemon': {
      const daemon = reader.daemon(command)
      return daemon === null ? null : { kind: 'start-daemon', daemon }
    }
    case 'stop-daemon': {
      const state = reader.syncState(command)
      return state === null ? null : { kind: 'stop-daemon', state }
    }
    default:
      return { kind: 'clear' }
  }
}
