/**
 * Looks every now and then whether the configuration's files have changed: `autoreload` reads them again, `callback` starts
 * a program, typically one that copies them to the other director. Source: ldirectord(8), "autoreload", "callback".
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
import { reload } from './reload.ts'
import type { Running } from './running.ts'

/** How long a callback may run before it is ended. */
const CALLBACK_DEADLINE_MS = 60_000
/** Characters of what a failing callback printed that are told. */
const PRINTED = 200

export interface Watched {
  readonly file: string
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
  reload(): Promise<unknown>
  trouble(text: string): void
}

/** To be called often; it looks when the configuration that runs asks for it. */
export function filesWatchOf(running: Running, reset: Reset | undefined): () => void {
  const watch = filesWatch({
    watched: () => {
      const { file, model, written } = running.configuration
      return { file, reload: model.settings.reload, files: written.files }
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

  async function look(now: number): Promise<void> {
    const { reload: asked, file, files: today } = act.watched()
    if (busy || now - last < asked.every || (!asked.auto && asked.callback.length === 0)) return
    last = now
    busy = true
    try {
      if (!changed(today)) return
      const told = asked.callback.length === 0 ? null : await call(asked.callback, resolve(file))
      if (told !== null) act.trouble(told)
      if (asked.auto) await act.reload()
    } finally {
      busy = false
    }
  }

  /** Also what changed between the reading and the first look. */
  function changed(today: readonly ReadFile[]): boolean {
    const fresh = files !== today
    files = today
    let differs = false
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
      if (!same) differs = true
    }
    return differs
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
