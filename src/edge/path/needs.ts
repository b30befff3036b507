/**
 * What a director must allow so that a check down the client's path gets its answer. Nothing is changed here: the
 * operator is told the command.
 *
 * With NAT and local node the answer comes back through IPVS and needs nothing. With direct routing and tunnels the real
 * server answers by itself, from the virtual address, which the director has as well. An IPv4 packet from an address of
 * one's own is dropped (fib_frontend.c, __fib_validate_source) unless accept_local allows it on the interface; and with
 * a strict rp_filter it must be an address of this very interface. IPv6 has no such check.
 * The check must also leave from the director's own address on the real servers' network: a packet from the virtual
 * address would be one from itself to the real server, and dropped there.
 */
import type { Path } from './wanted.ts'

/** The way to a real server, as `ip route get` has it. */
export type Way =
  | { readonly kind: 'out'; readonly device: string; readonly source: string }
  /** It is this machine. */
  | { readonly kind: 'local' }
  | { readonly kind: 'none'; readonly text: string }

/** How this machine stands; `null` for what cannot be read. */
export interface Surroundings {
  /** By its path below /proc/sys. */
  sysctl(path: string): string | null
  /** Whether the address belongs to this interface. */
  hasAddress(device: string, address: string): boolean
}

export type Needs =
  /** `source`: the address that the check must connect from; `null`: it must not choose one. */
  | { readonly kind: 'met'; readonly source: string | null }
  | {
      readonly kind: 'unmet'
      readonly code: 'no-way' | 'sysctl'
      readonly text: string
      readonly commands: readonly string[]
    }

const STRICT = 1

export function needsOf(path: Path, way: Way | null, here: Surroundings): Needs {
  if (answersThroughDirector(path) || way?.kind === 'local') return { kind: 'met', source: null }
  if (way === null || way.kind === 'none') {
    const why = way === null ? 'nothing is known of the way there' : way.text
    return unmet('no-way', `this machine has no way to ${path.real.address}: ${why}`)
  }
  if (path.real.family !== path.service.family) {
    const text =
      `a check via vip does not go through a tunnel from IPv${path.service.family} to IPv${path.real.family}: ` +
      `the way to ${path.real.address} names no address that it could come from`
    return unmet('no-way', text)
  }
  const { source } = way
  if (path.service.family === 6) return { kind: 'met', source }
  const missing = missingSysctls(path, path.device ?? way.device, here)
  if (missing.length === 0) return { kind: 'met', source }
  const text = `${missing.map(({ why }) => why).join('; ')}. Run: ${missing.map(({ command }) => command).join(' && ')}`
  return unmet(
    'sysctl',
    text,
    missing.map(({ command }) => command),
  )
}

/** Whether the way to the real server has to be known at all. */
export const answersThroughDirector = ({ forward }: Pick<Path, 'forward'>): boolean =>
  forward !== 'route' && forward !== 'tunnel'

interface Missing {
  readonly why: string
  readonly command: string
}

/** accept_local is on if it is on for the interface or for all; of rp_filter the greater counts (ip-sysctl.rst). */
function missingSysctls({ service }: Path, device: string, here: Surroundings): readonly Missing[] {
  const missing: Missing[] = []
  // Only a virtual server of addresses has one; whoever balances by a mark of his own may have any.
  const vip = service.kind === 'address' ? service.address : 'the virtual address'
  const value = (scope: string, name: string) => Number(here.sysctl(`net/ipv4/conf/${scope}/${name}`) ?? 0)
  const name = (setting: string) => sysctlName(device, setting)
  if (Math.max(value('all', 'accept_local'), value(device, 'accept_local')) === 0) {
    const why = `answers from ${vip}, which is this machine's own address, are dropped on ${device} (accept_local is 0)`
    missing.push({ why, command: `sysctl -w ${name('accept_local')}=1` })
  }
  const [all, own] = [value('all', 'rp_filter'), value(device, 'rp_filter')]
  if (Math.max(all, own) === STRICT && !here.hasAddress(device, vip)) {
    const why = `answers from ${vip} are dropped on ${device}, where the address is not (rp_filter is 1, strict)`
    missing.push({ why, command: `sysctl -w ${name('rp_filter')}=2` })
  }
  return missing
}

/** `net.ipv4.conf.eth0.accept_local`, or with strokes where the interface's own name has dots (sysctl(8)). */
function sysctlName(device: string, setting: string): string {
  const parts = ['net', 'ipv4', 'conf', device, setting]
  return parts.join(device.includes('.') ? '/' : '.')
}

const unmet = (code: 'no-way' | 'sysctl', text: string, commands: readonly string[] = []): Needs => ({
  kind: 'unmet',
  code,
  text,
  commands,
})
