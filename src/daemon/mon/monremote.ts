/**
 * Tells a program what clients have disabled, enabled and tested, one call after the other: `PROGRAM disable host web1`.
 * mon hands the line to a shell; here the words are handed over as they are, so that no host's name runs anything.
 * Source: mon manual, "monremote".
 */
import { launch } from '../../edge/program/launch.ts'
import { quotedWords } from '../../wire/mon/request.ts'

/** How long one call may take. */
const DEADLINE_MS = 60_000
/** Calls that may wait for the one under way; beyond that they are dropped, and said. */
const MOST_WAITING = 1000

export interface MonRemote {
  tell(command: string): void
  /** Ends what is under way. */
  close(): Promise<void>
}

export function createMonRemote(program: () => string, trouble: (text: string) => void): MonRemote {
  const waiting: string[] = []
  let busy: Promise<void> | null = null
  let controller = new AbortController()

  async function work(): Promise<void> {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) await call(command)
    busy = null
  }

  async function call(command: string): Promise<void> {
    const words = quotedWords(program())
    if (words === null || words.length === 0) return
    controller = new AbortController()
    const deadline = setTimeout(() => controller.abort(), DEADLINE_MS)
    const { end } = await launch({
      command: [...words, ...command.split(' ')],
      environment: {},
      input: null,
      signal: controller.signal,
      user: undefined,
      leftovers: 'leave',
    })
    clearTimeout(deadline)
    if (end.kind === 'exited' && end.status === 0) return
    trouble(`monremote ${words[0]} ${command}: ${endText(end)}`)
  }

  return {
    tell(command) {
      if (program() === '') return
      if (waiting.length >= MOST_WAITING) trouble(`monremote does not keep up: "${command}" is not passed on`)
      else waiting.push(command)
      busy ??= work()
    },
    async close() {
      waiting.length = 0
      controller.abort()
      await busy
    },
  }
}

type End = Awaited<ReturnType<typeof launch>>['end']

function endText(end: End): string {
  switch (end.kind) {
    case 'exited':
      return `it ended with status ${end.status}`
    case 'signalled':
      return `it was ended by ${end.signal}`
    case 'not-started':
      return end.text
    case 'deadline':
      return `it did not end within ${DEADLINE_MS / 1000} s`
  }
}
