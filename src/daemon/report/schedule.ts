/**
 * Reports that are mailed by a calendar (`report` blocks of mon.cf): at each date the last whole day, week or month is counted
 * and handed to the engine as an event, whose deliveries are as durable as any alert's. A report that was due while the
 * daemon was down is made at the start.
 */
import { schedule } from 'node-cron'
import { zoneNamed } from '../../model/calendar/zone.ts'
import { lastOccurrence } from '../../model/calendar.ts'
import type { EventBody } from '../../model/event.ts'
import type { ReportSchedule } from '../../model/notify-settings.ts'
import { type WallTime, wallTime } from '../../model/units.ts'
import { htmlReport } from '../../report/html.ts'
import { lastWhole, type NamedSpan } from '../../report/span.ts'
import { textReport } from '../../report/text.ts'
import { headline } from '../../report/words.ts'
import type { MadeReport } from '../report.ts'

export interface ReportDoors {
  now(): WallTime
  /** Counts a span; what is wrong with the history is a value. */
  make(span: NamedSpan, services: readonly string[]): Promise<MadeReport>
  post(event: EventBody): unknown
}

export interface ReportJobs {
  /** These and no others, from now on. `missedSince`: what was due after it and never made is made at once. */
  use(reports: readonly ReportSchedule[], missedSince?: WallTime | null): void
  /** Ends them all; what is being made is not posted any more. */
  stop(): void
}

export type ReportMail = Extract<EventBody, { kind: 'report' }>

export function startReports(doors: ReportDoors): ReportJobs {
  let jobs: (() => void)[] = []
  /** One after another: each may take a history's length of memory. */
  let work: Promise<void> = Promise.resolve()
  /** When they were due, by name. */
  const waiting = new Map<string, WallTime>()
  let stopped = false

  function due(report: ReportSchedule, at: WallTime): void {
    if (stopped) return
    const { name } = report
    const former = waiting.get(name)
    // One that is due again before it was made is made once, for the later time.
    waiting.set(name, wallTime(Math.max(former ?? at, at)))
    if (former !== undefined) return
    work = work.then(async () => {
      const time = waiting.get(name) ?? at
      waiting.delete(name)
      if (stopped) return
      for (const event of await eventsFor(report, time, doors)) if (!stopped) doors.post(event)
    })
  }

  function start(report: ReportSchedule): void {
    // A timer that fires a moment early must not make it the day before.
    const tick = ({ date }: { readonly date: Date }): void =>
      due(report, wallTime(Math.max(doors.now(), date.getTime())))
    try {
      const task = schedule(report.cron, tick, { timezone: report.zone, suppressMissedWarning: true })
      // A machine that slept, or was too busy, is late and not excused.
      task.on('execution:missed', tick)
      jobs.push(() => void task.destroy())
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      doors.post(notice(`The report "${report.name}" is not mailed: its calendar cannot be used (${why}).`))
    }
  }

  const end = (): void => {
    for (const job of jobs) job()
    jobs = []
  }
  return {
    use(reports, missedSince = null) {
      end()
      for (const report of reports) {
        start(report)
        if (missedSince === null) continue
        const missed = lastOccurrence(report.cron, report.zone, doors.now(), missedSince)
        if (missed !== null) due(report, missed)
      }
    },
    stop() {
      stopped = true
      end()
    },
  }
}

async function eventsFor(
  report: ReportSchedule,
  at: WallTime,
  doors: Pick<ReportDoors, 'make'>,
): Promise<readonly EventBody[]> {
  const { name, span: unit, services, format } = report
  // The parser refuses a zone that is none.
  const zone = zoneNamed(report.zone) ?? zoneNamed('UTC')
  if (zone === null) return []
  const span = lastWhole(zone, unit, at)
  const made = await doors.make(span, services).catch((error: unknown): MadeReport => {
    // A mistake of ours must not end the daemon, nor the reports after this one.
    return {
      kind: 'failed',
      text: `It could not be counted: ${error instanceof Error ? error.message : String(error)}.`,
    }
  })
  if (made.kind === 'failed') {
    const text = `The report "${name}" of ${span.label} could not be made. ${made.text}`
    const later = '"upalert report" makes it on the command line once this is mended.'
    const mail = { subject: `upalert report ${name}: ${span.label} COULD NOT BE MADE`, text: `${text}\n\n${later}\n` }
    return [notice(text), { kind: 'report', name, mail }]
  }
  const mail = { subject: `upalert report ${name}: ${headline(made.report)}`, text: textReport(made.report) }
  return [{ kind: 'report', name, mail: format === 'html' ? { ...mail, html: htmlReport(made.report) } : mail }]
}

const notice = (text: string): EventBody => ({ kind: 'notice', what: 'trouble', text })
