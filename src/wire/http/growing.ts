/** Bytes that arrive in pieces, kept in one place: many tiny pieces cost no more than one large one. */
interface Growing {
  add(piece: Buffer): void
  /** A view of all there is; good until the next `add`. */
  bytes(): Buffer
  length(): number
  /** Forgets everything from `length` on. */
  cut(length: number): void
}

const FIRST_ROOM = 1024

export function growing(): Growing {
  let room = Buffer.alloc(0)
  let used = 0
  return {
    add(piece) {
      const needed = used + piece.length
      if (needed > room.length) {
        const larger = Buffer.alloc(Math.max(FIRST_ROOM, room.length * 2, needed))
        room.copy(larger, 0, 0, used)
        room = larger
      }
      piece.copy(room, used)
      used = needed
    },
    bytes: () => room.subarray(0, used),
    length: () => used,
    cut(length) {
      used = Math.min(used, length)
    },
  }
}
