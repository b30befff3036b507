/** What ipvs.guest.ts measures; times are milliseconds. */
export interface Figures {
  readonly services: number
  readonly destinations: number
  /** The first pass: read, diff, write of the whole table, and read again to see that it stands. */
  readonly first: number
  /** System calls of it. */
  readonly firstCalls: number
  /** Passes over a table that stands as wanted; and the read alone. */
  readonly passes: readonly number[]
  readonly reads: readonly number[]
  readonly readCalls: number
  /** A pass after one verdict changed one weight, read back included; and how many netlink commands it sent. */
  readonly verdict: number
  readonly verdictCommands: number
}

/** Issue 4, "Speed and size". */
export const LIMITS = { first: 2_000, pass: 300, verdictCommands: 1 }

export function figureLines(where: string, figures: Figures): string[] {
  const { services, destinations, first, firstCalls, passes, reads, readCalls, verdict, verdictCommands } = figures
  const [pass, read] = [median(passes), median(reads)]
  return [
    `${destinations} real servers behind ${services} virtual servers, ${where}:`,
    row(
      'first read, diff and write',
      first,
      `limit ${LIMITS.first} ms, ${firstCalls} system calls`,
      first < LIMITS.first,
    ),
    row('reconcile without change', pass, `limit ${LIMITS.pass} ms, median of ${passes.length}`, pass < LIMITS.pass),
    row('  of it the read', read, `${readCalls} system calls`, true),
    row('  the slowest', Math.max(...passes), '', true),
    row(
      'one verdict, read back',
      verdict,
      `${verdictCommands} netlink command`,
      verdictCommands === LIMITS.verdictCommands,
    ),
  ]
}

export function withinLimits({ first, passes, verdictCommands }: Figures): boolean {
  return first < LIMITS.first && median(passes) < LIMITS.pass && verdictCommands === LIMITS.verdictCommands
}

function row(name: string, milliseconds: number, note: string, good: boolean): string {
  const time = `${milliseconds.toFixed(1)} ms`.padStart(11)
  return `  ${name.padEnd(28)}${time}${note === '' ? '' : `   (${note})`}${good ? '' : '   TOO MUCH'}`
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
}
