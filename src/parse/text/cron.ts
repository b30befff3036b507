/**
 * Checks a calendar schedule before node-cron sees it: five fields (minute, hour, day, month, weekday), or six with
 * seconds first. Source: node-cron's README, "Cron Syntax".
 */
import { quoted } from './visible.ts'

interface CronFault {
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

const DAY = field('day of the month', 1, 31)
const MONTH = field('month', 1, 12, MONTHS)
const FIELDS: readonly Field[] = [
  field('second', 0, 59),
  field('minute', 0, 59),
  field('hour', 0, 23),
  DAY,
  MONTH,
  field('weekday', 0, 7, DAYS),
]

/** The most days a month can have, January first. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `seconds`: a sixth field may stand in front. */
export function cronFault(expression: string, { seconds = true } = {}): CronFault | null {
  const parts = [...expression.matchAll(/[^ \t]+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
  if (parts.length !== 5 && !(seconds && parts.length === 6)) {
    const also = seconds ? ', or 6 with seconds first' : ''
    const message = `a cron schedule ${seconds ? '' : 'of this kind '}has 5 fields${also}; this one has ${parts.length}`
    return { message, hint: 'minute hour day month weekday: "*/5 8-18 * * 1-5"', from: 0, to: expression.length }
  }
  const fields = parts.length === 6 ? FIELDS : FIELDS.slice(1)
  for (const [i, { text, from, to }] of parts.entries()) {
    const known = fields[i]
    if (known === undefined || valuesOf(text, known) !== null) continue
    return { message: `${quoted(text)} does not fit the field ${known.name}`, hint: remedy(known), from, to }
  }
  const [day, month] = parts.slice(-3)
  return day === undefined || month === undefined ? null : neverFault(day, month)
}

/** One blank between fields: node-cron divides them at spaces only, and refuses tabs. */
export const cronExpression = (text: string): string => text.trim().replace(/[ \t]+/g, ' ')

interface Part {
  readonly text: string
  readonly from: number
  readonly to: number
}

/**
 * Dates that never come, such as 31 February. A weekday makes none impossible: in node-cron it and the date must both
 * hold, and each date that there is falls on each weekday within 40 years.
 */
function neverFault(day: Part, month: Part): CronFault | null {
  const least = Math.min(...(valuesOf(day.text, DAY) ?? []))
  const months = valuesOf(month.text, MONTH) ?? []
  if (months.some((number) => least <= (LENGTHS[number - 1] ?? 0))) return null
  return {
    message: `day ${quoted(day.text)} in month ${quoted(month.text)} never comes`,
    hint: 'February has 29 days at most, April, June, September and November have 30; 28 comes in every month',
    from: day.from,
    to: month.to,
  }
}

/** The numbers that a field stands for; `null` if it is none. */
function valuesOf(text: string, known: Field): readonly number[] | null {
  const values: number[] = []
  for (const item of text.split(',')) {
    const found = valuesOfItem(item, known)
    if (found === null) return null
    values.push(...found)
  }
  return values
}

/** `*`, `5`, `1-5`, the first and the last with an optional step `/2`. */
function valuesOfItem(item: string, known: Field): readonly number[] | null {
  const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,3}))?$/i.exec(item)
  if (match === null) return null
  const [, from = '', to, step] = match
  if (step !== undefined && (Number(step) < 1 || Number(step) > known.most)) return null
  const all = from === '*'
  const low = all ? known.least : valueIn(from, known)
  const high = all ? known.most : to === undefined ? low : valueIn(to, known)
  if (low === null || high === null || low > high) return null
  if (all ? to !== undefined : step !== undefined && to === undefined) return null
  return range(low, high, Number(step ?? 1))
}

const range = (low: number, high: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step)

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
