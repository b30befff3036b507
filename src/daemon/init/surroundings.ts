/** What the answers of `upalert init` are judged by: the daemon's own tables, and the programs that an answer names. */
import { readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import { machineZone } from '../../model/calendar/zone.ts'
import { DEFAULT_BASEDIR, DEFAULT_MONDIR } from '../../parse/defaults.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { isProgram } from '../files.ts'

/** Programs of answers that are looked for. */
const MOST_PROGRAMS = 1000

interface InitSurroundings {
  readonly surroundings: Surroundings
  /** Looks for the programs that a text names by their paths; to be told of every answer before it is judged. */
  hear(text: string): void
}

export function initSurroundings(): InitSurroundings {
  const programs = new Map<string, string>()
  for (const directory of DEFAULT_MONDIR.map((path) => resolve(DEFAULT_BASEDIR, path))) {
    for (const name of namesIn(directory)) {
      const path = join(directory, name)
      if (!programs.has(name) && isProgram(path)) programs.set(name, path)
    }
  }
  const surroundings: Surroundings = {
    monitors,
    alerts,
    programs: { monitors: programs, alerts: new Map() },
    // What the environment says holds for this shell; a file holds for everybody.
    environment: {},
    hostname: hostname(),
    timeZone: machineZone(),
  }
  let looked = 0
  const hear = (text: string) => {
    for (const [path] of text.matchAll(/\/[^\s'"]+/g)) {
      looked += 1
      if (looked <= MOST_PROGRAMS && isProgram(path)) programs.set(path, path)
    }
  }
  return { surroundings, hear }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
