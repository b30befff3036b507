/**
 * What a journal remembers, read without touching it: for whoever asks while no daemon runs. What is damaged is passed over,
 * and left for the daemon's own start to mend.
 */
import type { Saved } from '../../model/state.ts'
import { addPatch, foldOf, savedOf } from '../../wire/history/saved.ts'
import { listJournal, readSegment, readSnapshot } from './files.ts'

/** `null`: nothing is remembered there, or it cannot be read. */
export async function readSaved(directory: string): Promise<Saved | null> {
  try {
    const { snapshots, segments } = await listJournal(directory)
    const start = await newestSound(directory, snapshots)
    const fold = foldOf(start?.saved ?? null)
    const from = start?.seq ?? 0
    let seen = from
    for (const name of segments) {
      const { commits } = await readSegment(directory, name)
      for (const { seq, patch } of commits) {
        if (seq <= seen) continue
        seen = seq
        addPatch(fold, patch)
      }
    }
    return seen === 0 ? null : savedOf(fold)
  } catch {
    return null
  }
}

async function newestSound(directory: string, found: readonly number[]) {
  for (const seq of [...found].sort((a, b) => b - a)) {
    const snapshot = await readSnapshot(directory, seq)
    if (snapshot !== null) return { seq, saved: snapshot.saved }
  }
  return null
}
