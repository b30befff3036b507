/** What `upalert try` prints of a check. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expect } from '../../monitors/expect.ts'
import { type Exchanged, type Tried, tryExit, tryLines, tryRecord } from '../../src/cli/try.ts'
import { monitorHelp } from '../../src/cli/try-help.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { milliseconds } from '../../src/model/units.ts'

const timings = { connect: milliseconds(1.24), firstByte: null, total: milliseconds(12_340) }
const up: HostResult = { kind: 'up', host: host('10.1.1.2'), text: 'answered', timings }
const down: HostResult = { kind: 'down', host: host('10.1.1.2'), code: 'refused', text: 'refused', timings }
const unknown: HostResult = {
  kind: 'unknown',
  host: host('10.1.1.2'),
  code: 'bad-host',
  text: 'was not found',
  timings,
}

const tried = (
  result: HostResult,
  exchange: readonly Exchanged[] = [],
  exit = result.kind === 'up' ? 0 : 1,
): Tried => ({
  standsFor: 'service web/http',
  place: { file: 'mon.cf', line: 7, column: 9 },
  monitor: 'tcp -p 80',
  exchange,
  lost: 0,
  result: { exit, summary: '', detail: '', hosts: [result], performance: [], warnings: [] },
  otherwise: null,
})
const sent = (text: string): Exchanged => ({ kind: 'sent', bytes: Buffer.from(text, 'latin1') })

test('it begins with the part of the configuration and ends with verdict and times', () => {
  assert.deepEqual(tryLines([tried(down)], { hex: false }), [
    'for       service web/http, mon.cf:7',
    'check     tcp -p 80',
    'verdict   10.1.1.2 is down: it refused [refused]',
    'times     connect 1.2 ms, total 12.3 s',
  ])
})

test('bytes are shown line by line, each of them to be told', () => {
  const lines = tryLines([tried(up, [sent('a "b"\\\r\n\0\xff\nGr\xc3\xbc\xc3\x9fe\x1b[31m')])], { hex: false })
  assert.deepEqual(lines.slice(2, 5), [
    'sent      "a \\"b\\"\\\\\\r\\n"',
    '          "\\x00\\xff\\n"',
    '          "Grüße\\x1b[31m"',
  ])
})

test('in hexadecimal each row has sixteen', () => {
  const lines = tryLines([tried(up, [sent('0123456789abcdefg')])], { hex: true })
  assert.equal(lines[2], 'sent      0000  30 31 32 33 34 35 36 37 - 38 39 61 62 63 64 65 66   0123456789abcdef')
  assert.match(lines[3] ?? '', /^ {10}0016 {2}67 /)
})

test('of many bytes the first are shown, and all in hexadecimal', () => {
  const piece = sent('x'.repeat(5000))
  assert.match(tryLines([tried(up, [piece])], { hex: false })[3] ?? '', /… and 904 more bytes; --hex shows all/)
  assert.equal(tryLines([tried(up, [piece])], { hex: true }).length, 4 + Math.ceil(5000 / 16))
})

test('of a program its words, its end and its output are shown', () => {
  const ran: Exchanged = {
    kind: 'ran',
    command: ['/bin/x', 'a b', "it's", ''],
    status: 1,
    end: 'exit status 1',
    output: Buffer.from('one\ntwo'),
    errors: Buffer.from(''),
  }
  assert.deepEqual(tryLines([tried(up, [ran])], { hex: false }).slice(2, 6), [
    `ran       /bin/x 'a b' "it's" ''`,
    'ended     exit status 1',
    'printed   "one\\n"',
    '          "two"',
  ])
})

test('a result that fails although its host is up says so', () => {
  const lines = tryLines([{ ...tried(up, [], 3) }], { hex: false })
  assert.ok(lines.some((line) => line.startsWith('result    the check as a whole failed with exit status 3')))
})

test('the exit status is that of the worst', () => {
  assert.equal(tryExit([tried(up)]), 0)
  assert.equal(tryExit([tried(up), tried(unknown)]), 3)
  assert.equal(tryExit([tried(unknown, [], 0)]), 3)
  assert.equal(tryExit([tried(unknown), tried(down), tried(up)]), 1)
  assert.equal(tryExit([tried(up, [], 2)]), 3)
})

test('as JSON bytes are text with escapes, and hexadecimal where asked for', () => {
  const [record] = JSON.parse(JSON.stringify(tryRecord([tried(up, [sent('a\0')])], { hex: true })))
  assert.deepEqual(record.exchange, [{ kind: 'sent', text: 'a\\x00', textHex: '6100' }])
  assert.equal(record.file, 'mon.cf')
  assert.equal(record.hosts[0].kind, 'up')
})

test('the help of a monitor names each of its flags', () => {
  const help = monitorHelp(expect)
  for (const flag of ['-p, --port NUMBER', '--send TEXT', '--expect TEXT', '--regex TEXT', '--connect-ip', '--tls ']) {
    assert.ok(help.includes(flag), flag)
  }
  assert.ok(!help.includes('--step'))
})
