/**
 * Apache's variant of the MD5 password hash, `$apr1$SALT$…`, which htpasswd made for long by default and no crypt(3)
 * knows. A thousand rounds of MD5; that is weak today, and kept for files that have it.
 * Source: Apache HTTP Server documentation, "Password Formats"; the steps as in FreeBSD's MD5 crypt, with Apache's mark.
 */

type Md5 = (bytes: Uint8Array) => Uint8Array

const MARK = '$apr1$'
const ROUNDS = 1000
const LONGEST_SALT = 8
const LETTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Which bytes of the digest make four letters together; the last byte makes two alone. */
const TRIPLES = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const
const LAST = 11

/** The whole hash for a password and the salt of `stored`, which begins with `$apr1$SALT`; `null` if it does not. */
export function apr1(password: Uint8Array, stored: string, md5: Md5): string | null {
  const salt = /^\$apr1\$([^$]*)/.exec(stored)?.[1]?.slice(0, LONGEST_SALT)
  if (salt === undefined || salt === '') return null
  const salted = latin1(salt)
  let digest = md5(firstInput(password, salted, md5))
  for (let round = 0; round < ROUNDS; round++) digest = md5(roundInput(round, digest, password, salted))
  return `${MARK}${salt}$${letters(digest)}`
}

function firstInput(password: Uint8Array, salt: Uint8Array, md5: Md5): Uint8Array {
  const inner = md5(joined([password, salt, password]))
  const parts = [password, latin1(MARK), salt]
  for (let left = password.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)))
  // The length's bits, from the lowest: a zero byte for a one, the password's first byte for a zero.
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 1 ? Uint8Array.of(0) : password.subarray(0, 1))
  }
  return joined(parts)
}

function roundInput(round: number, digest: Uint8Array, password: Uint8Array, salt: Uint8Array): Uint8Array {
  const odd = round % 2 === 1
  const parts = [odd ? password : digest]
  if (round % 3 !== 0) parts.push(salt)
  if (round % 7 !== 0) parts.push(password)
  parts.push(odd ? digest : password)
  return joined(parts)
}

function letters(digest: Uint8Array): string {
  const byte = (at: number) => digest[at] ?? 0
  const groups = TRIPLES.map(([high, middle, low]) =>
    lettersOf((byte(high) << 16) | (byte(middle) << 8) | byte(low), 4),
  )
  return groups.join('') + lettersOf(byte(LAST), 2)
}

/** Six bits a letter, the lowest first. */
const lettersOf = (bits: number, count: number): string =>
  Array.from({ length: count }, (_, at) => LETTERS[(bits >> (6 * at)) & 63]).join('')

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
