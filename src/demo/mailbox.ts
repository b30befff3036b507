/**
 * The demonstration's mailbox: a real SMTP server that keeps each mail as a file and says one line about it, so that a new
 * user sees what an alert looks like without a mail server.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import { type Bound, bound } from './bound.ts'
import type { DemoMailbox } from './messages.ts'

/** Mails kept; the oldest are removed. */
export const MAILS_KEPT = 200
/** Bytes of one mail; what is longer is refused (RFC 1870). */
const MAIL_BYTES = 1_048_576
/** Clients at once. */
const CLIENTS = 20
/** Characters of a subject in a file's name, and on the terminal. */
const NAME_LENGTH = 40
const SUBJECT_LENGTH = 200

export async function openMailbox(mailbox: DemoMailbox, folder: string, say: (line: string) => void): Promise<Bound> {
  const store = await openStore(folder)
  if (store.kind === 'failed') return { kind: 'failed', text: placed(mailbox, store.text) }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_BYTES,
    maxClients: CLIENTS,
    logger: false,
    onData(stream, _session, done) {
      void receive(stream).then(async (mail) => {
        if (mail === null) return done(refusal(552, `a mail here has at most ${MAIL_BYTES} bytes`))
        const stored = await store.keep(mail)
        if (stored.kind === 'failed') return done(refusal(452, stored.text))
        say(`mailbox: ${subjectOf(mail)} (${shown(stored.file)})`)
        done(null, `kept as ${basename(stored.file)}`)
      })
    },
  })
  const { address, port, place } = mailbox
  return bound({ setting: 'demo_mailbox', address, port, place }, (done, failed) => {
    server.once('error', failed)
    server.listen(port, address, () => {
      server.off('error', failed)
      // A client that breaks off is no trouble of ours.
      server.on('error', () => {})
      const open = server.server.address()
      done(typeof open === 'object' && open !== null ? open.port : port)
    })
  })
}

/** As short as it can be typed where the daemon was started. */
function shown(file: string): string {
  const near = relative(process.cwd(), file)
  return near.startsWith('..') ? file : near
}

const placed = ({ place }: DemoMailbox, text: string): string =>
  `${place.file}:${place.line}:${place.column}: demo_mailbox: ${text}`

const refusal = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code })

async function receive(stream: SMTPServerDataStream): Promise<Buffer | null> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream) {
    if (!Buffer.isBuffer(part)) continue
    size += part.length
    if (size <= MAIL_BYTES) parts.push(part)
  }
  return size > MAIL_BYTES ? null : Buffer.concat(parts)
}

type Kept = { readonly kind: 'kept'; readonly file: string } | { readonly kind: 'failed'; readonly text: string }

interface Store {
  readonly kind: 'open'
  keep(mail: Buffer): Promise<Kept>
}

async function openStore(folder: string): Promise<Store | { readonly kind: 'failed'; readonly text: string }> {
  try {
    await mkdir(folder, { recursive: true })
    let last = (await mailsIn(folder)).reduce((most, name) => Math.max(most, Number.parseInt(name, 10)), 0)
    const keep = async (mail: Buffer): Promise<Kept> => {
      last += 1
      return store(folder, last, mail)
    }
    return { kind: 'open', keep }
  } catch (error) {
    return { kind: 'failed', text: `the folder ${folder} cannot be used: ${reason(error)}` }
  }
}

async function store(folder: string, number: number, mail: Buffer): Promise<Kept> {
  const file = join(folder, `${String(number).padStart(3, '0')}-${fileWords(subjectOf(mail))}.eml`)
  try {
    await writeFile(file, mail)
    const names = (await mailsIn(folder)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    for (const old of names.slice(0, -MAILS_KEPT)) await rm(join(folder, old), { force: true })
    return { kind: 'kept', file }
  } catch (error) {
    return { kind: 'failed', text: `the mail cannot be kept: ${reason(error)}` }
  }
}

const mailsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => /^\d{3,}-.*\.eml$/.test(name))

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const fileWords = (subject: string): string =>
  subject
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, NAME_LENGTH)
    .replace(/^[-.]+|[-.]+$/g, '') || 'no-subject'

/** The subject in readable letters on one line (RFC 5322 folding, RFC 2047 encoded words as nodemailer writes them). */
export function subjectOf(mail: Buffer): string {
  const head = mail.toString('latin1').split('\r\n\r\n', 1)[0] ?? ''
  const raw = /^subject:(.*(?:\r\n[ \t].*)*)/im.exec(head)?.[1] ?? ''
  const words = raw.replace(/\r\n/g, '').replace(/\?=\s+=\?/g, '?==?')
  const read = words.replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_whole, kind: string, text: string) =>
    encodedWord(kind, text),
  )
  const joined = Buffer.from(read, 'latin1').toString('utf8')
  const safe = joined
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, '?')
    .trim()
    .slice(0, SUBJECT_LENGTH)
  return safe === '' ? '(no subject)' : safe
}

/** As bytes, so that a letter split over two words becomes whole when they are joined. */
function encodedWord(kind: string, text: string): string {
  if (kind.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('latin1')
  return text
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
