/**
 * What came of handing a message to a relay, judged from the relay's answers: delivered, to be tried again, or refused for
 * good, and in which words. Answers are hostile input and may even repeat our password.
 * Sources: RFC 5321 §4.2 (reply codes), RFC 4954 §6 (authentication), nodemailer's error codes.
 */
import { oneLine } from './safe-text.ts'

export type Handover =
  | { readonly kind: 'accepted'; readonly response: string }
  /** `reached`: recipients for whom the relay has taken the message all the same. */
  | { readonly kind: 'refused'; readonly retry: boolean; readonly text: string; readonly reached: readonly string[] }

/** What nodemailer tells of a failure; every part may be missing. */
export interface SmtpTrouble {
  readonly message: string
  readonly code?: string | undefined
  readonly originalCode?: string | undefined
  /** The command that the relay's answer is about. */
  readonly command?: string | undefined
  readonly response?: string | undefined
  readonly responseCode?: number | undefined
  readonly permanent?: boolean | undefined
  readonly recipient?: string | undefined
  readonly rejectedErrors?: readonly SmtpTrouble[] | undefined
  readonly timeoutType?: 'CONNECT_TIMEOUT' | 'GREETING_TIMEOUT' | 'UPGRADE_TIMEOUT' | 'SOCKET_TIMEOUT' | undefined
}

/** Characters of an answer that are repeated to people. */
const ANSWER_SHOWN = 200

export const accepted = (response: string): Handover => ({
  kind: 'accepted',
  response: oneLine(response, ANSWER_SHOWN),
})

/** Refused before or outside the conversation, and worth another attempt. */
export const refused = (text: string): Handover => ({ kind: 'refused', retry: true, text, reached: [] })

/** The relay took the message for some recipients and refused others; those who have it shall not get it again. */
export function partly(relay: string, reached: readonly string[], troubles: readonly SmtpTrouble[]): Handover {
  const text = `${relay} took it for ${reached.join(', ')}, but ${refusals(troubles)}`
  return { kind: 'refused', retry: troubles.some((trouble) => !isFinal(trouble)), text, reached }
}

/** `step` is the last thing that was sent, for the sentence. */
export function judged(relay: string, trouble: SmtpTrouble, step: string): Handover {
  const each = trouble.rejectedErrors ?? []
  if (each.length === 0)
    return { kind: 'refused', retry: !isFinal(trouble), text: reason(relay, trouble, step), reached: [] }
  return { kind: 'refused', retry: each.some((one) => !isFinal(one)), text: `${relay} ${refusals(each)}`, reached: [] }
}

/** Applied before any cutting, so that no half of a secret is left over. */
export function withoutSecrets(trouble: SmtpTrouble, secrets: readonly string[]): SmtpTrouble {
  const clean = (text: string) =>
    secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text)
  const { code, originalCode, command, responseCode, permanent, recipient, timeoutType } = trouble
  return {
    ...{ code, originalCode, command, responseCode, permanent, recipient, timeoutType },
    message: clean(trouble.message),
    response: trouble.response === undefined ? undefined : clean(trouble.response),
    rejectedErrors: trouble.rejectedErrors?.map((one) => withoutSecrets(one, secrets)),
  }
}

const refusals = (troubles: readonly SmtpTrouble[]): string =>
  troubles.map((trouble) => `refused ${trouble.recipient ?? 'a recipient'}: ${answerOf(trouble)}`).join('; ')

/** Commands whose 5xx answer is about this message, not about the relay's mood or our password. */
const ABOUT_THE_MESSAGE = ['MAIL FROM', 'RCPT TO', 'DATA', 'API']
/** RFC 4954 §6: the relay wants to know who we are, or wants TLS first. The operator can give it that. */
const ABOUT_AUTHENTICATION = [530, 534, 535, 538]

function isFinal(trouble: SmtpTrouble): boolean {
  if (!ABOUT_THE_MESSAGE.includes(trouble.command ?? '')) return false
  if (trouble.code === 'EMESSAGE' && trouble.responseCode === undefined) return true
  if (trouble.code === 'EENVELOPE' && trouble.command === 'API') return true
  return trouble.permanent === true && !ABOUT_AUTHENTICATION.includes(trouble.responseCode ?? 0)
}

function reason(relay: string, trouble: SmtpTrouble, step: string): string {
  const { code, response } = trouble
  if (code === 'EABORT')
    return `${relay} had not taken the message when the time was up; the last thing sent was ${step}`
  if (code === 'EAUTH') return `${relay} did not accept the user and password of mailserver: ${answerOf(trouble)}`
  if (isTls(trouble, step))
    return `TLS with ${relay} failed: ${answerOf(trouble)}; see "verify" and "ca" of the mailserver URL`
  if (response !== undefined)
    return `${relay} refused ${trouble.command === 'CONN' ? 'us' : step}: ${answerOf(trouble)}`
  if (code === 'ETIMEDOUT') return timeouts[trouble.timeoutType ?? 'SOCKET_TIMEOUT'](relay, step)
  if (trouble.originalCode === 'ECONNREFUSED') return `${relay} refuses connections: no mail server listens there`
  if (code === 'ECONNECTION') return `${relay} closed the connection after ${step}`
  return `the connection to ${relay} broke after ${step}: ${answerOf(trouble)}`
}

/** How Node's codes of a certificate that does not pass begin or end (Node's manual, "X509 certificate error codes"). */
const OF_TLS = /TLS|SSL|CERT|ISSUER|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH|HOSTNAME_MISMATCH|EPROTO/

/** A bad certificate reaches us as an error of the socket; only its own code or the moment tells. */
function isTls({ code, originalCode = '', response }: SmtpTrouble, step: string): boolean {
  if (code === 'ETLS') return true
  if (code !== 'ESOCKET' || response !== undefined) return false
  return step === 'STARTTLS' || OF_TLS.test(originalCode)
}

const timeouts = {
  CONNECT_TIMEOUT: (relay: string) => `${relay} did not answer the connection in time`,
  GREETING_TIMEOUT: (relay: string) => `${relay} accepted the connection but did not greet in time`,
  UPGRADE_TIMEOUT: (relay: string) => `${relay} did not finish the TLS handshake in time`,
  SOCKET_TIMEOUT: (relay: string, step: string) => `${relay} fell silent after ${step}`,
} as const

const answerOf = (trouble: SmtpTrouble): string => oneLine(trouble.response ?? trouble.message, ANSWER_SHOWN)
