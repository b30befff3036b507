/** Hosts of the file and what they mean: an address is itself, a name what was looked up before. */
import type { Family } from '../../../model/table.ts'
import { parseAddress } from '../../text/endpoint.ts'
import { quoted } from '../../text/visible.ts'
import type { LdirectordFile } from '../file.ts'
import type { HostWord } from '../hosts.ts'
import type { Fallback } from '../real.ts'
import { spanOf, type Word } from '../words.ts'
import type { Around } from './around.ts'
import { otherHost } from './urls.ts'

/** The names whose addresses resolveLdirectord needs, each once. */
export function hostNames({ globals, services }: LdirectordFile): readonly string[] {
  const names = new Set<string>()
  const add = (host: HostWord | null | undefined) => {
    if (host != null && host.address === null) names.add(host.at.text)
  }
  const addFallback = (fallback: { readonly value: Fallback } | undefined) => add(fallback?.value.host)
  addFallback(globals.fallback)
  addFallback(globals.fallback6)
  for (const { header, settings, reals } of services) {
    if (header.kind === 'address') add(header.host)
    addFallback(settings.fallback)
    addFallback(settings.fallback6)
    addName(names, settings.request?.value)
    for (const { first, last, request } of reals) {
      add(first)
      add(last)
      addName(names, request?.text)
    }
  }
  return [...names]
}

/** The host of a request that is a whole URL, which is asked instead of the real server. */
function addName(names: Set<string>, request: string | undefined): void {
  const other = otherHost(request ?? '')
  if (other !== null && parseAddress(other.host) === null) names.add(other.host)
}

/** `null` after a mistake, which is then in the report. */
export const addressOf = ({ at, family, address }: HostWord, around: Around): string | null =>
  address ?? lookedUp(at.text, family, at, around)

export function lookedUp(name: string, family: Family, at: Word, { surroundings, report }: Around): string | null {
  const found = parseAddress(surroundings.addresses.get(name)?.[family] ?? '')
  if (found?.family === family) return found.address
  const message = `${quoted(name)} has no IPv${family} address that could be found`
  const hint = 'write the address, or a line in /etc/hosts; without it a server would be lost'
  report.error('host-unknown', spanOf(at), message, hint)
  return null
}
