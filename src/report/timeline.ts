/**
 * One service from its first record to its last: a sweep over all that changes, in order, which measures each stretch
 * between two changes once. Whatever is measured in the span adds up to the span, to the millisecond.
 */
import { type WallTime, wallTime } from '../model/units.ts'
import { closed, heardOf, type Incident, type Open, opened } from './incident.ts'
import { inOrder } from './order.ts'
import type { HistoryRecord } from './record.ts'
import type { Span } from './span.ts'

/** Milliseconds of the span in each class. */
export interface Measured {
  up: number
  down: number
  downInMaintenance: number
  notObserved: number
}

export interface Timeline {
  readonly measured: Readonly<Measured>
  /** In the order in which they began. */
  readonly incidents: readonly Incident[]
  /** Changes from up to down and from down to up in the span. */
  readonly changes: number
}

type Change = Exclude<HistoryRecord, { kind: 'gap' }>

/** `records`: those of the service, in any order. `unseen`: in order, none touching the next, the last without end. */
export function timelineOf(
  service: string,
  records: readonly HistoryRecord[],
  unseen: readonly Span[],
  span: Span,
): Timeline {
  const sweep = new Sweep(service, unseen, span)
  for (const change of inOrder(records)) sweep.take(change)
  return sweep.finish()
}

class Sweep {
  private readonly measured: Measured = { up: 0, down: 0, downInMaintenance: 0, notObserved: 0 }
  private readonly incidents: Incident[] = []
  private changes = 0
  private status: 'untested' | 'up' | 'down' = 'untested'
  private maintenance = false
  private open: Open | null = null
  /** Hosts that went down in the instant that is looked at: their records come before the service's own. */
  private fallen: { at: WallTime; hosts: [host: string, text: string][] } = { at: wallTime(0), hosts: [] }
  private at: WallTime = wallTime(-8.64e15)
  /** The unseen time that ends next. */
  private next = 0

  private readonly service: string
  private readonly unseen: readonly Span[]
  private readonly span: Span

  constructor(service: string, unseen: readonly Span[], span: Span) {
    this.service = service
    this.unseen = unseen
    this.span = span
  }

  take(change: Change): void {
    this.advance(change.at)
    switch (change.kind) {
      case 'service':
        this.become(change)
        return
      case 'maintenance':
        this.maintenance = change.began
        return
      case 'acknowledged':
        if (this.open !== null) this.open.acknowledged ??= change.who
        return
      case 'host':
        if (this.fallen.at !== change.at) this.fallen = { at: change.at, hosts: [] }
        this.fallen.hosts.push([change.host, change.text])
        if (this.open !== null) heardOf(this.open, change.host, change.text)
    }
  }

  finish(): Timeline {
    const last = this.unseen.at(-1)?.from ?? this.at
    // What is on record was seen, whatever the last sign of life was.
    const known = wallTime(Math.max(last, this.at))
    this.advance(known)
    if (this.open !== null) this.keep(closed(this.service, this.open, { at: known, became: null }, this.span))
    this.open = null
    this.advance(wallTime(Math.max(known, this.span.to)))
    return { measured: this.measured, incidents: this.incidents, changes: this.changes }
  }

  private become(change: Extract<Change, { kind: 'service' }>): void {
    const { at, became } = change
    if (became === this.status) return
    const inSpan = at >= this.span.from && at < this.span.to
    if (inSpan && became !== 'untested' && this.status !== 'untested') this.changes += 1
    if (this.open !== null && became !== 'down') {
      this.keep(closed(this.service, this.open, { at, became }, this.span))
      this.open = null
    }
    if (became === 'down') this.open = opened(change, this.fallen.at === at ? this.fallen.hosts : [])
    this.status = became
  }

  private keep(incident: Incident | null): void {
    if (incident !== null) this.incidents.push(incident)
  }

  /** Measures from where it stands up to `to`, piece by piece as somebody watched or not. */
  private advance(to: WallTime): void {
    while (this.at < to) {
      const { unseen, at } = this
      while ((unseen[this.next]?.to ?? Number.POSITIVE_INFINITY) <= at) this.next += 1
      const current = unseen[this.next]
      const watched = current === undefined || at < current.from
      const edge = current === undefined ? to : watched ? current.from : current.to
      const end = wallTime(Math.min(edge, to))
      this.measure(at, end, watched)
      this.at = end
    }
  }

  private measure(from: WallTime, to: WallTime, watched: boolean): void {
    const whole = to - from
    const inSpan = Math.max(0, Math.min(to, this.span.to) - Math.max(from, this.span.from))
    const kind = !watched || this.status === 'untested' ? 'notObserved' : this.kindSeen()
    this.measured[kind] += inSpan
    if (this.open === null) return
    if (kind === 'notObserved') this.open.unseen += whole
    else if (this.maintenance) this.open.seenInside += whole
    else this.open.seenOutside += whole
    if (kind !== 'up') this.open[kind] += inSpan
  }

  private kindSeen(): 'up' | 'down' | 'downInMaintenance' {
    if (this.status === 'up') return 'up'
    return this.maintenance ? 'downInMaintenance' : 'down'
  }
}
