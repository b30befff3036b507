/** Stands in for a process whose name service or module never answers; the pipe that it is told of closes as it ends. */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { endWithParent } from '../../../src/edge/auth/end-with-parent.ts'

endWithParent()
const question: unknown = JSON.parse(readFileSync(0, 'utf8'))
writeSync(openSync(String(question), 'w'), 'waiting')
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
