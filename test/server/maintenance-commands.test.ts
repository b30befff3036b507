/** What the socket answers about times of maintenance, slips of the finger included. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../src/model/entry.ts'
import type { Command } from '../../src/model/event.ts'
import { id } from '../../src/model/names.ts'
import { hours } from '../../src/model/units.ts'
import {
  type MaintenanceDaemon,
  maintenanceBegun,
  maintenanceEnded,
  maintenanceShown,
} from '../../src/server/maintenance-commands.ts'
import { at, recurring, Watch } from '../engine/maintenance-rig.ts'

const now = at('2026-11-21T12:00:00Z')

function daemonFor(watch: Watch) {
  const commands: Command[] = []
  const daemon: MaintenanceDaemon = {
    now: () => now,
    state: () => watch.state,
    kept: async () => null,
    post(event): readonly Entry[] {
      if (event.kind !== 'command') return []
      const { command, who } = event
      commands.push(command)
      const { kind, text } =
        command.kind === 'begin-maintenance'
          ? watch.begin(command, now)
          : watch.end(command.kind === 'end-maintenance' ? command.name : '', now)
      return [{ id: id('e'), at: now.wall, cause: null, kind: 'command', who, command: '', outcome: kind, text }]
    },
  }
  return { daemon, commands }
}

test('a virtual server is named with or without the word, and a watch goes before it', async () => {
  const { daemon, commands } = daemonFor(new Watch())
  const request = { command: 'begin-maintenance', subjects: ['virtual:shop', 'shop', 'web'], lasts: hours(2) }
  const answer = await maintenanceBegun({ ...request, text: 'new\nkernel', who: 'anna' }, daemon)
  assert.equal(answer.ok, true)
  const [command] = commands
  assert.ok(command?.kind === 'begin-maintenance')
  assert.deepEqual([command.subjects, command.reason], [['virtual shop', 'virtual shop', 'web'], 'new kernel'])
})

const slips: readonly (readonly [string, RegExp])[] = [
  ['web/htp', /is called "web\/htp"; did you mean web\/http\?$/],
  ['virtual:shpo', /is called "virtual:shpo"; did you mean virtual:shop\?$/],
  ['wbe', /did you mean web\?$/],
  ['mail', /is called "mail"; there are: web, db, virtual:shop$/],
]
for (const [written, text] of slips) {
  test(`"${written}" is refused with what there is`, async () => {
    const { daemon } = daemonFor(new Watch())
    const answer = await maintenanceBegun(
      { command: 'begin-maintenance', subjects: [written], lasts: hours(2) },
      daemon,
    )
    assert.ok(!answer.ok)
    assert.match(answer.text, text)
  })
}

test('without subjects and times it is refused, and not begun', async () => {
  const { daemon } = daemonFor(new Watch())
  assert.equal((await maintenanceBegun({ command: 'begin-maintenance' }, daemon)).ok, false)
  assert.equal((await maintenanceBegun({ command: 'begin-maintenance', subjects: ['web'] }, daemon)).ok, false)
})

test('a name that is nearly right is refused with the right one', async () => {
  const { daemon } = daemonFor(new Watch([recurring()]))
  const answer = await maintenanceEnded({ command: 'end-maintenance', name: 'bakcup' }, daemon)
  assert.ok(!answer.ok)
  assert.equal(answer.text, 'there is no maintenance "bakcup"; there are: backup; did you mean backup?')
  const early = await maintenanceEnded({ command: 'end-maintenance', name: 'backup' }, daemon)
  assert.ok(!early.ok)
  assert.match(early.text, /^maintenance "backup" is not in force now; /)
})

test('what is shown is what begins next', () => {
  const { daemon } = daemonFor(new Watch([recurring()]))
  const answer = maintenanceShown(daemon)
  assert.ok(answer.ok)
  const { next } = answer.data as { next: { name: string; begins: string }[] }
  assert.deepEqual([next.length, next[0]?.begins], [10, '2026-11-22T02:00:00+01:00'])
})
