/**
 * The named pipes that the configuration asks for, and the programs that read them: there before the first line, kept while
 * the daemon runs, gone at its end (keepalived.conf "notify_fifo", "notify_fifo_script").
 */
import { closeFifos, type FifoOwner, openFifo } from '../edge/fifo/fifo.ts'
import { type FifoReader, startFifoReader } from '../edge/fifo/reader.ts'
import { accountOf } from '../edge/program/account.ts'
import type { Model } from '../model/model.ts'
import type { FifoSetting } from '../model/table-settings.ts'

export interface Fifos {
  /** Takes over a model: readers that are asked for as before go on. */
  use(model: Model): Promise<void>
  close(): Promise<void>
}

export function createFifos(say: (text: string) => void): Fifos {
  const readers = new Map<string, FifoReader>()

  /** A reader is another one if anything about it is. */
  const keyOf = (fifo: FifoSetting): string => JSON.stringify(fifo)

  function start(fifo: FifoSetting): void {
    const { path, user, group, reader } = fifo
    const owner = accountOf(user, group)
    if (typeof owner === 'string') say(`the FIFO ${path} is ours: ${owner}`)
    const opened = openFifo(path, ownerOf(owner, group))
    if (opened.kind === 'refused') say(opened.text)
    else if (opened.remark !== '') say(`${path}: ${opened.remark}`)
    if (reader === null || opened.kind === 'refused') return
    const as = accountOf(reader.user, reader.group)
    if (typeof as === 'string') {
      say(`${reader.command[0]} is not started to read ${path}: ${as}`)
      return
    }
    readers.set(keyOf(fifo), startFifoReader({ command: reader.command, path, as, ended: say }))
  }

  async function use({ settings }: Model): Promise<void> {
    const { fifos } = settings.table
    const wanted = new Set(fifos.map(keyOf))
    const gone = [...readers].filter(([key]) => !wanted.has(key))
    for (const [key] of gone) readers.delete(key)
    await Promise.all(gone.map(([, reader]) => reader.stop()))
    for (const fifo of fifos) if (!readers.has(keyOf(fifo))) start(fifo)
  }

  return {
    use,
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.stop()))
      closeFifos()
    },
  }
}

function ownerOf(account: ReturnType<typeof accountOf>, group: string | undefined): FifoOwner | null {
  return account === null || typeof account === 'string' ? null : { ...account, groupReads: group !== undefined }
}
