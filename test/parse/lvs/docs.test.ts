/** docs/lvs.md names every word of lvs.cf, and tells no other default than counts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEFAULTS, GLOBALS, SERVER, VIRTUAL } from '../../../src/parse/lvs/tables.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/lvs.md'), 'utf8')

test('every word of lvs.cf is in the manual', () => {
  const words = [GLOBALS, VIRTUAL, SERVER].flatMap((table) => Object.keys(table))
  assert.deepEqual(
    words.filter((word) => !page.includes(`\`${word}\``)),
    [],
  )
})

test('the defaults that the manual tells are those that count', () => {
  assert.ok(page.includes(`| \`port\`, \`protocol\` | ${DEFAULTS.port}, \`tcp\` |`))
  for (const word of ['timeout', 'reentry'] as const) assert.ok(page.includes(`| \`${word}\` | ${DEFAULTS[word]} |`))
  assert.ok(page.includes(`| \`scheduler\` | \`${DEFAULTS.scheduler}\` |`))
  assert.ok(page.includes(`\`weight\` (${DEFAULTS.weight})`))
})
