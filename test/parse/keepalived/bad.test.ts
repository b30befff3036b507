/** bad/*.conf: a file a mistake, or a family of them; beside each, in NAME.txt, the exact words it earns. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { IncludeLoader } from '../../../src/parse/keepalived/includes.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { formatProblems, recordOf } from '../../../src/parse/problem.ts'

const folder = fileURLToPath(new URL('bad/', import.meta.url))
const names = readdirSync(folder).filter((name) => name.endsWith('.conf'))

/** What includes.conf finds. */
const load: IncludeLoader = ({ pattern }) => {
  const texts: Readonly<Record<string, string>> = {
    'two.conf': 'SSL {\n  cert x\n}\n',
    'itself.conf': 'include itself.conf\n',
  }
  const text = texts[pattern]
  if (text !== undefined) return { sources: [{ file: pattern, text }], unreadable: [] }
  const unreadable = pattern === 'broken.conf' ? [{ file: pattern, reason: 'permission denied' }] : []
  return { sources: [], unreadable }
}

function problemsOf(name: string) {
  const source = { file: 'keepalived.conf', text: readFileSync(folder + name, 'utf8') }
  return parseKeepalived(source, { id: 'host1', load }).problems
}

for (const name of names) {
  test(`${name} earns exactly its message`, () => {
    const expected = readFileSync(folder + name.replace('.conf', '.txt'), 'utf8')
    assert.equal(`${formatProblems(problemsOf(name))}\n`, expected)
  })
}

test('a brace too few or too many is one message', () => {
  const braces = names.filter((name) => name.startsWith('brace-'))
  assert.ok(braces.length >= 8)
  for (const name of braces) assert.equal(problemsOf(name).length, 1, name)
})

test('every problem of every mistake has a code, a place in the file and a hint', () => {
  for (const name of names) {
    const problems = problemsOf(name)
    assert.ok(problems.length > 0, name)
    for (const problem of problems) {
      const record = recordOf(problem)
      assert.match(record.code, /^[a-z0-9-]+$/)
      assert.ok(record.line >= 1 && record.column >= 1 && record.length >= 1, name)
      assert.notEqual(record.hint, '', name)
      assert.doesNotMatch(record.message, /\.$/, name)
    }
  }
})
