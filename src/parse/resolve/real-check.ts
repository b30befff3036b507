/** `check GROUP/SERVICE via HOST` of a real line: whose verdicts a real server follows. LVS-HOWTO 11.2, 11.3. */
import type { HostGroup, RealCheck } from '../../model/model.ts'
import { groupName, serviceKey, serviceName } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { canonical } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Known } from './real.ts'
import type { CheckWords } from './real-traits.ts'
import type { Destination } from './via-vip.ts'

/** What stands behind `via` for a check down the clients' path. */
const VIP = 'vip'

/** `real`: the word of the real server, which is itself the host that is checked unless `via` names another. */
export function readChecks(
  checks: readonly CheckWords[],
  destination: Destination,
  real: Slice,
  known: Known,
  report: Report,
): RealCheck[] {
  return checks.flatMap(({ check, via, advice }): RealCheck[] => {
    const group = known.services.get(check.text)
    if (group === undefined) {
      const message = `there is no service ${quoted(check.text)}`
      report.error('check', spanOf(check), message, serviceRemedy(check.text, known, report))
      return []
    }
    const key = keyOf(check.text)
    const said = advice ? { advice: true as const } : {}
    if (via?.text === VIP) {
      return known.viaVip.lead(key, destination, { check, via }, report).map((one) => ({ ...one, ...said }))
    }
    const host = known.hostsOf(group).get(canonical(via?.text ?? destination.host))
    if (host === undefined) reportNoHost({ check, via, advice }, group, destination, real, report)
    return host === undefined ? [] : [{ service: key, host, ...said }]
  })
}

function keyOf(text: string): RealCheck['service'] {
  const slash = text.lastIndexOf('/')
  return serviceKey(groupName(text.slice(0, slash)), serviceName(text.slice(slash + 1)))
}

function reportNoHost(
  { check, via }: CheckWords,
  group: HostGroup,
  { host }: Destination,
  real: Slice,
  report: Report,
): void {
  const [name, address] = [quoted(group.name), canonical(host)]
  if (via === null) {
    const message = `${address} is not a host of hostgroup ${name}, so ${check.text} has no verdict on it`
    const hint = 'add it to the hostgroup, or write via HOST with the host that speaks for it'
    report.error('check-host', spanOf(real), message, hint)
    return
  }
  const nearest = report.nearest(via.text, [...group.hosts, VIP])
  const hint = nearest === null ? `its hosts: ${listed(group.hosts)}` : `did you mean ${nearest}?`
  report.error('check-host', spanOf(via), `${quoted(via.text)} is not a host of hostgroup ${name}`, hint)
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
