/**
 * Answers -> the text of a mon.cf that explains its lines. The same answers make the same bytes: nothing of the machine,
 * the day or the version is in it, so that a second run finds nothing to change.
 */
import { endpointText } from '../../model/table.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import type { Answers, Forwarding, MailAnswers, RealAnswers, VirtualAnswers } from './answers.ts'
import { portedBy } from './judge.ts'

/** Hosts on one line of a hostgroup; a line has a limit, and a reader has one as well. */
const HOSTS_A_LINE = 8

export function monCf(answers: Answers, surroundings: Surroundings): string {
  const groups = new GroupNames(answers.virtuals.map(({ name }) => name))
  const blocks = answers.virtuals.map((virtual, i) => virtualText(virtual, answers, surroundings, groups, i === 0))
  return `${[...HEAD, '', ...globals(answers), ...blocks.flatMap((lines) => ['', ...lines])].join('\n')}\n`
}

const HEAD = [
  '# Written by "upalert init". Change it as you like; from then on init leaves it alone, unless it is told --force.',
  '#',
  '# Three rules of the language: a statement is a line; an EMPTY LINE ENDS A BLOCK, so there are none inside hostgroup,',
  '# watch and virtual; a comment has a line of its own. Lengths of time have a unit: 5s, 10m, 1h. Every word is explained',
  '# in docs/configuration.md.',
]

function globals({ mail, database }: Answers): readonly string[] {
  return [
    ...mailSettings(mail),
    '# Where the history of every failure and repair is kept: a PostgreSQL that comes along (embedded), your own',
    '# (postgres://user@host/database), or none.',
    `database = ${database}`,
  ]
}

function mailSettings({ to, from, relay }: MailAnswers): readonly string[] {
  if (to.length === 0) {
    return [
      '# Nobody is told of failures. With a relay here, and "alert mail ADDRESS" and "upalert mail ADDRESS" in a "period"',
      '# below a service, somebody is:',
      `#mailserver = ${relay}`,
      ...(from === '' ? [] : [`#mailfrom = ${from}`]),
    ]
  }
  return [
    '# The relay that takes mails: smtp://host:port, or smtps:// for TLS from the first byte.',
    `mailserver = ${relay}`,
    ...(from === ''
      ? []
      : ['# Whom they are from. An address that can be answered is a kindness.', `mailfrom = ${from}`]),
  ]
}

/** One check with its hosts: those of a pool that are asked in the same words. */
interface Group {
  readonly name: string
  readonly monitor: string
  readonly reals: readonly RealAnswers[]
}

function virtualText(
  virtual: VirtualAnswers,
  { mail }: Answers,
  surroundings: Surroundings,
  names: GroupNames,
  isFirst: boolean,
): readonly string[] {
  const groups = groupsOf(virtual, surroundings, names)
  const service = serviceName(virtual.check)
  const explained = (...lines: readonly string[]) => (isFirst ? lines : [])
  const mails = (isFirstGroup: boolean) => telling(mail, isFirstGroup ? explained : () => [])
  return [
    `# ${'-'.repeat(100)}`,
    `# ${virtual.name}${isFirst ? '' : ', in the same words as the one above'}`,
    '',
    ...groups.flatMap((group, i) => [
      ...(i === 0 ? explained(...EXPLAINED.hostgroup) : []),
      ...hostgroup(group),
      '',
      ...(i === 0 ? explained(...EXPLAINED.watch) : []),
      `watch ${group.name}`,
      ...(i === 0 ? explained(...EXPLAINED.service) : []),
      `    service ${service}`,
      `        description ${virtual.name}: the real servers of ${front(virtual)}`,
      ...(i === 0 ? explained(...EXPLAINED.interval) : []),
      '        interval 10s',
      '        timeout 5s',
      ...(i === 0 ? explained(...EXPLAINED.fall) : []),
      '        fall 2',
      ...(i === 0 ? explained(...EXPLAINED.monitor) : []),
      `        monitor ${group.monitor}`,
      ...mails(i === 0),
      '',
    ]),
    ...explained(...EXPLAINED.virtual),
    `virtual ${virtual.name}`,
    ...explained(...EXPLAINED.address),
    `    address ${front(virtual)}`,
    ...schedulerLines(virtual.scheduler),
    `    scheduler ${virtual.scheduler}`,
    ...FORWARDS[virtual.forward].map((line) => `    # ${line}`),
    `    forward ${virtual.forward}`,
    ...explained(...EXPLAINED.onFail),
    '    on_fail remove',
    ...explained(...EXPLAINED.real),
    ...groups.flatMap(({ name, reals }) => reals.map((real) => realLine(real, virtual, `${name}/${service}`))),
  ]
}

const EXPLAINED = {
  hostgroup: [
    '# A hostgroup is a name for hosts that are checked: the real servers, by the address they are checked at.',
  ],
  watch: ['# A watch says what is asked of the hosts of the hostgroup of that name.'],
  service: ['    # One question, put to all of them. Each host has a verdict of its own.'],
  interval: ['        # How often it is asked, and how long the answer may take.'],
  fall: ['        # Two bad answers in a row make a host down, one good answer makes it up again.'],
  monitor: ['        # The question itself; docs/monitors.md explains its words, and has all the others.'],
  virtual: ['# A virtual server in the kernel’s IPVS table, and the real servers behind it.'],
  address: ['    # What clients connect to: address and port, with /udp or /sctp behind them where it is not TCP.'],
  onFail: [
    '    # What becomes of a real server that is down: "remove" takes its entry out of the table, and what is left of its',
    '    # connections with it; "drain" gives it weight 0, and connections come to their end.',
  ],
  real: [
    '    # A server that says sorry, for when no real server is left:',
    '    #sorry 127.0.0.1:8080 forward local',
    '    # The real servers: address, weight (the share of the load), and the check whose verdict it follows.',
  ],
} as const

/** ipvsadm(8), --scheduler. */
const SCHEDULERS: Readonly<Record<string, string>> = {
  rr: 'one real server after the other',
  wrr: 'one real server after the other, each as often as its weight says',
  lc: 'to the real server with the fewest connections',
  wlc: 'to the real server with the fewest connections for its weight',
  lblc: 'by the destination address, for clusters of caches, to another one when it is overloaded',
  lblcr: 'by the destination address, for clusters of caches, to a set of servers that grows with the load',
  dh: 'by the destination address, always the same',
  sh: 'by the client’s address, always to the same real server',
  sed: 'to where the answer is expected soonest, by connections and weight',
  nq: 'to an idle real server if there is one, otherwise as sed does',
  fo: 'all to the real server with the greatest weight that is up',
  ovf: 'all to the real server with the greatest weight until it has as many connections, then to the next',
  mh: 'by the client’s address, with few clients moved when a real server comes or goes (Maglev)',
  twos: 'to the better one of two that are drawn by chance',
}

function schedulerLines(scheduler: string): readonly string[] {
  const [name = ''] = scheduler.split(' ', 1)
  const what = Object.hasOwn(SCHEDULERS, name) ? ` ${name}: ${SCHEDULERS[name]}.` : ''
  return [`    # How connections are shared out.${what}`]
}

const FORWARDS: Readonly<Record<Forwarding, readonly string[]>> = {
  nat: [
    'NAT: the director rewrites every packet and every answer. The default gateway of each real server must be this',
    'director; the port may differ.',
  ],
  dr: [
    'Direct routing: packets go on as they are, and answers go straight to the client. Director and real servers are on',
    'one segment; each real server has the virtual address on lo, keeps quiet about it in ARP, and uses the same port.',
  ],
  tun: [
    'Tunnel: packets are wrapped and sent on, to any network; answers go straight to the client. Each real server has the',
    'virtual address on its tunnel device, keeps quiet about it in ARP, and uses the same port.',
  ],
}

const front = ({ family, address, port, protocol }: VirtualAnswers): string =>
  `${endpointText({ family, address, port })}${protocol === 'tcp' ? '' : `/${protocol}`}`

function telling({ to }: MailAnswers, explained: (...lines: readonly string[]) => readonly string[]) {
  if (to.length === 0) return []
  return [
    ...explained(
      '        # Who is told, at any time of day; "period wd {Mon-Fri} hr {8am-6pm}" would be office hours.',
    ),
    '        period',
    ...explained('            # One mail when it fails, another each hour while it lasts, and one when it is over.'),
    '            alertevery 1h',
    `            alert mail ${to.join(' ')}`,
    `            upalert mail ${to.join(' ')}`,
  ]
}

function hostgroup({ name, reals }: Group): readonly string[] {
  const hosts = [...new Set(reals.map(({ address }) => address))]
  if (hosts.length <= HOSTS_A_LINE) return [`hostgroup ${name} ${hosts.join(' ')}`]
  const lines = [`hostgroup ${name}`]
  for (let at = 0; at < hosts.length; at += HOSTS_A_LINE)
    lines.push(`    ${hosts.slice(at, at + HOSTS_A_LINE).join(' ')}`)
  return lines
}

/** Real servers with different ports are asked in different words, and so are groups of their own. */
function groupsOf(virtual: VirtualAnswers, surroundings: Surroundings, names: GroupNames): readonly Group[] {
  const ported = portedBy(virtual.check, surroundings)
  const groups = new Map<string, { readonly port: number; readonly reals: RealAnswers[] }>()
  for (const real of virtual.reals) {
    const monitor = ported(real.port)
    const group = groups.get(monitor) ?? { port: real.port, reals: [] }
    group.reals.push(real)
    groups.set(monitor, group)
  }
  return [...groups].map(([monitor, { port, reals }]) => ({
    name: groups.size === 1 ? virtual.name : names.free(`${virtual.name}-${port}`),
    monitor,
    reals,
  }))
}

/** Names of hostgroups; those of virtual servers are theirs. */
class GroupNames {
  readonly #taken: Set<string>

  constructor(virtuals: readonly string[]) {
    this.#taken = new Set(virtuals)
  }

  free(wanted: string): string {
    let name = wanted
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}-${i}`
    this.#taken.add(name)
    return name
  }
}

/** The monitor's name without a path and a suffix. */
function serviceName(check: string): string {
  const [word = ''] = check.split(/[ \t]/, 1)
  const name = word.replace(/^.*\//, '').replace(/[^A-Za-z0-9_.-]/g, '')
  return name === '' ? 'check' : name
}

function realLine(real: RealAnswers, { forward, port }: VirtualAnswers, check: string): string {
  // Without a port it has that of the virtual server, which is the only one that direct routing and tunnels can reach.
  const end = forward === 'nat' || real.port !== port ? endpointText(real) : real.address
  return `    real ${end} weight ${real.weight} check ${check}`
}
