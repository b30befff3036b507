/** What operators ask about times of maintenance, and how they begin and end one. */
import { knownSubjects, subjectWritten } from '../engine/command/maintenance.ts'
import { maintenanceView } from '../engine/maintenance-view.ts'
import type { Answer, Request } from '../model/request.ts'
import type { State } from '../model/state.ts'
import { milliseconds, type Now, wallTime } from '../model/units.ts'
import { nearby } from '../parse/text/nearest.ts'
import { comment, given, type PoolDaemon } from './pool-commands.ts'

export interface MaintenanceDaemon extends Pick<PoolDaemon, 'state' | 'post' | 'kept'> {
  now(): Now
}

export const maintenanceShown = (daemon: MaintenanceDaemon): Answer => ({
  ok: true,
  data: maintenanceView(daemon.state(), daemon.now()),
})

export async function maintenanceBegun(request: Request, daemon: MaintenanceDaemon): Promise<Answer> {
  const { subjects: written = [], name, at, lasts = 0, text, who = 'somebody' } = request
  const known = knownSubjects(daemon.state())
  const subjects = written.map((one) => subjectMeant(one, known))
  const command = {
    kind: 'begin-maintenance',
    name: name ?? null,
    subjects,
    from: at === undefined ? null : wallTime(at),
    lasts: milliseconds(lasts),
    reason: comment(text),
  } as const
  const answer = await given(command, who, daemon)
  return answer.ok ? answer : { ok: false, text: `${answer.text}${hint(subjects, known)}` }
}

export async function maintenanceEnded(
  { name = '', who = 'somebody' }: Request,
  daemon: MaintenanceDaemon,
): Promise<Answer> {
  const answer = await given({ kind: 'end-maintenance', name }, who, daemon)
  const names = namesOf(daemon.state())
  if (answer.ok || names.includes(name)) return answer
  const near = nearby().find(name, names)
  return near === null ? answer : { ok: false, text: `${answer.text}; did you mean ${near}?` }
}

const VIRTUAL = 'virtual:'

/** As the model has it: `virtual:shop` is `virtual shop`, and so is `shop` where no watch is called that. */
function subjectMeant(written: string, known: readonly string[]): string {
  if (written.startsWith(VIRTUAL)) return `virtual ${written.slice(VIRTUAL.length)}`
  return !known.includes(written) && known.includes(`virtual ${written}`) ? `virtual ${written}` : written
}

/** What was probably meant by subjects that nothing is called. */
function hint(subjects: readonly string[], known: readonly string[]): string {
  const names = new Set(known)
  const unknown = subjects.filter((one) => !names.has(one))
  if (unknown.length === 0) return ''
  const near = nearby()
  const meant = unknown.map((one) => near.find(one, known)).find((one) => one !== null)
  if (meant !== undefined && meant !== null) return `; did you mean ${subjectWritten(meant)}?`
  const listed = known.filter((one) => one !== '*' && !one.includes('/')).slice(0, namesShown)
  return listed.length === 0 ? '' : `; there are: ${listed.map(subjectWritten).join(', ')}`
}

/** Names that an answer lists. */
const namesShown = 20

const namesOf = ({ model, controls }: State): readonly string[] =>
  [...controls.windows, ...model.windows].map(({ name }) => name)
