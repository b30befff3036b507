/**
 * The packets by which a RADIUS server is asked whether somebody may log in, and its answers. MD5 is handed in.
 * Source: RFC 2865 §3 (packets), §5.2 (how a password is hidden); RFC 2869 §5.14 (Message-Authenticator).
 */

/** Of the parts one behind the other, as one text. */
export type Md5 = (...parts: readonly Uint8Array[]) => Buffer

const CODE = { accessRequest: 1, accessAccept: 2, accessReject: 3, accessChallenge: 11 } as const

export const ATTRIBUTE = {
  userName: 1,
  userPassword: 2,
  nasIpAddress: 4,
  nasPort: 5,
  replyMessage: 18,
  nasIdentifier: 32,
  messageAuthenticator: 80,
} as const

/** RFC 2865 §3: octets of a packet, and those before its attributes. */
const LONGEST = 4096
const HEADER = 20
const AUTHENTICATOR = 16
const BLOCK = 16
/** RFC 2865 §5.2, octets. */
export const LONGEST_PASSWORD = 128
/** RFC 2865 §5: the length of an attribute is a byte and counts type and length. */
export const LONGEST_VALUE = 253

export interface RadiusAttribute {
  readonly type: number
  readonly value: Uint8Array
}

export interface AccessRequest {
  readonly identifier: number
  /** Sixteen octets that nobody can foresee. */
  readonly authenticator: Uint8Array
  readonly secret: Uint8Array
  readonly login: string
  readonly password: string
  /** Behind name and password. */
  readonly attributes: readonly RadiusAttribute[]
  /** RFC 2869 §5.14, in front of all others, where somebody on the way cannot move it (CVE-2024-3596). */
  readonly authenticated: boolean
}

export function encodeRequest(request: AccessRequest, md5: Md5): Buffer {
  const { identifier, authenticator, login, password, secret, authenticated } = request
  const empty: RadiusAttribute = { type: ATTRIBUTE.messageAuthenticator, value: Buffer.alloc(AUTHENTICATOR) }
  const attributes = [
    ...(authenticated ? [empty] : []),
    { type: ATTRIBUTE.userName, value: Buffer.from(login) },
    { type: ATTRIBUTE.userPassword, value: hiddenPassword(Buffer.from(password), authenticator, secret, md5) },
    ...request.attributes,
  ]
  const body = attributes.flatMap(({ type, value }) => [Buffer.from([type, value.length + 2]), value])
  const header = Buffer.from([CODE.accessRequest, identifier, 0, 0])
  const packet = Buffer.concat([header, authenticator, ...body])
  packet.writeUInt16BE(packet.length, 2)
  if (authenticated) hmacMd5(secret, packet, md5).copy(packet, HEADER + 2)
  return packet
}

/** RFC 2865 §5.2: each block is mixed with a digest of the secret and the block before it. */
function hiddenPassword(password: Buffer, authenticator: Uint8Array, secret: Uint8Array, md5: Md5): Buffer {
  const blocks = Math.max(1, Math.ceil(password.length / BLOCK))
  const hidden = Buffer.alloc(blocks * BLOCK)
  password.copy(hidden)
  let before = authenticator
  for (let at = 0; at < hidden.length; at += BLOCK) {
    const block = hidden.subarray(at, at + BLOCK)
    const mask = md5(secret, before)
    for (const [i, byte] of mask.entries()) block[i] = (block[i] ?? 0) ^ byte
    before = block
  }
  return hidden
}

export type RadiusReply =
  /** Not an answer to this request, or not RADIUS. */
  | { readonly kind: 'foreign' }
  /** Somebody answered who does not have our secret. */
  | { readonly kind: 'forged' }
  | { readonly kind: 'accepted' | 'rejected' | 'challenged'; readonly message: string }

const KINDS: ReadonlyMap<number, 'accepted' | 'rejected' | 'challenged'> = new Map([
  [CODE.accessAccept, 'accepted'],
  [CODE.accessReject, 'rejected'],
  [CODE.accessChallenge, 'challenged'],
])

type Asked = Pick<AccessRequest, 'identifier' | 'authenticator' | 'secret'>

export function readReply(bytes: Buffer, { identifier, authenticator, secret }: Asked, md5: Md5): RadiusReply {
  if (bytes.length < HEADER) return { kind: 'foreign' }
  const kind = KINDS.get(bytes.readUInt8(0))
  const length = bytes.readUInt16BE(2)
  // RFC 2865 §3: octets behind the length are padding; a packet that is shorter than its length is dropped.
  if (kind === undefined || bytes.readUInt8(1) !== identifier) return { kind: 'foreign' }
  if (length < HEADER || length > Math.min(bytes.length, LONGEST)) return { kind: 'foreign' }
  const packet = bytes.subarray(0, length)
  const attributes = attributesOf(packet)
  if (attributes === null) return { kind: 'foreign' }

  const expected = md5(packet.subarray(0, 4), authenticator, packet.subarray(HEADER), secret)
  if (!expected.equals(packet.subarray(4, HEADER))) return { kind: 'forged' }
  const signed = attributes.find(({ type }) => type === ATTRIBUTE.messageAuthenticator)
  if (signed !== undefined && !isSigned(packet, signed, authenticator, secret, md5)) return { kind: 'forged' }
  const messages = attributes.filter(({ type }) => type === ATTRIBUTE.replyMessage)
  return { kind, message: messages.map(({ value }) => Buffer.from(value).toString()).join(' ') }
}

interface Placed extends RadiusAttribute {
  /** Of its value in the packet. */
  readonly at: number
}

/** `null`: they do not fit the packet. */
function attributesOf(packet: Buffer): readonly Placed[] | null {
  const attributes: Placed[] = []
  for (let at = HEADER; at < packet.length; ) {
    const length = packet[at + 1] ?? 0
    if (length < 2 || at + length > packet.length) return null
    attributes.push({ type: packet[at] ?? 0, value: packet.subarray(at + 2, at + length), at: at + 2 })
    at += length
  }
  return attributes
}

/** RFC 2869 §5.14: over the packet with the request's authenticator, and with nothing where the signature stands. */
function isSigned(packet: Buffer, signed: Placed, authenticator: Uint8Array, secret: Uint8Array, md5: Md5): boolean {
  if (signed.value.length !== AUTHENTICATOR) return false
  const copy = Buffer.from(packet)
  copy.set(authenticator, 4)
  copy.fill(0, signed.at, signed.at + AUTHENTICATOR)
  return hmacMd5(secret, copy, md5).equals(signed.value)
}

/** RFC 2104. */
const HMAC_BLOCK = 64

function hmacMd5(secret: Uint8Array, text: Uint8Array, md5: Md5): Buffer {
  const key = Buffer.alloc(HMAC_BLOCK)
  key.set(secret.length > HMAC_BLOCK ? md5(secret) : secret)
  const inner = md5(
    key.map((byte) => byte ^ 0x36),
    text,
  )
  return md5(
    key.map((byte) => byte ^ 0x5c),
    inner,
  )
}
