/** Hosts of lvs.cf that are names: which have to be looked up, and what was found. */
import type { Report } from '../../text/report.ts'
import { quoted } from '../../text/visible.ts'
import type { LvsFile } from '../file.ts'
import type { HostValue } from '../values.ts'
import { spanOf } from '../word.ts'
import type { LvsSurroundings } from './around.ts'

/** Of virtual and real servers, also of those that are switched off; each once. */
export function hostNames({ virtuals }: LvsFile): readonly string[] {
  const names = new Set<string>()
  const add = (host: HostValue | undefined) => {
    if (host?.kind === 'name') names.add(host.name)
  }
  for (const { settings, servers } of virtuals) {
    add(settings.address?.value.host)
    for (const server of servers) add(server.settings.address?.value)
  }
  return [...names]
}

/** `null` after a mistake. A server must not be lost because a name server is silent, so such a file is not taken. */
export function addressOf(
  host: HostValue,
  { surroundings, report }: { readonly surroundings: LvsSurroundings; readonly report: Report },
): string | null {
  if (host.kind === 'address') return host.address
  const found = surroundings.addresses.get(host.name)
  if (found?.[4] !== undefined) return found[4]
  if (found?.[6] !== undefined) {
    const message = `${quoted(host.name)} has an IPv6 address only, and lvs.cf is of IPv4`
    report.error('name-family', spanOf(host.at), message, 'write its IPv4 address, or a mon.cf, which has both')
    return null
  }
  const message = `no address was found for the name ${quoted(host.name)}`
  const hint =
    'write its address: nothing is dropped because a name server is silent, so this file counts only when each name is found'
  report.error('name-not-found', spanOf(host.at), message, hint)
  return null
}
