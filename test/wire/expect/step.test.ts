/** One step of a conversation: what an operator may write, and how a mistake is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault, readStep } from '../../../src/wire/expect/step.ts'

const right: readonly { readonly step: string; readonly kind: string; readonly bytes?: string | null }[] = [
  { step: 'send QUIT\\r\\n', kind: 'send', bytes: '515549540d0a' },
  { step: 'send  ', kind: 'send', bytes: '20' },
  { step: 'expect 220', kind: 'expect', bytes: '323230' },
  { step: 'expect *', kind: 'expect', bytes: null },
  { step: 'expect \\x2a', kind: 'expect', bytes: '2a' },
  { step: 'expect **', kind: 'expect', bytes: '2a2a' },
  { step: 'send *', kind: 'send', bytes: '2a' },
  { step: 'regex ^2[[:digit:]]{2} ', kind: 'regex' },
]
for (const { step, kind, bytes } of right) {
  test(`"${step}" is a step`, () => {
    const read = readStep(step)
    assert.ok(!isFault(read))
    assert.equal(read.kind, kind)
    if (bytes !== undefined && 'bytes' in read) assert.equal(read.bytes?.toString('hex') ?? null, bytes)
  })
}

const wrong: readonly { readonly step: string; readonly says: RegExp }[] = [
  { step: '220', says: /a step is send, expect or regex, a blank, and the text/ },
  { step: 'sends x', says: /a step is/ },
  { step: 'expect ', says: /expect needs a text that is not empty/ },
  { step: 'expect \\q', says: /\\q is no escape \(character 1 of the text\)/ },
  { step: 'expect ab\\', says: /a backslash at its end is no escape/ },
  { step: 'regex (', says: /this regular expression cannot be had/ },
  { step: 'regex a++', says: /possessive/ },
]
for (const { step, says } of wrong) {
  test(`"${step}" is refused in words`, () => {
    const read = readStep(step)
    assert.ok(isFault(read))
    assert.match(read.message, says)
  })
}

const patterns: readonly { readonly regex: string; readonly text: string; readonly found: boolean }[] = [
  { regex: '[[:alpha:]]+[[:space:]]', text: 'Hello you', found: true },
  { regex: '^[[:upper:]]{3}', text: 'HELLO', found: true },
  { regex: '^[[:upper:]]{3}', text: 'Hello', found: false },
  { regex: '(OK|READY)$', text: 'x READY', found: true },
  { regex: '^200 ', text: '\r\n200 ', found: false },
  { regex: '\\r\\n\\r\\n', text: 'a\r\n\r\nb', found: true },
  { regex: '\\0\\xff', text: 'a\0\xff', found: true },
  { regex: '\\x00[^\\n]', text: 'a\0\n', found: false },
  { regex: '(?i)ready', text: 'READY', found: true },
  { regex: 'a.b', text: 'a\nb', found: false },
  { regex: '(?s)a.b', text: 'a\nb', found: true },
  // Two bytes in UTF-8, each a character of the text.
  { regex: 'é', text: '\xc3\xa9', found: true },
]
for (const { regex, text, found } of patterns) {
  test(`the pattern ${regex} is ${found ? '' : 'not '}found in ${JSON.stringify(text)}`, () => {
    const read = readStep(`regex ${regex}`)
    assert.ok(!isFault(read) && read.kind === 'regex')
    read.regex.lastIndex = 0
    assert.equal(read.regex.test(text), found)
  })
}
