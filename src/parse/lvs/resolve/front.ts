/** `address`, `port`, `protocol`, `fwmark` of a virtual -> the service of the kernel's table that it stands for. */
import type { Forward, TableServiceId } from '../../../model/table.ts'
import { quoted } from '../../text/visible.ts'
import type { LvsFile, Section } from '../file.ts'
import { DEFAULTS } from '../tables.ts'
import { spanFrom, spanOf } from '../word.ts'
import type { Around } from './around.ts'
import { addressOf } from './hosts.ts'

/** What stands for "none yet" in a file made by Piranha's web pages. */
export const NOWHERE = '0.0.0.0'

const FORWARDS = { nat: 'masq', direct: 'route', tunnel: 'tunnel' } as const

/** One way of forwarding for all: lvs.cf has no other. */
export const forwardOf = ({ globals }: LvsFile): Forward => FORWARDS[globals.network?.value ?? 'nat']

export const portOf = ({ settings }: Section): number => settings.port?.value ?? DEFAULTS.port

export const markOf = ({ settings }: Section): number => settings.fwmark?.value ?? 0

/** `null` after a mistake, which is then in the report. */
export function frontOf(section: Section, around: Around): TableServiceId | null {
  const { settings, keyword, name } = section
  const { report } = around
  const mark = markOf(section)
  if (mark !== 0) return { kind: 'mark', family: 4, mark }
  const { address: setting } = settings
  if (setting === undefined) {
    const message = `the virtual ${quoted(name.text)} is active and has neither an address nor a firewall mark`
    report.error('address-missing', spanFrom(keyword, name), message, 'write address = 192.0.2.10 eth0:1 in it')
    return null
  }
  const address = addressOf(setting.value.host, around)
  if (address === null) return null
  if (address === NOWHERE) {
    const message = `the virtual ${quoted(name.text)} is active and its address is ${NOWHERE}`
    report.error('address-missing', spanOf(setting.at), message, 'write its address, or active = 0')
    return null
  }
  const port = portOf(section)
  if (port === 0) {
    const at = settings.port?.at ?? keyword
    report.error(
      'port',
      spanOf(at),
      'port 0 is for a firewall mark only',
      'write the port that is served, or fwmark = N',
    )
    return null
  }
  return { kind: 'address', family: 4, protocol: settings.protocol?.value ?? 'tcp', address, port }
}

/** Names as every file of upalert can have them, and each once: `web farm` is web-farm, a second one web-farm.2. */
export class Names {
  readonly #taken = new Set<string>()
  /** How often each was asked for. */
  readonly #asked = new Map<string, number>()

  take({ name }: Section): string {
    const plain = name.text.slice(0, LONGEST_NAME).replace(/[^A-Za-z0-9_.-]+/g, '-')
    const first = plain === '' || plain === '-' ? 'virtual' : plain
    let times = this.#asked.get(first) ?? 0
    let free = first
    do {
      times += 1
      free = times === 1 ? first : `${first}.${times}`
    } while (this.#taken.has(free))
    this.#asked.set(first, times)
    this.#taken.add(free)
    return free
  }
}

const LONGEST_NAME = 200
