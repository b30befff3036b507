/** A report for a terminal and for the text of a mail: tables whose columns stand below each other. */
import type { Incident } from './incident.ts'
import type { Figures, Report } from './report.ts'
import { causeText, counted, headline, latencyText, lengthText, notes, percent, plain, spanText } from './words.ts'
import { stampText } from './zone.ts'

/** Incidents that are written out, the longest; a year of a flapping service would be a book. */
export const mostIncidents = 50
/** Services that are written out, the least available. */
export const mostServices = 1000

export function textReport(report: Report, limits = { incidents: mostIncidents, services: mostServices }): string {
  return [
    `upalert report, ${headline(report)}`,
    spanText(report),
    '',
    ...table(report, limits.services),
    ...incidents(report, limits.incidents),
    ...remarks(report),
    '',
  ].join('\n')
}

/** What is said of a service; html.ts has the same columns. */
export const HEADS = [
  ...['available', 'up', 'down', 'in maintenance', 'not observed', 'incidents', 'MTTR', 'MTBF', 'changes'],
  'slowest',
]

function table({ services, totals, hasLatencies }: Report, most: number): string[] {
  if (services.length === 0) return ['No service was observed.']
  const heads = hasLatencies ? HEADS : HEADS.slice(0, -1)
  const cells = (figures: Figures): string[] => cellsOf(figures).slice(0, heads.length)
  const { shown, omitted } = worst(services, most)
  const rows = [
    ['service', ...heads],
    ...shown.map((one) => [plain(one.service, 60), ...cells(one)]),
    ...(services.length > 1 ? [['all', ...cells(totals)]] : []),
  ]
  return [
    ...aligned(rows),
    ...(omitted === 0 ? [] : [`and ${counted(omitted, 'service')} more; csv and json have all`]),
  ]
}

/** Those that are least available, by name. */
export function worst<S extends Figures & { readonly service: string }>(services: readonly S[], most: number) {
  if (services.length <= most) return { shown: services, omitted: 0 }
  const rank = ({ availability }: S): number => availability ?? 2
  const chosen = new Set([...services].sort((a, b) => rank(a) - rank(b)).slice(0, most))
  return { shown: services.filter((one) => chosen.has(one)), omitted: services.length - most }
}

/** In the order of HEADS. */
export function cellsOf(figures: Figures): string[] {
  const { up, down, downInMaintenance, notObserved, failures, failuresInMaintenance } = figures
  const planned = failuresInMaintenance === 0 ? '' : ` (+${failuresInMaintenance})`
  return [
    ...[percent(figures.availability), lengthText(up), lengthText(down), lengthText(downInMaintenance)],
    ...[lengthText(notObserved), `${failures}${planned}`, lengthText(figures.mttr), lengthText(figures.mtbf)],
    ...[`${figures.changes}`, latencyText(figures)],
  ]
}

function incidents({ incidents: all, span: { zone } }: Report, most: number): string[] {
  if (all.length === 0) return ['', 'No incident.']
  const { shown, omitted } = longest(all, most)
  const rows = shown.map((one) => {
    const told = notes(one)
    const tail = told.length === 0 ? '' : ` [${told.join('; ')}]`
    return [stampText(zone, one.began), lengthText(one.lasted), plain(one.service, 60), `${causeText(one)}${tail}`]
  })
  const title =
    omitted === 0 ? 'Incidents' : `The ${shown.length} longest of ${all.length} incidents; csv and json have all`
  return ['', title, ...aligned([['began', 'lasted', 'service', 'cause'], ...rows], [1])]
}

/** The longest, in the order in which they began. */
export function longest(all: readonly Incident[], most: number): { shown: readonly Incident[]; omitted: number } {
  if (all.length <= most) return { shown: all, omitted: 0 }
  const chosen = new Set([...all].sort((a, b) => b.lasted - a.lasted).slice(0, most))
  return { shown: all.filter((one) => chosen.has(one)), omitted: all.length - most }
}

const remarks = ({ remarks: all }: Report): string[] =>
  all.length === 0 ? [] : ['', ...all.map((remark) => `Note: ${plain(remark, 1000)}`)]

/** Numbers stand at the right of their column: all but the first, or those that are named. */
function aligned(rows: readonly (readonly string[])[], right?: readonly number[]): string[] {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell))
  const isRight = (i: number): boolean => (right === undefined ? i > 0 : right.includes(i))
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const room = ' '.repeat((widths[i] ?? 0) - width(cell))
      return isRight(i) ? room + cell : cell + room
    })
    return cells.join('  ').trimEnd()
  })
}

/** Places on a terminal: a mark that stands on a letter takes none, a letter of an East Asian script two (UAX #11). */
const width = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/\p{M}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1), 0)

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
