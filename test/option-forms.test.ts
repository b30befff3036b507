/** An operator who mistypes an option is told its form in words, never as a regular expression. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from '../alerts/index.ts'
import { monitors } from '../monitors/index.ts'

/** Every schema inside a schema, itself first, each with its path. */
function* parts(schema: unknown, path: string): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof schema !== 'object' || schema === null) return
  const entries = Object.entries(schema)
  yield [path, Object.fromEntries(entries)]
  for (const [key, part] of entries) yield* parts(part, `${path}.${key}`)
}

for (const { name, schema } of [...monitors.values(), ...alerts.values()]) {
  test(`every option of ${name} that has a form says it in words`, () => {
    for (const [path, { pattern, format, anyOf, form }] of parts(schema.properties, name)) {
      const strict = typeof pattern === 'string' || typeof format === 'string' || Array.isArray(anyOf)
      // What one of several alternatives is, the property says for all of them.
      if (!strict || path.includes('.anyOf.')) continue
      assert.equal(typeof form, 'string', `${path} has a pattern and no form`)
      assert.doesNotMatch(String(form), /[\^$\\]|\[.*\]/, path)
    }
  })
}
