/** Makes reports: for `upalert report`, whether a daemon runs or not, and for those that are mailed by a calendar. */
import type { ReportRequest } from '../cli/report.ts'
import { clock } from '../edge/clock.ts'
import type { WallTime } from '../model/units.ts'
import { formatProblems } from '../parse/problem.ts'
import { formatted } from '../report/format.ts'
import { type Report, reportOf } from '../report/report.ts'
import { type LoadOptions, loadConfiguration } from './configuration.ts'
import { sourceHistory } from './report/source.ts'
import { isUsable } from './usable.ts'

export type MadeReport =
  | { readonly kind: 'report'; readonly report: Report }
  /** Whole sentences. */
  | { readonly kind: 'failed'; readonly text: string }

export interface ReportBasis {
  /** `none`, `embedded` or a URL. */
  readonly database: string
  readonly statedir: string
  /** Keys of all services of the configuration. */
  readonly configured: readonly string[]
  readonly now: WallTime
}

/** What `upalert report` prints; `failed`: why it cannot. */
export async function reportText(
  file: string,
  request: ReportRequest,
  given: LoadOptions = {},
): Promise<{ readonly kind: 'report' | 'failed'; readonly text: string }> {
  const configuration = await loadConfiguration(file, given)
  if (!isUsable(configuration))
    return { kind: 'failed', text: `${file} cannot be used:\n${formatProblems(configuration.problems)}` }
  const { model, directories } = configuration
  const made = await makeReport(request, {
    database: model.settings.database,
    statedir: directories.statedir,
    configured: model.services.map(({ key }) => key),
    now: clock.wall(),
  })
  return made.kind === 'failed' ? made : { kind: 'report', text: formatted(made.report, request.format) }
}

export async function makeReport(
  { span, services, director }: Pick<ReportRequest, 'span' | 'services' | 'director'>,
  { database, statedir, configured, now }: ReportBasis,
): Promise<MadeReport> {
  const sourced = await sourceHistory({ database, statedir, span, services, director, now })
  if (sourced.kind === 'failed') return sourced
  const { history, remarks } = sourced
  const remembered = new Set(history.records.flatMap((record) => ('service' in record ? [record.service] : [])))
  const unknown = services.filter((key) => !configured.includes(key) && !remembered.has(key))
  if (unknown.length > 0)
    return { kind: 'failed', text: `Nothing is known of ${unknown.join(', ')}: neither configured nor in the history.` }
  // The configuration is this director's; what another one watches, its history says.
  const shown = director === null ? configured : []
  return { kind: 'report', report: reportOf(history, span, { only: services, configured: shown }, remarks) }
}
