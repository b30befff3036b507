/**
 * What Piranha's nanny 0.8.6 would have made of a send_program's run, for operators who come from there: it cuts the last
 * character off the output, whatever it is, and compares the rest; and it compares nothing where the program failed or
 * printed nothing, which leaves it content. Seen by running it.
 */

interface ProgramEnd {
  /** `null`: it was ended by a signal, or stopped. */
  readonly status: number | null
  readonly output: string
}

interface NannySays {
  readonly up: boolean
  /** The end of a sentence that begins "because". */
  readonly because: string
}

export function nannyOf({ status, output }: ProgramEnd, expect: string | undefined): NannySays {
  if (expect === undefined) return { up: false, because: 'it compares with no text, and nothing equals that' }
  if (status !== 0) return { up: true, because: 'it does not look at the output of a program that failed' }
  if (output === '') return { up: true, because: 'it compares nothing where nothing was printed' }
  const compared = output.slice(0, -1)
  if (compared === expect) return { up: true, because: 'the output without its last character is the text expected' }
  return { up: false, because: 'the output without its last character is not the text expected' }
}
