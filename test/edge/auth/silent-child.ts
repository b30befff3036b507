/**
 * Runs where a test has made the user database silent: asks for logins, and writes a file meanwhile, which needs a
 * thread. Says `written`, then a line for all the answers.
 */
import { writeFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { accountOf } from '../../../src/edge/auth/account.ts'
import { authenticator } from '../../../src/edge/auth/authenticator.ts'

const [path = '', logins = '8', deadline = '1500'] = process.argv.slice(2)
const settings = { types: ['getpwnam'], userfile: '/nonexistent', pamservice: 'passwd' }
const login = authenticator(settings, (name) => accountOf(name, Date.now() / 1000, Number(deadline)))
const answers = Array.from({ length: Number(logins) }, (_, i) => login(`user${i}`, 'x', '192.0.2.1'))
for (let turn = 0; turn < 3; turn++) await setImmediate()
await writeFile(path, 'written')
process.stdout.write('written\n')
process.stdout.write(JSON.stringify((await Promise.all(answers)).map(({ text }) => text)))
