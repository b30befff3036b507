/** What Piranha's nanny made of a send_program, each row as it was seen running. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nannyOf } from '../../../src/wire/expect/nanny.ts'

const rows: readonly { readonly status: number | null; readonly output: string; readonly ok: boolean }[] = [
  { status: 0, output: 'OK\n', ok: true },
  { status: 0, output: 'OK', ok: false },
  { status: 0, output: 'OK\nmore\n', ok: false },
  { status: 0, output: 'no\n', ok: false },
  { status: 1, output: 'OK\n', ok: true },
  { status: 1, output: 'no\n', ok: true },
  { status: null, output: '', ok: true },
  { status: 0, output: '', ok: true },
]
for (const { status, output, ok } of rows) {
  test(`status ${status} and ${JSON.stringify(output)} was ${ok ? 'up' : 'down'} where OK was expected`, () => {
    assert.equal(nannyOf({ status, output }, 'OK').up, ok)
    assert.equal(nannyOf({ status, output }, undefined).up, false)
  })
}
