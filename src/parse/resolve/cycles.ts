/**
 * Services that depend on themselves by way of others are never well: mon suppresses them silently and for ever, here
 * the way round is printed. Alerts and monitors are separate, since each is followed through dependencies of its own
 * sort. Source: mon manual, "DEPENDENCIES"; Tarjan, Depth-first search and linear graph algorithms (1972).
 */
import type { ServiceKey } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'

type Sort = 'alerts' | 'monitor'

/** The line of one service, and whom it names. */
interface Link {
  readonly services: readonly ServiceKey[]
  readonly value: Slice
}

/** Services of one way round that a message writes out. */
const NAMED = 12

export class DependencyGraph {
  readonly #links: Readonly<Record<Sort, Map<ServiceKey, Link>>> = { alerts: new Map(), monitor: new Map() }

  add(sort: Sort, of: ServiceKey, link: Link): void {
    this.#links[sort].set(of, link)
  }

  /** `limit`: how deep a chain is followed (dep_recur_limit). */
  report(limit: number, report: Report): void {
    for (const links of Object.values(this.#links)) reportLinks(links, limit, report)
  }
}

function reportLinks(links: ReadonlyMap<ServiceKey, Link>, limit: number, report: Report): void {
  /** How many dependencies are worked out within each other for a service; `null`: without end. */
  const depths = new Map<ServiceKey, number | null>()
  for (const knot of knotsOf(links)) {
    const [first] = knot
    if (first === undefined) continue
    const link = links.get(first)
    if (link === undefined) continue
    if (knot.length > 1 || link.services.includes(first)) {
      for (const key of knot) depths.set(key, null)
      reportCycle(knot, links, report)
      continue
    }
    const below = link.services.map((key) => depths.get(key) ?? (depths.has(key) ? null : 0))
    const depth = below.includes(null) ? null : 1 + below.reduce<number>((most, one) => Math.max(most, one ?? 0), 0)
    depths.set(first, depth)
    if (depth !== null && depth - 1 > limit) reportDeep(link.value, depth, limit, report)
  }
}

function reportCycle(knot: readonly ServiceKey[], links: ReadonlyMap<ServiceKey, Link>, report: Report): void {
  const way = wayRound(knot, links)
  const shown =
    way.length <= NAMED + 1 ? way : [...way.slice(0, NAMED), `… (${way.length - NAMED - 1} more)`, way[0] ?? '']
  const value = links.get(way[0] ?? knot[0] ?? ('' as ServiceKey))?.value
  if (value === undefined) return
  const message = `this dependency comes back to itself: ${shown.join(' -> ')}`
  report.error('depend-cycle', spanOf(value), message, 'take one of these dependencies away')
}

function reportDeep(value: Slice, depth: number, limit: number, report: Report): void {
  const message = `this chain of dependencies is ${depth} long, and dep_recur_limit is ${limit}: it is never satisfied`
  report.warning('depend-deep', spanOf(value), message, `write dep_recur_limit = ${depth - 1}`)
}

/** The shortest way from the first service of the file back to itself, within its knot; breadth first. */
function wayRound(knot: readonly ServiceKey[], links: ReadonlyMap<ServiceKey, Link>): readonly ServiceKey[] {
  const inside = new Set(knot)
  const offset = (key: ServiceKey) => {
    const value = links.get(key)?.value
    return value === undefined ? 0 : spanOf(value).start
  }
  const start = knot.reduce((first, key) => (offset(key) < offset(first) ? key : first))
  const before = new Map<ServiceKey, ServiceKey>()
  const queue: ServiceKey[] = [start]
  for (let at = 0; at < queue.length; at++) {
    const key = queue[at] ?? start
    for (const next of links.get(key)?.services ?? []) {
      if (next === start) return [...wayBack(key, start, before), start]
      if (!inside.has(next) || before.has(next)) continue
      before.set(next, key)
      queue.push(next)
    }
  }
  return knot
}

function wayBack(from: ServiceKey, start: ServiceKey, before: ReadonlyMap<ServiceKey, ServiceKey>): ServiceKey[] {
  const way: ServiceKey[] = [from]
  for (let key = from; key !== start; ) {
    const former = before.get(key)
    if (former === undefined) break
    way.push(former)
    key = former
  }
  return way.reverse()
}

interface Visit {
  readonly key: ServiceKey
  next: number
}

/** Services that reach each other, each in one knot; whoever is depended on comes first. Without recursion: a chain may be long. */
function knotsOf(links: ReadonlyMap<ServiceKey, Link>): ServiceKey[][] {
  const order = new Map<ServiceKey, number>()
  const low = new Map<ServiceKey, number>()
  const open: ServiceKey[] = []
  const isOpen = new Set<ServiceKey>()
  const knots: ServiceKey[][] = []
  const lower = (key: ServiceKey, to: number) => low.set(key, Math.min(low.get(key) ?? to, to))

  for (const root of links.keys()) {
    const visits: Visit[] = []
    const enter = (key: ServiceKey) => {
      lower(key, order.size)
      order.set(key, order.size)
      open.push(key)
      isOpen.add(key)
      visits.push({ key, next: 0 })
    }
    if (!order.has(root)) enter(root)
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { key } = visit
      const child = links.get(key)?.services[visit.next]
      visit.next += 1
      if (child === undefined) {
        visits.pop()
        const parent = visits.at(-1)
        if (parent !== undefined) lower(parent.key, low.get(key) ?? 0)
        if (low.get(key) === order.get(key)) knots.push(close(key, open, isOpen))
      } else if (!order.has(child)) {
        if (links.has(child)) enter(child)
      } else if (isOpen.has(child)) lower(key, order.get(child) ?? 0)
    }
  }
  return knots
}

function close(key: ServiceKey, open: ServiceKey[], isOpen: Set<ServiceKey>): ServiceKey[] {
  const knot: ServiceKey[] = []
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    isOpen.delete(one)
    knot.push(one)
    if (one === key) break
  }
  return knot
}
