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
/** A file that has not changed for so long is whole. */
const SETTLED_MS = 2_000
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
  /** No callback runs or waits. */
  idle(): Promise<void>
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
  const gone = new Set<string>()
  /** Files that changed, and of which the callback has not heard yet. */
  const owed = new Set<string>()
  const callbacks = callbackLine(act)
  /** Stamps of files that are being written, it seems, and when they were first seen so. */
  let unsettled: { readonly stamps: string; readonly at: number } | null = null
  let last = Number.NEGATIVE_INFINITY
  let busy = false
  /** A reload that was refused is tried again: a name may only not have been found while the name server was away. */
  let againAt = Number.POSITIVE_INFINITY
  let patience = FIRST_PATIENCE_MS

  async function look(now: number): Promise<void> {
    const { reload: asked, files } = act.watched()
    if (busy || (unsettled === null && now - last < asked.every)) return
    if (!asked.auto && asked.callback.length === 0) return
    busy = true
    try {
      if (unsettled === null) last = now
      if (!settled(files, now)) return
      const changes = changed(files)
      const stale = changes.some(({ isAsRead }) => !isAsRead)
      // What was refused is as it was before.
      if (changes.length > 0 && !stale) againAt = Number.POSITIVE_INFINITY
      const done = asked.auto ? await reloaded(stale, now) : true
      for (const { path } of changes) owed.add(path)
      // A file that was refused is not handed on: the partner would refuse it, too.
      if (!done) return
      for (const path of owed) callbacks.call(asked.callback, resolve(path))
      owed.clear()
    } finally {
      busy = false
    }
  }

  /** Whoever copies a file writes it in pieces: it counts when it has not changed for a while. */
  function settled(files: readonly ReadFile[], now: number): boolean {
    const fresh = files.filter(({ path }) => (known.get(path)?.stamp ?? '') !== stampOf(path) && stampOf(path) !== '')
    const stamps = fresh.map(({ path }) => `${path} ${stampOf(path)}`).join('\n')
    const isFirst = fresh.every(({ path }) => !known.has(path))
    if (stamps === '' || (unsettled?.stamps === stamps && now - unsettled.at >= SETTLED_MS)) {
      unsettled = null
      return true
    }
    if (unsettled?.stamps !== stamps) unsettled = { stamps, at: now }
    if (!isFirst) return false
    unsettled = null
    return true
  }

  async function reloaded(stale: boolean, now: number): Promise<boolean> {
    if (!stale && now < againAt) return true
    if (stale) patience = FIRST_PATIENCE_MS
    const { done } = await act.reload()
    againAt = done ? Number.POSITIVE_INFINITY : now + patience
    patience = Math.min(2 * patience, LONGEST_PATIENCE_MS)
    return done
  }

  /** Since the last look, or since the reading where there was none. */
  function changed(files: readonly ReadFile[]): readonly { readonly path: string; readonly isAsRead: boolean }[] {
    return files.flatMap((one) => {
      const former = known.get(one.path)
      const stamp = stampOf(one.path)
      tellGone(one.path, stamp === '')
      if (former?.stamp === stamp) return []
      const bytes = stamp === '' ? null : bytesOf(one.path)
      if (bytes === null) return []
      const hash = hashOf(bytes)
      known.set(one.path, { stamp, hash })
      // What m4 made of a file cannot be compared with the file itself.
      const isAsRead = one.compared ? sameAsRead(one, bytes) : former === undefined
      return (former === undefined ? isAsRead : former.hash === hash) ? [] : [{ path: one.path, isAsRead }]
    })
  }

  /** What runs goes on; a restart would not. */
  function tellGone(path: string, isGone: boolean): void {
    if (isGone && !gone.has(path)) {
      act.trouble(`${path} is gone; what was read of it stays in force, and a restart would not find it`)
    }
    if (isGone) gone.add(path)
    else gone.delete(path)
  }

  return { look, idle: callbacks.idle }
}

interface CallbackLine {
  call(callback: readonly string[], path: string): void
  idle(): Promise<void>
}

/** One callback at a time, in the order of the changes; a file that waits for its call is not called for twice. */
function callbackLine(act: Act): CallbackLine {
  const waiting = new Map<string, readonly string[]>()
  let running: Promise<void> | null = null
  async function run(): Promise<void> {
    for (const [path, callback] of waiting) {
      waiting.delete(path)
      const told = await call(callback, path)
      if (told !== null) act.trouble(told)
    }
    running = null
  }
  return {
    call(callback, path) {
      if (callback.length === 0) return
      waiting.set(path, callback)
      running ??= run()
    },
    idle: async () => running ?? undefined,
  }
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

function sameAsRead({ path, text }: ReadFile, bytes: Uint8Array): boolean {
  const decoded = decode(path, bytes, { comments: '#!' })
  return decoded.kind === 'text' && withLineFeeds(decoded.source.text) === withLineFeeds(text)
}

/** A parser may have read other line ends as this one. */
const withLineFeeds = (text: string) => text.replace(/\r\n?/g, '\n')
