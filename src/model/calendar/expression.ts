/**
 * A calendar expression in numbers: node-cron's five fields, minute, hour, day of the month, month, weekday, with names,
 * lists, ranges and steps, as parse/text/cron.ts lets them pass. Day and weekday must both hold, as in node-cron (its
 * README, "Cron Syntax") and unlike in cron(8): `0 2 1-7 * 0` is the first Sunday of each month.
 */

export interface Schedule {
  /** In order. */
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** By number: whether it is meant. */
  readonly days: readonly boolean[]
  readonly months: readonly boolean[]
  /** 0 is Sunday. */
  readonly weekdays: readonly boolean[]
  /** No hour is left out: it goes by passing hours rather than by what clocks show. */
  readonly everyHour: boolean
}

/** Expressions at once in memory. */
const kept = 1000
const known = new Map<string, Schedule | null>()

/** `null`: it is none, or it has seconds. */
export function scheduleOf(expression: string): Schedule | null {
  const before = known.get(expression)
  if (before !== undefined) return before
  if (known.size >= kept) known.clear()
  const schedule = read(expression)
  known.set(expression, schedule)
  return schedule
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const LONG_MONTHS = 'january february march april may june july august september october november december'.split(' ')
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const LONG_WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

interface Field {
  readonly least: number
  readonly most: number
  readonly names: readonly (readonly string[])[]
}

const MINUTE: Field = { least: 0, most: 59, names: [] }
const HOUR: Field = { least: 0, most: 23, names: [] }
const DAY_OF_MONTH: Field = { least: 1, most: 31, names: [] }
const MONTH: Field = { least: 1, most: 12, names: [MONTHS, LONG_MONTHS] }
const WEEKDAY: Field = { least: 0, most: 7, names: [WEEKDAYS, LONG_WEEKDAYS] }

function read(expression: string): Schedule | null {
  const fields = expression.split(/[ \t]+/).filter((part) => part !== '')
  if (fields.length !== 5) return null
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const minutes = numbersOf(minute, MINUTE)
  const hours = numbersOf(hour, HOUR)
  const days = numbersOf(day, DAY_OF_MONTH)
  const months = numbersOf(month, MONTH)
  const weekdays = numbersOf(weekday, WEEKDAY)?.map((number) => number % 7)
  if (minutes === null || hours === null || days === null || months === null || weekdays === undefined) return null
  return {
    minutes,
    hours,
    days: flags(days, 32),
    months: flags(months, 13),
    weekdays: flags(weekdays, 7),
    everyHour: hours.length === 24,
  }
}

const flags = (numbers: readonly number[], size: number): boolean[] => {
  const set = new Set(numbers)
  return Array.from({ length: size }, (_, i) => set.has(i))
}

/** In order, each once; `null` if the text is no such field. */
function numbersOf(text: string, field: Field): readonly number[] | null {
  const found = new Set<number>()
  for (const item of text.split(',')) {
    const numbers = numbersOfItem(item, field)
    if (numbers === null) return null
    for (const number of numbers) found.add(number)
  }
  return [...found].sort((a, b) => a - b)
}

/** `*`, `5`, `1-5`; the first and the last with an optional step `/2`. */
function numbersOfItem(item: string, field: Field): readonly number[] | null {
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,3}))?$/i.exec(item)
  if (match === null) return null
  const [, all, from = '', to, step] = match
  const low = all === undefined ? numberIn(from, field) : field.least
  const high = all === undefined ? (to === undefined ? low : numberIn(to, field)) : field.most
  if (low === null || high === null || low > high) return null
  if (step !== undefined && all === undefined && to === undefined) return null
  const by = Number(step ?? 1)
  if (by < 1 || by > field.most) return null
  return Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, i) => low + i * by)
}

function numberIn(text: string, { least, most, names }: Field): number | null {
  if (/^\d{1,2}$/.test(text)) {
    const number = Number(text)
    return number >= least && number <= most ? number : null
  }
  const lower = text.toLowerCase()
  const index = names.map((list) => list.indexOf(lower)).find((at) => at >= 0)
  return index === undefined ? null : index + least
}
