/**
 * The few LDAP messages that a search takes: bind, search, unbind, and what a server answers to them.
 * Source: RFC 4511 §4.1.1, 4.1.9, 4.2, 4.5, 4.3.
 */
import { BER, element, extentOf, octets, readElement, readElements, readInteger, small } from './ber.ts'

const OPERATION = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  unbindRequest: 0x42,
  searchRequest: 0x63,
  searchEntry: 0x64,
  searchDone: 0x65,
  searchReference: 0x73,
  extendedResponse: 0x78,
} as const

/** Message IDs; each is used once on a connection. */
export const BIND_ID = 1
export const SEARCH_ID = 2
const UNBIND_ID = 3

const VERSION = 3
const SCOPES = { base: 0, subtree: 2 } as const

export type Scope = keyof typeof SCOPES
/** Of aliases, that of the base is followed: derefFindingBaseObj, as Net::LDAP has it. */
const DEREFERENCE = 2
const NO_LIMIT = 0

const message = (id: number, operation: Buffer): Buffer => element(BER.sequence, small(id), operation)

export interface Credentials {
  readonly dn: string
  readonly password: string
}

/** RFC 4513 §5.1: without a name and a password it is anonymous. */
export const ANONYMOUS: Credentials = { dn: '', password: '' }

export const bindRequest = ({ dn, password }: Credentials): Buffer =>
  message(BIND_ID, element(OPERATION.bindRequest, small(VERSION), octets(dn), octets(password, 0x80)))

/** `filter` as `encodeFilter` gives it; all attributes of users are asked for. */
export function searchRequest(base: string, scope: Scope, filter: Buffer): Buffer {
  const operation = element(
    OPERATION.searchRequest,
    octets(base),
    small(SCOPES[scope], BER.enumerated),
    small(DEREFERENCE, BER.enumerated),
    small(NO_LIMIT),
    small(NO_LIMIT),
    small(0, BER.boolean),
    filter,
    element(BER.sequence),
  )
  return message(SEARCH_ID, operation)
}

export const unbind = (): Buffer => message(UNBIND_ID, element(OPERATION.unbindRequest))

export interface Entry {
  readonly dn: string
  readonly attributes: readonly { readonly name: string; readonly values: readonly Buffer[] }[]
}

export type Response =
  | { readonly kind: 'bound'; readonly result: string }
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'done'; readonly result: string }
  /** A reference to another server, or a notice that says no more than that the connection ends. */
  | { readonly kind: 'other' }

/** Bytes of one message that are read. */
const MOST_MESSAGE = 4_194_304
/** Attributes of one entry, and values of all of them: a large group has thousands of members. */
const MOST_VALUES = 50_000

/** The first message of what was received; `broken` is what is not LDAP, or larger than we read. */
export type Framed =
  | { readonly kind: 'message'; readonly message: Buffer; readonly rest: Buffer }
  /** `size`: of the message, as far as is known. */
  | { readonly kind: 'more'; readonly size: number }
  | { readonly kind: 'broken' }

export function firstMessage(received: Buffer): Framed {
  if (received.length > 0 && received[0] !== BER.sequence) return { kind: 'broken' }
  const extent = extentOf(received)
  if (extent.kind === 'broken') return extent
  if (extent.kind === 'more') return { kind: 'more', size: received.length + 1 }
  const size = extent.head + extent.length
  if (size > MOST_MESSAGE) return { kind: 'broken' }
  if (received.length < size) return { kind: 'more', size }
  return { kind: 'message', message: received.subarray(0, size), rest: received.subarray(size) }
}

/** `null`: bytes that are no answer to a request of ours. */
export function readResponse(bytes: Buffer): Response | null {
  const sequence = readElement(bytes, BER.sequence)
  const id = sequence === null ? null : readElement(sequence.body, BER.integer)
  const operation = id === null ? null : readElement(id.rest)
  if (id === null || operation === null) return null
  const number = readInteger(id)
  const { tag, body } = operation
  if (tag === OPERATION.bindResponse && number === BIND_ID) return resultOf('bound', body)
  if (tag === OPERATION.searchDone && number === SEARCH_ID) return resultOf('done', body)
  if (tag === OPERATION.searchEntry && number === SEARCH_ID) return entryOf(body)
  const other = tag === OPERATION.searchReference || tag === OPERATION.extendedResponse
  return other ? { kind: 'other' } : null
}

function resultOf(kind: 'bound' | 'done', body: Buffer): Response | null {
  const code = readElement(body, BER.enumerated)
  const number = code === null ? null : readInteger(code)
  return number === null ? null : { kind, result: RESULTS[number] ?? `result code ${number}` }
}

function entryOf(body: Buffer): Response | null {
  const dn = readElement(body, BER.octetString)
  const list = dn === null ? null : readElement(dn.rest, BER.sequence)
  const elements = list === null ? null : readElements(list.body, MOST_VALUES)
  if (dn === null || elements === null) return null
  const attributes: { name: string; values: Buffer[] }[] = []
  let left = MOST_VALUES
  for (const one of elements) {
    const name = readElement(one.body, BER.octetString)
    const set = name === null ? null : readElement(name.rest, BER.set)
    const values = set === null ? null : readElements(set.body, left)
    if (name === null || values === null) return null
    left -= values.length
    attributes.push({ name: name.body.toString(), values: values.map((value) => value.body) })
  }
  return { kind: 'entry', entry: { dn: dn.body.toString(), attributes } }
}

export const SUCCESS = 'success'

/** RFC 4511 §4.1.9, those that a search or an anonymous bind meets. */
const RESULTS: Readonly<Record<number, string>> = {
  0: SUCCESS,
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  13: 'confidentialityRequired',
  17: 'undefinedAttributeType',
  18: 'inappropriateMatching',
  32: 'noSuchObject',
  34: 'invalidDNSyntax',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
}
