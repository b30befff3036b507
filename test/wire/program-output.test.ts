/** What a program printed becomes a summary, a detail, and the hosts it names. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hostsNamed, readOutput } from '../../src/wire/program/output.ts'

const read = (bytes: string | Uint8Array, truncated = false) =>
  readOutput(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { truncated })

const vectors = [
  { name: 'nothing printed', bytes: '', summary: '', detail: '' },
  { name: 'a single line', bytes: 'web1 web2\n', summary: 'web1 web2', detail: '' },
  { name: 'a line that does not end', bytes: 'web1', summary: 'web1', detail: '' },
  { name: 'an empty first line', bytes: '\nfoo', summary: '', detail: 'foo' },
  { name: 'the detail keeps its lines and tabs', bytes: 'a\nb\tc\r\n\n d\n', summary: 'a', detail: 'b\tc\r\n\n d\n' },
  {
    name: 'escapes do not reach a terminal',
    bytes: '\x1b[2Jweb1\x07\n\x1b]0;x',
    summary: '?[2Jweb1?',
    detail: '\ufffd]0;x',
  },
  { name: 'a carriage return at the end', bytes: 'web1\r\nx', summary: 'web1', detail: 'x' },
]
for (const { name, bytes, summary, detail } of vectors) {
  test(`summary and detail: ${name}`, () => {
    const output = read(bytes)
    assert.deepEqual({ summary: output.summary, detail: output.detail }, { summary, detail })
  })
}

test('invalid UTF-8 is replaced, and the rest of the line stays', () => {
  assert.equal(read(Buffer.from([0x77, 0xff, 0xc3, 0x28, 0x0a])).summary, 'w\ufffd\ufffd(')
})

test('any bytes give a summary on one short line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { summary, detail } = read(bytes)
      assert.ok(!/[\x00-\x1f\x7f-\x9f]/.test(summary))
      assert.ok(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(detail))
      assert.ok(summary.length <= 4096)
    }),
  )
})

const naming = [
  { line: 'web1 web2', names: ['web1', 'web2'] },
  { line: 'web1, 10.0.0.1; (db)', names: ['web1', '10.0.0.1', 'db'] },
  { line: 'WEB1 is down.', names: ['web1'] },
  { line: 'web1: refused', names: ['web1'] },
  { line: 'web1:80 10.0.0.1:443', names: ['web1', '10.0.0.1'] },
  { line: 'http://web1/path failed', names: ['web1'] },
  { line: '[::1]:80 and ::1', names: ['::1'] },
  { line: 'web10 db-web1 web1.example.com 10.0.0.10 110.0.0.1 fe80::1 dbx', names: [] },
  { line: 'no answer', names: [] },
  { line: '', names: [] },
]
const hosts = ['web1', 'web2', '10.0.0.1', 'db', '::1']
for (const { line, names } of naming) {
  test(`"${line}" names ${names.length === 0 ? 'none of the hosts' : names.join(' and ')}`, () => {
    assert.deepEqual([...hostsNamed(read(line), hosts)].sort(), [...names].sort())
  })
}

test('a line that was cut does not name the host that its last word may only begin with', () => {
  assert.deepEqual([...hostsNamed(read('web2 web1', true), hosts)], ['web2'])
})

test('a host on a line of its own is always named', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}[a-z0-9]$/)
  fc.assert(fc.property(name, (host) => assert.ok(hostsNamed(read(`down: ${host}!`), [host]).has(host))))
})
