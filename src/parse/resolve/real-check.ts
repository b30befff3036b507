/** `check GROUP/SERVICE via HOST` of a real line: whose verdict a real server follows. LVS-HOWTO 11.2, 11.3. */
import type { RealCheck } from '../../model/model.ts'
import { groupName, serviceKey, serviceName } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { canonical } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Known, Traits } from './real.ts'

/** `address`: the real server's own, in canonical form; it is the host that is checked unless `via` names another. */
export function readCheck(
  { check, via }: Traits,
  address: string,
  real: Slice,
  known: Known,
  report: Report,
): RealCheck | null {
  if (check === null) {
    if (via !== null)
      report.error('check', spanOf(via), '"via" without "check" means nothing', 'write check GROUP/SERVICE via HOST')
    return null
  }
  const group = known.services.get(check.text)
  if (group === undefined) {
    report.error(
      'check',
      spanOf(check),
      `there is no service ${quoted(check.text)}`,
      serviceRemedy(check.text, known, report),
    )
    return null
  }
  const host = known.hostsOf(group).get(canonical(via?.text ?? address))
  if (host !== undefined) {
    const [name = '', service = ''] = check.text.split('/')
    return { service: serviceKey(groupName(name), serviceName(service)), host }
  }
  if (via === null) {
    const message = `${address} is not a host of hostgroup ${quoted(group.name)}, so ${check.text} has no verdict on it`
    report.error(
      'check-host',
      spanOf(real),
      message,
      'add it to the hostgroup, or write via HOST with the host that speaks for it',
    )
  } else {
    const nearest = report.nearest(via.text, group.hosts)
    const hint = nearest === null ? `its hosts: ${listed(group.hosts)}` : `did you mean ${nearest}?`
    report.error(
      'check-host',
      spanOf(via),
      `${quoted(via.text)} is not a host of hostgroup ${quoted(group.name)}`,
      hint,
    )
  }
  return null
}

/** Hosts that a hint lists. */
const LISTED = 5

const listed = (hosts: readonly string[]) => hosts.slice(0, LISTED).join(', ') + (hosts.length > LISTED ? ' …' : '')

function serviceRemedy(text: string, known: Known, report: Report): string {
  const slashed = text.replace(':', '/')
  if (slashed !== text && known.services.has(slashed)) return `did you mean ${slashed}?`
  const nearest = report.nearest(text, known.services.keys())
  if (nearest !== null) return `did you mean ${nearest}?`
  return 'write GROUP/SERVICE: the names of a watch and of a service in it'
}
