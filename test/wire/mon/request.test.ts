import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  COMMANDS,
  firstQuotedWord,
  quotedWords,
  readRequest,
  splitArguments,
  splitFirst,
} from '../../../src/wire/mon/request.ts'
import { needs } from '../../needs.ts'
import { anyText, floodDeadline, floods, troubleText } from './texts.ts'

const lines: readonly { line: string; is: readonly [command: string, rest: string] | 'invalid'; why: string }[] = [
  { line: 'list state', is: ['list', 'state'], why: 'a word and its argument' },
  { line: 'LIST STATE', is: ['list', 'STATE'], why: 'the word in any case, the argument in its own' },
  { line: 'quit', is: ['quit', ''], why: 'a word alone' },
  { line: 'version \t ', is: ['version', ''], why: 'blanks behind the word' },
  { line: 'ack g s  two  words ', is: ['ack', 'g s  two  words '], why: 'blanks inside and behind the text stay' },
  { line: 'set\tg s foo', is: ['set', 'g s foo'], why: 'a tab separates' },
  { line: 'getview', is: ['getview', ''], why: 'a word that begins with another word' },
  { line: 'login u p\u00a0w', is: ['login', 'u p\u00a0w'], why: 'a no-break space is not a blank' },
  { line: '', is: 'invalid', why: 'an empty line' },
  { line: ' list state', is: 'invalid', why: 'a leading blank' },
  { line: 'lists', is: 'invalid', why: 'more than a word' },
  { line: 'list,state', is: 'invalid', why: 'something else behind the word' },
  { line: 'lis', is: 'invalid', why: 'half a word' },
  { line: 'hosts', is: 'invalid', why: 'a word nobody knows' },
  { line: 'ac\u212a g s', is: 'invalid', why: 'a letter that only lower-cases to one of ASCII' },
  { line: 'quit\0', is: 'invalid', why: 'a NUL behind the word' },
  { line: 'list\u00a0state', is: 'invalid', why: 'a no-break space behind the word' },
]
for (const { line, is, why } of lines) {
  test(`${JSON.stringify(line)} is ${is === 'invalid' ? 'invalid' : is[0]}: ${why}`, () => {
    const read = readRequest(line)
    assert.deepEqual(read.kind === 'invalid' ? 'invalid' : [read.command, read.rest], is)
  })
}

test('every command word is a request by itself', () => {
  for (const command of COMMANDS) assert.deepEqual(readRequest(command), { kind: 'request', command, rest: '' })
})

test('arguments are split at white space, and of a text only so many words as asked for', () => {
  assert.deepEqual(splitArguments(' g\ts  x '), ['g', 's', 'x'])
  assert.deepEqual(splitArguments('  '), [])
  assert.deepEqual(splitFirst("g s 'two  words' ", 2), { words: ['g', 's'], rest: "'two  words' " })
  assert.deepEqual(splitFirst('g', 2), { words: ['g'], rest: '' })
  assert.deepEqual(splitFirst('user pass word', 1), { words: ['user'], rest: 'pass word' })
})

const texts: readonly { text: string; is: string | null; why: string }[] = [
  { text: "'b\\20z\\5c'", is: 'b z\\', why: 'escapes survive in single quotes' },
  { text: 'b\\20z', is: 'b20z', why: 'outside quotes the splitting takes the backslash' },
  { text: '"b\\20z"', is: 'b20z', why: 'and in double quotes as well' },
  { text: '"x y" z', is: 'x y', why: 'only the first word counts' },
  { text: 'two words', is: 'two', why: 'and blanks end it' },
  { text: 'a\'b\'"c" d', is: 'abc', why: 'parts that touch are one word' },
  { text: "it's", is: null, why: 'a quote left open is nothing at all' },
  { text: "fine 'but", is: null, why: 'also behind the first word' },
  { text: 'x\\', is: null, why: 'so is a backslash at the end' },
  { text: "''", is: '', why: 'an empty word is a word' },
  { text: '', is: null, why: 'no text is no word' },
  { text: "'\\c3\\a9'", is: '\u00e9', why: 'escaped bytes are UTF-8' },
]
for (const { text, is, why } of texts)
  test(`of ${text} ack takes ${is}: ${why}`, () => assert.equal(firstQuotedWord(text), is))

test('words are split as Perl itself splits them', needs('perl'), () => {
  const samples = fc.sample(fc.array(fc.constantFrom(...`a b\t\\'"\\ '" xé`), { maxLength: 14 }), {
    numRuns: 2000,
    seed: 3,
  })
  const inputs = samples.map((parts) => parts.join(''))
  const script = `use Text::ParseWords; use JSON::PP; my $in = decode_json(join '', <STDIN>);
    print encode_json([map { [map { defined ? $_ : '' } quotewords('\\s+', 0, $_)] } @$in])`
  const perl = spawnSync('perl', ['-e', script], { input: JSON.stringify(inputs), encoding: 'utf8' })
  assert.equal(perl.stderr, '')
  const theirs: unknown = JSON.parse(perl.stdout)
  assert.deepEqual(
    inputs.map((text) => quotedWords(text) ?? []),
    theirs,
  )
})

test('any text is an answer', () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), troubleText), (text) => {
      readRequest(text)
      firstQuotedWord(text)
      const { words, rest } = splitFirst(text, 3)
      assert.deepEqual([...words, ...splitArguments(rest)], splitArguments(text))
    }),
  )
})

for (const { name, text } of floods) {
  test(`a megabyte of ${name} is split in linear time`, { timeout: floodDeadline }, () => {
    readRequest(`ack ${text}`)
    readRequest(text)
    splitArguments(text)
    splitFirst(text, 3)
    firstQuotedWord(text)
  })
}
