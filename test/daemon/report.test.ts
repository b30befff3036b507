/** `upalert report` from a history that is known by heart, as a journal has it. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { reportText } from '../../src/daemon/report.ts'
import { FORMATS } from '../../src/report/format.ts'
import { commits, directoryWith, withStop, written } from './report-history.ts'
import { isOctober, made, refused, request } from './report-made.ts'

test('the journal alone makes the report, in each format', async (t) => {
  const { file, statedir } = await directoryWith(t, 'none')
  await written(statedir)
  isOctober(await made('none', statedir))
  for (const format of FORMATS) {
    const { kind, text } = await reportText(file, request({ format }))
    assert.equal(kind, 'report', text)
    assert.match(
      text,
      { text: /^web\/http .* 30 min /m, csv: /^service,web\/http,/m, html: />30 min</, json: /"down": 1800,/ }[format],
    )
    assert.doesNotMatch(text, format === 'csv' ? /(^|,)=1\+1/m : /<script/)
  }
})

test('incidents say what failed, who acknowledged, and how they lie in the month', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  await written(statedir)
  const { incidents } = await made('none', statedir)
  assert.deepEqual(
    incidents.map(
      ({ service, summary, hosts, reasons, acknowledged, maintenance, beganBefore, goesOn, lasted, down }) => ({
        ...{
          service,
          summary,
          hosts,
          why: reasons.map(({ text }) => text),
          acknowledged,
          maintenance,
          beganBefore,
          goesOn,
        },
        ...{ lasted: lasted / 60_000, down: down / 60_000 },
      }),
    ),
    [
      {
        ...{ service: 'web/http', summary: 'connection refused', hosts: ['10.1.1.2'], why: [], acknowledged: 'joe' },
        ...{ maintenance: 'none', beganBefore: true, goesOn: false, lasted: 20, down: 10 },
      },
      {
        ...{
          service: 'db/sql',
          summary: '10.1.1.9',
          hosts: ['10.1.1.9'],
          why: ['refused'],
          acknowledged: null,
        },
        ...{ maintenance: 'all', beganBefore: false, goesOn: false, lasted: 60, down: 0 },
      },
      {
        ...{ service: 'web/http', summary: '=1+1', hosts: ['10.1.1.3'], why: [], acknowledged: null },
        ...{ maintenance: 'none', beganBefore: false, goesOn: true, lasted: 30, down: 20 },
      },
    ],
  )
})

test('what a journal does not reach is not observed, and the report says so', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  // What is older has been let go.
  await written(
    statedir,
    commits.slice(4).map((commit, i) => ({ ...commit, seq: i + 1 })),
  )
  const { services, remarks } = await made('none', statedir)
  assert.deepEqual(remarks, ['The history begins at 2026-10-10 10:00:00+02:00; nothing before that was observed.'])
  const [db, web] = services
  // Of what it was before its first change that is left nothing is known.
  assert.equal(db?.up, (6 * 24 + 21.5 - 2) * 3_600_000)
  assert.equal(web?.down, 20 * 60_000)
})

test('a month that is not over is observed up to the last sign of life', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  await written(statedir)
  const { remarks, services } = await made('none', statedir, { month: '2026-11' })
  assert.deepEqual(remarks, ['Nothing after 2026-11-02 01:00:00+01:00 was observed.'])
  assert.equal(services[0]?.observed, 25 * 3_600_000)
})

test('while the scheduler is stopped nobody watches, though the daemon lives', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  await written(statedir, withStop)
  const { remarks } = await made('none', statedir, { month: '2026-11' })
  assert.deepEqual(remarks, ['Nothing after 2026-11-01 12:00:00+01:00 was observed.'])
})

test('where there is neither a database nor a journal, a sentence says so', async (t) => {
  const { file, statedir } = await directoryWith(t, 'none')
  assert.equal(await refused('none', statedir), `There is no journal in ${statedir}/journal.`)
  assert.equal(await refused('embedded', statedir), `There is no journal in ${statedir}/journal.`)
  assert.match(await refused('postgres://x@127.0.0.1:1/x', statedir), /refuses the connection.* There is no journal/)
  await mkdir(join(statedir, 'journal'), { recursive: true })
  assert.equal((await reportText(file, request())).kind, 'failed')
})

test('a database that is away leaves the journal, and the report says so', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  await written(statedir)
  for (const database of ['postgres://x@127.0.0.1:1/x', 'embedded']) {
    const report = await made(database, statedir)
    isOctober(report)
    assert.match(report.remarks[0] ?? '', /This is from the journal in /)
  }
})

test('a service that nobody knows is refused, and a configured one is shown although nothing is known of it', async (t) => {
  const { statedir } = await directoryWith(t, 'none')
  await written(statedir)
  assert.match(await refused('none', statedir, { service: ['no/such', 'web/http'] }), /^Nothing is known of no\/such:/)
  const { services } = await made('none', statedir, { service: ['web/http'] })
  assert.deepEqual(
    services.map(({ service }) => service),
    ['web/http'],
  )
})

test('a configuration with a mistake is refused with its problems', async (t) => {
  const { file } = await directoryWith(t, 'nonsense')
  const { kind, text } = await reportText(file, request())
  assert.equal(kind, 'failed')
  assert.match(text, /"nonsense" names no database/)
})
