/**
 * What an lvs.cf says that has no place in a Model, each with the reason: for who moves to another format, and for nobody
 * to believe that it counts.
 */
import type { Loss } from '../../director/part.ts'
import type { LvsFile, Section } from '../file.ts'
import type { Setting } from '../settings.ts'
import { placeOfWord, spanFrom, type Word, written } from '../word.ts'

const HEARTBEAT =
  'upalert has no heartbeat between two directors yet: keep pulse for it, or let keepalived --vrrp move the addresses'
const SHARED_DISK = 'upalert runs no failover services, and so reserves no shared disk'
const SYNC =
  'upalert does not start the daemon that copies connections: "upalert ipvs sync start --interface NAME" does'
const HOOK = 'upalert is not told when this director becomes active or passive: let whoever moves the addresses run it'
const ADDRESS = 'upalert does not put the address on an interface yet: pulse, keepalived --vrrp or the system does'
const FAILOVER_ONLY = 'it counts in failover sections only, and those are not run'

/** By global. What is not here counts, or only when it is of use. */
const GLOBAL: Readonly<Record<string, string>> = {
  serial_no: 'upalert counts no versions of a file: each reload is in its history',
  ...each('primary primary_private backup backup_private backup_active heartbeat heartbeat_port', HEARTBEAT),
  ...each('keepalive deadtime monitor_links', HEARTBEAT),
  ...each('primary_shared backup_shared reservation_conflict_action', SHARED_DISK),
  ...each('nat_router nat_nmask', `${ADDRESS}; it is kept for the part that will`),
  debug_level: 'it does nothing in Piranha either',
  ...each('syncdaemon syncd_iface syncd_id', SYNC),
  ...each('active_cmd inactive_cmd', HOOK),
  hard_shutdown: 'upalert has no checkers that die on their own, and never stops everything because of one',
  ipvsadm: 'upalert talks to the kernel itself',
  sync: 'it does nothing in Piranha either',
}

const OF_VIRTUAL: Readonly<Record<string, string>> = {
  ...each('address vip_nmask', ADDRESS),
  client_monitor: 'upalert asks the real servers itself, and starts no checker',
  ...each('start_cmd stop_cmd master dirs', FAILOVER_ONLY),
  expect_program: 'Piranha itself refuses it',
}

function each(words: string, why: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words.split(' ').map((word) => [word, why]))
}

export function lossesOf(file: LvsFile): readonly Loss[] {
  const losses = [...settingLosses(file.globals, GLOBAL), ...unusedGlobals(file)]
  for (const section of file.virtuals) {
    losses.push(...settingLosses(section.settings, OF_VIRTUAL), ...unusedWords(section))
    for (const { settings } of section.servers) {
      if (settings.nmask !== undefined) losses.push(lossOf(settings.nmask, 'a real server has no netmask'))
    }
  }
  const named = file.virtuals.flatMap(({ servers }) => servers.slice(0, 1)).find(({ name }) => name.text !== '')
  if (named !== undefined) {
    const why = 'real servers are known by address and port; this name, and those of the others, is none to upalert'
    losses.push({ place: placeOfWord(named.keyword), text: textOf(named.keyword, named.name), why })
  }
  for (const { keyword, name } of file.failovers) {
    const why = 'upalert runs no failover services: let the system or a cluster manager start and stop this one'
    losses.push({ place: placeOfWord(keyword), text: textOf(keyword, name), why })
  }
  return losses
}

type Settings = Readonly<Record<string, Setting<unknown> | undefined>>

function settingLosses(settings: Settings, table: Readonly<Record<string, string>>): Loss[] {
  return Object.entries(settings).flatMap(([word, setting]) => {
    const why = Object.hasOwn(table, word) ? table[word] : undefined
    return why === undefined || setting === undefined ? [] : [lossOf(setting, why)]
  })
}

function unusedGlobals({ globals, virtuals }: LvsFile): Loss[] {
  const { rsh_command, service } = globals
  const used = virtuals.some(({ settings }) => settings.load_monitor?.value === 'uptime')
  return [
    ...(rsh_command === undefined || used ? [] : [lossOf(rsh_command, 'no load_monitor = uptime needs it')]),
    ...(service?.value !== 'fos' ? [] : [lossOf(service, 'upalert runs no failover services')]),
  ]
}

/** Words that another one makes useless. */
function unusedWords(section: Section): Loss[] {
  const { send, expect, use_regex, send_program, pmask, persistent } = section.settings
  const regexInVain = use_regex?.value === true && (send_program !== undefined || expect === undefined)
  return [
    ...(send === undefined || send_program === undefined ? [] : [lossOf(send, 'send_program is run instead')]),
    ...(use_regex === undefined || !regexInVain
      ? []
      : [lossOf(use_regex, 'there is no expected text that it could be of')]),
    ...(pmask === undefined || (persistent?.value ?? 0) > 0 ? [] : [lossOf(pmask, 'it counts with persistent only')]),
  ]
}

const lossOf = ({ keyword, to }: Setting<unknown>, why: string): Loss => ({
  place: placeOfWord(keyword),
  text: textOf(keyword, to),
  why,
})

const textOf = (from: Word, to: Word): string => written(spanFrom(from, to))
