/**
 * Checks a calendar schedule before node-cron sees it: five fields (minute, hour, day, month, weekday), or six with
 * seconds first. Source: node-cron's README, "Cron Syntax".
 */
import { quoted } from './visible.ts'

export interface CronFault {
  readonly message: string
  readonly hint: string
  /** Which characters of the expression are wrong. */
  readonly from: number
  readonly to: number
}

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly names: readonly string[]
}

const field = (name: string, least: number, most: number, names: readonly string[] = []): Field => ({
  name,
  least,
  most,
  names,
})

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

const FIELDS: readonly Field[] = [
  field('second', 0, 59),
  field('minute', 0, 59),
  field('hour', 0, 23),
  field('day of the month', 1, 31),
  field('month', 1, 12, MONTHS),
  field('weekday', 0, 7, DAYS),
]

export function cronFault(expression: string): CronFault | null {
  const parts = [...expression.matchAll(/[^ \t]+/g)]
  if (parts.length !== 5 && parts.length !== 6) {
    const message = `a cron schedule has 5 fields, or 6 with seconds first; this one has ${parts.length}`
    return { message, hint: 'minute hour day month weekday: "*/5 8-18 * * 1-5"', from: 0, to: expression.length }
  }
  const fields = parts.length === 6 ? FIELDS : FIELDS.slice(1)
  for (const [i, known] of fields.entries()) {
    const text = parts[i]?.[0] ?? ''
    const from = parts[i]?.index ?? 0
    if (isField(text, known)) continue
    return {
      message: `${quoted(text)} does not fit the field ${known.name}`,
      hint: remedy(known),
      from,
      to: from + text.length,
    }
  }
  return null
}

const isField = (text: string, known: Field) => text.split(',').every((item) => isItem(item, known))

/** `*`, `5`, `1-5`, each with an optional step `/2`. */
function isItem(item: string, known: Field): boolean {
  const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,3}))?$/i.exec(item)
  if (match === null) return false
  const [, from = '', to, step] = match
  if (step !== undefined && (Number(step) < 1 || Number(step) > known.most)) return false
  if (from === '*') return to === undefined
  const low = valueIn(from, known)
  const high = to === undefined ? low : valueIn(to, known)
  if (low === null || high === null) return false
  return low <= high && (step === undefined || to !== undefined)
}

function valueIn(text: string, known: Field): number | null {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text)
    return value >= known.least && value <= known.most ? value : null
  }
  const lower = text.toLowerCase()
  const index = known.names.findIndex((name) => name === lower || name.slice(0, 3) === lower)
  return index < 0 ? null : index + known.least
}

function remedy({ name, least, most, names }: Field): string {
  const words = names.length > 0 ? `, or ${names[0]?.slice(0, 3)} … ${names.at(-1)?.slice(0, 3)}` : ''
  return `${name}: ${least}-${most}${words}; *, lists 1,2, ranges 1-5 and steps */2 as well`
}
