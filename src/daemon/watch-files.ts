/**
 * Looks every now and then whether the configuration's files have changed: `autoreload` reads them again, `callback` starts
 * a program with the path of each that has, typically one that copies it to the other director. Source: ldirectord(8), "autoreload", "callback".
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { clock } from '../edge/clock.ts'
import { programEnvironment, runProgram } from '../edge/program/process.ts'
import type { Reset } from '../model/event.ts'
import type { ReloadSettings } from '../model/model.ts'
import { decode, LARGEST_FILE } from '../parse/source.ts'
import { quoted } from '../parse/text/visible.ts'
import type { ReadFile } from './configuration-text.ts'
import { type Reloaded, reload } from './reload.ts'
import type { Running } from './running.ts'

/** How long a callback may run before it is ended. */
const CALLBACK_DEADLINE_MS = 60_000
/** From a refused reload to the next try of the same files; doubled each time, since each try is told. */
const FIRST_PATIENCE_MS = 60_000
const LONGEST_PATIENCE_MS = 3_600_000
/** Characters of what a failing callback printed that are told. */
const PRINTED = 200

export interface Watched {
  readonly reload: ReloadSettings
  /** What was read to make the configuration that runs. */
  readonly files: readonly ReadFile[]
}

export interface FilesWatch {
  /** Looks if it is time to; `now` is monotonic, in milliseconds. */
  look(now: number): Promise<void>
}

interface Seen {
  readonly stamp: string
  readonly hash: string
}

interface Act {
  watched(): Watched
  reload(): Promise<Pick<Reloaded, 'done'>>
  trouble(text: string): void
}

/** To be called often; it looks when the configuration that runs asks for it. */
export function filesWatchOf(running: Running, reset: Reset | undefined): () => void {
  const watch = filesWatch({
    watched: () => {
      const { model, written } = running.configuration
      return { reload: model.settings.reload, files: written.files }
    },
    reload: () => reload(running, reset),
    trouble: (text) => running.loop.post({ kind: 'notice', what: 'trouble', text }),
  })
  return () => void watch.look(clock.uptime())
}

export function filesWatch(act: Act): FilesWatch {
  const known = new Map<string, Seen>()
  let files: readonly ReadFile[] | null = null
  let last = Number.NEGATIVE_INFINITY
  let busy = false
  /** A reload that was refused is tried again: a name may only not have been found while the name server was away. */
  let againAt = Number.POSITIVE_INFINITY
  let patience = FIRST_PATIENCE_MS

  async function look(now: number): Promise<void> {
    const { reload: asked, files: today } = act.watched()
    if (busy || now - last < asked.every || (!asked.auto && asked.callback.length === 0)) return
    last = now
    busy = true
    try {
      const differ = changed(today)
      for (const path of asked.callback.length === 0 ? [] : differ) {
        const told = await call(asked.callback, resolve(path))
        if (told !== null) act.trouble(told)
      }
      if (!asked.auto || (differ.length === 0 && now < againAt)) return
      if (differ.length > 0) patience = FIRST_PATIENCE_MS
      const { done } = await act.reload()
      againAt = done ? Number.POSITIVE_INFINITY : now + patience
      patience = Math.min(2 * patience, LONGEST_PATIENCE_MS)
    } finally {
      busy = false
    }
  }

  /** Also what changed between the reading and the first look. */
  function changed(today: readonly ReadFile[]): readonly string[] {
    const fresh = files !== today
    files = today
    const differ: string[] = []
    for (const one of today) {
      const former = known.get(one.path)
      const stamp = stampOf(one.path)
      if (former?.stamp === stamp && !fresh) continue
      const bytes = stamp === '' ? null : bytesOf(one.path)
      // Somebody is just writing it anew, or it is gone: what runs goes on, and the next look sees more.
      if (bytes === null) continue
      const hash = hashOf(bytes)
      const same = former === undefined || fresh ? isAsRead(one, bytes) : former.hash === hash
      known.set(one.path, { stamp, hash })
      if (!same) differ.push(one.path)
    }
    return differ
  }

  return { look }
}

/** `null`: it did its work; otherwise a sentence. */
async function call(callback: readonly string[], file: string): Promise<string | null> {
  const { end, output } = await runProgram({
    command: [...callback, file],
    environment: programEnvironment({}),
    input: null,
    directory: null,
    signal: AbortSignal.timeout(CALLBACK_DEADLINE_MS),
    runAs: null,
    leftovers: 'leave',
  })
  if (end.kind === 'exited' && end.status === 0) return null
  const printed = output.toString('utf8').trim().slice(0, PRINTED)
  const said = printed === '' ? '' : `; it printed ${quoted(printed)}`
  return `the callback ${quoted(callback.join(' '))} ${howItEnded(end)}${said}; the configuration changed all the same`
}

function howItEnded(end: Awaited<ReturnType<typeof runProgram>>['end']): string {
  switch (end.kind) {
    case 'exited':
      return `ended with status ${end.status}`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'not-started':
      return `could not be started: ${end.text}`
    case 'deadline':
      return `did not end within ${CALLBACK_DEADLINE_MS / 1000} s, and was ended`
  }
}

/** Empty: it is not there. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true ? `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}` : ''
}

function bytesOf(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path)
    return bytes.length > LARGEST_FILE ? null : bytes
  } catch {
    return null
  }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What m4 made of a file cannot be compared with the file itself. */
function isAsRead({ path, text, compared }: ReadFile, bytes: Uint8Array): boolean {
  if (!compared) return true
  const decoded = decode(path, bytes, { comments: '#!' })
  return decoded.kind === 'text' && withLineFeeds(decoded.source.text) === withLineFeeds(text)
}

/** A parser may have read other line ends as this one. */
const withLineFeeds = (text: string) => text.replace(/\r\n?/g, '\n')
