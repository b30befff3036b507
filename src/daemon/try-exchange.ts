/** What a traced check did, in order: pieces that go the same way are one, and only so many bytes are kept. */
import type { Exchanged } from '../cli/try.ts'
import type { Trace } from '../model/monitor.ts'

/** Bytes of one exchange that are kept. */
const MOST_KEPT = 4_194_304

export interface Gathered {
  readonly trace: Trace
  exchange(): readonly Exchanged[]
  secrets(): readonly string[]
  /** Bytes that were not kept. */
  lost(): number
}

/** What went one way until something else happened. */
interface Piece {
  readonly kind: 'sent' | 'received'
  readonly parts: Buffer[]
}

export function gather(): Gathered {
  const exchange: (Exchanged | Piece)[] = []
  const secrets: string[] = []
  let room = MOST_KEPT
  let lost = 0
  return {
    trace(what) {
      if (what.kind === 'secret') secrets.push(what.text)
      else if (what.kind === 'ran') exchange.push(what)
      else {
        const kept = Buffer.from(what.bytes.subarray(0, room))
        room -= kept.length
        lost += what.bytes.length - kept.length
        if (kept.length === 0) return
        const last = exchange.at(-1)
        if (last?.kind === what.kind && 'parts' in last) last.parts.push(kept)
        else exchange.push({ kind: what.kind, parts: [kept] })
      }
    },
    exchange: () =>
      exchange.map((each) => ('parts' in each ? { kind: each.kind, bytes: Buffer.concat(each.parts) } : each)),
    secrets: () => secrets,
    lost: () => lost,
  }
}
