/**
 * docs/checklist.md: every capability that the guides of the older tools describe, and what shows that it works here. A row
 * that names a test names one that is there, so that the page cannot promise what nobody looks at.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

/** Rows of each letter. */
const COUNTS: Readonly<Record<string, number>> = { A: 33, B: 30, C: 32, D: 12, E: 17, F: 20, G: 4, H: 24, I: 12 }
const IDS = Object.entries(COUNTS).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
)

interface Row {
  readonly id: string
  readonly shown: string
}

const rows: readonly Row[] = readFileSync(join(root, 'docs/checklist.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, , shown] = /^\| ([A-I]\d{1,2}) \| ([^|]+) \| (.+) \|$/.exec(line) ?? []
    return id === undefined || shown === undefined ? [] : [{ id, shown }]
  })

/** Other files of a test may hold its names: tables of scenarios and vectors. */
const TEXTS = new Map<string, string>()
function textOf(path: string): string {
  const known = TEXTS.get(path)
  if (known !== undefined) return known
  const text = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''
  TEXTS.set(path, text)
  return text
}

test('every row of the list is there once, in order', () => {
  assert.deepEqual(
    rows.map(({ id }) => id),
    IDS,
  )
})

test('every row names a test or a page that is there, or says "not yet"', () => {
  const wrong = rows.flatMap(({ id, shown }) => {
    if (/^not yet\b/.test(shown)) return []
    const paths = [...shown.matchAll(/`((?:test|docs|bench)\/[^`]+|README\.md)`/g)].map(([, path = '']) => path)
    const missing = paths.filter((path) => textOf(path) === '')
    return paths.length === 0 ? [`${id} names nothing`] : missing.map((path) => `${id} names ${path}`)
  })
  assert.deepEqual(wrong, [])
})

test('every test that is named by its words stands in the file before it', () => {
  const wrong = rows.flatMap(({ id, shown }) =>
    [...shown.matchAll(/`(test\/[^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, path = '', names = '']) =>
      [...names.matchAll(/"([^"]+)"/g)]
        .filter(([, name = '']) => !textOf(path).replaceAll("\\'", "'").includes(name))
        .map(([, name]) => `${id}: ${path} has no "${name}"`),
    ),
  )
  assert.deepEqual(wrong, [])
})
