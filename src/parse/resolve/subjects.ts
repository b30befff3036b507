/**
 * The names that `cover` of a maintenance and `service` of a report may give: watches, services, virtual servers. Where a
 * keepalived.conf is loaded as well, it may be what they are of: then they are judged once both are one Model.
 */
import type { Model } from '../../model/model.ts'
import type { Slice } from '../mon/lines.ts'
import { spanOf } from '../mon/lines.ts'
import type { Problem } from '../problem.ts'
import { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

export interface Subjects {
  readonly watches: ReadonlySet<string>
  /** By `group/service`. */
  readonly services: ReadonlySet<string>
  readonly virtuals: ReadonlySet<string>
  /** A service for who wrote its watch, or its name, alone. */
  readonly meant: ReadonlyMap<string, string>
}

export function subjectsOf(
  watches: Iterable<string>,
  services: Iterable<string>,
  virtuals: Iterable<string>,
): Subjects {
  const keys = new Set(services)
  const meant = new Map<string, string>()
  for (const key of keys) {
    const at = key.lastIndexOf('/')
    for (const part of [key.slice(0, at), key.slice(at + 1)]) if (!meant.has(part)) meant.set(part, key)
  }
  return { watches: new Set(watches), services: keys, virtuals: new Set(virtuals), meant }
}

/** A name that was not found in the mon.cf. */
export interface OpenName {
  readonly word: Slice
  readonly for: 'maintenance' | 'report'
}

const VIRTUAL = 'virtual:'

/** As Model.windows has it; `null`: there is no such thing. */
export function subjectNamed(text: string, { watches, services, virtuals }: Subjects): string | null {
  if (text === '*' || watches.has(text) || services.has(text)) return text
  return text.startsWith(VIRTUAL) && virtuals.has(text.slice(VIRTUAL.length)) ? subjectText(text) : null
}

export const subjectText = (text: string): string =>
  text.startsWith(VIRTUAL) ? `virtual ${text.slice(VIRTUAL.length)}` : text

export function reportSubject({ word, for: block }: OpenName, subjects: Subjects, report: Report): void {
  const { text } = word
  const { services, virtuals } = subjects
  if (block === 'report') {
    const meant = subjects.meant.get(text) ?? report.nearest(text, services)
    const hint = meant === null ? 'write services as they are watched: GROUP/SERVICE' : `did you mean ${meant}?`
    report.error('report-unknown', spanOf(word), `there is no service ${quoted(text)}`, hint)
    return
  }
  if (virtuals.has(text)) {
    const message = `${quoted(text)} is no watch, but a virtual server`
    report.error('maintenance-unknown', spanOf(word), message, `write ${VIRTUAL}${text}`)
    return
  }
  const meant = subjects.meant.get(text) ?? report.nearest(text, namesOf(subjects))
  const hint = meant === null ? 'a watch, GROUP/SERVICE, virtual:NAME, or * for all' : `did you mean ${meant}?`
  report.error('maintenance-unknown', spanOf(word), `nothing is called ${quoted(text)}`, hint)
}

function* namesOf({ watches, services, virtuals }: Subjects): Iterable<string> {
  yield* watches
  yield* services
  for (const name of virtuals) yield VIRTUAL + name
}

/** What is still unknown when all files are read. */
export function unknownNames(open: readonly OpenName[], { services, virtuals }: Model): readonly Problem[] {
  const subjects = subjectsOf(
    services.map(({ group }) => group),
    services.map(({ key }) => key),
    virtuals.map(({ name }) => name),
  )
  const report = new Report()
  for (const name of open) {
    const { text } = name.word
    const known = name.for === 'report' ? subjects.services.has(text) : subjectNamed(text, subjects) !== null
    if (!known) reportSubject(name, subjects, report)
  }
  return report.problems
}
