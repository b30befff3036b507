/**
 * DNS messages in and out. dns-packet writes and reads the bytes; what came from outside may be anything, so whatever it
 * throws over counts as no answer.
 * Source: RFC 1035 §4; RFC 7766 §8 (the length before a message over TCP).
 */
import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  RECURSION_DESIRED,
  type RecordType,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import type { Answer, AnswerRecord, Question } from '../../wire/dns/answer.ts'
import { rcodeName } from '../../wire/dns/rcode.ts'

/** A UDP reply without EDNS has at most 512 bytes, and a message over TCP no more than its length can say. */
const LARGEST_MESSAGE = 65_535
/** Records of one message that are read: a page of a zone has some dozens. A reader of more would be kept busy. */
const MOST_RECORDS = 1024
const HEADER_BYTES = 12

export interface QueryBytes {
  readonly id: number
  readonly question: Question
  readonly bytes: Buffer
  /** With its length before it, for TCP. */
  readonly framed: Buffer
}

export function encodeQuery(id: number, question: Question, { recurse }: { recurse: boolean }): QueryBytes {
  const { name } = question
  const packet = {
    type: 'query' as const,
    id,
    flags: recurse ? RECURSION_DESIRED : 0,
    // The options allow no other types; dns-packet's own list of them lacks a few that it knows.
    questions: [{ type: question.type as RecordType, name, class: 'IN' as const }],
  }
  return { id, question, bytes: encode(packet), framed: streamEncode(packet) }
}

export type Decoded = { readonly answer: Answer; readonly truncated: boolean }

/** `null`: not a reply to this query, or not a DNS message at all. */
export function decodeReply(bytes: Buffer, query: QueryBytes): Decoded | null {
  const packet = decoded(bytes)
  if (packet === null || packet.type !== 'response' || packet.id !== query.id || !asks(packet, query)) return null
  const flags = packet.flags ?? 0
  const answer: Answer = {
    kind: 'reply',
    rcode: rcodeName(bytes.readUInt16BE(2) & 0xf),
    authoritative: (flags & AUTHORITATIVE_ANSWER) !== 0,
    records: (packet.answers ?? []).map(recordOf),
  }
  return { answer, truncated: (flags & TRUNCATED_RESPONSE) !== 0 }
}

function decoded(bytes: Buffer): DecodedPacket | null {
  if (bytes.length < HEADER_BYTES || bytes.length > LARGEST_MESSAGE) return null
  const records = bytes.readUInt16BE(4) + bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10)
  if (records > MOST_RECORDS) return null
  try {
    return decode(bytes)
  } catch {
    return null
  }
}

/** A server that refuses may leave the question out. */
function asks({ questions = [] }: DecodedPacket, { question }: QueryBytes): boolean {
  const [asked] = questions
  if (asked === undefined) return true
  const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '')
  return bare(asked.name) === bare(question.name) && asked.type === question.type
}

type Decodable = NonNullable<DecodedPacket['answers']>[number]

function recordOf(record: Decodable): AnswerRecord {
  const { type } = record
  const serial = record.type === 'SOA' ? (record.data.serial ?? null) : null
  return { type, data: JSON.stringify('data' in record ? record.data : null), serial }
}
