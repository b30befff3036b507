/** What `ip` of iproute2 says: links and addresses, routes, rules, and the way to an address. One process for many questions. */
import { spawnSync } from 'node:child_process'
import { type Link, type LinkAddress, type Route, type Seen, seen, unseen, type Way } from '../../model/facts.ts'

/** A machine with a hundred thousand routes answers within it; whatever takes longer hangs. */
const DEADLINE_MS = 20_000
/** Output of one call that is taken, in bytes. */
const OUTPUT_LIMIT = 64 * 1024 * 1024
/** Addresses whose way is asked for; a farm has fewer. */
export const WAYS_LIMIT = 20_000

type Fields = Readonly<Record<string, unknown>>

export const readLinks = (): Seen<readonly Link[]> =>
  mapped(ipJson(['-d', 'address', 'show']), (links) => links.map(linkOf))

export function readRoutes(): Seen<readonly Route[]> {
  const four = ipJson(['-4', 'route', 'show', 'table', 'all'])
  const six = ipJson(['-6', 'route', 'show', 'table', 'all'])
  if (four.kind === 'unseen') return four
  const routes = [
    ...four.value.flatMap((fields) => routesOf(fields, 4)),
    ...(six.kind === 'seen' ? six.value.flatMap((fields) => routesOf(fields, 6)) : []),
  ]
  return seen(routes.filter(({ table }) => table !== 'local'))
}

/** How many policy rules there are beyond the three (for IPv6 two) of every machine. */
export function readExtraRules(): Seen<number> {
  const four = ipJson(['-4', 'rule', 'show'])
  const six = ipJson(['-6', 'rule', 'show'])
  const extra = (rules: readonly Fields[]) =>
    rules.filter(({ table, src }) => !(src === 'all' && /^(local|main|default)$/.test(String(table)))).length
  if (four.kind === 'unseen') return four
  return seen(extra(four.value) + (six.kind === 'seen' ? extra(six.value) : 0))
}

/** UDP ports of foo-over-UDP and GUE receivers; none where the module fou is not loaded. */
export const readFouPorts = (): Seen<readonly number[]> =>
  mapped(ipJson(['fou', 'show']), (ports) => ports.map(({ port }) => Number(port)).filter(Number.isInteger))

/** The kernel's own answer for each address, policy routing included. */
export function readWays(addresses: Iterable<string>): ReadonlyMap<string, Seen<Way>> {
  const wanted = [...new Set(addresses)]
  const asked = wanted.slice(0, WAYS_LIMIT)
  const ways = new Map<string, Seen<Way>>(
    wanted.slice(WAYS_LIMIT).map((address) => [address, unseen(`only ${WAYS_LIMIT} addresses are looked up`)]),
  )
  if (asked.length === 0) return ways
  const run = ip(['-j', '-d', '-force', '-batch', '-'], asked.map((address) => `route get ${address}\n`).join(''))
  // One array a line for each that has a way; what has none is told on standard error, without its name.
  for (const address of asked) ways.set(address, run.kind === 'seen' ? seen({ kind: 'none' }) : run)
  if (run.kind === 'unseen') return ways
  for (const line of run.value.split('\n')) {
    const [fields] = arrayOf(line)
    if (fields !== undefined) ways.set(String(fields.dst), seen(wayOf(fields)))
  }
  return ways
}

function linkOf(fields: Fields): Link {
  const flags = Array.isArray(fields.flags) ? fields.flags : []
  const info = isFields(fields.linkinfo) ? fields.linkinfo : {}
  const loopback = flags.includes('LOOPBACK')
  return {
    name: String(fields.ifname),
    kind: typeof info.info_kind === 'string' ? info.info_kind : '',
    takes: isFields(info.info_data) && typeof info.info_data.proto === 'string' ? info.info_data.proto : '',
    up: flags.includes('UP'),
    loopback,
    arp: !loopback && !flags.includes('NOARP') && flags.includes('BROADCAST'),
    mtu: Number(fields.mtu),
    addresses: (Array.isArray(fields.addr_info) ? fields.addr_info : []).filter(isFields).map(addressOf),
  }
}

function addressOf(fields: Fields): LinkAddress {
  return {
    family: fields.family === 'inet6' ? 6 : 4,
    address: String(fields.local),
    prefix: Number(fields.prefixlen),
    scope: String(fields.scope),
    deprecated: fields.deprecated === true || fields.preferred_life_time === 0,
    duplicate: fields.dadfailed === true,
  }
}

function routesOf(fields: Fields, family: 4 | 6): readonly Route[] {
  const hops = Array.isArray(fields.nexthops) ? fields.nexthops.filter(isFields) : []
  return hops.length === 0 ? [routeOf(fields, family)] : hops.map((hop) => routeOf({ ...fields, ...hop }, family))
}

function routeOf(fields: Fields, family: 4 | 6): Route {
  const metrics = metricsOf(fields)
  return {
    family,
    to: String(fields.dst),
    gateway: gatewayOf(fields),
    device: typeof fields.dev === 'string' ? fields.dev : null,
    table: typeof fields.table === 'string' ? fields.table : 'main',
    protocol: typeof fields.protocol === 'string' ? fields.protocol : '',
    metric: numberOr(fields.metric) ?? 0,
    advmss: numberOr(metrics.advmss),
  }
}

function wayOf(fields: Fields): Way {
  const type = typeof fields.type === 'string' ? fields.type : 'unicast'
  if (type === 'local') return { kind: 'local' }
  if (type !== 'unicast' || typeof fields.dev !== 'string') return { kind: 'none' }
  return { kind: 'out', device: fields.dev, gateway: gatewayOf(fields), mtu: numberOr(metricsOf(fields).mtu) }
}

/** An IPv4 route through an IPv6 gateway has `via` instead. */
function gatewayOf(fields: Fields): string | null {
  if (typeof fields.gateway === 'string') return fields.gateway
  return isFields(fields.via) ? String(fields.via.host) : null
}

function metricsOf(fields: Fields): Fields {
  const [metrics] = Array.isArray(fields.metrics) ? fields.metrics : []
  return isFields(metrics) ? metrics : {}
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function ipJson(words: readonly string[]): Seen<readonly Fields[]> {
  return mapped(ip(['-j', ...words], ''), arrayOf)
}

function ip(words: readonly string[], input: string): Seen<string> {
  const { stdout, error, status, stderr } = spawnSync('ip', words, {
    encoding: 'utf8',
    input,
    timeout: DEADLINE_MS,
    maxBuffer: OUTPUT_LIMIT,
    // Whoever runs this need not have the directory of administrators' programs in the search path.
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
  })
  if (error !== undefined) {
    // A directory of the search path that this user may not enter says EACCES.
    const absent = 'code' in error && /^(?:ENOENT|EACCES)$/.test(String(error.code))
    return unseen(
      absent ? 'the program ip cannot be started here (Debian package iproute2)' : `ip failed: ${error.message}`,
    )
  }
  // A batch that goes on after a failure ends with a status of its own.
  if (status !== 0 && !words.includes('-force')) return unseen(`ip ${words.join(' ')}: ${stderr.trim()}`)
  return seen(stdout)
}

/** `ip -j` prints nothing at all where there is nothing. */
function arrayOf(text: string): readonly Fields[] {
  if (!text.trimStart().startsWith('[')) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed.filter(isFields).filter((fields) => Object.keys(fields).length > 0) : []
  } catch {
    return []
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function mapped<T, U>(from: Seen<T>, to: (value: T) => U): Seen<U> {
  return from.kind === 'seen' ? seen(to(from.value)) : from
}
