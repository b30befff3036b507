import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createMonLogs } from '../../../src/daemon/mon/logs.ts'
import type { LogSettings } from '../../../src/model/client-settings.ts'
import type { Note } from '../../../src/model/effect.ts'
import { groupName, serviceName } from '../../../src/model/names.ts'
import { seconds, wallTime } from '../../../src/model/units.ts'
import { settings } from '../../engine/build.ts'

const NOW = 1_700_000_000

function place(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'upalert-logs-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function logs(troubles: string[] = []) {
  return createMonLogs({ syslog: null, now: () => wallTime(NOW * 1000), trouble: (text) => troubles.push(text) })
}

const subject = { group: groupName('g'), service: serviceName('s'), at: wallTime(NOW * 1000) }
const failure = (summary: string): Note => ({ kind: 'failure', ...subject, summary })
const calling = (summary: string, changes: Partial<Extract<Note, { kind: 'calling' }>> = {}): Note => ({
  ...{ kind: 'calling', ...subject, alert: 'failure', isTest: false, counts: true, script: '/a/x.alert' },
  ...{ argumentText: 'a b', summary },
  ...changes,
})
const using = (changes: Partial<LogSettings>): LogSettings => ({ ...settings.logs, ...changes })

test('each history keeps the newest so many, through a storm as well', (t) => {
  const kept = logs()
  kept.begin(using({ histlength: 3 }), place(t))
  for (let i = 0; i < 1000; i += 1) {
    kept.note(failure(`${i}`))
    kept.note(calling(`${i}`))
  }
  assert.deepEqual(
    kept.failureHistory(),
    [997, 998, 999].map((i) => `g s ${NOW} ${i}`),
  )
  assert.deepEqual(
    kept.alertHistory(),
    [997, 998, 999].map((i) => `alert g s ${NOW} /a/x.alert (a b) ${i}`),
  )
  kept.keep(2)
  assert.equal(kept.kept(), 2)
  assert.equal(kept.failureHistory().length, 2)
  kept.keep(0)
  kept.note(failure('x'))
  assert.deepEqual(kept.failureHistory(), [])
})

test('tests and redistributed alerts leave no trace in the history', (t) => {
  const kept = logs()
  kept.begin(settings.logs, place(t))
  kept.note(calling('test', { alert: 'test' }))
  kept.note(calling('redistributed', { counts: false }))
  kept.note(calling('up', { alert: 'up' }))
  assert.deepEqual(kept.alertHistory(), [`upalert g s ${NOW} /a/x.alert (a b) up`])
})

test('historictime is how far back the history is read', (t) => {
  const where = place(t)
  writeFileSync(join(where, 'h'), [NOW - 100, NOW - 50, NOW].map((at) => `alert g s ${at} /a () x\n`).join(''))
  const lengths = [0, 60, 200].map((time) => {
    const kept = logs()
    kept.begin(using({ historicfile: 'h', historictime: seconds(time) }), where)
    return kept.alertHistory().length
  })
  assert.deepEqual(lengths, [3, 2, 3])
})

test('a reload of the same file loses nothing that is not in it yet, and another file is read', async (t) => {
  const where = place(t)
  writeFileSync(join(where, 'other'), 'alert g s 1 /a () other\n')
  const kept = logs()
  kept.begin(using({ historicfile: 'h' }), where)
  kept.note(calling('fresh'))
  kept.begin(using({ historicfile: 'h' }), where)
  assert.equal(kept.alertHistory().length, 1)
  kept.begin(using({ historicfile: '' }), where)
  assert.equal(kept.alertHistory().length, 1)
  kept.begin(using({ historicfile: 'other' }), where)
  assert.deepEqual(kept.alertHistory(), ['alert g s 1 /a () other'])
  kept.begin(using({ historicfile: join(where, 'h') }), '/nowhere')
  await kept.settled()
})

test('the end of an outage is a line of the downtime log, behind a header; one that nobody saw begin counts from the start', async (t) => {
  const where = place(t)
  const kept = logs()
  kept.begin(using({ dtlogging: true }), where)
  const end = { kind: 'recovered', ...subject, interval: 60, summary: 'h1\nforged' } as const
  kept.note({ ...end, firstFailure: wallTime((NOW - 90) * 1000) })
  kept.note({ ...end, firstFailure: null })
  await kept.settled()
  const lines = readFileSync(join(where, 'downtime.log'), 'utf8').split('\n')
  assert.deepEqual(lines, [
    '#',
    `# downtime log start ${NOW}`,
    '# time back up, group, service, first failure, downtime, interval, summary',
    '#',
    `${NOW} g s ${NOW - 90} 90 60 h1 forged`,
    `${NOW} g s ${NOW} 0 60 h1 forged`,
    '',
  ])
})

test('a log that cannot be written is told in mon’s words, once', async () => {
  const troubles: string[] = []
  const kept = logs(troubles)
  kept.begin(using({ dtlogging: true, historicfile: 'h' }), '/nowhere')
  for (let i = 0; i < 3; i += 1) {
    kept.note(calling('x'))
    await kept.settled()
  }
  assert.equal(kept.alertHistory().length, 3)
  assert.deepEqual(troubles.map((text) => text.replace(/: ENOENT.*/, '')).sort(), [
    'could not append to /nowhere/downtime.log',
    'could not append to /nowhere/h',
  ])
})
