/** Runs where /etc/passwd, /etc/shadow and /etc/pam.d are a test's own: answers each question on standard input. */
import { readFileSync } from 'node:fs'
import { authenticator } from '../../../src/edge/auth/authenticator.ts'
import { askPam } from '../../../src/edge/auth/pam.ts'

export interface Question {
  readonly types: readonly string[]
  readonly service: string
  readonly user: string
  readonly password: string
  /** As this user instead of root, from here on. */
  readonly uid?: number
  /** For PAM alone, in milliseconds. */
  readonly deadline?: number
}

const questions: readonly Question[] = JSON.parse(readFileSync(0, 'utf8'))
const from = '192.0.2.1'
const answers: unknown[] = []
for (const { types, service, user, password, uid, deadline } of questions) {
  if (uid !== undefined) {
    process.setgroups?.([])
    process.setgid?.(uid)
    process.setuid?.(uid)
  }
  const words = { service, user, password: Buffer.from(password).toString('base64'), from }
  if (deadline !== undefined) answers.push(await askPam(words, deadline))
  else answers.push(await authenticator({ types, userfile: '/nonexistent', pamservice: service })(user, password, from))
}
process.stdout.write(JSON.stringify(answers))
