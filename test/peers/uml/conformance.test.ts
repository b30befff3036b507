/** The table in memory answers as the kernel's does: random sequences of changes, put to both. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import { needs } from '../../needs.ts'
import { bootGuest, expectReport } from './boot.ts'
import { outcome, sequences } from './table-sequences.ts'

test(
  'the table in memory gives the same answers and ends the same as the kernel for the same changes',
  needs('uml', 'ip'),
  async () => {
    const run = await bootGuest({
      script: 'guest conformance',
      programs: { conformance: join(import.meta.dirname, 'conformance.guest.ts') },
    })
    expectReport(run, 'sequences')
    const fromKernel: unknown = JSON.parse(run.file('outcomes.json') ?? 'null')
    assert(Array.isArray(fromKernel))
    for (const [index, sequence] of sequences().entries()) {
      const fromMemory = outcome(openMemoryTable('for a test'), sequence, 'one by one')
      assert.deepEqual(fromMemory, fromKernel[index], JSON.stringify(sequence, null, 1))
    }
    const seen = new Set(sequences().flatMap((sequence) => outcome(openMemoryTable(''), sequence, 'at once').answers))
    assert.deepEqual([...seen].sort(), ['EEXIST', 'EINVAL', 'ENOENT', 'ERANGE', 'ESRCH', 'ok'])
  },
)
