/**
 * Whether a certificate is any good, decided from its facts and the time. The most telling fault is named: an expired
 * certificate before a wrong name, and that before an issuer nobody knows.
 * Source: RFC 5280 §6.1 (path validation), RFC 9525 (names); the words of OpenSSL's verification errors.
 */
import type { WallTime } from '../model/units.ts'
import { oneLine } from './mail/safe-text.ts'

export interface CertificateFacts {
  /** Who it is for, as its own text says: "a.example, b.example". */
  readonly names: string
  readonly validFrom: WallTime
  readonly validTo: WallTime
  /** OpenSSL's name of what is wrong with the chain, such as `DEPTH_ZERO_SELF_SIGNED_CERT`; `null` if nothing is. */
  readonly chainError: string | null
  /** Whether it is good for the name asked about. */
  readonly nameMatches: boolean
}

interface CertificateDemand {
  /** The name that clients use; `null` where nobody asks about names. */
  readonly name: string | null
  /** Whether its chain must lead to an authority we know. */
  readonly chain: boolean
}

interface CertificateFault {
  readonly code: 'expired' | 'not-yet-valid' | 'wrong-name' | 'self-signed' | 'unknown-issuer' | 'bad-chain'
  readonly text: string
}

const DAY = 86_400_000
/** Characters of a certificate's own text that a sentence quotes. */
const QUOTED = 100

export function certificateFault(
  facts: CertificateFacts,
  demand: CertificateDemand,
  now: WallTime,
): CertificateFault | null {
  if (facts.validTo < now) {
    const text = `has a certificate that expired ${daysText(now - facts.validTo)} ago (${dateText(facts.validTo)})`
    return { code: 'expired', text }
  }
  if (facts.validFrom > now) {
    const text = `has a certificate that begins to be valid in ${daysText(facts.validFrom - now)} (${dateText(facts.validFrom)})`
    return { code: 'not-yet-valid', text }
  }
  if (demand.name !== null && !facts.nameMatches) {
    const text = `has a certificate for ${oneLine(facts.names, QUOTED)}, not for ${demand.name}`
    return { code: 'wrong-name', text }
  }
  return demand.chain && facts.chainError !== null ? chainFault(facts.chainError) : null
}

function chainFault(error: string): CertificateFault {
  switch (error) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { code: 'self-signed', text: 'has a certificate that it signed itself' }
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return { code: 'unknown-issuer', text: 'has a certificate whose root authority is not one that is trusted here' }
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE': {
      const text =
        'has a certificate whose issuer is not known here, perhaps because it does not send its intermediate certificates'
      return { code: 'unknown-issuer', text }
    }
    case 'CERT_HAS_EXPIRED':
      return { code: 'expired', text: 'has a certificate above its own in the chain that has expired' }
    case 'CERT_NOT_YET_VALID':
      return { code: 'not-yet-valid', text: 'has a certificate above its own in the chain that is not valid yet' }
    default:
      return { code: 'bad-chain', text: `has a certificate whose chain does not hold (${error})` }
  }
}

/** Whole days left; negative once it has expired. */
export function daysLeft(facts: CertificateFacts, now: WallTime): number {
  return Math.floor((facts.validTo - now) / DAY)
}

/** `3 days`, `1 day`, `less than a day`. */
export function daysText(length: number): string {
  const days = Math.floor(length / DAY)
  if (days < 1) return 'less than a day'
  return days === 1 ? '1 day' : `${days} days`
}

/** The day in UTC, as certificates have it. */
export function dateText(at: WallTime): string {
  return new Date(at).toISOString().slice(0, 10)
}
