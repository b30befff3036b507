import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { surroundingsWatch } from '../../src/daemon/surroundings.ts'
import { decide } from '../../src/engine/decide.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { Model } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import type { State } from '../../src/model/state.ts'
import { at, model, service, virtual } from '../engine/build.ts'
import { checkOf, realOf } from '../engine/pool/rig.ts'

function modelWith(maintenancedir: string, changes: Partial<Model> = {}): Model {
  const plain = model([checkOf(1)], [virtual([realOf(1)])])
  const table = { ...plain.settings.table, maintenancedir }
  return { ...plain, settings: { ...plain.settings, table }, ...changes }
}

/** A daemon that looks around. */
class Watched {
  readonly events: EventBody[] = []
  readonly said: string[] = []
  state: State
  readonly look = surroundingsWatch(
    () => this.state,
    (event) => this.post(event),
    (text) => void this.said.push(text),
  )

  constructor(of: Model, before: State | null = null) {
    const saved = before === null ? null : { version: 1 as const, ...before }
    this.state = restoredState(of, saved, null, at(0))
  }

  post(event: EventBody): void {
    this.events.push(event)
    this.state = decide(this.state, { ...event, id: id(`t-${this.events.length}`) }, at(0)).state
  }

  get standing(): string {
    return this.state.pools[0]?.reals[0]?.standing ?? ''
  }
}

function directory(t: { after(act: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), 'upalert-maintenance-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('a file disables, its removal ends that, and nothing is posted while nothing changes', (t) => {
  const path = directory(t)
  const watched = new Watched(modelWith(path))
  watched.look()
  assert.deepEqual(watched.events, [])
  writeFileSync(join(path, '10.1.1.1'), '')
  for (let i = 0; i < 3; i += 1) watched.look()
  assert.deepEqual(watched.events, [{ kind: 'maintenance', names: ['10.1.1.1'] }])
  assert.equal(watched.standing, 'out')
  rmSync(join(path, '10.1.1.1'))
  watched.look()
  assert.deepEqual(watched.events.at(-1), { kind: 'maintenance', names: [] })
  assert.notEqual(watched.standing, 'out')
})

test('files that an editor or a shell leaves behind, with a dot in front, mean nobody', (t) => {
  const path = directory(t)
  for (const name of ['.10.1.1.1.swp', '.gitkeep', '.10.1.1.1']) writeFileSync(join(path, name), '')
  const watched = new Watched(modelWith(path))
  watched.look()
  assert.deepEqual(watched.events, [])
})

test('no directory is an empty one, and one that cannot be read is told once and changes nothing', (t) => {
  const path = directory(t)
  const before = new Watched(modelWith(join(path, 'none')))
  before.look()
  assert.deepEqual([before.events, before.said], [[], []])
  writeFileSync(join(path, '10.1.1.1'), '')
  const watched = new Watched(modelWith(path))
  watched.look()
  rmSync(path, { recursive: true })
  // No directory, but a file: what everybody, also root, is refused.
  writeFileSync(path, '')
  for (let i = 0; i < 3; i += 1) watched.look()
  assert.equal(watched.said.length, 1)
  assert.match(watched.said[0] ?? '', /cannot be read \(ENOTDIR\); what was found there last still counts/)
  assert.equal(watched.standing, 'out')
})

test('what was found there last still counts after a restart at which the directory cannot be read', (t) => {
  const path = directory(t)
  writeFileSync(join(path, '10.1.1.1'), '')
  const first = new Watched(modelWith(path))
  first.look()
  rmSync(path, { recursive: true })
  writeFileSync(path, '')
  const second = new Watched(modelWith(path), first.state)
  second.look()
  second.post({ kind: 'started', text: '' })
  assert.equal(second.standing, 'out')
  rmSync(path)
  second.look()
  assert.notEqual(second.standing, 'out')
})

test('after the setting is gone its files count no more', (t) => {
  const path = directory(t)
  writeFileSync(join(path, '10.1.1.1'), '')
  const watched = new Watched(modelWith(path))
  watched.look()
  watched.post({ kind: 'reloaded', model: modelWith(''), text: '' })
  watched.look()
  assert.deepEqual(watched.events.at(-1), { kind: 'maintenance', names: [] })
})

test('addresses of this host are posted only where a check asks for them, and once', () => {
  const watched = new Watched(modelWith('', { services: [service({ onlyWith: ['127.0.0.1', '203.0.113.77'] })] }))
  for (let i = 0; i < 3; i += 1) watched.look()
  assert.deepEqual(watched.events, [{ kind: 'addresses', present: ['127.0.0.1'] }])
})
