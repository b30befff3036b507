/** State files both ways with Debian's own mon. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Disabled, decodeDisabledFile, encodeDisabledFile } from '../../../src/wire/mon/disabled-file.ts'
import { decodeOpstatus } from '../../../src/wire/mon/opstatus.ts'
import { decodeOpstatusFile, encodeOpstatusFile, type SavedService } from '../../../src/wire/mon/state-file.ts'
import { needs } from '../../needs.ts'
import { type Mon, startMon } from '../../peers/mon/daemon.ts'
import { periodValues, serviceValues, stateText } from './saved-services.ts'
import { anyText } from './texts.ts'

const deadline = { timeout: 60_000 }
const stateOf = (mon: Mon, name: string): string => readFileSync(join(mon.directory, 'state', name), 'utf8')
const byName = (a: SavedService, b: SavedService): number => a.service.localeCompare(b.service)
const periodsSorted = (of: SavedService): SavedService => ({
  ...of,
  periods: [...of.periods].sort((a, b) => a.label.localeCompare(b.label)),
})

test('what the real mon saves of a failure is what it lists', { ...needs('mon'), ...deadline }, async (t) => {
  const config = `
hostgroup g h1 h2

watch g
  service s
    interval 1h
    monitor scr.monitor
    period LAB: wd {Sun-Sat}
      alert rec.alert
    period wd {Sun-Sat}\thr {0-23}
      alert rec.alert
`
  const files = {
    'mon.d/scr.monitor': '#!/bin/sh\nprintf \'a = %%s "\\303\\251"\\n\\nde=t\\n\'\nexit 3\n',
    'alert.d/rec.alert': '#!/bin/sh\ncat >/dev/null\n',
  }
  const mon = await startMon(t, { config, files })
  await mon.command('test monitor g s')
  let listed = new Map<string, string>()
  while (listed.get('alerts_sent') !== '2')
    listed = new Map(decodeOpstatus((await mon.command('list opstatus')).lines[0] ?? ''))
  assert.equal((await mon.command("ack g s 'it\\27s = me'")).status, '220 ack completed')
  await mon.command('disable host h1')
  await mon.command('disable service g s')
  await mon.command('savestate all')

  const { services, complaints } = decodeOpstatusFile(stateOf(mon, 'opstatus'))
  const [saved] = services.map(periodsSorted)
  assert.ok(saved !== undefined && saved.lastFailure !== null)
  assert.deepEqual([complaints, services.length, saved.group, saved.service], [[], 1, 'g', 's'])
  assert.deepEqual([saved.opStatus, saved.consecFailures, saved.exitval, saved.failureCount], [0, 1, '3', 1])
  // The percent sign is harmless in the file; in mon's own list it is not, in a monitor's words.
  assert.deepEqual([saved.lastSummary, saved.lastDetail], ['a = %s "\u00e9"', '\nde=t\n'])
  assert.deepEqual([saved.lastSummary, saved.lastDetail], [listed.get('last_summary'), listed.get('last_detail')])
  assert.equal(saved.failureOutput, 'a = %s "\u00e9"\n\nde=t\n')
  assert.equal(saved.ackComment, ": it's = me")
  assert.equal(String(saved.lastFailure / 1000), listed.get('last_failure'))
  const sent = { lastAlert: saved.lastFailure, alertSent: 1, firstFailTime: null, failcount: 0 }
  assert.deepEqual(saved.periods, [
    { label: 'LAB', ...sent },
    { label: 'wd {Sun-Sat}\thr {0-23}', ...sent },
  ])
  const entries: Disabled[] = [
    { kind: 'host', host: 'h1' },
    { kind: 'service', group: 'g', service: 's' },
  ]
  assert.deepEqual(decodeDisabledFile(stateOf(mon, 'disabled')), { entries, complaints: [] })
})

/** As many services as there are states to try, with two periods each. */
const config = (count: number): string => `
hostgroup g h1 h2

hostgroup other h3

watch other
  service o
    interval 1h
    monitor true.monitor
    period
      alert rec.alert

watch g
${Array.from({ length: count }, (_, index) => SERVICE.replace('NAME', `s${index}`)).join('')}`

// An empty line would end the watch.
const SERVICE = `  service NAME
    interval 1h
    monitor true.monitor
    traptimeout 1h
    period
      alert rec.alert
    period LAB: wd {Sun-Sat}
      alert rec.alert
`
const scripts = { 'mon.d/true.monitor': '#!/bin/sh\n', 'alert.d/rec.alert': '#!/bin/sh\n' }

const states = (text: fc.Arbitrary<string>, count: number): readonly SavedService[] =>
  fc
    .sample(fc.tuple(serviceValues(text), periodValues, periodValues), { numRuns: count, seed: 7 })
    .map(([values, bare, labelled], index) => ({
      ...{ group: 'g', service: `s${index}`, ...values },
      periods: [
        { label: '', ...bare },
        { label: 'LAB', ...labelled },
      ],
    }))
    .sort(byName)

test('what is written here the real mon loads, and saves again the same', {
  ...needs('mon'),
  ...deadline,
}, async (t) => {
  const count = 100
  // mon itself writes the backslash of \41 as it is, and then anybody reads an A.
  const services = states(
    stateText.filter((text) => !/\\[0-9a-f]{2}/.test(text)),
    count,
  )
  const disabled: Disabled[] = [
    { kind: 'host', host: 'h1' },
    { kind: 'watch', group: 'other' },
    { kind: 'service', group: 'g', service: 's3' },
    { kind: 'service', group: 'g', service: 's5' },
  ]
  const files = {
    ...scripts,
    'state/opstatus': encodeOpstatusFile([
      ...services,
      ...services.slice(0, 1).map((of) => ({ ...of, group: 'gone' })),
    ]),
    'state/disabled': encodeDisabledFile(disabled),
  }
  const mon = await startMon(t, { config: config(count), files, args: ['-S', '-l', 'all'] })
  assert.deepEqual((await mon.command('list disabled')).lines.toSorted(), [
    'group g: h1',
    'watch g service s3',
    'watch g service s5',
    'watch other',
  ])
  await mon.command('savestate all')
  const again = decodeOpstatusFile(stateOf(mon, 'opstatus'))
  const ours = again.services.filter(({ group }) => group === 'g').map(periodsSorted)
  assert.deepEqual(again.complaints, [])
  assert.deepEqual(ours.toSorted(byName), services)
  const order = (entry: Disabled): string => encodeDisabledFile([entry])
  const found = decodeDisabledFile(stateOf(mon, 'disabled')).entries
  assert.deepEqual(found.map(order).toSorted(), disabled.map(order).toSorted())
})

test('texts with = and backslashes that are written here are whole in the real mon', {
  ...needs('mon'),
  ...deadline,
}, async (t) => {
  const count = 30
  const services = states(fc.oneof(anyText(), fc.constantFrom('a=b', '\\41 = \\', '\\\\', '=', 'x\\5c')), count)
  const files = { ...scripts, 'state/opstatus': encodeOpstatusFile(services) }
  const mon = await startMon(t, { config: config(count), files, args: ['-S', '-l', 'opstatus'] })
  for (const { service, lastSummary, ackComment } of services) {
    for (const [variable, text] of [
      ['_last_summary', lastSummary],
      ['_ack_comment', ackComment],
    ]) {
      const { lines } = await mon.command(`get g ${service} ${variable}`)
      assert.equal(lines[0], `g ${service} ${variable}='${inPerl(text ?? '')}'`)
    }
  }
})

/** What mon holds, byte for byte, in the escapes it answers with. */
function inPerl(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      if (byte === 0x5c) return '\\\\'
      const plain = byte > 32 && byte < 127 && byte !== 0x22 && byte !== 0x27
      return plain ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
}
