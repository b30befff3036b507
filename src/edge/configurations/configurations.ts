/**
 * The configurations that were in force, `<statedir>/configurations/HASH.cf`, so that the history can say by which one a
 * decision was made. Passwords are starred before anything is written. PostgreSQL gets them from here (runtime/history.ts).
 */
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { starPasswords } from '../../wire/history/starred.ts'
import { readWhole, replaceWhole } from '../files/whole-file.ts'
import { giveDirectoryToOwner } from '../journal/owner.ts'

/** Files that are kept; the ones that were in force longest ago go first. */
const MOST_KEPT = 50
/** Characters of one file; what is longer is cut, and says so. */
const LONGEST = 1024 * 1024
const CUT = '\n# … (upalert keeps no more than 1 MiB of a configuration)\n'

const ofHash = /^[0-9a-f]{64}$/
const ofFile = /^([0-9a-f]{64})\.cf$/

/** To be called with what was read, before the entry that says it is in force. `null`, or a sentence on what went wrong. */
export function keepConfiguration(statedir: string, hash: string, text: string): string | null {
  if (!ofHash.test(hash)) return `"${hash}" is no SHA-256 in hex: this configuration is not kept.`
  const directory = join(statedir, 'configurations')
  const path = join(directory, `${hash}.cf`)
  try {
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (made === directory) giveDirectoryToOwner(directory, statedir)
    const starred = starPasswords(text)
    const kept = starred.length > LONGEST ? `${starred.slice(0, LONGEST - CUT.length)}${CUT}` : starred
    const refused = isThere(path) ? touched(path) : replaceWhole(path, kept, 0o600)
    if (refused !== null) return `The configuration could not be kept as ${path}: ${refused}.`
    removeOldest(directory)
    return null
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `The configuration could not be kept as ${path}: ${why}.`
  }
}

/** `null`: it is not kept any more, or cannot be read. */
export function keptConfiguration(statedir: string, hash: string): string | null {
  if (!ofHash.test(hash)) return null
  const read = readWhole(join(statedir, 'configurations', `${hash}.cf`))
  return read.kind === 'text' ? read.text.slice(0, LONGEST) : null
}

/** One that comes back into force counts as new. */
function touched(path: string): null {
  const now = new Date()
  utimesSync(path, now, now)
  return null
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => ofFile.test(name))
    .map((name) => join(directory, name))
  if (files.length <= MOST_KEPT) return
  const aged = files.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at)
  for (const { path } of aged.slice(MOST_KEPT)) rmSync(path, { force: true })
}
