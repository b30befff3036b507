/** What a configuration says of telling people, from the file to the Model: files, templates, names, and the examples. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { alertFaults } from '../../src/daemon/alert-faults.ts'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { shippedConfiguration } from '../../src/daemon/paths.ts'
import type { Alert } from '../../src/model/alert.ts'
import { formatProblems, recordOf } from '../../src/parse/problem.ts'

/** A directory with these files, some in directories of their own. */
function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-telling-'))
  t.after(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

const watch =
  'hostgroup g 10.1.1.2\n\nwatch g\n    service s\n        interval 1m\n        monitor tcp -p 80\n        period\n'
const plain = 'cfbasedir = .\ndatabase = none\n'

async function judged(directory: string) {
  const { model, problems } = await loadConfiguration(join(directory, 'mon.cf'))
  return { model, problems, codes: problems.map(({ code, severity }) => `${severity} ${code}`) }
}

test('templates and the key of signatures are under cfbasedir', async (t) => {
  const text = `${plain}templates = words\ndkim = example.com up keys/up.pem\n\n${watch}            alert mail a@example.com\n`
  const directory = folder(t, { 'mon.cf': text, 'words/other.txt': '', 'keys/up.pem': '' })
  const { model, codes } = await judged(directory)
  assert.deepEqual(codes, [])
  assert.equal(model?.settings.notify.templates, join(directory, 'words'))
  assert.equal(model?.settings.notify.dkim?.keyFile, join(directory, 'keys/up.pem'))
})

test('a key that is not there is an error, and templates that are not there are a warning, each in its place', async (t) => {
  const text = `${plain}templates = words\ndkim = example.com up up.pem\n\n${watch}            alert mail a@example.com\n`
  const directory = folder(t, { 'mon.cf': text })
  const { model, problems } = await judged(directory)
  assert.equal(model, null)
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.severity, recordOf(problem).line, recordOf(problem).column]),
    [
      ['dkim', 'error', 4, 8],
      ['templates', 'warning', 3, 13],
    ],
  )
})

test('a directory of templates that has gone stops no start', async (t) => {
  const text = `${plain}templates = words\n\n${watch}            alert mail a@example.com\n`
  const { model, problems, codes } = await judged(folder(t, { 'mon.cf': text }))
  assert.ok(model)
  assert.deepEqual(codes, ['warning templates'])
  assert.match(formatProblems(problems), /words" is not a directory.*until it is there the built-in words are used/s)
})

test('a template with a mistake is a warning, and the file is used', async (t) => {
  const text = `${plain}templates = words\n\n${watch}            alert mail a@example.com\n`
  const directory = folder(t, { 'mon.cf': text, 'words/mail.txt.hbs': '{{#if group}}' })
  const { model, problems, codes } = await judged(directory)
  assert.ok(model)
  assert.deepEqual(codes, ['warning alert-faults'])
  assert.match(formatProblems(problems), /mail\.txt\.hbs/)
})

test('maintenance and reports may name what a keepalived.conf defines, and nothing else', async (t) => {
  const keepalived =
    'virtual_server 192.0.2.9 80 {\n lvs_sched wlc\n lvs_method NAT\n protocol TCP\n real_server 10.9.9.9 80 { TCP_CHECK { } }\n}\n'
  const read = async (names: string) => {
    const block = `maintenance m\n    cover ${names}\n    cron "0 2 * * *"\n    lasts 1h\n\n`
    const receiver = 'receiver r\n    alert mail a@example.com\n\n'
    const text = `${plain}keepalived = k.conf\n\n${block}${receiver}${watch}            alert to r\n`
    return judged(folder(t, { 'mon.cf': text, 'k.conf': keepalived }))
  }
  const { model } = await read('g')
  const [virtual] = model?.virtuals ?? []
  assert.ok(virtual)
  const found = await read(`g g/s virtual:${virtual.name}`)
  assert.deepEqual(found.codes, [])
  assert.deepEqual(found.model?.windows[0]?.subjects, ['g', 'g/s', `virtual ${virtual.name}`])
  assert.deepEqual([...(found.model?.receivers.keys() ?? [])], ['r'])
  const missed = await read('g virtual:nothing')
  assert.deepEqual([missed.model, missed.codes], [null, ['error maintenance-unknown']])
})

test('what a way of telling says of its options is asked once, cropped, and made visible', () => {
  let asked = 0
  const alert: Alert = {
    ...{ name: 'a', deed: 'tells', flags: {}, rest: null },
    schema: { type: 'object', properties: {}, required: [], additionalProperties: false },
    send: () => Promise.resolve({ kind: 'sent', text: '' }),
    faults(options) {
      asked += 1
      if (options === 'broken') throw new Error('it broke')
      return ['one\u202e\u0007line\nand another.', 'x'.repeat(1000), ...Array.from({ length: 50 }, () => 'more')]
    },
  }
  const faults = alertFaults(new Map([['a', alert]]))
  const [first, second, ...rest] = faults('a', 1)
  assert.deepEqual([first, second?.length, rest.length], ['one\\u{202e}␇line and another', 301, 8])
  faults('a', 1)
  assert.equal(asked, 1)
  assert.deepEqual(faults('a', 'broken'), ['what is wrong with it could not be found out: it broke'])
  assert.deepEqual(faults('b', 1), [])
})

test('what is commented out about telling people in the shipped file is right', async (t) => {
  const shipped = readFileSync(shippedConfiguration, 'utf8')
  const begin = shipped.indexOf('# Who is told by which channels')
  const end = shipped.indexOf('# What the load balancer does with it')
  assert.ok(begin > 0 && end > begin)
  const written = (text: string) => text.replace(/^( *)#(?=[a-z]| {4}[a-z])/gm, '$1')
  const periods = shipped.slice(0, begin).replace(/^( *)#(alert to|escalate|flap)/gm, '$1$2')
  const text = periods + written(shipped.slice(begin, end)) + shipped.slice(end)
  assert.match(text, /^ +alert to oncall$/m)
  const { model, problems } = await judged(folder(t, { 'config/mon.cf': text, 'mon.cf': text }))
  assert.equal(formatProblems(problems), '')
  assert.deepEqual([model?.receivers.size, model?.windows.length, model?.reports.length], [1, 1, 1])
  assert.equal(model?.services[0]?.periods[0]?.escalations.length, 1)
})
