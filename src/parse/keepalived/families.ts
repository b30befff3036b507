/** Which of the two families the services of a virtual_server are of. Source: keepalived.conf(5), "ip_family", "virtual_server_group". */
import type { Family } from '../../model/table.ts'
import type { VirtualServer } from './file.ts'

type Server = Pick<VirtualServer, 'settings' | 'realServers'>

/** `ip_family`, or that of the first real server that is not behind a tunnel. `null`: there is none. */
export function familyOf({ settings, realServers }: Server): Family | null {
  if (settings.ip_family !== undefined) return settings.ip_family.value === 'inet6' ? 6 : 4
  const tunnelled = (own: VirtualServer['realServers'][number]) =>
    (own.settings.lvs_method ?? settings.lvs_method)?.value.method === 'TUN'
  return realServers.find((real) => !tunnelled(real))?.address.family ?? null
}

/** Where one is needed, as of a firewall mark: with all of them behind tunnels, that of the first. */
export const oneFamilyOf = (server: Server): Family => familyOf(server) ?? server.realServers[0]?.address.family ?? 4
