/** Whether the kernel has what the table needs, and this process may touch it. */
import type { Facts } from '../model/facts.ts'
import { type Finding, finding, listed, sysctl, unseenFinding } from './finding.ts'
import type { Setup } from './setup.ts'

/** What `facts.modules` must tell of. */
export function neededModules(setup: Setup): readonly string[] {
  const schedulers = setup.services.map(({ settings }) => `ip_vs_${settings.scheduler}`)
  const engines = setup.services.flatMap(({ settings }) =>
    settings.engine === '' ? [] : [`ip_vs_pe_${settings.engine}`],
  )
  return [...new Set(['ip_vs', ...schedulers, ...engines])]
}

export function kernelFindings(setup: Setup, facts: Facts): readonly Finding[] {
  return [...capabilities(setup, facts), ...ipvs(facts), ...parts(setup, facts)]
}

function capabilities(setup: Setup, { capabilities, uid, sysctls }: Facts): readonly Finding[] {
  if (capabilities.kind === 'unseen') return [unseenFinding('What this process may do', capabilities.why)]
  const has = capabilities.value
  const root = uid === 0
  const hint = root
    ? 'this root lacks what the machine’s has: start the container with --cap-add NET_ADMIN --cap-add NET_RAW'
    : 'start the daemon as root, or with "AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW" in its systemd unit; if you did, run the doctor as its user does'
  const found: Finding[] = []
  if (!has.has('NET_ADMIN')) {
    const text =
      'This process has no CAP_NET_ADMIN: a daemon that is started like it can neither read nor change the IPVS table.'
    found.push(finding(root ? 'error' : 'warning', 'cap-net-admin', text, { hint }))
  }
  const groups = sysctls.get('net/ipv4/ping_group_range')?.split(/\s+/).map(Number) ?? [1, 0]
  const unprivileged = (groups[0] ?? 1) <= (groups[1] ?? 0)
  if (setup.pings && !has.has('NET_RAW') && !unprivileged) {
    const text =
      'This process has no CAP_NET_RAW, and net.ipv4.ping_group_range admits nobody: checks with ping cannot send.'
    found.push(finding(root ? 'error' : 'warning', 'cap-net-raw', text, { hint }))
  }
  return found
}

function ipvs({ ipvs, modules, release }: Facts): readonly Finding[] {
  if (ipvs.present) return []
  const lasting = '"ip_vs" in /etc/modules-load.d/lvs.conf'
  const text = 'The kernel has no IPVS loaded'
  switch (modules.get('ip_vs')) {
    case 'loaded':
      return []
    case 'loadable':
      return [
        finding(
          'warning',
          'ip-vs-module',
          `${text}; "upalert run" loads it if it runs as root, and nothing else does.`,
          {
            mend: ['modprobe ip_vs'],
            lasting,
          },
        ),
      ]
    case 'missing':
      return [
        finding(
          'error',
          'ip-vs-module',
          `${text}, and the kernel ${release} has no module ip_vs: nothing is balanced.`,
          {
            hint: 'install the kernel’s other modules (Ubuntu: linux-modules-extra of that release), or another kernel',
          },
        ),
      ]
    default:
      return [
        finding('error', 'ip-vs-module', `${text}: nothing is balanced.`, {
          mend: ['modprobe ip_vs'],
          lasting,
          hint: `the modules of ${release} are not on this file system; in a container, load ip_vs on its host`,
        }),
      ]
  }
}

/** Schedulers and persistence engines: the kernel loads them when a service first asks, if they are there. */
function parts(setup: Setup, { ipvs, modules, release }: Facts): readonly Finding[] {
  return neededModules(setup).flatMap((module) => {
    if (module === 'ip_vs') return []
    const word = module.replace(/^ip_vs_(pe_)?/, '')
    const engine = module.startsWith('ip_vs_pe_')
    const users = setup.services.filter(({ settings }) => (engine ? settings.engine : settings.scheduler) === word)
    const what = `The ${engine ? 'persistence engine' : 'scheduler'} ${word} of ${listed(users.map(({ name }) => name))}`
    const state = modules.get(module)
    if (state === 'loaded' || state === 'loadable') return []
    // Where IPVS itself is not to be seen, that is enough said.
    if (state !== 'missing' && !ipvs.present) return []
    if (state !== 'missing') {
      return [unseenFinding(what, `${module} is not loaded, and the modules of ${release} are not on this file system`)]
    }
    return [
      finding('error', 'scheduler-module', `${what} is not in the kernel ${release}: the service cannot be made.`, {
        hint: `install the module ${module}, or choose another ${engine ? 'engine' : 'scheduler'}`,
      }),
    ]
  })
}

/** Connections for each bucket of the table from which on looking one up is slow. */
const CROWDED = 8
/** ip_vs_conn.c allows 20 before Linux 6.x, and more later. */
const MOST_BITS = 20

/** A full table works, but every packet walks its chains. */
export function tableSize({ ipvs }: Facts): readonly Finding[] {
  if (ipvs.connections.kind === 'unseen' || ipvs.tableBits.kind === 'unseen') return []
  const connections = ipvs.connections.value
  const bits = ipvs.tableBits.value
  const wanted = Math.min(MOST_BITS, Math.ceil(Math.log2(Math.max(1, connections))))
  if (connections <= CROWDED * 2 ** bits || wanted <= bits) return []
  const text = `${connections} connections share a table of ${2 ** bits} buckets, so every packet is slower than it need be.`
  return [
    finding('note', 'conn-tab-bits', text, {
      lasting: `"options ip_vs conn_tab_bits=${wanted}" in /etc/modprobe.d/lvs.conf`,
      hint: 'the size is fixed when the module is loaded, and unloading it ends all connections: reboot at a quiet hour',
    }),
  ]
}

/** Share of the table of tracked connections that counts as nearly full. */
const NEARLY = 0.9

export function tracking(facts: Facts): readonly Finding[] {
  if (sysctl(facts, 'net/ipv4/vs/conntrack') !== 1) return []
  const count = sysctl(facts, 'net/netfilter/nf_conntrack_count')
  const most = sysctl(facts, 'net/netfilter/nf_conntrack_max')
  if (count === null || most === null || most === 0 || count < NEARLY * most) return []
  const text = `${count} of ${most} tracked connections are in use, and net.ipv4.vs.conntrack is 1: once it is full, new connections are dropped.`
  const path = 'net.netfilter.nf_conntrack_max'
  return [
    finding('warning', 'conntrack-full', text, {
      mend: [`sysctl -w ${path}=${most * 4}`],
      lasting: `"${path} = ${most * 4}" in /etc/sysctl.d/60-lvs.conf, and "nf_conntrack" in /etc/modules-load.d/lvs.conf`,
    }),
  ]
}
