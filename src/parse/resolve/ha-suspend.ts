/**
 * `ha_suspend yes`: the checks of a virtual server run only while one of its addresses is on this host. A check that
 * speaks for several virtual servers runs while any of them is here; where it says `only_with` itself, that counts. Source: keepalived.conf(5), ha_suspend.
 */
import type { Service, Virtual } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

/** `lines`: the words of ha_suspend, by the virtual server's name. */
export function suspend(
  services: readonly Service[],
  virtuals: readonly Virtual[],
  lines: ReadonlyMap<Virtual, Slice>,
  report: Report,
): readonly Service[] {
  if (!virtuals.some(({ haSuspend }) => haSuspend)) return services
  const users = usersOf(virtuals)
  return services.map((service) => {
    const using = users.get(service.key)
    const suspended = [...(using ?? [])].filter(({ haSuspend }) => haSuspend)
    const other = [...(using ?? [])].find(({ haSuspend }) => !haSuspend)
    if (suspended.length === 0 || service.onlyWith !== null) return service
    if (other === undefined) return { ...service, onlyWith: [...new Set(suspended.flatMap(addressesOf))] }
    for (const virtual of suspended) reportShared(service, other, lines.get(virtual), report)
    return service
  })
}

function usersOf(virtuals: readonly Virtual[]): ReadonlyMap<ServiceKey, ReadonlySet<Virtual>> {
  const users = new Map<ServiceKey, Set<Virtual>>()
  for (const virtual of virtuals) {
    for (const { service } of virtual.reals.flatMap(({ checks }) => checks)) {
      const using = users.get(service) ?? new Set()
      users.set(service, using.add(virtual))
    }
  }
  return users
}

const addressesOf = ({ services }: Virtual) => services.flatMap((id) => (id.kind === 'address' ? [id.address] : []))

function reportShared({ key }: Service, other: Virtual, line: Slice | undefined, report: Report): void {
  if (line === undefined) return
  const message = `${quoted(key)} goes on at all times: it speaks for virtual ${quoted(other.name)} as well`
  report.warning('ha-suspend', spanOf(line), message, `write ha_suspend yes there too, or a service of its own here`)
}
