import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ReadFile } from '../../src/daemon/configuration-text.ts'
import { filesWatch, type Watched } from '../../src/daemon/watch-files.ts'
import type { ReloadSettings } from '../../src/model/model.ts'
import { milliseconds } from '../../src/model/units.ts'

test('a changed file is read again, once for each change', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  assert.equal(world.reloads, 0)
  world.write('two')
  await world.looks()
  await world.looks()
  assert.equal(world.reloads, 1)
  world.write('three')
  await world.looks()
  assert.equal(world.reloads, 2)
})

test('a reload that is refused is tried again after a minute, then after two, and at once when the file changes', async (t) => {
  const world = made(t, { auto: true, refuses: true })
  await world.looks()
  world.write('wrong')
  const at: number[] = []
  for (let look = 1; look <= 30; look++) {
    const before = world.reloads
    await world.looks()
    if (world.reloads > before) at.push(look)
  }
  assert.deepEqual(at, [1, 8, 20])
  world.write('another')
  await world.looks()
  assert.equal(world.reloads, 4)
  world.write('one')
  for (let look = 1; look <= 30; look++) await world.looks()
  assert.equal(world.reloads, 4)
})

test('a file counts when it has not changed for two seconds', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  world.write('hostgroup web 10.0.0.1 10.0.0')
  const from = world.now + 10_000
  await world.watch.look(from)
  await world.watch.look(from + 1_000)
  world.write('hostgroup web 10.0.0.1 10.0.0.2\nwat')
  await world.watch.look(from + 2_000)
  await world.watch.look(from + 3_000)
  assert.equal(world.reloads, 0)
  await world.watch.look(from + 4_000)
  assert.equal(world.reloads, 1)
})

test('what changes while a callback runs has a callback of its own', async (t) => {
  const world = made(t, { auto: true })
  const [out, go] = [join(world.directory, 'out'), join(world.directory, 'go')]
  const script = `cat "$1" >> ${out}; while [ ! -e ${go} ]; do sleep 0.05; done`
  world.asked = { ...world.asked, callback: ['/bin/sh', '-c', script, 'sh'] }
  await world.looks()
  world.write('two\n')
  await world.watch.look(world.now + 10_000)
  await world.watch.look(world.now + 12_000)
  assert.equal(world.reloads, 1)
  world.write('three\n')
  await world.watch.look(world.now + 30_000)
  await world.watch.look(world.now + 32_000)
  assert.equal(world.reloads, 2)
  writeFileSync(go, '')
  await world.watch.idle()
  assert.match(readFileSync(out, 'utf8'), /three\n$/)
})

test('of a file that was refused the callback hears when it is taken after all', async (t) => {
  const world = made(t, { auto: true, refuses: true })
  const out = join(world.directory, 'out')
  writeFileSync(out, '')
  world.asked = { ...world.asked, callback: ['/bin/sh', '-c', `echo called >> ${out}`] }
  await world.looks()
  world.write('a name that is not found today')
  await world.looks()
  assert.equal(readFileSync(out, 'utf8'), '')
  world.refuses = false
  for (let i = 0; i < 7; i++) await world.looks()
  assert.equal(readFileSync(out, 'utf8'), 'called\n')
})

test('a file that is gone is told once', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  rmSync(world.file)
  await world.looks()
  await world.looks()
  assert.equal(world.troubles.length, 1)
  assert.match(world.troubles[0] ?? '', /is gone; what was read of it stays in force/)
})

test('a callback hears of each file that changed, by its own path', async (t) => {
  const world = made(t, { auto: false })
  const out = join(world.directory, 'out')
  world.asked = { ...world.asked, callback: ['/bin/sh', '-c', `echo "$1" >> ${out}`, 'sh'] }
  const second = join(world.directory, 'second.cf')
  writeFileSync(second, 'one')
  world.add(second)
  await world.looks()
  writeFileSync(second, 'two')
  await world.looks()
  assert.equal(readFileSync(out, 'utf8'), `${second}\n`)
  world.write('three')
  writeFileSync(second, 'three')
  await world.looks()
  assert.equal(readFileSync(out, 'utf8'), `${second}\n${world.file}\n${second}\n`)
})

test('what changed between the reading and the first look is seen', async (t) => {
  const world = made(t, { auto: true })
  world.write('before anybody looked')
  await world.looks()
  assert.equal(world.reloads, 1)
})

test('a file that is touched, but says the same, is no change', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  world.write('one')
  await world.looks()
  assert.equal(world.reloads, 0)
})

test('a file that is gone for a moment is no change, and what comes instead is one', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  rmSync(world.file)
  await world.looks()
  assert.equal(world.reloads, 0)
  world.write('new')
  await world.looks()
  assert.equal(world.reloads, 1)
})

test('text from m4 is compared with nothing, so that the first look starts nothing', async (t) => {
  const world = made(t, { auto: true, compared: false })
  await world.looks()
  await world.looks()
  assert.equal(world.reloads, 0)
  world.write('two')
  await world.looks()
  assert.equal(world.reloads, 1)
})

test('a callback gets the path behind its own words, also where nothing is read again', async (t) => {
  const world = made(t, { auto: false })
  const out = join(world.directory, 'out')
  const program = join(world.directory, 'copy')
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${out}\n`)
  chmodSync(program, 0o755)
  world.asked = { ...world.asked, callback: [program, 'to', 'partner'] }
  await world.looks()
  world.write('two')
  await world.looks()
  assert.equal(readFileSync(out, 'utf8'), `to partner ${world.file}\n`)
  assert.equal(world.reloads, 0)
  assert.deepEqual(world.troubles, [])
})

test('a callback that fails is told with what it printed, and the file is read again all the same', async (t) => {
  const world = made(t, { auto: true })
  world.asked = { ...world.asked, callback: ['/bin/sh', '-c', 'echo no route; exit 3'] }
  await world.looks()
  world.write('two')
  await world.looks()
  assert.equal(world.reloads, 1)
  assert.match(world.troubles.join(), /ended with status 3; it printed "no route"; the configuration changed/)
  world.asked = { ...world.asked, callback: [join(world.directory, 'nothing')] }
  world.write('three')
  await world.looks()
  assert.match(world.troubles.join(), /could not be started: there is no/)
})

test('nobody looks more often than asked, and not at all where nothing is asked', async (t) => {
  const world = made(t, { auto: true })
  await world.looks()
  world.write('two')
  await world.watch.look(world.now + 9_999)
  assert.equal(world.reloads, 0)
  await world.watch.look(world.now + 10_000)
  await world.watch.look(world.now + 12_000)
  assert.equal(world.reloads, 1)
  world.asked = { ...world.asked, auto: false }
  world.write('three')
  await world.looks()
  assert.equal(world.reloads, 1)
})

interface Given {
  readonly auto: boolean
  readonly refuses?: boolean
  readonly compared?: boolean
}

class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'upalert-watch-'))
  readonly file = join(this.directory, 'mon.cf')
  asked: ReloadSettings
  refuses: boolean
  now = 0
  reloads = 0
  readonly troubles: string[] = []
  #files: readonly ReadFile[]
  readonly watch = filesWatch({
    watched: (): Watched => ({ reload: this.asked, files: this.#files }),
    reload: async () => ({ done: this.#reloaded() }),
    trouble: (text) => void this.troubles.push(text),
  })
  readonly #compared: boolean

  constructor(given: Given) {
    this.refuses = given.refuses === true
    this.#compared = given.compared ?? true
    this.asked = { auto: given.auto, callback: [], every: milliseconds(10_000) }
    this.write('one')
    this.#files = this.#read()
  }

  write(text: string): void {
    writeFileSync(this.file, text)
  }

  add(path: string): void {
    this.#files = [...this.#files, { path, text: readFileSync(path, 'utf8'), compared: true }]
  }

  async looks(): Promise<void> {
    this.now += 10_000
    await this.watch.look(this.now)
    await this.watch.look(this.now + 2_000)
    await this.watch.idle()
  }

  #reloaded(): boolean {
    this.reloads += 1
    if (this.refuses) return false
    this.#files = this.#read()
    return true
  }

  #read(): readonly ReadFile[] {
    return [{ path: this.file, text: readFileSync(this.file, 'utf8'), compared: this.#compared }]
  }
}

function made(t: TestContext, given: Given): World {
  const world = new World(given)
  t.after(() => rmSync(world.directory, { recursive: true, force: true }))
  return world
}
