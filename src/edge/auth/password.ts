/**
 * Whether a password is the one behind a stored hash: crypt(3)'s kinds and htpasswd's. Plain text is never compared.
 * Whoever measures how long a comparison takes learns nothing of the hash: digests of equal length are compared.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { hashKind } from '../../model/auth.ts'
import { apr1 } from '../../wire/apr1.ts'
import { crypt, type Lane } from './libcrypt.ts'

/** A password as text, which becomes UTF-8, or as the bytes that came. */
export type Password = string | Uint8Array

export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'different' }
  /** Nothing was compared; `text` says why, and never what was stored or given. */
  | { readonly kind: 'unusable'; readonly text: string }

/** crypt(3) takes no more (CRYPT_MAX_PASSPHRASE_SIZE with its closing zero). In bytes. */
export const LONGEST_PASSWORD = 511

/** `lane`: what it is for. Never rejects. */
export async function comparePassword(password: Password, stored: string, lane: Lane = 'login'): Promise<Comparison> {
  const bytes = Buffer.from(password)
  try {
    // crypt(3) would stop reading at a zero byte, and "right\0anything" would be right.
    if (bytes.length === 0 || bytes.length > LONGEST_PASSWORD || bytes.includes(0)) return { kind: 'different' }
    return await compare(bytes, stored, lane)
  } finally {
    bytes.fill(0)
  }
}

async function compare(bytes: Buffer, stored: string, lane: Lane): Promise<Comparison> {
  switch (hashKind(stored)) {
    case 'locked':
      return unusable('no password opens this account')
    case 'plain':
      return unusable('what is stored is not a hash; plain text is not compared')
    case 'apr1':
      return verdict(apr1(bytes, stored, md5), stored)
    case 'sha1':
      return verdict(`{SHA}${createHash('sha1').update(bytes).digest('base64')}`, stored)
    case 'des':
    case 'crypt': {
      const crypted = await crypt(bytes, stored, lane)
      if (crypted.kind === 'hash') return verdict(crypted.hash, stored)
      if (crypted.kind === 'busy') return unusable('too many passwords are being compared')
      return unusable(
        crypted.kind === 'missing' ? crypted.text : "this system's crypt(3) does not know this kind of hash",
      )
    }
  }
}

function verdict(made: string | null, stored: string): Comparison {
  return made !== null && timingSafeEqual(digest(made), digest(stored)) ? { kind: 'same' } : { kind: 'different' }
}

const unusable = (text: string): Comparison => ({ kind: 'unusable', text })

const digest = (text: string) => createHash('sha256').update(text).digest()
const md5 = (bytes: Uint8Array): Uint8Array => createHash('md5').update(bytes).digest()
