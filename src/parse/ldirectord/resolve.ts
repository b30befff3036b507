/**
 * LdirectordFile -> what a Model is made of: pools, the checks that speak for their real servers, who hears of them, settings.
 * docs/ldirectord.md says where upalert differs from ldirectord.
 */
import type { Place } from '../../model/model.ts'
import type { Part } from '../director/part.ts'
import { Services } from '../director/services.ts'
import type { Report } from '../text/report.ts'
import type { LdirectordFile } from './file.ts'
import type { Around, LdirectordSurroundings } from './resolve/around.ts'
import { Fronts } from './resolve/front.ts'
import { globalLosses } from './resolve/losses.ts'
import { OnceReport } from './resolve/once.ts'
import { MOST_DESTINATIONS } from './resolve/reals.ts'
import { resolveGlobals, settingPlaces } from './resolve/settings.ts'
import { heard } from './resolve/telling.ts'
import { resolveVirtual } from './resolve/virtual.ts'
import { placeOfWord } from './words.ts'

export type { LdirectordSurroundings } from './resolve/around.ts'
export { hostNames } from './resolve/hosts.ts'

export interface ResolvedLdirectord extends Part {
  readonly file: LdirectordFile
}

/** `services`: the checks of files before this one, which it may share. */
export function resolveLdirectord(
  file: LdirectordFile,
  surroundings: LdirectordSurroundings,
  services: Services = new Services(),
): ResolvedLdirectord {
  const found = services.mark()
  const report = new OnceReport()
  report.omitted = file.omitted
  for (const problem of file.problems) report.add(problem)
  const around: Around = {
    file,
    surroundings,
    services,
    foreign: new Set(services.list.map(({ key }) => key)),
    listeners: new Map(),
    room: { destinations: MOST_DESTINATIONS },
    losses: new Map(),
    report,
  }
  reportEmpty(file, report)
  const settings = resolveGlobals(file, around)
  globalLosses(file, around)
  const fronts = new Fronts(around)
  const virtuals = file.services.map((one) => resolveVirtual(one, fronts, around)).filter((one) => one !== null)
  const own = found()
  return {
    file,
    ...own,
    services: heard(own.services, around.listeners),
    virtuals,
    settings,
    settingPlaces: settingPlaces(file),
    dormant: [],
    losses: [...around.losses.values()],
    problems: report.problems,
    omitted: report.omitted,
  }
}

/** Most likely a file that was not written to its end; a reload would drop all that is watched. */
function reportEmpty({ source, services, executes, problems }: LdirectordFile, report: Report): void {
  if (services.length > 0 || executes.length > 0 || problems.some(({ severity }) => severity === 'error')) return
  const message = 'this file defines nothing to do: no virtual and no execute'
  const hint = 'look whether it is the right file, and whole: a copy or an editor may have cut it off'
  report.error('config-empty', { source, start: 0, end: 0 }, message, hint)
}

/** The files that `execute` names, for which ldirectord starts another of itself; as written. */
export const executedFiles = ({
  executes,
}: LdirectordFile): readonly { readonly path: string; readonly place: Place }[] =>
  executes.map(({ value, keyword }) => ({ path: value.trim(), place: placeOfWord(keyword) }))
