/** The real keepalived's configuration test and ours, snippet by snippet. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { needs } from '../../needs.ts'
import { repairs } from './repairs.ts'
import { type Snippet, snippets } from './snippets.ts'
import { sound } from './world.ts'

const ID = 'host1'
const DEADLINE = 20_000

/** What upalert says: a word that it knows and does not honour is no matter of syntax. */
function ours(text: string): { readonly says: 'nothing' | 'warning' | 'error'; readonly problems: string } {
  const file = parseKeepalived({ file: 'keepalived.conf', text }, { id: ID })
  const problems = file.problems.filter(({ code }) => code !== 'not-honoured')
  const says = problems.some(({ severity }) => severity === 'error')
    ? 'error'
    : problems.length > 0
      ? 'warning'
      : 'nothing'
  return { says, problems: formatProblems(problems) }
}

/** Scripts that root would run without enable_script_security are another matter, and so is a file without blocks. */
function theirs(text: string, folder: string): { readonly says: Snippet['keepalived']; readonly output: string } {
  const path = join(folder, 'keepalived.conf')
  writeFileSync(path, text)
  const pids = ['-p', 'main.pid', '-r', 'vrrp.pid', '-c', 'checkers.pid'].map((word) =>
    word.startsWith('-') ? word : join(folder, word),
  )
  const run = spawnSync('keepalived', ['-t', '-f', path, '-i', ID, ...pids], { encoding: 'utf8', timeout: DEADLINE })
  assert.equal(run.error, undefined)
  const output = `${run.stdout}${run.stderr}`
  const onlySecurity = run.status === 6 && /^SECURITY VIOLATION[^\n]*\n$/.test(output)
  return { says: run.status === 0 || onlySecurity ? 'takes' : 'complains', output: `status ${run.status}\n${output}` }
}

for (const { name, text, keepalived, ours: other } of snippets) {
  test(`${name}: ${other?.because ?? (keepalived === 'takes' ? 'nothing is wrong' : 'is a problem')}`, () => {
    const { says, problems } = ours(text)
    if (other !== undefined) assert.equal(says, other.says, problems)
    else assert.equal(says === 'nothing', keepalived === 'takes', problems)
  })
}

test('there are at least a hundred snippets, and one in five differs from keepalived at most', () => {
  assert.ok(snippets.length >= 100)
  assert.ok(snippets.filter((snippet) => snippet.ours !== undefined).length * 5 <= snippets.length)
})

test('keepalived -t says of each snippet what the table says', needs('keepalived'), () => {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-keepalived-'))
  try {
    const wrong = snippets.flatMap(({ name, text, keepalived }) => {
      const { says, output } = theirs(text, folder)
      return says === keepalived ? [] : [`${name}: ${says}\n${output}`]
    })
    assert.deepEqual(wrong, [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const sample = readFileSync(new URL('sample.conf', import.meta.url), 'utf8')

test('a file with most words of virtual servers and checkers means a Model, and draws no word', () => {
  const { services, virtuals } = sound(sample)
  assert.deepEqual([virtuals.length, services.length], [3, 12])
})

test('keepalived takes the same file', needs('keepalived'), () => {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-keepalived-'))
  try {
    const { says, output } = theirs(sample, folder)
    assert.equal(says, 'takes', output)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test(
  'keepalived -t complains of whatever is repaired here with a warning, but for what only upalert sees',
  needs('keepalived'),
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'upalert-keepalived-'))
    try {
      const wrong = repairs.flatMap(({ name, text, said, keepalived }) => {
        const { output } = theirs(text, folder)
        // The test is of the words: status 0 goes with some of its warnings.
        const complains = !/^status \d+\n(SECURITY[^\n]*\n)?$/.test(output)
        return complains === (keepalived ?? said.length > 0) ? [] : [`${name}: ${output}`]
      })
      assert.deepEqual(wrong, [])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
