/** The system's own users and its PAM, real ones, with files of a test's own in a mount namespace. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { authFaults, PAM_NOT_SUPPORTED } from '../../../src/edge/auth/faults.ts'
import { needs } from '../../needs.ts'
import type { Question } from './system-child.ts'

const right = 'Hello world!'
const hash = '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1'
/** From shadow(5): name, hash, and the day since 1970 from which the account is no more. */
const users: readonly (readonly [name: string, hash: string, expires: string])[] = [
  ['upjoe', hash, ''],
  ['uplocked', `!${hash}`, ''],
  ['upold', hash, '2'],
  ['uplater', hash, '40000'],
  ['upempty', '', ''],
]
const modules = 'account required pam_permit.so\n'
const services: Readonly<Record<string, string>> = {
  permits: `auth required pam_permit.so\n${modules}`,
  denies: `auth required pam_deny.so\n${modules}`,
  unix: 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n',
  crippled: `auth required pam_no_such_module.so\n${modules}`,
  // In microseconds, waited within pam_authenticate.
  waits: `auth optional pam_faildelay.so delay=60000000\nauth required pam_deny.so\n${modules}`,
}

const script = fileURLToPath(new URL('system-child.ts', import.meta.url))

/** Answers in the order of the questions. */
async function ask(t: TestContext, questions: readonly Question[]): Promise<unknown[]> {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-system-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const file = (name: string) => join(directory, name)
  const accounts = users.map(([name]) => `${name}:x:4242:4242::/:/bin/sh\n`).join('')
  writeFileSync(file('passwd'), readFileSync('/etc/passwd', 'utf8') + accounts)
  const secrets = users.map(([name, secret, expires]) => `${name}:${secret}:19000:0:99999:7::${expires}:\n`).join('')
  writeFileSync(file('shadow'), readFileSync('/etc/shadow', 'utf8') + secrets, { mode: 0o600 })
  chmodSync(directory, 0o755)
  cpSync('/etc/pam.d', file('pam.d'), { recursive: true })
  for (const [name, text] of Object.entries(services)) writeFileSync(join(file('pam.d'), name), text)
  const mounts = ['passwd', 'shadow', 'pam.d'].map((name) => `mount --bind ${file(name)} /etc/${name}`)
  const words = ['-m', 'sh', '-e', '-c', `${mounts.join('\n')}\nexec "$@"`, 'sh']
  const child = spawn('unshare', [...words, process.execPath, '--import', 'tsx', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdin.end(JSON.stringify(questions))
  let text = ''
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString()
  })
  await once(child, 'close')
  const answers: unknown = JSON.parse(text)
  assert.ok(Array.isArray(answers))
  return answers
}

const ok = (type: string) => ({ ok: true, by: type, text: `accepted by ${type}` })
const no = (text: string) => ({ ok: false, by: '', text })

test('a user of the system logs in with getpwnam, a locked or expired one does not', needs('root'), async (t) => {
  const question = (user: string, password: string, more = {}) => {
    return { types: ['getpwnam'], service: 'passwd', user, password, ...more }
  }
  const answers = await ask(t, [
    question('upjoe', right),
    question('upjoe', 'wrong'),
    question('uplocked', right),
    question('upold', right),
    question('uplater', right),
    question('upempty', 'x'),
    question('daemon', '*'),
    question('nobody-at-all', right),
    question('upjoe', right, { uid: 65534 }),
  ])
  assert.deepEqual(answers, [
    ok('getpwnam'),
    { ...no('getpwnam: wrong password'), wrongPassword: true },
    no('getpwnam: no password opens this account'),
    no('getpwnam: the account has expired'),
    ok('getpwnam'),
    no('getpwnam: no password opens this account'),
    no('getpwnam: no password opens this account'),
    no('getpwnam: there is no such user'),
    no('getpwnam: the password is in the shadow file, which this process may not read; run as root, or use userfile'),
  ])
})

test('PAM is asked, and what it says counts', needs('root'), async (t) => {
  const faults = await authFaults({ types: ['pam'], userfile: '/', pamservice: 'unix' })
  if (faults.some(({ text }) => text === PAM_NOT_SUPPORTED)) {
    t.skip(PAM_NOT_SUPPORTED)
    return
  }
  const question = (service: string, user: string, password: string) => ({ types: ['pam'], service, user, password })
  const answers = await ask(t, [
    question('permits', 'upjoe', 'x'),
    question('denies', 'upjoe', right),
    question('unix', 'upjoe', right),
    question('unix', 'upjoe', 'wrong'),
    question('unix', 'uplocked', right),
    question('unix', 'upold', right),
    question('unix', 'upempty', 'x'),
    question('unix', 'nobody-at-all', right),
    question('crippled', 'upjoe', right),
    question('../shadow', 'upjoe', right),
  ])
  assert.deepEqual(answers, [
    ok('pam'),
    no('pam: Authentication failure'),
    ok('pam'),
    no('pam: Authentication failure'),
    no('pam: Authentication failure'),
    no('pam: User account has expired'),
    no('pam: Authentication failure'),
    no('pam: User not known to the underlying authentication module'),
    no('pam: Module is unknown'),
    no('pam: pamservice is no name of a file in /etc/pam.d'),
  ])
})

test('a PAM module that never answers is ended at the deadline', needs('root'), async (t) => {
  const faults = await authFaults({ types: ['pam'], userfile: '/', pamservice: 'unix' })
  if (faults.some(({ text }) => text === PAM_NOT_SUPPORTED)) {
    t.skip(PAM_NOT_SUPPORTED)
    return
  }
  const question = { types: [], service: 'waits', user: 'upjoe', password: right, deadline: 1500 }
  const [answer] = await ask(t, [question])
  assert.deepEqual(answer, { kind: 'failed', text: 'PAM did not answer within 1.5 s' })
})
