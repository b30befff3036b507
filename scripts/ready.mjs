/**
 * Runs before `npm start` and `npm test`: installs the dependencies and builds where these are missing or stale, so
 * that either command works on a bare clone. Says one line for each thing it does; silent when all is fresh.
 * `--rebuild` builds in any case.
 */
import { tooOld } from './node-version.mjs'

const reason = tooOld()
if (reason === null) {
  // Loaded only now, because an old Node may not even understand the text of that file.
  import('./prepare.mjs').then(async ({ prepare }) => {
    process.exitCode = await prepare({ rebuild: process.argv.includes('--rebuild') })
  })
} else {
  console.error(reason)
  process.exitCode = 1
}
