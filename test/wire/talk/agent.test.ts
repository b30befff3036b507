/** The words of HAProxy's agent-check. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agentLine, readAgent } from '../../../src/wire/talk/agent.ts'

const vectors: readonly { readonly line: string; readonly says: string }[] = [
  { line: 'up', says: 'up' },
  { line: 'ready', says: 'up' },
  { line: 'ready up', says: 'up' },
  { line: '75%', says: 'up 75' },
  { line: '0%', says: 'up 0' },
  { line: '200%', says: 'up 200' },
  { line: 'up 75%', says: 'up 75' },
  { line: 'up,75%', says: 'up 75' },
  { line: '\tup\t 075% ', says: 'up 75' },
  { line: 'UP 75%', says: 'up 75' },
  { line: 'drain', says: 'up 0' },
  { line: 'maint', says: 'up 0' },
  { line: '80% drain', says: 'up 0' },
  { line: 'maxconn:30', says: 'up' },
  { line: 'up 10% maxconn:30', says: 'up 10' },
  { line: 'down', says: 'down' },
  { line: 'failed', says: 'down' },
  { line: 'stopped', says: 'down' },
  { line: 'down # the disk is full', says: 'down' },
  { line: 'down#the disk is full', says: 'down' },
  { line: '50% down', says: 'down' },
  { line: '', says: 'unclear' },
  { line: '   ', says: 'unclear' },
  { line: '# nothing', says: 'unclear' },
  { line: 'HTTP/1.1 400 Bad Request', says: 'unclear' },
  { line: 'down because', says: 'unclear' },
  { line: '75', says: 'unclear' },
  { line: '-5%', says: 'unclear' },
  { line: '7.5%', says: 'unclear' },
  { line: '1000000%', says: 'unclear' },
  { line: 'up 50 %', says: 'unclear' },
  { line: '\0up', says: 'unclear' },
]
for (const { line, says } of vectors) {
  test(`${JSON.stringify(line)} is ${says}`, () => {
    const read = readAgent(line)
    const percent = read.kind === 'up' && read.percent !== null ? ` ${read.percent}` : ''
    assert.equal(read.kind + percent, says)
  })
}

test('the reason behind # is told, fit to be read', () => {
  assert.equal(readAgent('down # disk\x1b[31m full').text, 'says of itself that it is down (disk?[31m full)')
})

test('a line ends at the first CR or LF', () => {
  assert.equal(agentLine('up 5'), null)
  assert.equal(agentLine('up 5\r\nx'), 'up 5')
  assert.equal(agentLine('up 5\nx'), 'up 5')
  assert.equal(agentLine('\n'), '')
})

test('any line is understood or is not, and only its own words say down', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      const read = readAgent(line)
      if (read.kind === 'down') assert.match(line, /down|failed|stopped/i)
    }),
  )
})
