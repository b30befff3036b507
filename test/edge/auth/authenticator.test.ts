/** Logins: the words of authtype in their order, users of a private file, and that a no says nothing it should not. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Account } from '../../../src/edge/auth/account-words.ts'
import { AUTH_TYPES, type AuthSettings, authenticator } from '../../../src/edge/auth/authenticator.ts'
import { authFaults } from '../../../src/edge/auth/faults.ts'
import { hasLibcrypt } from '../../../src/edge/auth/libcrypt.ts'
import { turnstile } from '../../../src/edge/auth/turnstile.ts'
import { LARGEST_USERFILE, userHashes } from '../../../src/edge/auth/userfile.ts'

const here = { skip: !hasLibcrypt() && 'there is no libcrypt on this machine' }

/** Of "myPassword"; the second kind is slow enough to be measured. */
const apache = '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/'
const des = 'rqXexS6ZhobKA'
const right = 'myPassword'
const away = '192.0.2.1'

interface Home {
  readonly userfile: string
  write(text: string): void
  settings(...types: string[]): AuthSettings
}

function home(t: TestContext): Home {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-auth-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const userfile = join(directory, 'monusers.cf')
  return {
    userfile,
    write: (text) => writeFileSync(userfile, text),
    settings: (...types) => ({ types, userfile, pamservice: 'passwd' }),
  }
}

const accounts =
  (known: Readonly<Record<string, Account>>) =>
  async (name: string): Promise<Account> =>
    known[name] ?? { kind: 'none' }
const nobody = accounts({})

test('a user of the userfile logs in with the password, and a change of the file counts at once', here, async (t) => {
  const { write, settings, userfile } = home(t)
  const login = authenticator(settings('userfile'), nobody)
  write(`# users\n\n joe : ${apache}\njane:${des}\n`)
  assert.deepEqual(await login('joe', right, away), { ok: true, by: 'userfile', text: 'accepted by userfile' })
  assert.equal((await login('jane', right, away)).ok, true)
  assert.deepEqual(await login('joe', 'wrong', away), {
    ok: false,
    by: '',
    wrongPassword: true,
    text: 'userfile: wrong password',
  })
  assert.equal((await login('eve', right, away)).text, `userfile: the user is not in ${userfile}`)
  write(`jane:${des}\n`)
  assert.equal((await login('joe', right, away)).ok, false)
})

test('words are tried in their order, and the first yes counts', here, async (t) => {
  const { write, settings } = home(t)
  write(`joe:${apache}\n`)
  const known = accounts({ joe: { kind: 'account', hash: des, expired: false } })
  assert.equal((await authenticator(settings('getpwnam', 'userfile'), known)('joe', right, away)).by, 'getpwnam')
  assert.equal((await authenticator(settings('userfile', 'getpwnam'), known)('joe', right, away)).by, 'userfile')
  const none = await authenticator(settings('trustlocal', 'userfile', 'getpwnam'), nobody)('joe', 'wrong', away)
  const reasons =
    'trustlocal: the client is not on this machine; userfile: wrong password; getpwnam: there is no such user'
  assert.deepEqual(none, { ok: false, by: '', wrongPassword: true, text: reasons })
})

test('trustlocal believes any name from this machine without a password, and none from elsewhere', async (t) => {
  const login = authenticator(home(t).settings('trustlocal'), nobody)
  for (const from of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    assert.deepEqual(await login('joe', '', from), { ok: true, by: 'trustlocal', text: 'accepted by trustlocal' })
  }
  for (const from of ['127.0.0.2', '192.0.2.1', '::2', '', '127.0.0.1.example.com', '::ffff:192.0.2.1']) {
    assert.equal((await login('joe', 'x', from)).ok, false, from)
  }
  assert.equal((await login('', 'x', '127.0.0.1')).ok, false)
})

test('unknown words of authtype never say yes, and are named', async (t) => {
  const { settings } = home(t)
  const login = await authenticator(settings('ldap', 'shadow', 'constructor', ''), nobody)('joe', 'x', '127.0.0.1')
  assert.equal(login.ok, false)
  assert.match(
    login.text,
    /^ldap: upalert knows no such type of login; .*shadow: mon accepts this word.*constructor: upalert/,
  )
  assert.equal((await authenticator(settings(), nobody)('joe', 'x', '127.0.0.1')).ok, false)
})

test('without a name, or without a password, nobody logs in', here, async (t) => {
  const { write, settings } = home(t)
  write(`joe:${apache}\n: ${apache}\nempty:\nnone\n`)
  const login = authenticator(settings('userfile', 'getpwnam'), nobody)
  for (const user of ['', 'empty', 'none', '\0', 'x'.repeat(1000)]) {
    assert.equal((await login(user, right, away)).ok, false)
    assert.equal((await login(user, '', away)).ok, false)
  }
  assert.equal((await login('joe', '', away)).text, 'userfile: no password was given; getpwnam: no password was given')
})

test('accounts that are locked, have run out or cannot be read let nobody in', here, async (t) => {
  const account = (hash: string, expired = false): Account => ({ kind: 'account', hash, expired })
  const text = 'the shadow file cannot be read (EIO)'
  const known = { old: account(des, true), good: account(des), broken: { kind: 'failed', text } } as const
  const locked = { a: account(`!${des}`), b: account('*'), c: account('x'), d: account(''), e: account('!!') }
  const login = authenticator(home(t).settings('getpwnam'), accounts({ ...known, ...locked }))
  assert.equal((await login('good', right, away)).ok, true)
  assert.equal((await login('old', right, away)).text, 'getpwnam: the account has expired')
  assert.equal((await login('old', 'wrong', away)).text, 'getpwnam: wrong password')
  assert.equal((await login('broken', right, away)).text, `getpwnam: ${text}`)
  for (const user of Object.keys(locked)) {
    for (const password of [right, 'x', '!', '*', '!!'])
      assert.equal((await login(user, password, away)).ok, false, user)
  }
})

test('a no never holds the password, the user or a hash', here, async (t) => {
  const { write, settings } = home(t)
  write(`joe:${apache}\nplain:S3cret\nodd:$9$nothing$abcdefghijklmnopqrstuvwxyz\n`)
  const login = authenticator(settings('getpwnam', 'userfile', 'trustlocal', 'nonsense'), nobody)
  for (const user of ['joe', 'plain', 'odd', 'nobody', 'U5ername']) {
    const { ok, text } = await login(user, 'S3cret', away)
    assert.equal(ok, false)
    assert.doesNotMatch(text, /S3cret|U5ername|\$9|apr1/)
  }
})

test('a userfile that is missing, too large or no file lets nobody in and stops nothing', here, async (t) => {
  const { write, settings, userfile } = home(t)
  const text = async (path: string) =>
    (await authenticator({ ...settings('userfile'), userfile: path }, nobody)('joe', right, away)).text
  assert.equal(await text(userfile), `userfile: ${userfile} cannot be read (ENOENT)`)
  assert.equal(await text(tmpdir()), `userfile: ${tmpdir()} is not a file`)
  write(`joe:${apache}\n${'#'.repeat(LARGEST_USERFILE)}\n`)
  assert.match(await text(userfile), /is larger than \d+ bytes$/)
  const fifo = `${userfile}.fifo`
  if (spawnSync('mkfifo', [fifo]).status === 0) assert.equal(await text(fifo), `userfile: ${fifo} is not a file`)
})

test('lines of a userfile are name and hash, and the later line wins', () => {
  const hashes = userHashes('# c\r\n\r\n a : b:c \r\na:d\n \t\nb\n:e\n__proto__:f')
  assert.deepEqual(
    [...hashes],
    [
      ['a', 'd'],
      ['b', ''],
      ['', 'e'],
      ['__proto__', 'f'],
    ],
  )
})

test('a name that is none costs as long as a wrong password', here, async (t) => {
  const slow = '$2y$10$abcdefghijklmnopqrstuu'.padEnd(60, 'x')
  const { write, settings } = home(t)
  write(`joe:${slow}\nlocked:!${slow}\nplain:text\n`)
  const byFile = authenticator(settings('userfile'), nobody)
  const known = {
    joe: { kind: 'account', hash: slow, expired: false },
    locked: { kind: 'account', hash: '!', expired: false },
  } as const
  const bySystem = authenticator(settings('getpwnam'), accounts(known))
  for (const login of [byFile, bySystem]) {
    const wrong = await fastest(() => login('joe', 'wrong', away))
    // Far from the microseconds of an answer without any work, on a machine however busy.
    for (const user of ['nobody', 'locked', 'plain']) {
      assert.ok((await fastest(() => login(user, 'wrong', away))) > wrong / 3, user)
    }
  }
})

async function fastest(act: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    await act()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

test('many logins at once are all answered', here, async (t) => {
  const { write, settings } = home(t)
  write(`joe:${apache}\n`)
  const login = authenticator(settings('userfile'), nobody)
  const answers = await Promise.all(Array.from({ length: 200 }, () => login('joe', right, away)))
  const busy = answers.filter(({ text }) => text === 'too many logins are under way')
  assert.equal(busy.length, 64)
  assert.equal(answers.filter(({ ok }) => ok).length, 136)
})

test('a turnstile lets so many through at once, in the order they came, whatever becomes of them', async () => {
  const through = turnstile({ atOnce: 2, waiting: 3 })
  const order: number[] = []
  let inside = 0
  const act = (i: number) => async () => {
    inside += 1
    assert.ok(inside <= 2)
    order.push(i)
    await new Promise(setImmediate)
    inside -= 1
    if (i === 1) throw new Error('of its own')
    return i
  }
  const all = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map((i) => through(act(i))))
  const values = all.map((one) => (one.status === 'fulfilled' ? one.value : 'thrown'))
  assert.deepEqual(values, [0, 'thrown', 2, 3, 4, null, null])
  assert.deepEqual(order, [0, 1, 2, 3, 4])
  assert.equal(await through(act(7)), 7)
})

test('what cannot work is told when the configuration is read', async (t) => {
  const { write, settings, userfile } = home(t)
  const faults = await authFaults({ ...settings('userfile', 'kerberos', 'shadow', 'trustlocal'), pamservice: '../x' })
  assert.deepEqual(
    faults.map(({ setting, type }) => `${setting} ${type}`),
    [...(hasLibcrypt() ? [] : ['authtype userfile']), 'userfile userfile', 'authtype kerberos', 'authtype shadow'],
  )
  assert.equal(
    faults.at(-2)?.text,
    'upalert knows no such type of login; it never succeeds; known are: getpwnam userfile pam trustlocal',
  )
  write('')
  assert.ok(!(await authFaults(settings('userfile'))).some(({ text }) => text.includes(userfile)))
  assert.ok(
    (await authFaults({ ...settings('pam'), pamservice: '../x' })).some(({ setting }) => setting === 'pamservice'),
  )
})

test('the page names every word of authtype', () => {
  const page = readFileSync(new URL('../../../docs/authentication.md', import.meta.url), 'utf8')
  for (const type of [...AUTH_TYPES, 'shadow']) assert.ok(page.includes(`\`${type}\``), type)
})
