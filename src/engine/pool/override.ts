/**
 * What operators, and files in the maintenance directory, have decided about a real server. The narrowest decision
 * counts: of this real server here, of it everywhere, of the whole virtual server, and then the file.
 * Source of the directory: ldirectord(8), "maintenancedir".
 */
import type { Real, Virtual } from '../../model/model.ts'
import type { Controls, Override } from '../../model/state.ts'
import { endpointText } from '../../model/table.ts'
import type { Now, WallTime } from '../../model/units.ts'

export type Decision = Pick<Override, 'what' | 'at' | 'who' | 'reason' | 'until'>

export function decisionOn(controls: Controls, virtual: Virtual, real: Real): Decision | null {
  if (controls.overrides.length === 0 && controls.maintenance.length === 0) return null
  const { overrides, files } = indexOf(controls)
  const end = endpointText(real.id)
  const found =
    overrides.get(targetKey(virtual.name, end)) ??
    overrides.get(targetKey(null, end)) ??
    overrides.get(targetKey(virtual.name, null))
  if (found !== undefined) return found
  if (files.size === 0) return null
  const name = namesOf(real).find((one) => files.has(one))
  const file = name === undefined ? undefined : files.get(name)
  if (file === undefined) return null
  const reason = `a file ${file} is in the maintenance directory`
  return { what: { kind: 'disable' }, at: BEGINNING, who: '', reason, until: null }
}

interface Index {
  readonly overrides: ReadonlyMap<string, Override>
  /** The file's name, by all that it means. */
  readonly files: ReadonlyMap<string, string>
}

const indexes = new WeakMap<Controls, Index>()

/** Made once for each set of decisions: thousands of real servers ask. */
function indexOf(controls: Controls): Index {
  const known = indexes.get(controls)
  if (known !== undefined) return known
  const index: Index = {
    overrides: new Map(controls.overrides.map((one) => [targetKey(one.virtual, one.real), one])),
    files: filesIn(controls),
  }
  indexes.set(controls, index)
  return index
}

/** A file that is named after the server itself counts before one that is named after its host. */
function filesIn({ maintenance, maintenanceMeans = [] }: Controls): ReadonlyMap<string, string> {
  const meant = maintenanceMeans.flatMap(({ name, ends }) => ends.map((end) => [end, name] as const))
  return new Map([...meant, ...maintenance.map((name) => [name, name] as const)])
}

const targetKey = (virtual: string | null, real: string | null): string => JSON.stringify([virtual, real])

/** Nobody knows since when. */
const BEGINNING = 0 as WallTime

/** What a file in the maintenance directory may be called to mean it: its address, with or without its port, and its host as the checks have it. */
export function namesOf({ id, checks }: Real): readonly string[] {
  const hosts = checks.flatMap(({ host }) => [host, `${host}:${id.port}`])
  return [endpointText(id), `${id.address}:${id.port}`, id.address, ...hosts]
}

/** The same target, whatever was decided about it. */
export const sameTarget = (a: Pick<Override, 'virtual' | 'real'>, b: Pick<Override, 'virtual' | 'real'>): boolean =>
  a.virtual === b.virtual && a.real === b.real

export const isOver = ({ until }: Override, now: Now): boolean => until !== null && until <= now.wall

/** `drained by ann (new kernel) until 14:05` without the time, which whoever shows it words in the reader's clock. */
export function decisionText({ what, who, reason }: Decision): string {
  const words = { drain: 'drained', disable: 'disabled' }
  const word = what.kind === 'weight' ? `given weight ${what.weight}` : words[what.kind]
  const by = who === '' ? '' : ` by ${who}`
  return reason === '' ? `${word}${by}` : `${word}${by}: ${reason}`
}
