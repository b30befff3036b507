/**
 * Keeps the program running that reads a FIFO: keepalived's `notify_fifo_script`, which gets the FIFO's path as its last
 * argument. One that ends is started again, each time after a longer pause; one that has run for a while starts afresh.
 * Source: keepalived.conf(5), "notify_fifo_script".
 */

import { type Milliseconds, milliseconds, minutes, seconds } from '../../model/units.ts'
import { readOutput } from '../../wire/program/output.ts'
import { clock, elapsed } from '../clock.ts'
import { programName } from '../program/launch.ts'
import { type ProgramRun, programEnvironment, runProgram } from '../program/process.ts'
import type { RunAs } from '../program/run-as.ts'

interface Reading {
  readonly command: readonly string[]
  readonly path: string
  /** `null`: as the daemon. */
  readonly as: RunAs | null
  /** Told in a sentence whenever it ends by itself. */
  readonly ended: (text: string) => void
  readonly pauses?: ReaderPauses
}

export interface FifoReader {
  /** Settles when it has ended, with all that it has started in its process group. */
  stop(): Promise<void>
}

interface ReaderPauses {
  /** Before it is started again; doubles up to the longest. */
  readonly first: Milliseconds
  readonly longest: Milliseconds
  /** After running for so long, the pauses begin anew. */
  readonly steady: Milliseconds
}

const readerPauses: ReaderPauses = { first: seconds(1), longest: minutes(1), steady: minutes(1) }
/** Characters of what it printed that are repeated. */
const PRINTED_SHOWN = 200

/** The FIFO must be there before (openFifo), or the program would make a file of that name. */
export function startFifoReader(reading: Reading): FifoReader {
  const { first, longest, steady } = reading.pauses ?? readerPauses
  const controller = new AbortController()
  const { signal } = controller

  async function keep(): Promise<void> {
    for (let pause = first; !signal.aborted; ) {
      const started = clock.uptime()
      const run = await runProgram({
        command: [...reading.command, reading.path],
        environment: programEnvironment(reading.as?.environment ?? {}),
        input: null,
        directory: null,
        signal,
        runAs: reading.as === null ? null : { uid: reading.as.uid, gid: reading.as.gid },
        leftovers: 'end',
      })
      if (signal.aborted) return
      if (elapsed(started) >= steady) pause = first
      reading.ended(sentence(reading, run, pause))
      await paused(pause, signal)
      pause = milliseconds(Math.min(longest, pause * 2))
    }
  }

  const over = keep()
  return {
    stop() {
      controller.abort()
      return over
    },
  }
}

function sentence({ command, path }: Reading, { end, output, truncated }: ProgramRun, pause: Milliseconds): string {
  const said = readOutput(output, { truncated }).summary.trim().slice(0, PRINTED_SHOWN)
  const printed = said === '' ? '' : `; it printed: ${said}`
  return `${programName(command)}, which reads ${path}, ${howEnded(end)}${printed}; it is started again in ${pause / 1000} s`
}

function howEnded(end: ProgramRun['end']): string {
  switch (end.kind) {
    case 'exited':
      return `ended with exit status ${end.status}`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'not-started':
      return `could not be started: ${end.text}`
    case 'deadline':
      return 'was stopped'
  }
}

function paused(pause: Milliseconds, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', over)
      resolve()
    }
    const timer = setTimeout(over, pause)
    signal.addEventListener('abort', over)
  })
}
