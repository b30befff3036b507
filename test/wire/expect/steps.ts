/** Steps as an operator writes them, for tests. */
import assert from 'node:assert/strict'
import type { Search } from '../../../src/wire/expect/dialogue.ts'
import { isFault, readStep, type Step } from '../../../src/wire/expect/step.ts'

export const stepsOf = (...texts: readonly string[]): readonly Step[] =>
  texts.map((text) => {
    const read = readStep(text)
    assert.ok(!isFault(read), isFault(read) ? read.message : '')
    return read
  })

/** Without a deadline. */
export const search: Search = (pattern, text) => {
  pattern.lastIndex = 0
  return pattern.test(text) ? pattern.lastIndex : 'missing'
}
