/** A keepalived.conf from its path to the Model: recognised, included files read, joined with a mon.cf. */
import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { alerts } from '../../alerts/index.ts'
import { monitors } from '../../monitors/index.ts'
import { directoriesIn, type LoadOptions, loadConfiguration } from '../../src/daemon/configuration.ts'
import { readDirector } from '../../src/daemon/director/files.ts'
import { understood } from '../../src/daemon/director/parts.ts'
import { includedFiles } from '../../src/daemon/includes.ts'
import { joined } from '../../src/parse/director/join.ts'
import { isKeepalived } from '../../src/parse/keepalived/recognise.ts'
import { formatProblems, recordOf } from '../../src/parse/problem.ts'

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-keepalived-'))
  t.after(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
    if (text.startsWith('#!')) await chmod(join(directory, name), 0o755)
  }
  return directory
}

async function load(file: string, given?: LoadOptions) {
  const { model, problems } = await loadConfiguration(file, given)
  const said = problems
    .map(recordOf)
    .map((one) => `${one.severity} ${one.file.replace(/^.*\//, '')}:${one.line} ${one.code}`)
  return { model, said, printed: formatProblems(problems), names: model?.virtuals.map(({ name }) => name) }
}

const virtual = (address: string, real = 'real_server 10.1.1.2 8080 {\n TCP_CHECK {\n}\n}') =>
  `virtual_server ${address} {\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n ${real}\n}\n`

const formats: readonly (readonly [text: string, keepalived: boolean])[] = [
  ['global_defs {\n}', true],
  ['! Configuration File for keepalived\n\nglobal_defs {', true],
  ['# a comment\n  virtual_server 10.0.0.1 80 {', true],
  ['virtual_server_group G {', true],
  ['vrrp_instance VI_1\n{', true],
  ['vrrp_sync_group G {', true],
  ['static_routes {', true],
  ['include conf.d/*.conf', true],
  ['$A=5\nglobal_defs {', true],
  ['~SEQ(A,1,3) virtual_server 10.0.0.$A 80 {', true],
  ['@host1 global_defs {', true],
  ['net_namespace blue', true],
  ['', false],
  ['\n# nothing\n', false],
  ['basedir = /usr/lib/mon\n', false],
  ['keepalived = keepalived.conf\n', false],
  ['hostgroup web 10.0.0.1\n', false],
  ['watch web\n service x\n', false],
  ['virtual web\n  address 192.0.2.1:80\n', false],
  ['# global_defs is a word of keepalived.conf\nhostgroup a b', false],
  ['alias x\nglobal_defs\n', false],
  ['global_defz {\n', false],
]
for (const [text, keepalived] of formats) {
  test(`${JSON.stringify(text)} is ${keepalived ? 'a keepalived.conf' : 'a mon.cf'}`, () => {
    assert.equal(isKeepalived(text), keepalived)
  })
}

test('a keepalived.conf runs as it stands, whatever its name is', async (t) => {
  const directory = await folder(t, { 'any.name': `! A comment\n${virtual('192.0.2.1 80')}` })
  const { model, said, names } = await load(join(directory, 'any.name'))
  assert.deepEqual([said, names], [[], ['192.0.2.1:80']])
  assert.deepEqual(
    model?.services.map(({ key }) => key),
    ['10.1.1.2:8080/TCP_CHECK'],
  )
  assert.equal(model?.serviceIndex.get('10.1.1.2:8080/TCP_CHECK' as never), 0)
  assert.equal(model?.settings.routerId, hostname())
  assert.equal(directoriesIn(join(directory, 'any.name'))?.socket, model?.settings.socket)
})

test('the shipped keepalived.conf has no problems', async () => {
  const file = fileURLToPath(new URL('../../config/keepalived.conf', import.meta.url))
  const { said, printed, names } = await load(file)
  assert.deepEqual(said, [], printed)
  assert.deepEqual(names, ['192.0.2.10:80', '[HTTPS]', '192.0.2.53:53/udp'])
})

test('included files are read in the order of their names, from the directory of the file that includes', async (t) => {
  const directory = await folder(t, {
    'keepalived.conf': 'include conf.d/*.conf\ninclude {x,y}.inc\n',
    'conf.d/b.conf': virtual('192.0.2.2 80'),
    'conf.d/a.conf': `${virtual('192.0.2.1 80')}include more/[c-d]?.conf\n`,
    'conf.d/more/c1.conf': virtual('192.0.2.11 80'),
    'conf.d/more/e1.conf': virtual('192.0.2.12 80'),
    'conf.d/.hidden.conf': virtual('192.0.2.13 80'),
    'conf.d/z.txt': virtual('192.0.2.14 80'),
    'y.inc': virtual('192.0.2.20 80'),
  })
  const { said, names, printed } = await load(join(directory, 'keepalived.conf'))
  assert.deepEqual(said, [], printed)
  assert.deepEqual(names, ['192.0.2.1:80', '192.0.2.11:80', '192.0.2.2:80', '192.0.2.20:80'])
})

const patterns: readonly (readonly [pattern: string, found: readonly string[]])[] = [
  ['*.conf', ['a.conf', 'ab.conf', 'b-c.conf']],
  ['?.conf', ['a.conf']],
  ['a*b*', ['ab.conf']],
  ['*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*', []],
  ['[!a]*.conf', ['b-c.conf']],
  ['[^a]*.conf', ['b-c.conf']],
  ['b[-x]c.conf', ['b-c.conf']],
  ['[', []],
  ['[z-a].conf', []],
  ['{b-c,a}.conf', ['b-c.conf', 'a.conf']],
  ['{a,a{b,x}}.conf', ['a.conf', 'ab.conf']],
  ['.h*', ['.h.conf']],
  ['*', ['a.conf', 'ab.conf', 'b-c.conf']],
  ['../*/a.conf', ['a.conf']],
  ['{'.repeat(2000), []],
  ['{a,b}'.repeat(40), []],
]
test('patterns name files as glob(7) and braces have it', async (t) => {
  const directory = await folder(t, { 'a.conf': '', 'ab.conf': '', 'b-c.conf': '', '.h.conf': '', 'sub/x.conf': '' })
  for (const [pattern, expected] of patterns) {
    const span = { source: { file: '', text: '' }, start: 0, end: 0 }
    const inside = pattern.replace('../*', `../${basename(directory).slice(0, -1)}*`)
    const { sources } = includedFiles({ pattern: inside, from: join(directory, 'k.conf'), span, word: 'include' })
    assert.deepEqual(
      sources.map(({ file }) => basename(file)),
      expected,
      pattern.slice(0, 50),
    )
  }
})

test('a change of an included file counts at the next reading', async (t) => {
  const directory = await folder(t, { 'k.conf': 'include a.conf\n', 'a.conf': virtual('192.0.2.1 80') })
  assert.deepEqual((await load(join(directory, 'k.conf'))).names, ['192.0.2.1:80'])
  await writeFile(join(directory, 'a.conf'), virtual('192.0.2.2 80'))
  assert.deepEqual((await load(join(directory, 'k.conf'))).names, ['192.0.2.2:80'])
})

test('what is missing or no configuration is told where it is included', async (t) => {
  const directory = await folder(t, {
    'k.conf': `${virtual('192.0.2.1 80')}include missing.conf\ninclude script\ninclude *.none\nincludem lost.conf\n`,
    script: '#!/bin/sh\n',
  })
  const { said, model } = await load(join(directory, 'k.conf'))
  assert.equal(model, null)
  assert.deepEqual(said, [
    'warning k.conf:10 include-missing',
    'warning k.conf:11 include-unreadable',
    'error k.conf:13 include-missing',
  ])
})

test('a mistake in an included file is told there', async (t) => {
  const directory = await folder(t, {
    'k.conf': 'include a.conf\n',
    'a.conf': virtual('192.0.2.1 80', 'real_server x 80 {\n}'),
  })
  assert.deepEqual((await load(join(directory, 'k.conf'))).said, ['error a.conf:5 value'])
})

test('@ID lines are chosen by the name of the host, or by the id of the command line', async (t) => {
  const id = hostname().split('.')[0]
  const text = `@${id} ${virtual('192.0.2.1 80').replaceAll('\n', `\n@${id} `)}\n@lvs2 ${virtual('192.0.2.2 80').replaceAll('\n', '\n@lvs2 ')}\n`
  const directory = await folder(t, { 'k.conf': text })
  assert.deepEqual((await load(join(directory, 'k.conf'))).names, ['192.0.2.1:80'])
  assert.deepEqual((await load(join(directory, 'k.conf'), { configId: 'lvs2' })).names, ['192.0.2.2:80'])
})

const MON =
  'database = none\nstatedir = state\nhostgroup web 10.1.1.2\n\nwatch web\n    service tcp\n        interval 1m\n        monitor tcp -p 80\n'

test('a mon.cf loads keepalived.conf files together with its own, and they share their checks', async (t) => {
  const directory = await folder(t, {
    'mon.cf': `mailserver = smtp://192.0.2.99\nkeepalived = k/a.conf\nkeepalived = k/b.conf\n${MON}`,
    'k/a.conf': `global_defs {\n smtp_server 192.0.2.25\n router_id A\n}\n${virtual('192.0.2.1 80')}`,
    'k/b.conf': virtual('192.0.2.2 80'),
  })
  const { model, said, printed, names } = await load(join(directory, 'mon.cf'))
  assert.deepEqual(said, [], printed)
  assert.deepEqual(names, ['192.0.2.1:80', '192.0.2.2:80'])
  assert.deepEqual(
    model?.services.map(({ key }) => key),
    ['web/tcp', '10.1.1.2:8080/TCP_CHECK'],
  )
  assert.deepEqual(
    model?.groups.map(({ name }) => name),
    ['web', '10.1.1.2:8080'],
  )
  assert.deepEqual([model?.settings.mailserver, model?.settings.routerId], ['smtp://192.0.2.99', 'A'])
})

const clashes: readonly (readonly [name: string, mon: string, keepalived: string, said: string])[] = [
  [
    'a service of the table',
    `virtual web\n    address 192.0.2.1:80\n    real 10.1.1.3:80\n\n${MON}`,
    virtual('192.0.2.1 80'),
    'error k.conf:1 virtual-again',
  ],
  [
    'the name of a virtual server',
    `virtual fwmark-7\n    address 192.0.2.9:80\n    real 10.1.1.3:80\n\n${MON}`,
    virtual('fwmark 7').replace('protocol TCP', ''),
    'error k.conf:1 virtual-again',
  ],
  [
    'an address of a group',
    `${MON}`,
    `${virtual('192.0.2.1 80')}virtual_server_group G {\n 192.0.2.1-3 80\n}\n${virtual('group G')}`,
    'error k.conf:13 virtual-again',
  ],
]
for (const [name, mon, keepalived, expected] of clashes) {
  test(`${name} that stands in two places is an error that names both`, async (t) => {
    const directory = await folder(t, { 'mon.cf': `keepalived = k.conf\n${mon}`, 'k.conf': keepalived })
    const { model, said, printed } = await load(join(directory, 'mon.cf'))
    assert.equal(model, null)
    assert.ok(said.includes(expected), printed)
    assert.match(printed, /already, in .*(mon\.cf|k\.conf) line \d/)
  })
}

test('an error in either file keeps both from being taken, and all are told', async (t) => {
  const directory = await folder(t, {
    'mon.cf': `keepalived = k.conf\nkeepalived = none.conf\n${MON.replace('1m', '1mn')}`,
    'k.conf': virtual('192.0.2.1 80', 'real_server x 80 {\n}'),
  })
  const { model, said } = await load(join(directory, 'mon.cf'))
  assert.equal(model, null)
  assert.deepEqual(said, ['error mon.cf:9 interval-unit', 'error mon.cf:2 director', 'error k.conf:5 value'])
})

test('a program that is not there is an error of a check, and a warning of a notice', async (t) => {
  const real =
    'real_server 10.1.1.2 80 {\n MISC_CHECK {\n misc_path "/none/check a"\n}\n notify_up /none/up\n MISC_CHECK {\n misc_path true\n}\n}'
  const directory = await folder(t, { 'k.conf': virtual('192.0.2.1 80', real) })
  const { said } = await load(join(directory, 'k.conf'))
  assert.deepEqual(said.toSorted(), ['error k.conf:7 script-missing', 'warning k.conf:9 script-missing'])
})

test('with enable_script_security the part of a path that others may change is named', async (t) => {
  const directory = await folder(t, { 'bin/up': '#!/bin/sh\n' })
  await chmod(join(directory, 'bin'), 0o777)
  const text = (globals: string) =>
    `global_defs {\n enable_script_security\n ${globals}\n}\n${virtual('192.0.2.1 80', `real_server 10.1.1.2 80 {\n notify_up "${directory}/bin/up"\n}`)}`
  await writeFile(join(directory, 'k.conf'), text('router_id x'))
  await writeFile(join(directory, 'nobody.conf'), text('script_user nobody'))
  const { said, printed } = await load(join(directory, 'k.conf'))
  assert.deepEqual(said, ['warning k.conf:10 script-security'])
  assert.ok(
    printed.includes(`${directory}/bin is writable by everybody`) || printed.includes('belongs to user'),
    printed,
  )
  assert.deepEqual((await load(join(directory, 'nobody.conf'))).said, [])
})

test('a comment in Latin-1 is forgiven behind either sign', async (t) => {
  const directory = await folder(t, {})
  const file = join(directory, 'k.conf')
  await writeFile(file, Buffer.from(`! Übersicht\n${virtual('192.0.2.1 80')}`, 'latin1'))
  assert.deepEqual((await load(file)).said, ['warning k.conf:1 not-utf8'])
})

test('the name of a hostgroup that stands in two places is an error that names both', async (t) => {
  const directory = await folder(t, { 'k.conf': virtual('192.0.2.1 80') })
  const { model } = await load(join(directory, 'k.conf'))
  assert.ok(model)
  const read = readDirector('k.conf', Buffer.from(virtual('192.0.2.1 80')), 'keepalived', '')
  assert.ok(read.kind === 'read')
  const { parts } = await understood([read.file], { monitors, alerts })
  const base = { ...model, virtuals: [], services: [] }
  const [problem] = joined(base, parts, new Set()).problems
  assert.deepEqual([problem?.code, problem === undefined ? 0 : recordOf(problem).line], ['group-again', 5])
})
