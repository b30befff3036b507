/** What is wrong with a line of a file that a program wrote: said as data, and read on. */
export interface Complaint {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

export type Complain = (what: string) => void

/** Kept of one file; a file that is something else altogether would fill a log. */
const MOST_COMPLAINTS = 100

/** A list that fills as far as MOST_COMPLAINTS. */
export function complaints(): { list: readonly Complaint[]; complain(line: number, what: string): void } {
  const list: Complaint[] = []
  return {
    list,
    complain(line, text) {
      if (list.length < MOST_COMPLAINTS) list.push({ line, text })
    },
  }
}
