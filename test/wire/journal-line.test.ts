import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { Commit } from '../../src/model/commit.ts'
import { emptyPatch } from '../../src/model/commit.ts'
import { id } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { decodeSnapshot, encodeLine, scanSegment } from '../../src/wire/history/journal-line.ts'
import { foldOf, savedOf } from '../../src/wire/history/saved.ts'

function commit(seq: number, text: string): Commit {
  const entry = { kind: 'daemon', id: id(`e${seq}`), at: wallTime(seq), cause: null, what: 'test', text } as const
  return { seq, at: wallTime(seq), patch: emptyPatch, entries: [entry] }
}

const texts = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 8 })
const segment = (commits: readonly Commit[]) => Buffer.concat(commits.map((one) => encodeLine(one, crc32)))

test('what is written is what is read, whatever the text', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const commits = all.map((text, index) => commit(index + 1, text))
      const bytes = segment(commits)
      assert.deepEqual(scanSegment(bytes, crc32), { commits, damaged: 0, sound: bytes.length })
    }),
  )
})

test('a file cut at any byte gives the whole commits before the cut', () => {
  const commits = ['one', 'two\n', 'Überfluss'].map((text, index) => commit(index + 1, text))
  const bytes = segment(commits)
  const ends = commits.map((_, index) => segment(commits.slice(0, index + 1)).length)
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const scan = scanSegment(bytes.subarray(0, cut), crc32)
    const whole = ends.filter((end) => end <= cut)
    assert.deepEqual(scan, { commits: commits.slice(0, whole.length), damaged: 0, sound: whole.at(-1) ?? 0 })
  }
})

test('a changed byte costs the line it is in, or with a newline the lines it touches, and nothing else', () => {
  const commits = ['one', 'two', 'three', 'four'].map((text, index) => commit(index + 1, text))
  const bytes = segment(commits)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const broken = Buffer.from(bytes)
      broken[at] = (broken[at] ?? 0) ^ flip
      const { commits: read } = scanSegment(broken, crc32)
      for (const one of read) assert.deepEqual(one, commits[one.seq - 1])
      assert.ok(read.length >= commits.length - 2)
    }),
  )
})

test('any bytes at all are an answer, not an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual(scanSegment(bytes, crc32).commits, [])
      assert.equal(decodeSnapshot(bytes, crc32), null)
    }),
  )
})

test('a damaged line in the middle is counted, a torn end is not', () => {
  const lines = [1, 2, 3].map((seq) => Buffer.from(encodeLine(commit(seq, 'x'), crc32)))
  const middle = Buffer.concat([lines[0] ?? '', 'garbage\n', lines[2] ?? ''].map((part) => Buffer.from(part)))
  assert.equal(scanSegment(middle, crc32).damaged, 1)
  const end = Buffer.concat([lines[0] ?? Buffer.of(), Buffer.from('garbage\n')])
  assert.deepEqual(scanSegment(end, crc32), { commits: [commit(1, 'x')], damaged: 0, sound: lines[0]?.length })
})

test('a snapshot is read whole or not at all', () => {
  const snapshot = { seq: 7, saved: savedOf(foldOf(null)) }
  const bytes = encodeLine(snapshot, crc32)
  assert.deepEqual(decodeSnapshot(bytes, crc32), snapshot)
  for (let cut = 0; cut < bytes.length; cut += 1) assert.equal(decodeSnapshot(bytes.subarray(0, cut), crc32), null)
})

test('a line is an object that any JSON tool reads', () => {
  const line = Buffer.from(encodeLine(commit(7, 'seven'), crc32)).toString()
  assert.deepEqual(Object.keys(JSON.parse(line)), ['crc', 'seq', 'at', 'patch', 'entries'])
})
