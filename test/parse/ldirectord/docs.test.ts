/** docs/ldirectord.md names every directive. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { GLOBAL, SERVICE } from '../../../src/parse/ldirectord/tables.ts'

const text = readFileSync(new URL('../../../docs/ldirectord.md', import.meta.url), 'utf8')

for (const name of new Set([...Object.keys(GLOBAL), ...Object.keys(SERVICE), 'real', 'real6', 'virtual', 'virtual6'])) {
  test(`docs/ldirectord.md says what becomes of ${name}`, () => assert.match(text, new RegExp(`\`${name}\\b`)))
}
