/** The harness itself: a guest's failure must come out of it as a failure, with what the guest had said. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import { bootGuest, expectReport } from './boot.ts'

describe('a guest', needs('uml', 'ip'), () => {
  test('hands back its output, its exit status and the files it wrote, and can write nowhere else', async () => {
    const script = 'echo hello; cat $SCRATCH/in.txt >$SCRATCH/out.txt; touch $REPO/touched || exit 3'
    const run = await bootGuest({ script, files: { 'in.txt': 'from outside' }, modules: [] })
    assert.match(run.output, /^hello\n.*Read-only file system/s)
    assert.equal(run.exit, 3)
    assert.equal(run.file('out.txt'), 'from outside')
    assert.throws(() => expectReport(run, 'nothing'), /the guest never came to "nothing" \(exit 3\):\nhello/)
  })

  test('that does not end is ended', async () => {
    await assert.rejects(bootGuest({ script: 'sleep 1000', modules: [], timeout: 5000 }), /did not end in time/)
  })
})
