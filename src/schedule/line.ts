/**
 * A waiting line before a number of places: first come, first served; nobody stands in it twice, and nobody who has a
 * place stands in it. Checks wait in two of them, one for monitors within the daemon and one for programs, so that
 * neither kind can keep the other from running.
 */
import type { Uptime } from '../model/units.ts'

export class Line<Key> {
  /** How many may have a place at once; may change at any time. */
  places: number
  private readonly waiting = new Map<Key, Uptime>()
  private readonly placed = new Set<Key>()

  constructor(places: number) {
    this.places = places
  }

  /** Joins the line, unless it stands there already or has a place. */
  join(key: Key, now: Uptime): void {
    if (!this.placed.has(key) && !this.waiting.has(key)) this.waiting.set(key, now)
  }

  /** Stands in the line. */
  has(key: Key): boolean {
    return this.waiting.has(key)
  }

  /** Leaves the line without having had a place. */
  leave(key: Key): void {
    this.waiting.delete(key)
  }

  /** Gives the first in line a place; `undefined` if there is nobody, or no place. */
  next(): Key | undefined {
    if (this.placed.size >= this.places) return undefined
    const [first] = this.waiting.keys()
    if (first === undefined) return undefined
    this.waiting.delete(first)
    this.placed.add(first)
    return first
  }

  /** Gives a place back. */
  done(key: Key): void {
    this.placed.delete(key)
  }

  clear(): void {
    this.waiting.clear()
  }

  get length(): number {
    return this.waiting.size
  }

  /** Since when the first in line has been waiting; `undefined` if nobody is. */
  get oldest(): Uptime | undefined {
    const [first] = this.waiting.values()
    return first
  }
}
