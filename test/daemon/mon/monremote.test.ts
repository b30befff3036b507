import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createMonRemote } from '../../../src/daemon/mon/monremote.ts'
import { CONFIG, Place, startUpalert, until } from './process.ts'

function program(
  t: TestContext,
  script: string,
): { path: string; file(name: string): string; read(name: string): string } {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-monremote-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'remote')
  writeFileSync(path, `#!/bin/sh\ncd ${directory}\n${script}\n`)
  chmodSync(path, 0o755)
  const file = (name: string) => join(directory, name)
  return { path, file, read: (name) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '') }
}

test('monremote is told in mon’s words what clients disable, enable and test', async (t) => {
  const place = new Place(t, CONFIG)
  place.write('mon.d/remote', `#!/bin/sh\necho "$#: $*" >> "$(dirname "$0")/../told"\n`)
  place.configure(`monremote = ${place.directory}/mon.d/remote --to "another mon"\n\nhostgroup one solo\n\n${CONFIG}
watch one
  service s
    interval 1h
    monitor scr.monitor
    period
`)
  const mon = await startUpalert(t, { config: place, args: ['-r', '1h'] })
  const commands = [
    'disable service g s',
    'enable service g s',
    'disable watch g',
    'enable watch g',
    'disable host h1 h2',
  ]
  for (const command of [...commands, 'enable host h1', 'disable host solo', 'test monitor g s', 'enable host solo']) {
    assert.match((await mon.command(command)).status, /^220/, command)
  }
  for (const command of [
    'disable service g nothing',
    'disable host nobody',
    'test monitor g nothing',
    'list disabled',
  ]) {
    await mon.command(command)
  }
  const text = await place.shows('told', /(.*\n){12}/)
  const words = text.split('\n').map((line) => line.replace(/^\d+: --to another mon /, ''))
  assert.deepEqual(words.sort(), [
    '',
    ...['disable host h1', 'disable host h2', 'disable host solo', 'disable service g s', 'disable watch g'],
    ...['disable watch one', 'enable host h1', 'enable host solo', 'enable service g s', 'enable watch g'],
    ...['enable watch one', 'test g s'],
  ])
  assert.match(text, /^6: --to another mon disable service g s$/m)
  assert.equal(await mon.stop(), 0)
})

test('a test that is told to monremote writes no state file', async (t) => {
  const mon = await startUpalert(t, { args: ['-r', '1h'] })
  await mon.command('test monitor g s')
  await mon.command('servertime')
  assert.equal(existsSync(mon.place.path('state/disabled')), false)
  await mon.command('disable service g s')
  assert.equal(await mon.place.shows('state/disabled', /./), 'disable service g s\n')
})

test('no shell reads the words: what looks like a command is handed over as it stands', async (t) => {
  const { path, file, read } = program(t, 'printf "%s|" "$@" >> told')
  const remote = createMonRemote(() => path, assert.fail)
  remote.tell(`disable host $(touch\u00a0${file('hacked')});>x`)
  remote.tell('disable host `id`')
  await until('both are told', () => read('told').includes('`id`'))
  assert.equal(read('told'), `disable|host|$(touch\u00a0${file('hacked')});>x|disable|host|\`id\`|`)
  assert.equal(existsSync(file('hacked')), false)
  await remote.close()
})

test('the calls come one after the other, in order', async (t) => {
  const { path, read } = program(t, 'mkdir busy || echo overlap >> told\necho "$*" >> told\nrmdir busy')
  const remote = createMonRemote(() => path, assert.fail)
  const names = Array.from({ length: 20 }, (_, i) => `disable host h${i}`)
  for (const name of names) remote.tell(name)
  await until('all are told', () => read('told').split('\n').length > 20)
  assert.equal(read('told'), `${names.join('\n')}\n`)
  await remote.close()
})

const troubles: readonly (readonly [what: string, program: (path: string) => string, script: string, text: RegExp])[] =
  [
    ['fails', (path) => path, 'exit 3', /^monremote \S+remote disable host h: it ended with status 3$/],
    ['dies', (path) => path, 'kill -9 $$', /it was ended by SIGKILL$/],
    [
      'is not there',
      () => '/nowhere/remote',
      '',
      /monremote \/nowhere\/remote disable host h: there is no file \/nowhere\/remote/,
    ],
    ['cannot be read', (path) => `'${path}`, '', /^monremote '\S+ has a quote without its partner$/],
  ]
for (const [what, named, script, text] of troubles) {
  test(`a monremote that ${what} is told`, async (t) => {
    const { path } = program(t, script)
    const told: string[] = []
    const remote = createMonRemote(
      () => named(path),
      (line) => told.push(line),
    )
    remote.tell('disable host h')
    await until('it is told', () => told.length > 0)
    assert.match(told[0] ?? '', text)
    await remote.close()
  })
}

test('a monremote that never ends is ended, and those that wait for it are bounded', async (t) => {
  const { path, read } = program(t, 'trap "" TERM\necho "$*" >> told\nwhile :; do sleep 0.1; done')
  const told: string[] = []
  const remote = createMonRemote(
    () => path,
    (line) => told.push(line),
    { deadline: 300, mostWaiting: 2 },
  )
  for (const host of ['h1', 'h2', 'h3', 'h4']) remote.tell(`disable host ${host}`)
  assert.deepEqual(told, ['monremote does not keep up: "disable host h4" is not passed on'])
  await until('three were ended', () => told.length === 4)
  assert.match(told[1] ?? '', /disable host h1: it did not end within 0\.3 s$/)
  assert.equal(read('told'), 'disable host h1\ndisable host h2\ndisable host h3\n')
  await remote.close()
})

test('at the end of the daemon nobody waits for a monremote that hangs', async (t) => {
  const { path, read } = program(t, 'echo begun >> told\nexec sleep 1000')
  const told: string[] = []
  const remote = createMonRemote(
    () => path,
    (line) => told.push(line),
  )
  remote.tell('disable host h1')
  remote.tell('disable host h2')
  await until('it runs', () => read('told') !== '')
  await remote.close()
  assert.deepEqual(told, [])
  assert.equal(read('told'), 'begun\n')
})

test('without a program nobody is called', async () => {
  const remote = createMonRemote(() => '', assert.fail)
  remote.tell('disable host h')
  await remote.close()
})
