/** Asks a process that never answers: `waits FIFO`; or as many things as it can when no descriptors are left: `full`. */
import { openSync } from 'node:fs'
import { accountOf } from '../../../src/edge/auth/account.ts'
import { askChild } from '../../../src/edge/auth/child.ts'
import { askPam } from '../../../src/edge/auth/pam.ts'

const [what, fifo = ''] = process.argv.slice(2)
if (what === 'waits') {
  await askChild(new URL('waiting-child.ts', import.meta.url), fifo, 600_000)
} else {
  const question = { service: 'login', user: 'x', password: '', from: '' }
  for (;;) {
    try {
      openSync('/dev/null', 'r')
    } catch {
      break
    }
  }
  process.stdout.write(JSON.stringify([await accountOf('root', 0), await askPam(question)]))
}
