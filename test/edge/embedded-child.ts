/** A daemon for the kill -9 test: starts the embedded server, says so, and waits for its end. */
import { writeSync } from 'node:fs'
import { started } from './postgres-server.ts'

await started(process.argv[2] ?? '')
setInterval(() => {}, 1000)
writeSync(1, 'ready\n')
