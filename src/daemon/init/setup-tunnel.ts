/** What takes a director's tunnel packets apart on a real server, and lets them in. Source: docs/forwarding.md, which was tried. */
import { familyOf } from '../../doctor/finding.ts'
import { GUE_PORT } from '../../doctor/real/subject.ts'
import type { SetupServer, SetupService } from '../../doctor/setup.ts'
import { type Step, stepsOnce } from './setup-text.ts'

type Server = SetupServer & { readonly service: SetupService }

interface Device {
  readonly name: string
  readonly module: string
}

/** Every kernel has these once the module is loaded; they take whatever no other tunnel claims. */
function deviceOf(virtual: string, { id, tunnel }: Server): Device {
  const [inner, outer] = [familyOf(virtual), id.family]
  if (tunnel?.type === 'gre')
    return outer === 6 ? { name: 'ip6gre0', module: 'ip6_gre' } : { name: 'gre0', module: 'ip_gre' }
  if (outer === 6) return { name: 'ip6tnl0', module: 'ip6_tunnel' }
  return inner === 6 ? { name: 'sit0', module: 'sit' } : { name: 'tunl0', module: 'ipip' }
}

export function tunnelSteps(roles: readonly Server[]): readonly Step[] {
  return stepsOnce(
    roles.flatMap((role) =>
      role.service.id.kind === 'address'
        ? [...unwrapping(role), ...steps(role.service.id.address, role)]
        : unwrapping(role),
    ),
  )
}

/** GUE comes in UDP, on a port of its own. */
function unwrapping({ tunnel }: Server): readonly Step[] {
  if (tunnel?.type !== 'gue') return []
  return [
    { kind: 'module', why: 'What takes UDP tunnels apart.', module: 'fou' },
    {
      kind: 'command',
      why: 'The UDP port of the director’s tunnel.',
      command: `ip fou add port ${tunnel.port || GUE_PORT} gue`,
      device: 'lo',
    },
  ]
}

function steps(virtual: string, role: Server): readonly Step[] {
  const device = deviceOf(virtual, role)
  const four = familyOf(virtual) === 4
  return [
    { kind: 'module', why: 'The end of the tunnel.', module: device.module },
    ...(device.name === 'ip6tnl0' && four
      ? [
          {
            kind: 'command',
            why: 'IPv4 in IPv6 is taken only by a tunnel that is told so.',
            command: 'ip -6 tunnel change ip6tnl0 mode any',
            device: device.name,
          } as const,
        ]
      : []),
    { kind: 'link', why: 'The end of the tunnel is up.', device: device.name },
    {
      kind: 'address',
      why: 'The virtual address, alone and on the end of the tunnel.',
      address: virtual,
      device: device.name,
      more: four ? [] : ['preferred_lft', '0', 'nodad'],
    },
    // The greater of this and the one for all counts, so 2 also outweighs a 1 there.
    ...(four
      ? [
          {
            kind: 'sysctl',
            why: 'Packets of clients come out of the tunnel, and the way back to them is another: the strict filter would drop them.',
            path: `net/ipv4/conf/${device.name}/rp_filter`,
            value: 2,
          } as const,
        ]
      : []),
  ]
}
