/**
 * Appends lines to a file that others read and rotate: mon's alert history and downtime log. The file is opened anew for
 * each burst, so that a log that was moved away is not written on. What cannot be written is told once, and dropped.
 */
import { appendFile } from 'node:fs/promises'

/** Characters that may wait for a slow disk; beyond that lines are dropped. */
const MOST_WAITING = 1_000_000

export interface Appender {
  /** `text` holds whole lines with their ends. */
  append(text: string): void
  /** What was taken is in the file, or was told as lost. */
  settled(): Promise<void>
}

/** `trouble` is told when writing begins to fail, with the reason; and again after it has worked meanwhile. */
export function appender(path: string, trouble: (reason: string) => void): Appender {
  let waiting = ''
  let busy: Promise<void> | null = null
  let failing = false

  async function write(): Promise<void> {
    while (waiting !== '') {
      const text = waiting
      waiting = ''
      try {
        await appendFile(path, text, { mode: 0o640 })
        failing = false
      } catch (error) {
        if (!failing) trouble(error instanceof Error ? error.message : String(error))
        failing = true
      }
    }
    busy = null
  }

  return {
    append(text) {
      if (waiting.length + text.length > MOST_WAITING) {
        if (!failing) trouble('the disk does not keep up; lines are lost')
        failing = true
        return
      }
      waiting += text
      busy ??= write()
    },
    settled: () => busy ?? Promise.resolve(),
  }
}
