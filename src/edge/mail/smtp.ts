/**
 * Hands one message to one relay by SMTP and says what came of it; every outcome is a value, and no connection stays open.
 * What another attempt could change is `retry`: silence, broken connections, 4xx answers (RFC 5321 §4.2.1), and also a
 * wrong password, certificate or URL, since the operator can mend those while the message waits. Only a 5xx answer to the
 * sender, a recipient or the message itself is final.
 */
import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { createTransport } from 'nodemailer'
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport'
import { type Milliseconds, seconds } from '../../model/units.ts'
import type { Letter } from '../../wire/mail/letter.ts'
import { parseRelay, type Relay } from '../../wire/mail/relay-url.ts'
import {
  accepted,
  type Handover,
  judged,
  partly,
  refused,
  type SmtpTrouble,
  withoutSecrets,
} from '../../wire/mail/smtp-outcome.ts'
import type { DkimKey } from './dkim.ts'

/** How long each part may take; the whole is bounded by the caller's signal. */
export interface SmtpLimits {
  /** Until the connection stands and TLS with it. */
  readonly connect: Milliseconds
  readonly greeting: Milliseconds
  /** Between two signs of life. */
  readonly silence: Milliseconds
}

/** Shorter than RFC 5321 §4.5.3.2 allows a relay: a page that waits five minutes for a greeting is better tried again. */
const smtpLimits: SmtpLimits = { connect: seconds(15), greeting: seconds(10), silence: seconds(30) }

/** Addresses of one relay's name that are tried in turn. */
const ADDRESSES_TRIED = 4
/** Bytes of one answer of the relay that are read; a longer one ends the connection. */
const ANSWER_BYTES = 65_536

export interface Sending {
  readonly signal: AbortSignal
  /** What we call ourselves in EHLO. */
  readonly hostname: string
  readonly limits?: SmtpLimits
  readonly dkim?: DkimKey | null
}

export async function handOver(url: string, letter: Letter, sending: Sending): Promise<Handover> {
  const parse = parseRelay(url)
  if (parse.kind === 'bad') return refused(parse.text)
  const secrets = await readSecrets(parse.relay)
  if (secrets.kind === 'unreadable') return refused(secrets.text)
  const addresses = await addressesOf(parse.relay, sending.signal)
  if (addresses.kind === 'none') return refused(addresses.text)

  let outcome: Attempt = { connected: false, handover: refused(`${parse.relay.text} has no address`) }
  for (const address of addresses.list) {
    outcome = await attempt(parse.relay, secrets, address, letter, sending)
    if (outcome.connected || sending.signal.aborted) break
  }
  return outcome.handover
}

interface Attempt {
  readonly connected: boolean
  readonly handover: Handover
}

interface Secrets {
  readonly kind: 'read'
  readonly password: string
  readonly ca: string | null
}

async function attempt(
  relay: Relay,
  secrets: Secrets,
  address: string,
  letter: Letter,
  sending: Sending,
): Promise<Attempt> {
  const steps = watchSteps()
  const transport = createTransport(transportOptions(relay, secrets, address, steps.logger, sending))
  if (isPlain(letter.text)) {
    transport.use('stream', (mail, done) => {
      // nodemailer encodes every text with a line over 76 characters, which RFC 5322 does not ask for.
      const text = mail.message.childNodes[0] ?? mail.message
      text.getTransferEncoding = () => '7bit'
      done()
    })
  }
  const clean = (trouble: SmtpTrouble) => withoutSecrets(trouble, forms(relay.user, secrets.password))
  try {
    const info = await transport.sendMail({ ...message(letter), signal: sending.signal })
    const left = (info.rejectedErrors ?? []).map(clean)
    const handover = left.length === 0 ? accepted(info.response) : partly(relay.text, info.accepted, left)
    return { connected: true, handover }
  } catch (thrown) {
    const trouble = clean(thrown instanceof Error ? thrown : new Error(String(thrown)))
    return { connected: steps.connected(), handover: judged(relay.text, trouble, steps.last()) }
  } finally {
    transport.close()
  }
}

function transportOptions(
  relay: Relay,
  secrets: Secrets,
  address: string,
  logger: StepLogger,
  { hostname, limits = smtpLimits, dkim = null }: Sending,
): SMTPTransportOptions {
  return {
    ...(dkim === null ? {} : { dkim }),
    host: address,
    port: relay.port,
    name: hostname,
    secure: relay.secure,
    requireTLS: relay.starttls === 'required',
    ignoreTLS: relay.starttls === 'never',
    opportunisticTLS: relay.starttls === 'offered',
    tls: {
      rejectUnauthorized: relay.verify,
      ...(isIP(relay.host) === 0 ? { servername: relay.host } : {}),
      ...(secrets.ca === null ? {} : { ca: [...rootCertificates, secrets.ca] }),
    },
    ...(relay.user === '' ? {} : { auth: { user: relay.user, pass: secrets.password }, forceAuth: true }),
    connectionTimeout: limits.connect,
    greetingTimeout: limits.greeting,
    socketTimeout: limits.silence,
    socketCloseTimeout: 0,
    maxResponseSize: ANSWER_BYTES,
    disableFileAccess: true,
    disableUrlAccess: true,
    transactionLog: true,
    logger,
  }
}

function message(letter: Letter) {
  return {
    from: letter.from,
    to: letter.shownTo.map((address) => ({ name: '', address })),
    envelope: { from: addressIn(letter.from), to: [...letter.to] },
    ...(letter.subject === null ? {} : { subject: letter.subject }),
    text: letter.text,
    ...(letter.html === undefined || letter.html === '' ? {} : { html: letter.html }),
    messageId: letter.messageId,
    ...(letter.threads[0] === undefined ? {} : { inReplyTo: letter.threads[0], references: [...letter.threads] }),
    date: letter.date,
    headers: { ...letter.headers },
  }
}

/** Octets of a line that every relay takes (RFC 5322 §2.1.1). */
const LINE_LONGEST = 998

/** Whether the text may go as it is; many phone gateways show the codes of quoted-printable instead of reading them. */
const isPlain = (text: string): boolean =>
  /^[\n\x20-\x7e]*$/.test(text) && text.split('\n').every((line) => line.length <= LINE_LONGEST)

/** `upalert <upalert@lb1>` has its address in angle brackets. */
const addressIn = (from: string): string => /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from

interface StepLogger {
  debug(data: unknown, text?: unknown): void
  info(data: unknown): void
  warn(): void
  error(): void
}

/** Follows nodemailer's own log, in which passwords are masked, to know how far the conversation came. */
function watchSteps(): { logger: StepLogger; connected(): boolean; last(): string } {
  let step = ''
  const kindOf = (data: unknown): unknown =>
    typeof data === 'object' && data !== null && 'tnx' in data ? data.tnx : null
  const logger: StepLogger = {
    debug(data, text) {
      const command =
        kindOf(data) === 'client' ? /^(EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO|DATA)\b/.exec(String(text)) : null
      if (command?.[1] !== undefined) step = command[1]
    },
    info(data) {
      if (kindOf(data) === 'network' && step === '') step = 'connecting'
      if (kindOf(data) === 'message') step = 'the whole message'
    },
    warn() {},
    error() {},
  }
  return { logger, connected: () => step !== '', last: () => (step === '' ? 'connecting' : step) }
}

async function readSecrets(relay: Relay): Promise<Secrets | { readonly kind: 'unreadable'; readonly text: string }> {
  let file = relay.passwordFile
  try {
    const password = file === '' ? relay.password : ((await readFile(file, 'utf8')).split(/\r?\n/)[0] ?? '')
    file = relay.caFile
    return { kind: 'read', password, ca: file === '' ? null : await readFile(file, 'utf8') }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return { kind: 'unreadable', text: `${file}, which mailserver names, cannot be read: ${why}` }
  }
}

type Addresses =
  | { readonly kind: 'some'; readonly list: readonly string[] }
  | { readonly kind: 'none'; readonly text: string }

/** By the system's own resolver, so that /etc/hosts counts; it cannot be cancelled, so the deadline leaves it behind. */
async function addressesOf(relay: Relay, signal: AbortSignal): Promise<Addresses> {
  if (isIP(relay.host) !== 0) return { kind: 'some', list: [relay.host] }
  const found = lookup(relay.host, { all: true }).then(
    (all) => ({ kind: 'some', list: all.slice(0, ADDRESSES_TRIED).map(({ address }) => address) }) as const,
    (error: NodeJS.ErrnoException) =>
      ({ kind: 'none', text: `the mail server's name ${relay.host} cannot be resolved: ${error.code}` }) as const,
  )
  const late = { kind: 'none', text: `the mail server's name ${relay.host} was not resolved in time` } as const
  return Promise.race([found, aborted(signal).then(() => late)])
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** The password as it is written, and as AUTH PLAIN and AUTH LOGIN carry it (RFC 4616, base64). */
function forms(user: string, password: string): string[] {
  if (password === '') return []
  return [password, ...[password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64'))]
}
