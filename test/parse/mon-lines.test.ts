import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachLine, LONGEST_LINE, type LogicalLine, placeOfSlice, slice } from '../../src/parse/mon/lines.ts'
import { Report } from '../../src/parse/text/report.ts'

function read(text: string): { readonly lines: readonly LogicalLine[]; readonly codes: readonly string[] } {
  const lines: LogicalLine[] = []
  const report = new Report()
  eachLine({ file: 'mon.cf', text }, report, (line) => lines.push(line))
  return { lines, codes: report.problems.map(({ code }) => code) }
}

const vectors = [
  { name: 'outer blanks go', text: '  a b \t\n', lines: ['a b'] },
  { name: 'CRLF ends a line like LF', text: 'a\r\nb\r\n', lines: ['a', 'b'] },
  { name: 'a last line needs no newline', text: 'a\nb', lines: ['a', 'b'] },
  { name: 'an empty line is handed on: it ends a section', text: 'a\n \nb\n', lines: ['a', '', 'b'] },
  { name: 'a comment is dropped and ends nothing', text: 'a\n  # c\nb\n', lines: ['a', 'b'] },
  { name: 'a comment that ends in a backslash does not continue', text: '# c \\\na\n', lines: ['a'] },
  { name: 'a backslash joins without a blank', text: 'h1\\\nh2\n', lines: ['h1h2'] },
  { name: 'a blank before the backslash stays', text: 'h1 \\\n   h2\n', lines: ['h1 h2'] },
  { name: 'blanks behind the backslash do not matter', text: 'h1 \\  \nh2\n', lines: ['h1 h2'] },
  { name: 'CRLF behind the backslash does not matter', text: 'h1 \\\r\nh2\r\n', lines: ['h1 h2'] },
  { name: 'a comment between the halves does not break them', text: 'h1 \\\n# c\nh2\n', lines: ['h1 h2'] },
  { name: 'three lines join', text: 'a \\\nb \\\nc\n', lines: ['a b c'] },
]
for (const { name, text, lines } of vectors) {
  test(name, () => {
    const found = read(text)
    assert.deepEqual(
      found.lines.map((line) => line.text),
      lines,
    )
    assert.deepEqual(found.codes, [])
  })
}

test('a backslash before an empty line is a mistake, and the empty line ends the section all the same', () => {
  const { lines, codes } = read('h1 \\\n\nwatch w\n')
  assert.deepEqual(
    lines.map((line) => line.text),
    ['h1', '', 'watch w'],
  )
  assert.deepEqual(codes, ['continuation-blank'])
})

test('a backslash at the end of the file is a mistake, and the line is not lost', () => {
  const { lines, codes } = read('a \\')
  assert.equal(lines[0]?.text, 'a')
  assert.deepEqual(codes, ['continuation-end'])
})

test('every character of a continued line knows its own line and column', () => {
  const [line] = read('monitor http \\\n   -p \\\n# note\n\t8080\n').lines
  assert.ok(line)
  const at = line.text.indexOf('8080')
  assert.deepEqual(placeOfSlice(slice(line, at, at + 4)), { file: 'mon.cf', line: 4, column: 2 })
  assert.deepEqual(placeOfSlice(slice(line, 13, 15)), { file: 'mon.cf', line: 2, column: 4 })
})

test('a line longer than the limit is refused with its place', () => {
  assert.deepEqual(read('x'.repeat(LONGEST_LINE + 1)).codes, ['line-too-long'])
})
