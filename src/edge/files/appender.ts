/**
 * Appends lines to a file that others read and rotate: mon's alert history and downtime log. The file is opened anew for
 * each burst, so that a log that was moved away is not written on. What cannot be written is told once, and dropped.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { giveToOwner } from '../journal/owner.ts'

/** Characters that may wait for a slow disk; beyond that lines are dropped. */
const MOST_WAITING = 1_000_000

export interface Appender {
  readonly path: string
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
        await add(path, text, failing)
        failing = false
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error))
      }
    }
    busy = null
  }

  function fail(reason: string): void {
    if (!failing) trouble(reason)
    failing = true
  }

  return {
    path,
    append(text) {
      if (waiting.length + text.length > MOST_WAITING) return fail('the disk does not keep up; lines are lost')
      waiting += text
      busy ??= write()
    },
    settled: () => busy ?? Promise.resolve(),
  }
}

/** `torn`: the last write may have ended within a line, on a disk that was full. */
async function add(path: string, text: string, torn: boolean): Promise<void> {
  const file = (await made(path)) ?? (await open(path, torn ? 'a+' : 'a'))
  try {
    await file.appendFile(torn && !(await endsWell(file)) ? `\n${text}` : text)
  } finally {
    await file.close()
  }
}

/** `null`: it is there already. Only what is made here is given away: an operator's link is followed, as by mon. */
async function made(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, 'ax+', 0o644)
    giveToOwner(file.fd, dirname(path))
    return file
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}

async function endsWell(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last.toString() === '\n'
}
