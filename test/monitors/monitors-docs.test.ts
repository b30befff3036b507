/** The examples of docs/monitors.md are as the monitors take them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { monitors } from '../../monitors/index.ts'
import { optionsOf } from './options-of.ts'

const page = readFileSync(new URL('../../docs/monitors.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^ *monitor ([a-z][\w-]*)( .*)?$/gm)].filter(([, name = '']) => monitors.has(name))

for (const [line, name = '', words = ''] of examples) {
  test(`${line.trim()} is valid`, () => {
    const monitor = monitors.get(name)
    assert.ok(monitor)
    optionsOf(monitor, words.trim())
  })
}

test('every monitor for send and expect, programs and weights has its example and its section', () => {
  for (const name of ['expect', 'send-program', 'load', 'agent']) {
    assert.ok(
      examples.some(([, one]) => one === name),
      name,
    )
  }
  for (const name of ['expect', 'send-program', 'load', 'agent', 'off'])
    assert.ok(page.includes(`\n## ${name}: `), name)
})
