/** What is handed over by mistake is named in one sentence, and what is a configuration is not. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { foreignIn, unfinishedIn } from '../../src/parse/foreign.ts'
import { errorAt } from '../../src/parse/problem.ts'
import { needs } from '../needs.ts'

const root = join(import.meta.dirname, '../..')

/** As a file of which each line that is no comment is wrong. */
function looks(text: string) {
  const source = { file: 'x', text }
  const wrong = [...text.matchAll(/^[ \t]*[^\s#!].*$/gm)].map(({ index }) =>
    errorAt('unknown-line', { source, start: index, end: index + 1 }, 'is not known', 'take it out'),
  )
  return foreignIn(source, wrong)
}

const vectors: readonly (readonly [text: string, message: RegExp, marked: string])[] = [
  ['a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n', /merge that was not finished/, '<<<<<<<'],
  ['# <<<<<<<\n  # text\n>>>>>>> 1234abcd\n', /merge/, '>>>>>>>'],
  ['virtual_server {{ vip }} 80 {\n', /template/, '{{ vip }}'],
  ['{% for s in servers %}\n', /template/, '{% for s in servers %}'],
  ['hostgroup web <%= @hosts %>\n', /template/, '<%= @hosts %>'],
  ['# who may do what\ncommand section\nlist: all\n', /auth\.cf/, 'command section'],
  ['list:\tall\n', /auth\.cf/, 'list:\tall'],
  ['trap section\n', /auth\.cf/, 'trap section'],
  ['-----BEGIN PRIVATE KEY-----\n', /key or a certificate/, '-----BEGIN PRIVATE KEY-----'],
  ['dnl a comment\n', /m4/, 'dnl'],
  ["define(`HOST', 10.0.0.1)\n", /m4/, 'define('],
  ['-A -t 192.0.2.1:80 -s wlc\n', /ipvsadm/, '-A -t 1'],
  ['ipvsadm -A -t 192.0.2.1:80\n', /ipvsadm/, 'ipvsadm -'],
  ['#!/bin/sh\nipvsadm -C\n', /a program/, '#!'],
  ['global\n  daemon\nfrontend web\n  bind *:80\n', /haproxy/, 'frontend web'],
  ['http {\n', /nginx/, 'http {'],
  ['keepalive 2\ndeadtime 30\nbcast eth0\n', /ha\.cf/, 'bcast e'],
  ['VIP=eth0:110 192.168.1.110 255.255.255.255\n', /configure\.lvs/, 'VIP='],
  ['<!DOCTYPE html>\n', /HTML/, '<!DOCTYPE'],
  ['{\n  "a": 1\n}\n', /JSON/, '{'],
  ['---\nservers:\n  - name: a\n', /YAML/, '---'],
]

for (const [text, message, marked] of vectors) {
  test(`${JSON.stringify(text.slice(0, 40))} is told by its name`, () => {
    const problem = looks(text)
    assert.ok(problem !== null)
    assert.match(problem.message, message)
    assert.equal(problem.span.source.text.slice(problem.span.start, problem.span.end), marked)
    assert.ok(problem.hint.length > 20)
  })
}

const shipped = ['config/mon.cf', 'config/keepalived.conf', ...filesIn(join(root, 'config/examples'))]
for (const name of shipped) {
  test(`${name} is nothing else than it is`, () => {
    assert.equal(looks(readFileSync(join(root, name), 'utf8')), null)
  })
}

test('auth.cf as it is shipped', () => {
  assert.match(looks(readFileSync(join(root, 'config/auth.cf'), 'utf8'))?.message ?? '', /auth\.cf/)
})

test(
  'no sample configuration has a conflict marker, and only those of other formats look foreign',
  needs('corpus'),
  () => {
    const corpus = process.env.UPALERT_CORPUS ?? ''
    for (const folder of readdirSync(corpus)) {
      for (const name of readdirSync(join(corpus, folder))) {
        const path = join(corpus, folder, name)
        if (!statSync(path).isFile()) continue
        const source = { file: name, text: readFileSync(path, 'latin1') }
        assert.equal(unfinishedIn(source), null, name)
        const foreign = looks(source.text)?.message
        if (/auth\.cf$/.test(name)) assert.match(foreign ?? '', /auth\.cf/)
        else if (/\.m4$/.test(name)) assert.match(foreign ?? '', /m4/)
        else assert.equal(foreign, undefined, name)
      }
    }
  },
)

test('what stands in a line without an error counts for nothing', () => {
  const text = 'hostgroup web 10.0.0.1\nwatch web\n  service x\n    alert webhook --body {{summary}}\nnonsense\n'
  const at = text.indexOf('nonsense')
  const source = { file: 'x', text }
  assert.equal(foreignIn(source, [errorAt('unknown-line', { source, start: at, end: at + 1 }, 'is', 'write')]), null)
  assert.equal(foreignIn({ file: 'x', text: 'list: all\n' }, []), null)
})

test('any text has a problem inside itself, or none', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('{{', '}}', '<<<<<<< ', '\n', '-A -t ', 'list: all', '${', '}', '{%', '%}'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      const problem = looks(text)
      if (problem === null) return
      const { start, end } = problem.span
      assert.ok(start >= 0 && start < end && end <= text.length)
    }),
  )
})

test('a line of a million braces takes no longer than its length', () => {
  assert.equal(looks(`x${'{{'.repeat(500_000)}`), null)
  assert.equal(looks(`x ${'a b '.repeat(500_000)}\n`.repeat(3)), null)
})

function filesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /\.(cf|conf)$/.test(name))
    .map((name) => join('config/examples', name))
}
