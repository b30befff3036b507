/** lvs.cf and ldirectord.cf from their paths to a Model: recognised, executed files read, names looked up, joined. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkedFiles } from '../../src/daemon/check.ts'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { lookedUp } from '../../src/daemon/director/names.ts'
import { checkAnswer } from '../../src/parse/check.ts'
import { recordOf } from '../../src/parse/problem.ts'

function folder(t: TestContext, files: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-director-'))
  t.after(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return (name) => join(directory, name)
}

const virtual = (address: string, real = '10.0.0.2:80', more = '') =>
  `virtual=${address}\n\treal=${real} masq\n\tchecktype=connect\n${more}`

const lvs = (vip: string, real: string) =>
  `service = lvs\nnetwork = nat\nvirtual http {\n active = 1\n address = ${vip} eth0:1\n port = 80\n server a {\n address = ${real}\n active = 1\n }\n}\n`

async function load(path: string) {
  const { model, problems, format } = await loadConfiguration(path)
  const said = problems.map(recordOf).map(({ severity, file, line, code }) => {
    return `${severity} ${file.replace(/^.*\//, '')}:${line} ${code}`
  })
  return { model, said, format, names: model?.virtuals.map(({ name }) => name) }
}

test('each is loaded alone by what stands in it, whatever its name is', async (t) => {
  const at = folder(t, { a: virtual('192.0.2.1:80'), b: lvs('192.0.2.2', '10.0.0.2') })
  assert.deepEqual((await load(at('a'))).names, ['192.0.2.1:80'])
  const { names, format } = await load(at('b'))
  assert.deepEqual([names, format], [['http'], 'lvs'])
})

test('a mon.cf names any number of them, and they share what they ask of a server', async (t) => {
  const at = folder(t, {
    'mon.cf': 'director = a\ndirector = b\ndatabase = none\n',
    a: virtual('192.0.2.1:80'),
    b: virtual('192.0.2.2:80'),
  })
  const { model, said } = await load(at('mon.cf'))
  assert.deepEqual(said, [])
  assert.equal(model?.virtuals.length, 2)
  assert.equal(model?.services.length, 1)
})

test('execute reads each file once, also where they execute each other', async (t) => {
  const at = folder(t, {
    'one.cf': `execute=two.cf\n${virtual('192.0.2.1:80')}`,
    'two.cf': `execute=one.cf\nexecute=two.cf\n${virtual('192.0.2.2:80')}`,
  })
  const { names, said } = await load(at('one.cf'))
  assert.deepEqual([names, said], [['192.0.2.1:80', '192.0.2.2:80'], []])
})

test('a file that is executed and not there is an error where it is named', async (t) => {
  const at = folder(t, { 'one.cf': `checkinterval=5\nexecute=none.cf\n${virtual('192.0.2.1:80')}` })
  const { model, said } = await load(at('one.cf'))
  assert.equal(model, null)
  assert.deepEqual(said, ['error one.cf:2 director'])
})

test('a mon.cf is no file to stand beside a mon.cf', async (t) => {
  const at = folder(t, { 'mon.cf': 'director = other.cf\n', 'other.cf': 'hostgroup a 10.0.0.1\n' })
  assert.deepEqual((await load(at('mon.cf'))).said, ['error mon.cf:1 director'])
})

test('a virtual server in two files is an error that names both', async (t) => {
  const at = folder(t, {
    'mon.cf': 'director = a\ndirector = b\n',
    a: virtual('192.0.2.1:80'),
    b: lvs('192.0.2.1', '10.0.0.3'),
  })
  assert.deepEqual(
    (await load(at('mon.cf'))).said.filter((one) => one.startsWith('error')),
    ['error b:3 virtual-again'],
  )
})

test('names are looked up, and one that nobody knows keeps the file from being taken', async (t) => {
  const at = folder(t, {
    known: virtual('192.0.2.1:80', 'localhost:80'),
    unknown: virtual('192.0.2.1:80', 'no-such-host.invalid:80'),
  })
  assert.equal((await load(at('known'))).model?.virtuals[0]?.reals[0]?.id.address, '127.0.0.1')
  const { model, said } = await load(at('unknown'))
  assert.equal(model, null)
  assert.equal(said.length, 1)
})

test('a look-up answers with what was found, and leaves the rest out', async () => {
  const found = await lookedUp(['localhost', 'no-such-host.invalid', 'localhost'])
  assert.deepEqual([...found.keys()], ['localhost'])
})

test('a byte order mark, and line ends of every kind, hide no format', async (t) => {
  const mark = Buffer.from('\uFEFF')
  const at = folder(t, {
    a: Buffer.concat([mark, Buffer.from(virtual('192.0.2.1:80').replaceAll('\n', '\r\n'))]),
    b: Buffer.concat([mark, Buffer.from(lvs('192.0.2.2', '10.0.0.2').replaceAll('\n', '\r'))]),
    c: Buffer.concat([
      mark,
      Buffer.from('virtual_server 192.0.2.3 80 {\r\n protocol TCP\r\n real_server 10.0.0.2 80 {\r\n }\r\n}\r\n'),
    ]),
  })
  for (const [name, format] of [
    ['a', 'ldirectord'],
    ['b', 'lvs'],
    ['c', 'keepalived'],
  ] as const) {
    const loaded = await load(at(name))
    assert.equal(loaded.format, format)
    assert.equal(loaded.model?.virtuals.length, 1, loaded.said.join())
  }
})

test('what is none of the four is refused with one sentence', async (t) => {
  const at = folder(t, {
    template: virtual('{{ vip }}:80'),
    conflict: `<<<<<<< HEAD\n${virtual('192.0.2.1:80')}=======\n${virtual('192.0.2.2:80')}>>>>>>> theirs\n`,
    haproxy: 'global\n  daemon\nfrontend web\n  bind *:80\n',
  })
  for (const name of ['template', 'conflict', 'haproxy']) {
    const { said } = await load(at(name))
    assert.deepEqual(
      said.map((one) => one.replace(/:\d+/, '')),
      [`error ${name} foreign`],
    )
  }
})

test('mon is not spoken of below the errors of another format', async (t) => {
  const at = folder(t, {
    a: `${virtual('192.0.2.1:80')}\tmonitor http\n\tnonsense\n`,
    b: 'hostgroup a 10.0.0.1\nnonsense\n',
  })
  for (const [name, speaks] of [
    ['a', false],
    ['b', true],
  ] as const) {
    const { problems, ofMon } = await checkedFiles(at(name), false)
    const { text, exit } = checkAnswer(name, problems, { ofMon })
    assert.equal(exit, 2)
    assert.equal(text.includes('mon 1.3'), speaks, text)
  }
})

test('a program that is called and not there is a warning at the line that calls it', async (t) => {
  const external = virtual('192.0.2.1:80').replace('connect', 'external\n\tcheckcommand=/none/check')
  const at = folder(t, { a: external })
  const { model, said } = await load(at('a'))
  assert.ok(model)
  assert.deepEqual(
    said.map((one) => one.replace(/:\d+/, '')),
    ['warning a program-missing'],
  )
})
