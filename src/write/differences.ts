/** Where two meanings differ, in words: `virtuals[0].quorum: 2, and 1 afterwards`. */

/** Differences that are told; one slip in a writer shows in every server. */
const MOST = 20
/** Characters of a value that are shown. */
const SHOWN = 60

export interface Differences {
  readonly told: readonly string[]
  readonly omitted: number
}

export function differencesOf(before: unknown, after: unknown): Differences {
  const found = new Found()
  compare(before, after, '', found)
  return { told: found.told, omitted: found.omitted }
}

class Found {
  readonly told: string[] = []
  omitted = 0

  add(path: string, before: unknown, after: unknown): void {
    if (this.told.length < MOST) this.told.push(`${path}: ${shown(before)}, and ${shown(after)} afterwards`)
    else this.omitted += 1
  }
}

function compare(before: unknown, after: unknown, path: string, found: Found): void {
  if (Object.is(before, after)) return
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    found.add(path, before, after)
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length) {
    found.add(`${path}.length`, before.length, after.length)
    return
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = Array.isArray(before) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    compare(before[name], after[name], at, found)
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
