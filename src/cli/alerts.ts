/** What `upalert alert …` and `upalert outbox` print. */
import type { Route, RouteLine } from '../engine/route.ts'
import type { Waiting } from '../engine/waiting.ts'
import { coloured, columns, timeText } from './columns.ts'

export function routeLines({ service, at, exit, silenced, lines }: Route, now: number): string[] {
  const head = `A failure of ${service} with exit status ${exit} at ${timeText(at, now)}:`
  const [hear, not] = [lines.filter(({ hears }) => hears), lines.filter(({ hears }) => !hears)]
  const nobody = lines.length === 0 ? 'it has no alert line' : silenced.join(', and ') || 'no line applies'
  return [
    head,
    ...(hear.length === 0 ? [`  ${coloured(`nobody hears of it: ${nobody}`, 'warning')}`] : []),
    ...hear.flatMap(hearing),
    ...not.map(({ who, rule, place }) => `  ${who}  does NOT: ${rule} (${place})`),
  ]
}

/** Who hears of it, by which rule, and what it is limited by. */
function hearing({ who, rule, limits, place, hearsOfEnd }: RouteLine): string[] {
  const end = hearsOfEnd ? 'and of its end' : 'and not of its end'
  return [`  ${who}  hears of it, ${end}: ${rule} (${place})`, ...limits.map((limit) => `      ${limit}`)]
}

export function previewLines(previews: readonly { readonly to: string; readonly text: string }[]): string[] {
  const all = previews.flatMap(({ to, text }) => [`== ${to}`, ...text.replace(/\n$/, '').split('\n'), ''])
  return [...all, 'Nothing was sent; "--send" sends it.']
}

export interface TestResult {
  readonly results: readonly { readonly well: boolean; readonly text: string }[]
  readonly waiting: number
}

export function resultLines({ results, waiting }: TestResult): string[] {
  const still = waiting === 0 ? [] : [`${waiting} not answered yet; "upalert log --alerts" shows what becomes of it`]
  return [...results.map(({ well, text }) => coloured(text, well ? 'good' : 'alarm')), ...still]
}

/** When it is tried next. Behind another one nobody knows, and `why` says which. */
function turnText({ standing, next }: Pick<Waiting, 'standing' | 'next'>, now: number): string {
  if (standing === 'later') return `next ${timeText(next, now)}`
  return standing === 'now' ? 'being tried now' : 'in turn'
}

export function outboxLines(waiting: readonly Waiting[], now: number): string[] {
  if (waiting.length === 0) return ['Nothing waits: every notification has got through or was given up.']
  const rows = waiting.map(({ id, about, kind, to, decidedAt, attempts, standing, next, why }) => [
    id,
    about,
    kind,
    to,
    `decided ${timeText(decidedAt, now)}`,
    attempts === 0 ? 'not tried yet' : `tried ${attempts === 1 ? 'once' : `${attempts} times`}`,
    turnText({ standing, next }, now),
    why,
  ])
  return columns(rows)
}
