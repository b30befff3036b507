/**
 * The key by which our mails are signed, read anew for each attempt: a key that is replaced or mended needs no restart.
 * A key that cannot be used is no reason to send without a signature, since receivers may throw such mail away unseen;
 * the mail waits for the operator.
 * Source: RFC 6376 §3.3.1 (rsa-sha256, which is what nodemailer signs by).
 */
import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Dkim } from '../../model/notify-settings.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'

/** As nodemailer takes it. */
export interface DkimKey {
  readonly domainName: string
  readonly keySelector: string
  readonly privateKey: string
}

type KeyReading =
  | { readonly kind: 'read'; readonly key: DkimKey }
  | { readonly kind: 'unusable'; readonly text: string }

export async function readDkimKey({ domain, selector, keyFile }: Dkim): Promise<KeyReading> {
  try {
    const privateKey = await readFile(keyFile, 'utf8')
    const wrong = faultOf(privateKey)
    if (wrong !== '') return unusable(keyFile, wrong)
    return { kind: 'read', key: { domainName: domain, keySelector: selector, privateKey } }
  } catch (error) {
    return unusable(
      keyFile,
      `cannot be read: ${error instanceof Error && 'code' in error ? error.code : 'unknown error'}`,
    )
  }
}

/** nodemailer leaves the signature out without a word where the key does not serve, so it is tried here. */
function faultOf(pem: string): string {
  try {
    const { asymmetricKeyType } = createPrivateKey(pem)
    return asymmetricKeyType === 'rsa' ? '' : `holds a key of type ${asymmetricKeyType}, and only RSA can be used`
  } catch {
    return 'holds no private key in PEM without a passphrase'
  }
}

const unusable = (keyFile: string, why: string): KeyReading => ({
  kind: 'unusable',
  text: `${oneLine(keyFile, 200)}, which dkim names, ${why}; no mail is sent unsigned`,
})
