/**
 * KeepalivedFile -> what a Model is made of: pools, the checks that speak for their real servers, settings. Everything
 * keepalived repairs with a message is repaired here with a warning that says what was done; docs/keepalived.md.
 */
import type { Loss, Part } from '../director/part.ts'
import { Services } from '../director/services.ts'
import { Report } from '../text/report.ts'
import type { KeepalivedFile } from './file.ts'
import { spanOf } from './line.ts'
import { byFile } from './parse.ts'
import type { KeepalivedSurroundings } from './resolve/around.ts'
import { placeOfWord } from './resolve/place.ts'
import { resolveGlobals, settingPlaces } from './resolve/settings.ts'
import { resolveVirtual } from './resolve/virtual.ts'

export type { KeepalivedSurroundings } from './resolve/around.ts'
export { type ProgramUsed, programsUsed } from './resolve/commands.ts'

export interface ResolvedKeepalived extends Part {
  readonly file: KeepalivedFile
}

/** Services of the table that one file may ask for: a range of a group is one for each of its addresses. */
const MOST_SERVICES = 100_000
/** Real servers in all of them. */
const MOST_DESTINATIONS = 1_000_000

/** `services`: the checks of files before this one, which it may share. */
export function resolveKeepalived(
  file: KeepalivedFile,
  surroundings: KeepalivedSurroundings,
  services: Services = new Services(),
): ResolvedKeepalived {
  const found = services.mark()
  const report = new Report()
  report.omitted = file.omitted
  for (const problem of file.problems) report.add(problem)
  const room = { services: MOST_SERVICES, destinations: MOST_DESTINATIONS }
  const around = { file, surroundings, services, room, report }
  const settings = resolveGlobals(around)
  reportEmpty(file, report)
  noteVrrp(file, report)
  const virtuals = file.virtualServers.map((server) => resolveVirtual(server, around)).filter((one) => one !== null)
  return {
    file,
    ...found(),
    virtuals,
    settings,
    settingPlaces: settingPlaces(file),
    dormant: [],
    losses: lossesOf(file),
    problems: byFile(report.problems, file.sources),
    omitted: report.omitted,
  }
}

/** Most likely a file that was not written to its end; a reload would drop all that is watched. */
function reportEmpty({ source, virtualServers, kept, problems }: KeepalivedFile, report: Report): void {
  const vrrp = kept.some(({ keyword }) => keyword.text === 'vrrp_instance')
  if (vrrp || virtualServers.length > 0 || problems.some(({ severity }) => severity === 'error')) return
  const message = 'this file defines nothing to do: no virtual_server and no vrrp_instance'
  const hint = 'look whether it is the right file, and whole: a copy or an editor may have cut it off'
  report.error('config-empty', { source, start: 0, end: 0 }, message, hint)
}

/** The blocks are kept for the half that will run them; until then somebody must. */
function noteVrrp({ kept }: KeepalivedFile, report: Report): void {
  const first = kept.find(({ keyword }) => keyword.text === 'vrrp_instance')
  if (first === undefined) return
  const message = 'upalert does not run VRRP yet: the addresses of this vrrp_instance are not moved'
  const hint = 'let keepalived run it beside upalert: keepalived --vrrp'
  report.warning('vrrp-not-run', spanOf(first.keyword), message, hint)
}

/** The blocks and words of VRRP and of keepalived's processes, which are another program's business so far. */
function lossesOf({ kept, keptGlobals }: KeepalivedFile): readonly Loss[] {
  const why = 'upalert does not run VRRP yet: keep it in a keepalived.conf for keepalived --vrrp'
  return [...keptGlobals, ...kept].map(({ keyword, rest }) => ({
    place: placeOfWord(keyword),
    text: `${keyword.text} ${rest.text}`.trim(),
    why,
  }))
}
