/** A report of a daemon that runs, was killed and runs again, beside its journal and its PostgreSQL. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { reportRequest } from '../../src/cli/report.ts'
import { makeReport } from '../../src/daemon/report.ts'
import type { Entry } from '../../src/model/entry.ts'
import { wallTime } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { DaemonProcess, Web } from './daemon-process.ts'

const config = (web: Web): string => `
database = embedded
hostgroup web 127.0.0.1

watch web
    service http
        interval 1s
        timeout 0.8s
        monitor http -p ${web.port} --url /
`

test(
  'what a daemon saw, and did not see while it was killed, is what its report says',
  needs('postgres'),
  async (t) => {
    const web = await new Web('127.0.0.1').start(t)
    // In good order, so that its PostgreSQL ends with it.
    t.after(() => daemon.kill('SIGTERM'))
    const daemon: DaemonProcess = new DaemonProcess(t)
    daemon.configure(config(web))
    daemon.start()
    await daemon.said(/web\/http is UP/)
    web.answer = 500
    await daemon.said(/web\/http is DOWN/)
    // The PostgreSQL of a killed daemon lives on, so that the report finds it in either case.
    await upToDate(daemon)
    await daemon.kill('SIGKILL')
    web.answer = 200
    const from = daemon.output.length
    daemon.start()
    const up = await daemon.said(/web\/http is UP/, from)
    web.answer = 500
    await daemon.said(/web\/http is DOWN/, up)
    const { entries } = (await daemon.ask({ command: 'log', limit: 1000 })) as { entries: Entry[] }
    const changes = entries.filter(({ kind }) => kind === 'service')
    const gap = entries.find((entry) => entry.kind === 'gap') ?? assert.fail('no gap is on record')
    const [first, , , last] = changes
    assert.ok(first !== undefined && last !== undefined && gap.kind === 'gap')

    const found = reportRequest({ from: iso(first.at), to: iso(last.at), timezone: 'UTC' }, wallTime(Date.now()))
    assert.ok('span' in found)
    for (const database of ['embedded', 'none']) {
      const basis = { database, statedir: join(daemon.directory, 'var'), configured: [], now: wallTime(Date.now()) }
      const made = await makeReport(found, basis)
      assert.ok(made.kind === 'report', made.kind === 'failed' ? made.text : '')
      const { totals, incidents, remarks } = made.report
      assert.deepEqual(remarks, [], database)
      // Its last sign of life may be from before the span.
      assert.equal(totals.notObserved, gap.at - Math.max(gap.from, first.at))
      assert.equal(totals.up + totals.down + totals.notObserved, last.at - first.at)
      assert.deepEqual(
        incidents.map(({ cutByGap, recovered, hosts }) => ({ cutByGap, recovered, hosts })),
        [{ cutByGap: true, recovered: true, hosts: ['127.0.0.1'] }],
      )
    }
  },
)

const iso = (at: number): string => new Date(at).toISOString()

async function upToDate(daemon: DaemonProcess): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const report = (await daemon.status()).doors.find(({ door }) => door === 'history')
    if (report?.well && /up to date/.test(report.text)) return
    if (Date.now() > until) throw new Error(`the history never caught up: ${report?.text}\n${daemon.output}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
