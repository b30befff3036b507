/** What `upalert maintenance` prints, and what its words ask the daemon. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import type { Asker, Where } from '../../src/cli/asker.ts'
import { maintenanceLines, parseMoment } from '../../src/cli/maintenance.ts'
import { maintenanceCommands } from '../../src/cli/maintenance-commands.ts'
import { maintenanceView } from '../../src/engine/maintenance-view.ts'
import type { Request } from '../../src/model/request.ts'
import { hours, minutes } from '../../src/model/units.ts'
import { at, begin, instant, recurring, Watch } from '../engine/maintenance-rig.ts'

const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/\u001b\[\d+m/g, ''))

test('the calendar has the next ten over all windows, with zone, offset, subjects and reason', () => {
  const nightly = recurring({ name: 'dump', subjects: ['db/sql', 'virtual shop'], cron: '30 2 * * 6', lasts: hours(1) })
  const watch = new Watch([recurring(), { ...nightly, zone: 'America/New_York', reason: '' }])
  const now = at('2026-10-23T12:00:00Z')
  const lines = plain(maintenanceLines(maintenanceView(watch.state, now)))
  assert.deepEqual(lines.slice(0, 6), [
    'No maintenance is in force.',
    '',
    'The next ones:',
    '  NAME    BEGINS                       ENDS                         ZONE              LASTS  COVERS                            WHY',
    '  dump    Sat 2026-10-24 02:30 -04:00  Sat 2026-10-24 03:30 -04:00  America/New_York  1 h    db/sql, virtual:shop (1 service)',
    '  backup  Sun 2026-10-25 02:00 +02:00  Sun 2026-10-25 03:00 +01:00  Europe/Berlin     2 h    web (2 services)                  the weekly backup; clocks are set meanwhile',
  ])
  assert.equal(lines.length, 4 + 10)
})

test('what is in force is shown with what is left of it, who began it and why', () => {
  const watch = new Watch([recurring({ subjects: ['gone'] })])
  watch.begin(begin({ name: 'kernel', reason: 'new kernel\u001b[2J' }), at('2026-11-22T02:30:00Z'))
  const view = maintenanceView(watch.state, at('2026-11-22T02:40:00Z'))
  const lines = plain(maintenanceLines(view))
  assert.match(
    lines[2] ?? '',
    /^ {2}backup +Sun 2026-11-22 04:00 \+01:00 +Europe\/Berlin +20 min left +gone \(NOTHING\)/,
  )
  assert.match(lines[3] ?? '', /^ {2}kernel .* 1 h 50 min left +web\/http \(1 service\) +new kernel\?\[2J; by anna$/)
  assert.deepEqual(
    [view.inForce[0]?.begins, view.inForce[0]?.ends],
    ['2026-11-22T02:00:00+01:00', '2026-11-22T04:00:00+01:00'],
  )
})

test('where nothing is planned, it says how to begin one', () => {
  const lines = maintenanceLines(maintenanceView(new Watch().state, at('2026-11-22T02:40:00Z')))
  assert.match(lines.join('\n'), /^No maintenance is planned: "upalert maintenance start SUBJECT --for 2h"/)
})

test('windows that meet are one line of the calendar', () => {
  const watch = new Watch([recurring({ cron: '0,30 2 * * *', lasts: minutes(30) })])
  const { next } = maintenanceView(watch.state, at('2026-11-22T12:00:00Z'))
  assert.deepEqual(
    next.slice(0, 2).map(({ begins, ends }) => [begins, ends]),
    [
      ['2026-11-23T02:00:00+01:00', '2026-11-23T03:00:00+01:00'],
      ['2026-11-24T02:00:00+01:00', '2026-11-24T03:00:00+01:00'],
    ],
  )
})

const now = instant('2026-03-28T20:00:00Z')
const moments: readonly (readonly [string, string | null])[] = [
  ['22:00', '2026-03-28T21:00:00Z'],
  ['21:00', '2026-03-29T19:00:00Z'],
  ['2:30', '2026-03-29T01:00:00Z'],
  ['2026-03-28 22:00', '2026-03-28T21:00:00Z'],
  ['2026-03-30T22:00', '2026-03-30T20:00:00Z'],
  ['2026-10-25 02:30', '2026-10-25T00:30:00Z'],
  ['2026-10-25T02:30:00+01:00', '2026-10-25T01:30:00Z'],
  ['2026-10-25T02:30Z', '2026-10-25T02:30:00Z'],
  ['2026-03-29 02:30', null],
  ['2026-02-31 02:30', null],
  ['2026-02-31T02:30:00+01:00', null],
  ['24:00', null],
  ['12:60', null],
  ['2h', null],
  ['tomorrow', null],
  ['', null],
  ['9999999999-01-01 00:00', null],
]
for (const [text, moment] of moments) {
  test(`--at "${text}" is ${moment === null ? 'refused' : moment}`, () => {
    const found = parseMoment(text, now, 'Europe/Berlin')
    assert.equal(
      found.kind === 'at' ? new Date(found.at).toISOString() : null,
      moment?.replace(/:(\d\d)Z$/, ':$1.000Z') ?? null,
    )
  })
}

test('a time that clocks skip is refused with what follows', () => {
  assert.deepEqual(parseMoment('2026-03-29 02:30', now, 'Europe/Berlin'), {
    kind: 'fault',
    text: 'clocks skip 2026-03-29 02:30; what follows is 2026-03-29 03:00 Europe/Berlin (UTC+02:00)',
  })
})

interface Asked {
  readonly where: Where
  readonly request: Request
}

async function asked(...words: string[]): Promise<Asked | string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  let heard: Asked | string = 'nothing'
  const hear = async (where: Where, request: Request): Promise<void> => {
    heard = { where, request }
  }
  const asking: Asker['asking'] = (name, description, parent = program) =>
    parent.command(name).description(description).option('-c, --config <FILE>').option('--socket <PATH>')
  maintenanceCommands({ asking, act: hear, answered: async () => ({ at: now, inForce: [], next: [] }) })
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.copyInheritedSettings(program)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return heard
}

test('the words of the command line become a request, wherever the options stand', async () => {
  const words = ['web', 'virtual:shop', '--for', '2h', '--name', 'kernel', '--reason', 'new kernel', '-c', 'x.cf']
  assert.deepEqual(await asked('maintenance', 'start', ...words), {
    where: { config: 'x.cf' },
    request: {
      command: 'begin-maintenance',
      subjects: ['web', 'virtual:shop'],
      lasts: hours(2),
      name: 'kernel',
      text: 'new kernel',
    },
  })
  const dated = await asked('maintenance', 'start', '*', '--for', '30m', '--at', '2100-11-22T02:00:00+01:00')
  assert.deepEqual(dated, {
    where: {},
    request: {
      command: 'begin-maintenance',
      subjects: ['*'],
      lasts: minutes(30),
      at: instant('2100-11-22T01:00:00Z'),
    },
  })
  assert.deepEqual(await asked('maintenance', '--socket', '/run/x', 'end', 'kernel'), {
    where: { socket: '/run/x' },
    request: { command: 'end-maintenance', name: 'kernel' },
  })
})

test('misuse says what to write', async () => {
  assert.match(String(await asked('maintenance', 'start', 'web')), /required option '--for <TIME>' not specified/)
  assert.match(String(await asked('maintenance', 'start', '--for', '2h')), /missing required argument 'SUBJECT'/)
  assert.match(String(await asked('maintenance', 'start', 'web', '--for', '2h', '--at', 'noon')), /write 02:00, "2026/)
  assert.match(String(await asked('maintenance', 'stop', 'web')), /too many arguments|unknown command/)
})
