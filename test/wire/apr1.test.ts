/** Apache's MD5 password hash against Apache's own example and against openssl. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { apr1 } from '../../src/wire/apr1.ts'
import { needs } from '../needs.ts'

const md5 = (bytes: Uint8Array): Uint8Array => createHash('md5').update(bytes).digest()

/** Apache HTTP Server documentation, "Password Formats". */
const documented = '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/'

test("Apache's example is made again", () => {
  assert.equal(apr1(Buffer.from('myPassword'), documented, md5), documented)
  assert.notEqual(apr1(Buffer.from('myPassworD'), documented, md5), documented)
})

test('what is no such hash is not taken for one', () => {
  for (const stored of ['', '$apr1$', '$1$salt$x', 'apr1']) assert.equal(apr1(Buffer.from('p'), stored, md5), null)
})

test('openssl makes the same of passwords of every length and salts of every length', needs('openssl'), () => {
  for (const [length, salt] of [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 200].map((n, i) => [n, i] as const)) {
    const password = 'pä$s wörd\t'.repeat(30).slice(0, length)
    const given = 'aB./9zZ0'.slice(0, (salt % 8) + 1)
    const { stdout } = spawnSync('openssl', ['passwd', '-apr1', '-salt', given, '-stdin'], {
      input: `${password}\n`,
      encoding: 'utf8',
    })
    assert.equal(apr1(Buffer.from(password), `$apr1$${given}$`, md5), stdout.trim(), `${length} ${given}`)
  }
})
