import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ReportOptions, reportRequest } from '../../src/cli/report.ts'
import { wallTime } from '../../src/model/units.ts'

const now = wallTime(Date.parse('2026-11-21T12:00:00Z'))
const fault = (options: ReportOptions): string => {
  const found = reportRequest(options, now)
  return 'fault' in found ? found.fault : assert.fail('it is well')
}

test('without words it is the last whole month of all services as text', () => {
  const found = reportRequest({ timezone: 'Europe/Berlin' }, now)
  assert.ok('span' in found)
  const { span, services, format, director } = found
  assert.deepEqual([span.label, services, format, director], ['October 2026', [], 'text', null])
})

test('without a time zone it is the machine’s', () => {
  const found = reportRequest({ month: '2026-10' }, now)
  assert.ok('span' in found)
  assert.equal(new Date(found.span.from).getDate(), 1)
  assert.equal(new Date(found.span.from).getHours(), 0)
})

test('a service named twice is one', () => {
  const found = reportRequest({ service: ['web/http', 'db/sql', 'web/http'], timezone: 'UTC' }, now)
  assert.ok('span' in found)
  assert.deepEqual(found.services, ['web/http', 'db/sql'])
})

const faults: readonly { options: ReportOptions; says: string }[] = [
  { options: { timezone: 'Europe/Atlantis' }, says: '"Europe/Atlantis" is no time zone; write one as Europe/Berlin' },
  { options: { format: 'pdf' }, says: '"pdf" is no format; there are text, csv, html, json' },
  { options: { service: ['web'] }, says: '"web" is no service; write one as GROUP/SERVICE' },
  { options: { month: '2026-1' }, says: '"2026-1" is no month; write one as 2026-10' },
]
for (const { options, says } of faults) test(`it says: ${says}`, () => assert.equal(fault(options), says))
