/** Passwords against hashes of every kind, made by their specifications, by perl's crypt and by openssl. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { crypt, hasLibcrypt } from '../../../src/edge/auth/libcrypt.ts'
import { comparePassword, LONGEST_PASSWORD } from '../../../src/edge/auth/password.ts'
import { hashKind } from '../../../src/model/auth.ts'
import { needs } from '../../needs.ts'

const here = { skip: !hasLibcrypt() && 'there is no libcrypt on this machine' }
const kindOf = async (password: string | Uint8Array, stored: string) => (await comparePassword(password, stored)).kind

/** Written down elsewhere: Apache's "Password Formats", Drepper's SHA-crypt, Openwall's crypt_blowfish, crypt(5). */
const vectors: readonly (readonly [what: string, password: string, hash: string])[] = [
  ['htpasswd -m', 'myPassword', '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/'],
  ['htpasswd -s', 'myPassword', '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE='],
  ['htpasswd -B', 'myPassword', '$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC'],
  ['htpasswd -d', 'myPassword', 'rqXexS6ZhobKA'],
  ['SHA-256', 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    'SHA-512',
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'SHA-512 with its own rounds',
    'Hello world!',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  ['bcrypt of OpenBSD', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
]
for (const [what, password, hash] of vectors) {
  test(`${what}: the password is known, another is not`, here, async () => {
    assert.equal(await kindOf(password, hash), 'same')
    assert.equal(await kindOf(Buffer.from(password), hash), 'same')
    for (const wrong of [`${password.slice(1)}`, `x${password}`, password.replace(/[oU]/, '0'), '']) {
      assert.equal(await kindOf(wrong, hash), 'different', wrong)
    }
  })
}

/** Settings for perl's crypt, which is the system's. */
const settings = [
  'ab',
  '_J9..abcd',
  '$1$saltsalt$',
  '$5$abc$',
  '$6$abc$',
  '$2b$04$abcdefghijklmnopqrstuu',
  '$y$j9T$F5Jx5fExrKuPp53xLKQ..1',
]
const passwords = ['x', 'a longer one with blanks', 'Gänsefüßchen „“', '$6$looks$like one', '%s\\n\t!']

test('perl makes of each password a hash that knows it again', needs('perl'), async () => {
  for (const setting of settings) {
    for (const [i, password] of passwords.entries()) {
      const hash = perlCrypt(password, setting)
      assert.equal(await kindOf(password, hash), 'same', hash)
      assert.equal(await kindOf(passwords[(i + 1) % passwords.length] ?? '', hash), 'different', hash)
    }
  }
})

test('what openssl passwd makes is known again', needs('openssl'), async () => {
  for (const option of ['-1', '-5', '-6', '-apr1']) {
    for (const password of passwords) {
      const { stdout } = spawnSync('openssl', ['passwd', option, '-stdin'], {
        input: `${password}\n`,
        encoding: 'utf8',
      })
      assert.equal(await kindOf(password, stdout.trim()), 'same', stdout)
    }
  }
})

test('plain text is not compared, not even with itself', async () => {
  for (const text of [
    'geheim',
    'x'.repeat(14),
    '{SSHA}abc',
    '$apr1$salt$short',
    '$',
    '$$',
    '$6$',
    'ab',
    '$6$a b$'.padEnd(60),
  ]) {
    assert.equal(await kindOf(text, text), 'unusable', text)
  }
})

test('no password opens what is locked, and no failure of crypt(3) is taken for a hash', here, async () => {
  const locked = ['', 'x', '!', '!!', '*', '*0', '*1', '*LK*', '!$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO']
  for (const hash of locked) {
    for (const password of [hash, hash.slice(1), 'x', '*0', '*1']) {
      assert.notEqual(await kindOf(password, hash), 'same', `${hash} ${password}`)
    }
  }
  for (const setting of ['*0', '*1', '', ':', '$9$nothing$abcdefghijklmnopqrstuvwxyz']) {
    assert.equal((await crypt(Buffer.from('x'), setting, 'login')).kind, 'unknown', setting)
  }
})

test('a hash of a kind that this system does not know opens nothing, and is named as such', here, async () => {
  const answer = await comparePassword('x', '$9$nothing$abcdefghijklmnopqrstuvwxyz')
  assert.deepEqual(answer, { kind: 'unusable', text: "this system's crypt(3) does not know this kind of hash" })
})

test('a zero byte does not end a password, and one that is too long is none', here, async () => {
  const hash = vectors.find(([what]) => what === 'SHA-512')?.[2] ?? ''
  assert.equal(await kindOf('Hello world!\0and more', hash), 'different')
  assert.equal(await kindOf('x'.repeat(LONGEST_PASSWORD + 1), hash), 'different')
  assert.equal(await kindOf('x'.repeat(1_000_000), hash), 'different')
})

test('whatever is stored and whatever is given, there is an answer, and no other password is right', async () => {
  const hash = `{SHA}${createHash('sha1').update('the right one').digest('base64')}`
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (password, stored) => {
      assert.notEqual(await kindOf(password, stored), 'same')
      assert.equal(await kindOf(password, hash), password === 'the right one' ? 'same' : 'different')
    }),
    { numRuns: 300 },
  )
})

test('every kind of hash is told from plain text', () => {
  for (const [, , hash] of vectors) assert.ok(!['plain', 'locked'].includes(hashKind(hash)), hash)
  assert.equal(hashKind('_J9..abcdefghijklmno'), 'crypt')
  assert.equal(hashKind(`$y$${'a'.repeat(400)}`), 'plain')
})

test('slow hashes do not hold up the event loop', here, async () => {
  const slow = '$2y$11$abcdefghijklmnopqrstuu'.padEnd(60, 'x')
  let turns = 0
  let running = true
  const turn = () => {
    turns += 1
    if (running) setImmediate(turn)
  }
  turn()
  await Promise.all([1, 2, 3].map(() => comparePassword('x', slow)))
  running = false
  // Were the work done on this thread, a turn or two would fit between.
  assert.ok(turns > 50, `${turns} turns`)
})

test(
  'of a flood of hashes most are turned away, all are answered, and traps do not take the place of logins',
  here,
  async () => {
    const hash = anyHash
    const trap = Promise.all(Array.from({ length: 500 }, () => comparePassword('x', hash, 'trap')))
    const answers = await Promise.all(Array.from({ length: 500 }, () => comparePassword('x', hash)))
    const busy = answers.filter(
      (one) => one.kind === 'unusable' && one.text === 'too many passwords are being compared',
    )
    assert.equal(answers.filter(({ kind }) => kind === 'different').length, 500 - busy.length)
    assert.equal(busy.length, 500 - 1 - 64)
    assert.equal((await trap).filter(({ kind }) => kind === 'different').length, 1 + 32)
  },
)

const anyHash = '$6$saltstring$mPS8yAGxWP52OAUhAa6dl0bMd9aWB3QJLAcZsnFcjKgonDT1.u8.KFAZys/MSJhlV7Ln8unNS.AAzy2QUXBgz0'

function perlCrypt(password: string, setting: string): string {
  const script = 'local $/; my ($p, $s) = split /\\0/, <STDIN>; print crypt($p, $s)'
  const { stdout } = spawnSync('perl', ['-e', script], { input: `${password}\0${setting}`, encoding: 'utf8' })
  return stdout
}
