/**
 * What a name server answered to one question, as far as a check cares. The names in it are a stranger's.
 * Source: RFC 1035 §4.1; Net::DNS, whose `query` takes a reply without records for a failure.
 */

export interface Question {
  readonly name: string
  /** `A`, `SOA`, …: one of RECORD_TYPES. */
  readonly type: string
}

export interface AnswerRecord {
  readonly type: string
  /** The data of the record in one line: two records say the same exactly if these are equal. */
  readonly data: string
  /** Of an SOA record, otherwise `null`. */
  readonly serial: number | null
}

export type Answer =
  | {
      readonly kind: 'reply'
      /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
      readonly rcode: string
      readonly authoritative: boolean
      readonly records: readonly AnswerRecord[]
    }
  /** `blame` says whom it speaks against: the server, or this machine, which then learned nothing about it. */
  | { readonly kind: 'none'; readonly code: string; readonly text: string; readonly blame: 'host' | 'us' }

/** What is wrong, in a sentence's tail. */
export interface Fault {
  readonly code: string
  readonly text: string
  readonly blame: 'host' | 'us'
}

/** The types whose records can be asked for and compared. */
export const RECORD_TYPES: readonly string[] = [
  ...['A', 'AAAA', 'AFSDB', 'ANY', 'CAA', 'CERT', 'CNAME', 'DNAME', 'DNSKEY', 'DS', 'HINFO', 'KX', 'MX', 'NAPTR', 'NS'],
  ...['NSEC', 'NSEC3', 'NSEC3PARAM', 'PTR', 'RP', 'RRSIG', 'SOA', 'SPF', 'SRV', 'SSHFP', 'TLSA', 'TXT'],
]

/** RFC 1035 §2.3.4: labels of up to 63 octets; `.` is the root. */
export const NAME_PATTERN = '(?:\\.|(?:[^\\s.:]{1,63}\\.)*[^\\s.:]{1,63}\\.?)'

/** No records, or no reply at all: the script's "query failed". */
export function answerFault(answer: Answer, { name, type }: Question): Fault | null {
  if (answer.kind === 'none') return answer
  if (answer.records.length > 0) return null
  if (answer.rcode !== 'NOERROR') {
    return { code: 'refused-answer', text: `answered ${answer.rcode} for ${type} of ${name}`, blame: 'host' }
  }
  return { code: 'empty-answer', text: `has no ${type} record of ${name}`, blame: 'host' }
}
