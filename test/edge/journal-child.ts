/** A writer for the kill -9 test: appends without end and prints each seq when the journal has answered for it. */
import { writeSync } from 'node:fs'
import { commitOf, opened } from './journal-commits.ts'

const { journal, nextSeq, remarks } = await opened(process.argv[2] ?? '', { limits: { segmentBytes: 16_384 } })
for (const remark of remarks) writeSync(1, `remark ${remark}\n`)
writeSync(1, `next ${nextSeq}\n`)
for (let seq = nextSeq; ; seq += 1) {
  const answer = journal.append(commitOf(seq, 100)).then(({ kind }) => writeSync(1, `${kind} ${seq}\n`))
  // Bursts of several commits in flight, so that the kill also falls into shared syncs.
  if (seq % 5 === 0) await answer
}
