/** Inside the guest: puts every sequence to the kernel's table and leaves the outcomes in the scratch directory. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openKernelTable } from '../../../src/edge/table/kernel-table.ts'
import { attempt, scratch } from './guest.ts'
import { outcome, sequences } from './table-sequences.ts'

await attempt('sequences', () => {
  const opened = openKernelTable()
  assert(opened.kind === 'open', JSON.stringify(opened))
  const outcomes = sequences().map((sequence) => outcome(opened.door, sequence, 'one by one'))
  for (const [index, sequence] of sequences().entries()) {
    assert.deepEqual(outcome(opened.door, sequence, 'at once'), outcomes[index], JSON.stringify(sequence))
  }
  writeFileSync(join(scratch, 'outcomes.json'), JSON.stringify(outcomes))
})
