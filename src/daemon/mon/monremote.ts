/**
 * Tells a program what clients have disabled, enabled and tested, one call after the other: `PROGRAM disable host web1`.
 * mon hands the line to a shell; here the words are handed over as they are, so that no host's name runs anything.
 * Source: mon manual, "monremote".
 */
import { launch } from '../../edge/program/launch.ts'
import { quotedWords } from '../../wire/mon/request.ts'

/** How long one call may take, in milliseconds. */
const DEADLINE = 60_000
/** Calls that may wait for the one under way; beyond that they are dropped, and said. */
const MOST_WAITING = 1000

export interface MonRemote {
  tell(command: string): void
  /** Ends what is under way. */
  close(): Promise<void>
}

/** `program`: the words of the setting as they are now; empty for none. */
export function createMonRemote(
  program: () => string,
  trouble: (text: string) => void,
  { deadline = DEADLINE, mostWaiting = MOST_WAITING } = {},
): MonRemote {
  const waiting: string[] = []
  let busy: Promise<void> | null = null
  let controller = new AbortController()
  let closed = false

  async function work(): Promise<void> {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) await call(command)
    busy = null
  }

  async function call(command: string): Promise<void> {
    const words = quotedWords(program())
    if (words === null) return trouble(`monremote ${program()} has a quote without its partner`)
    if (words.length === 0) return
    controller = new AbortController()
    const late = setTimeout(() => controller.abort(), deadline)
    const { end } = await launch({
      command: [...words, ...command.split(' ')],
      environment: {},
      input: null,
      signal: controller.signal,
      user: undefined,
      leftovers: 'leave',
    })
    clearTimeout(late)
    if (closed || (end.kind === 'exited' && end.status === 0)) return
    trouble(`monremote ${words[0]} ${command}: ${endText(end, deadline)}`)
  }

  return {
    tell(command) {
      if (closed || program() === '') return
      if (waiting.length >= mostWaiting) trouble(`monremote does not keep up: "${command}" is not passed on`)
      else waiting.push(command)
      busy ??= work()
    },
    async close() {
      closed = true
      waiting.length = 0
      controller.abort()
      await busy
    },
  }
}

type End = Awaited<ReturnType<typeof launch>>['end']

function endText(end: End, deadline: number): string {
  switch (end.kind) {
    case 'exited':
      return `it ended with status ${end.status}`
    case 'signalled':
      return `it was ended by ${end.signal}`
    case 'not-started':
      return end.text
    case 'deadline':
      return `it did not end within ${deadline / 1000} s`
  }
}
