/** Reports of October 2026 in Berlin, from wherever a test says. */
import assert from 'node:assert/strict'
import { type ReportOptions, reportRequest } from '../../src/cli/report.ts'
import { makeReport } from '../../src/daemon/report.ts'
import { wallTime } from '../../src/model/units.ts'
import type { Report } from '../../src/report/report.ts'
import { october } from './report-history.ts'

const now = wallTime(Date.parse('2026-11-02T01:00:00Z'))
const configured = ['db/sql', 'web/http']

export function request(options: ReportOptions = {}) {
  const found = reportRequest({ month: '2026-10', timezone: 'Europe/Berlin', ...options }, now)
  if ('fault' in found) throw new Error(found.fault)
  return found
}

export async function made(database: string, statedir: string, options: ReportOptions = {}): Promise<Report> {
  const answer = await makeReport(request(options), { database, statedir, configured, now })
  if (answer.kind === 'failed') throw new Error(answer.text)
  return answer.report
}

export async function refused(database: string, statedir: string, options: ReportOptions = {}): Promise<string> {
  const answer = await makeReport(request(options), { database, statedir, configured, now })
  return answer.kind === 'failed' ? answer.text : assert.fail('it made a report')
}

export function isOctober({ services }: Pick<Report, 'services'>): void {
  const told = services.map(({ service, up, down, downInMaintenance, notObserved, failures }) => [
    service,
    {
      ...{
        up: up / 60_000,
        down: down / 60_000,
        maintenance: downInMaintenance / 60_000,
        unseen: notObserved / 60_000,
      },
      incidents: failures,
    },
  ])
  assert.deepEqual(Object.fromEntries(told), october)
}
