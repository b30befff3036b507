/** Drives the dialogue of `upalert init` on a terminal: prints what it says, reads what is typed, looks at what it wants. */
import { lookup } from 'node:dns/promises'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import type { Step } from '../../write/init/dialogue.ts'

/** Characters of a line that are taken in; the dialogue refuses far shorter ones. */
const LONGEST_LINE = 10_000
/** How long a name is looked up. */
const LOOKUP_MS = 5_000

export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

interface Driver {
  /** What can be seen of a virtual server, as text; empty if nothing is wrong. */
  look(step: Extract<Step, { kind: 'look' | 'look-relay' }>): Promise<string>
  /** Told of each line before the dialogue judges it. */
  hear(line: string): void
}

/** `null`: the terminal's end, or Ctrl-C, came first. */
export async function converse<T>(
  dialogue: Generator<Step, T, string>,
  { input, output }: Terminal,
  driver: Driver,
): Promise<T | null> {
  const lines = createInterface({ input, output, terminal: 'isTTY' in output && output.isTTY === true })
  const end = ended(lines)
  try {
    let turn = dialogue.next()
    while (turn.done !== true) {
      const reply = await Promise.race([carriedOut(turn.value, lines, output, driver), end])
      if (reply === null) return null
      turn = dialogue.next(reply)
    }
    return turn.value
  } finally {
    lines.close()
  }
}

/** readline leaves a question without an answer when the input ends, and takes Ctrl-C for itself. */
function ended(lines: Interface): Promise<null> {
  return new Promise((resolve) => {
    lines.once('close', () => resolve(null))
    lines.once('SIGINT', () => resolve(null))
  })
}

async function carriedOut(step: Step, lines: Interface, output: Writable, driver: Driver): Promise<string> {
  switch (step.kind) {
    case 'say':
      output.write(`${step.text}\n`)
      return ''
    case 'ask': {
      const line = (await lines.question(step.prompt)).slice(0, LONGEST_LINE)
      driver.hear(line)
      return line
    }
    case 'addresses-of':
      return (await addressesOf(step.name)).join(' ')
    case 'look':
    case 'look-relay': {
      const told = await driver.look(step)
      if (told !== '') output.write(`${told}\n`)
      return ''
    }
  }
}

/** As every other program of the machine finds them (getaddrinfo(3)); none where nobody knows in time. */
async function addressesOf(name: string): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((resolve) => {
    setTimeout(() => resolve([]), LOOKUP_MS).unref()
  })
  const found = lookup(name, { all: true }).then(
    (all) => [...new Set(all.map(({ address }) => address))],
    () => [],
  )
  return Promise.race([found, late])
}
