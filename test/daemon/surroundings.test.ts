import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Names, namesLookedUp, type Resolver } from '../../src/daemon/looked-up.ts'
import { surroundingsWatch } from '../../src/daemon/surroundings.ts'
import { decide } from '../../src/engine/decide.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { Model } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import type { State } from '../../src/model/state.ts'
import { at, model, real, service, virtual } from '../engine/build.ts'
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
  readonly look: () => void

  constructor(of: Model, before: State | null = null, names: Names = namesLookedUp()) {
    const post = (event: EventBody): void => this.post(event)
    this.look = surroundingsWatch(
      () => this.state,
      post,
      (text) => void this.said.push(text),
      names,
    )
    const saved = before === null ? null : { version: 1 as const, ...before }
    this.state = restoredState(of, saved, null, at(0))
  }

  post(event: EventBody): void {
    this.events.push(event)
    this.state = decide(this.state, { ...event, id: id(`t-${this.events.length}`) }, at(0)).state
  }

  get reason(): string {
    return this.state.pools[0]?.reals[0]?.text ?? ''
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

/** A name server that answers when it is told to. */
class Answers {
  readonly asked: string[] = []
  private readonly waiting: (() => void)[] = []
  now = 0
  known: Record<string, readonly string[]> = {}
  readonly resolve: Resolver = (name) => {
    this.asked.push(name)
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        const found = this.known[name]
        if (found === undefined) reject(new Error('ENOTFOUND'))
        else resolve(found)
      })
    })
  }
  readonly names = namesLookedUp(this.resolve, () => this.now)

  async answer(): Promise<void> {
    for (const one of this.waiting.splice(0)) one()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a file named after a host disables the real servers with its addresses, once they are known', async (t) => {
  const path = directory(t)
  for (const [name, standing, ends] of [
    ['web1', 'out', ['10.1.1.1', '2001:db8::1']],
    ['web1.example.com', 'out', ['10.1.1.1', '2001:db8::1']],
    ['web1:80', 'out', ['10.1.1.1:80', '[2001:db8::1]:80']],
    ['web1:443', 'held', ['10.1.1.1:443', '[2001:db8::1]:443']],
  ] as const) {
    const answers = new Answers()
    answers.known = { web1: ['2001:db8::1', '10.1.1.1'], 'web1.example.com': ['2001:db8::1', '10.1.1.1'] }
    const watched = new Watched(modelWith(path), null, answers.names)
    writeFileSync(join(path, name), '')
    watched.look()
    assert.deepEqual(watched.events, [], 'nobody waits for a name server, and nobody is told that web1 is unknown')
    await answers.answer()
    for (let i = 0; i < 3; i += 1) watched.look()
    assert.deepEqual(watched.events, [{ kind: 'maintenance', names: [name], means: [{ name, ends }] }])
    assert.equal(watched.standing, standing)
    if (standing === 'out') assert.match(watched.reason, new RegExp(`a file ${name} is in the maintenance directory`))
    rmSync(join(path, name))
    watched.look()
    assert.deepEqual(watched.events.at(-1), { kind: 'maintenance', names: [] })
    assert.equal(watched.standing, 'held')
    assert.equal(watched.state.controls.maintenanceMeans, undefined)
  }
})

test('a look-up that fails keeps the former answer, and another answer counts at once', async (t) => {
  const path = directory(t)
  const answers = new Answers()
  answers.known = { web1: ['10.1.1.1'] }
  const watched = new Watched(modelWith(path), null, answers.names)
  writeFileSync(join(path, 'web1'), '')
  watched.look()
  await answers.answer()
  watched.look()
  for (const found of [undefined, []]) {
    answers.known = found === undefined ? {} : { web1: found }
    answers.now += 60_000
    watched.look()
    await answers.answer()
    watched.look()
    assert.equal(watched.standing, 'out')
  }
  assert.deepEqual([answers.asked.length, watched.events.length], [3, 1])
  answers.known = { web1: ['10.1.1.9'] }
  answers.now += 60_000
  watched.look()
  await answers.answer()
  watched.look()
  assert.equal(watched.standing, 'held')
})

test('what a name meant counts after a restart, until it is known anew', async (t) => {
  const path = directory(t)
  const answers = new Answers()
  answers.known = { web1: ['10.1.1.1'] }
  const first = new Watched(modelWith(path), null, answers.names)
  writeFileSync(join(path, 'web1'), '')
  first.look()
  await answers.answer()
  first.look()
  const second = new Watched(modelWith(path), first.state, new Answers().names)
  second.look()
  assert.deepEqual([second.events, second.standing], [[], 'out'])
})

test('a name that nobody knows is told after a while, also where the name server is silent', async (t) => {
  const path = directory(t)
  writeFileSync(join(path, 'README'), '')
  const answers = new Answers()
  const watched = new Watched(modelWith(path), null, answers.names)
  watched.look()
  assert.deepEqual(watched.events, [])
  answers.now += 6000
  watched.look()
  assert.deepEqual(watched.events, [{ kind: 'maintenance', names: ['README'] }])
})

test('addresses are not looked up, in whatever notation, and few names at the same time', async (t) => {
  const path = directory(t)
  for (const name of ['10.1.1.1', '10.1.1.1:80', '10.1.1', '0x7f000001', '::1', '[::1]:80']) {
    writeFileSync(join(path, name), '')
  }
  const answers = new Answers()
  const watched = new Watched(modelWith(path), null, answers.names)
  watched.look()
  assert.deepEqual(answers.asked, [])
  const many = Array.from({ length: 20 }, (_, i) => `web${i}`)
  for (const name of many) writeFileSync(join(path, name), '')
  watched.look()
  assert.equal(answers.asked.length, 2)
  for (let i = 0; i < 10; i += 1) await answers.answer()
  assert.deepEqual([...answers.asked].sort(), [...many].sort())
})

test('localhost is what /etc/hosts says it is', async (t) => {
  const path = directory(t)
  writeFileSync(join(path, 'localhost'), '')
  const plain = modelWith(path)
  const here = { ...plain, virtuals: [virtual([real('127.0.0.1'), real('10.1.1.2')])] }
  const watched = new Watched(here)
  while (watched.events.length === 0) {
    watched.look()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(watched.standing, 'out')
  assert.match(watched.reason, /a file localhost is in the maintenance directory/)
})
