/** By what a receiver knows us: a community, or a user with keys. Keys come from files, and are part of no text. */
import { readSecret } from '../webhook/secret-file.ts'

export const AUTH_PROTOCOLS = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const
export const PRIV_PROTOCOLS = ['des', 'aes', 'aes256b', 'aes256r'] as const
export type AuthProtocol = (typeof AUTH_PROTOCOLS)[number]
export type PrivProtocol = (typeof PRIV_PROTOCOLS)[number]

export interface SnmpCredentialOptions {
  readonly community?: string
  readonly communityFile?: string
  readonly user?: string
  readonly auth?: AuthProtocol
  readonly authFile?: string
  readonly priv?: PrivProtocol
  readonly privFile?: string
}

interface Key<Protocol> {
  readonly protocol: Protocol
  readonly key: string
}

export type SnmpCredentials =
  | { readonly kind: 'community'; readonly community: string }
  | {
      readonly kind: 'user'
      readonly user: string
      readonly auth: Key<AuthProtocol> | null
      readonly priv: Key<PrivProtocol> | null
    }
  | { readonly kind: 'unreadable'; readonly text: string }

/** RFC 3414 §11.2: a password has at least eight characters. */
const SHORTEST_KEY = 8

export function snmpCredentials(options: SnmpCredentialOptions): SnmpCredentials {
  const { community = 'public', communityFile, user, auth = 'sha256', authFile, priv = 'aes', privFile } = options
  if (user === undefined) {
    if (communityFile === undefined) return { kind: 'community', community }
    const read = readSecret('the community file', communityFile)
    return read.kind === 'unreadable' ? read : { kind: 'community', community: read.text }
  }
  const authKey = keyIn('the authentication key file', authFile, auth)
  if (authKey !== null && 'text' in authKey) return authKey
  const privKey = keyIn('the encryption key file', privFile, priv)
  if (privKey !== null && 'text' in privKey) return privKey
  return { kind: 'user', user, auth: authKey, priv: privKey }
}

type Unreadable = Extract<SnmpCredentials, { kind: 'unreadable' }>

function keyIn<Protocol>(
  what: string,
  path: string | undefined,
  protocol: Protocol,
): Key<Protocol> | Unreadable | null {
  if (path === undefined) return null
  const read = readSecret(what, path)
  if (read.kind === 'unreadable') return read
  if (read.text.length >= SHORTEST_KEY) return { protocol, key: read.text }
  return { kind: 'unreadable', text: `${what} ${path} has a key of less than ${SHORTEST_KEY} characters` }
}

/** What cannot be said together, in sentences. */
export function credentialFaults(options: SnmpCredentialOptions & { readonly inform?: boolean }): readonly string[] {
  const { community, communityFile, user, auth, authFile, priv, privFile, inform = false } = options
  const ofUser = { auth, 'auth-file': authFile, priv, 'priv-file': privFile }
  if (user === undefined) {
    return [
      ...(community !== undefined && communityFile !== undefined
        ? ['--community and --community-file both name a community: leave one out']
        : []),
      ...Object.entries(ofUser).flatMap(([name, value]) =>
        value === undefined ? [] : [`--${name} belongs to SNMPv3: name the user with --user`],
      ),
    ]
  }
  return [
    ...(inform
      ? []
      : [
          'SNMPv3 is sent as an inform only: add --inform (a trap would need an engine of our own that its receivers know)',
        ]),
    ...(community === undefined && communityFile === undefined
      ? []
      : ['a user of SNMPv3 has no community: leave it out']),
    ...(privFile !== undefined && authFile === undefined
      ? ['SNMPv3 encrypts only what it authenticates: add --auth-file']
      : []),
    ...(auth !== undefined && authFile === undefined ? ['--auth needs its key: add --auth-file'] : []),
    ...(priv !== undefined && privFile === undefined ? ['--priv needs its key: add --priv-file'] : []),
  ]
}
