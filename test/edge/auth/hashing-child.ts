/** With few threads: says in which order passwords are compared and a file is looked at, each of which needs a thread. */
import { stat } from 'node:fs/promises'
import { comparePassword } from '../../../src/edge/auth/password.ts'

/** bcrypt at a cost that takes a large part of a second. */
const slow = '$2b$12$abcdefghijklmnopqrstuu'.padEnd(60, 'x')
const order: string[] = []
const logins = Array.from({ length: 4 }, () => comparePassword('x', slow, 'login').then(() => order.push('password')))
const traps = Array.from({ length: 4 }, () => comparePassword('x', slow, 'trap').then(() => order.push('password')))
await new Promise(setImmediate)
await stat('/').then(() => order.push('file'))
await Promise.all([...logins, ...traps])
process.stdout.write(JSON.stringify(order))
