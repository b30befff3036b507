import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SMTPServerOptions } from 'smtp-server'
import { handOver, type SmtpLimits } from '../../src/edge/mail/smtp.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import type { Letter } from '../../src/wire/mail/letter.ts'
import type { Handover } from '../../src/wire/mail/smtp-outcome.ts'
import { answer, bodyOf, headersOf, script, startRelay, startSocket } from '../peers/relay.ts'

const letter: Letter = {
  from: 'upalert <upalert@lb1.example.org>',
  to: ['ops@example.org'],
  shownTo: ['ops@example.org'],
  subject: 'ALERT web/http: 10.1.1.3 — answered 503',
  text: 'Füße\n.dot at the start of a line\n',
  messageId: '<1@lb1>',
  threads: ['<outage@lb1>'],
  date: new Date(0),
  headers: { 'Auto-Submitted': 'auto-generated' },
}
const both: Letter = {
  ...letter,
  to: ['ops@example.org', 'boss@example.org'],
  shownTo: ['ops@example.org', 'boss@example.org'],
}

/** Nothing here may wait for the whole time; the deadline is there to end a test that hangs. */
const patient = (): AbortSignal => AbortSignal.timeout(20_000)
const send = (url: string, what: Letter = letter, limits?: SmtpLimits): Promise<Handover> =>
  handOver(url, what, { signal: patient(), hostname: 'lb1.example.org', ...(limits === undefined ? {} : { limits }) })

function isRefused(outcome: Handover, retry: boolean, text: RegExp): void {
  assert.equal(outcome.kind, 'refused', JSON.stringify(outcome))
  if (outcome.kind !== 'refused') return
  assert.match(outcome.text, text)
  assert.equal(outcome.retry, retry, outcome.text)
}

test('a message is handed over and arrives as it was', async (t) => {
  const relay = await startRelay(t)
  const outcome = await send(relay.url)
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome))
  if (outcome.kind === 'accepted') assert.match(outcome.response, /^250 .*queued as 1/)
  const [mail] = relay.mails
  assert.ok(mail !== undefined)
  assert.equal(mail.from, 'upalert@lb1.example.org')
  assert.deepEqual(mail.to, ['ops@example.org'])
  assert.equal(bodyOf(mail.raw), letter.text)
  const headers = headersOf(mail.raw)
  assert.deepEqual(headers.get('message-id'), ['<1@lb1>'])
  assert.deepEqual(headers.get('references'), ['<outage@lb1>'])
  assert.deepEqual(headers.get('auto-submitted'), ['auto-generated'])
  assert.deepEqual(headers.get('date'), ['Thu, 01 Jan 1970 00:00:00 +0000'])
  await relay.quiet()
})

test('a name is looked up by the system, and each of its addresses is tried', async (t) => {
  const relay = await startRelay(t)
  assert.equal((await send(`smtp://localhost:${relay.port}`)).kind, 'accepted')
})

const answers: readonly { name: string; options: SMTPServerOptions; retry: boolean; says: RegExp }[] = [
  {
    name: 'a recipient that the relay does not know is refused for good, and named',
    options: { onRcptTo: (_to, _session, done) => done(answer(550, 'no such user')) },
    retry: false,
    says: /^127\.0\.0\.1:\d+ refused ops@example\.org: 550 .*no such user$/,
  },
  {
    name: 'a relay that is busy at MAIL FROM is tried again',
    options: { onMailFrom: (_from, _session, done) => done(answer(451, 'try later')) },
    retry: true,
    says: /451 .*try later/,
  },
  {
    name: 'a recipient that is deferred is tried again',
    options: { onRcptTo: (_to, _session, done) => done(answer(450, 'greylisted')) },
    retry: true,
    says: /refused ops@example\.org: 450 .*greylisted/,
  },
  {
    name: 'a message that is refused after its last line is refused for good',
    options: {
      onData(stream, _session, done) {
        stream.resume()
        stream.on('end', () => done(answer(554, 'looks like spam')))
      },
    },
    retry: false,
    says: /refused the whole message: 554 .*looks like spam/,
  },
  {
    name: 'a full disk after the last line is tried again',
    options: {
      onData(stream, _session, done) {
        stream.resume()
        stream.on('end', () => done(answer(452, 'disk full')))
      },
    },
    retry: true,
    says: /452 .*disk full/,
  },
  {
    name: 'a relay that turns us away in its greeting is tried again',
    options: { onConnect: (_session, done) => done(answer(554, 'not you')) },
    retry: true,
    says: /refused us: 554 .*not you/,
  },
  {
    name: 'a relay that wants a password when we have none is tried again, since the operator can give it one',
    options: { authOptional: false },
    retry: true,
    says: /530 .*[Aa]uth/,
  },
]
for (const { name, options, retry, says } of answers) {
  test(name, async (t) => {
    const relay = await startRelay(t, options)
    isRefused(await send(relay.url), retry, says)
    await relay.quiet()
  })
}

const onlyOps: readonly { code: number; retry: boolean }[] = [
  { code: 550, retry: false },
  { code: 450, retry: true },
]
for (const { code, retry } of onlyOps) {
  test(`one of two recipients refused by ${code}: the other has the mail, and the outcome names both`, async (t) => {
    const relay = await startRelay(t, {
      onRcptTo: ({ address }, _session, done) => (address.startsWith('boss') ? done(answer(code, 'not now')) : done()),
    })
    const outcome = await send(relay.url, both)
    isRefused(outcome, retry, /took it for ops@example\.org, but refused boss@example\.org: \d+ .*not now/)
    if (outcome.kind === 'refused') assert.deepEqual(outcome.reached, ['ops@example.org'])
    assert.deepEqual(relay.mails[0]?.to, ['ops@example.org'])
    assert.match(relay.mails[0]?.raw ?? '', /^To: .*ops@example\.org, boss@example\.org/m)
  })
}

const long: SmtpLimits = { connect: seconds(100), greeting: seconds(100), silence: seconds(100) }
const rude: SmtpLimits = { ...long, greeting: milliseconds(200) }
const impatient: SmtpLimits = { ...long, silence: milliseconds(200) }

type Serve = (socket: Socket) => void
const talk: readonly (readonly [RegExp, string])[] = [
  [/^EHLO/, '250 test'],
  [/^(MAIL|RCPT)/, '250 OK'],
  [/^DATA/, '354 go on'],
]
const faults: readonly { name: string; serve: Serve; limits: SmtpLimits; says: RegExp }[] = [
  {
    name: 'a relay that never greets',
    serve: () => {},
    limits: rude,
    says: /accepted the connection but did not greet in time/,
  },
  {
    name: 'a relay that hangs up before its greeting',
    serve: (s) => s.end(),
    limits: long,
    says: /closed the connection after connecting/,
  },
  {
    name: 'a greeting that is an empty line',
    serve: (s) => s.write('\r\n'),
    limits: rude,
    says: /did not greet in time/,
  },
  {
    name: 'a greeting that is no SMTP',
    serve: (s) => s.write('SSH-2.0-OpenSSH\r\n'),
    limits: long,
    says: /refused us: SSH-2\.0/,
  },
  {
    name: 'a relay that falls silent after EHLO',
    serve: script([]),
    limits: impatient,
    says: /fell silent after EHLO/,
  },
  {
    name: 'a relay that falls silent after the message',
    serve: script(talk),
    limits: impatient,
    says: /fell silent after the whole message/,
  },
  {
    name: 'a relay that resets the connection in the middle of the message',
    serve: script([...talk.slice(0, 2), [/^DATA/, (s) => s.end('354 go on\r\n', () => s.resetAndDestroy())]]),
    limits: long,
    says: /after (DATA|the whole message)/,
  },
  {
    name: 'a relay that hangs up instead of confirming the message',
    serve: script([...talk, [/^\.$/, (s) => s.end()]]),
    limits: long,
    says: /closed the connection after the whole message/,
  },
  {
    name: 'a relay whose answer never ends',
    serve: script([[/^EHLO/, (s) => s.write('250-x\r\n'.repeat(200_000))]]),
    limits: long,
    says: /Server response exceeds/,
  },
  {
    name: 'a relay that offers STARTTLS and then talks nonsense',
    serve: script([
      [/^EHLO/, '250-test\r\n250 STARTTLS'],
      [/^STARTTLS/, (s) => s.write('220 go on\r\n', () => s.once('data', () => s.write('this is no TLS\r\n')))],
    ]),
    limits: long,
    says: /TLS with .* failed/,
  },
  {
    name: 'a relay that never finishes the TLS handshake',
    serve: script([
      [/^EHLO/, '250-test\r\n250 STARTTLS'],
      [/^STARTTLS/, '220 go on'],
    ]),
    limits: rude,
    says: /did not finish the TLS handshake in time/,
  },
]
for (const { name, serve, limits, says } of faults) {
  test(`${name} is tried again, and no connection is left`, async (t) => {
    const relay = await startSocket(t, serve)
    isRefused(await send(relay.url, letter, limits), true, says)
    await relay.quiet()
  })
}

test('nobody listening is tried again, and said in words', async () => {
  const says = /^127\.0\.0\.1:1 refuses connections: no mail server listens there$/
  isRefused(await send('smtp://127.0.0.1:1'), true, says)
})

test('the deadline ends a stall after the message, whatever the other limits say', async (t) => {
  const stop = new AbortController()
  const relay = await startSocket(t, script([...talk, [/^\.$/, () => stop.abort()]]))
  const outcome = await handOver(relay.url, letter, { signal: stop.signal, hostname: 'lb1', limits: long })
  isRefused(outcome, true, /had not taken the message when the time was up; the last thing sent was the whole message/)
  await relay.quiet()
})

test('a deadline that is over already sends nothing', async (t) => {
  const relay = await startRelay(t)
  const outcome = await handOver(relay.url, letter, { signal: AbortSignal.abort(), hostname: 'lb1' })
  isRefused(outcome, true, /time was up/)
  assert.deepEqual(relay.mails, [])
})

const login: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _session, done) =>
    username === 'me' && password === 'hush:now'
      ? done(null, { user: 'me' })
      : done(
          answer(535, `bad password ${password} for ${username}, ${Buffer.from(password ?? '').toString('base64')}`),
        ),
}

test('plain text goes as it is, also in long lines, and a text with other letters is encoded', async (t) => {
  const relay = await startRelay(t)
  const page =
    'DOWN web/http 10.1.1.3: answered 503 where 200-399 was expected, and a few more words. 2 of 3 left. 14:02'
  await send(relay.url, { ...letter, text: page })
  await send(relay.url, { ...letter, text: page.replace('a', 'ä') })
  const [plain, other] = relay.mails
  assert.ok(plain !== undefined && other !== undefined)
  assert.deepEqual(headersOf(plain.raw).get('content-transfer-encoding'), ['7bit'])
  assert.ok(plain.raw.endsWith(`\r\n\r\n${page}\r\n`))
  assert.deepEqual(headersOf(other.raw).get('content-transfer-encoding'), ['quoted-printable'])
})

test('user and password of the URL are used', async (t) => {
  const relay = await startRelay(t, login)
  assert.equal((await send(`smtp://me:hush%3Anow@127.0.0.1:${relay.port}`)).kind, 'accepted')
})

test('the password can stand in a file', async (t) => {
  const relay = await startRelay(t, login)
  const folder = await mkdtemp(join(tmpdir(), 'upalert-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'pw'), 'hush:now\n')
  assert.equal((await send(`smtp://me@127.0.0.1:${relay.port}?passwordFile=${join(folder, 'pw')}`)).kind, 'accepted')
  isRefused(
    await send(`smtp://me@127.0.0.1:${relay.port}?passwordFile=${join(folder, 'no')}`),
    true,
    /no, which mailserver names, cannot be read: ENOENT/,
  )
})

test('a wrong password is tried again, and appears in no text even if the relay repeats it', async (t) => {
  const relay = await startRelay(t, login)
  const outcome = await send(`smtp://me:s3cr3t%20w0rd@127.0.0.1:${relay.port}`)
  isRefused(outcome, true, /did not accept the user and password of mailserver: 535 .*bad password \*\*\*/)
  assert.doesNotMatch(JSON.stringify(outcome), /s3cr3t|w0rd/)
  assert.ok(!JSON.stringify(outcome).includes(Buffer.from('s3cr3t w0rd').toString('base64')))
})

const tls: SMTPServerOptions = { disabledCommands: [] }

test('a self-signed certificate is good enough where only secrecy from bystanders is asked', async (t) => {
  let encrypted = false
  const relay = await startRelay(t, {
    ...tls,
    onMailFrom: (_from, session, done) => {
      encrypted = session.secure
      done()
    },
  })
  assert.equal((await send(relay.url)).kind, 'accepted')
  assert.ok(encrypted)
})

test('a self-signed certificate is refused where TLS is required, and nothing is sent', async (t) => {
  const relay = await startRelay(t, tls)
  isRefused(await send(`${relay.url}?requireTLS`), true, /TLS with 127\.0\.0\.1:\d+ failed: .*certificate/)
  assert.deepEqual(relay.mails, [])
  assert.equal((await send(`${relay.url}?requireTLS&verify=no`)).kind, 'accepted')
})

test('a relay without TLS gets nothing where TLS is required', async (t) => {
  const relay = await startRelay(t)
  isRefused(await send(`${relay.url}?requireTLS`), true, /TLS with|refused STARTTLS/)
  assert.deepEqual(relay.mails, [])
})

test('TLS from the first byte works, and fails in words against a relay that has none', async (t) => {
  const secure = await startRelay(t, { secure: true })
  assert.equal((await send(`smtps://127.0.0.1:${secure.port}?verify=no`)).kind, 'accepted')
  isRefused(await send(`smtps://127.0.0.1:${secure.port}`), true, /certificate/)
  const plain = await startRelay(t)
  isRefused(await send(`smtps://127.0.0.1:${plain.port}`), true, /TLS|broke after/)
  await secure.quiet()
  await plain.quiet()
})

test('an answer full of control characters is repeated on one safe line', async (t) => {
  const relay = await startSocket(
    t,
    script([...talk.slice(0, 1), [/^MAIL/, `550 \x1b[31m\u0007no\t${'very '.repeat(200)}`]]),
  )
  const outcome = await send(relay.url)
  isRefused(outcome, false, /550 \?\[31m\?no very/)
  if (outcome.kind === 'refused') assert.ok(outcome.text.length < 300)
})

test('a mailserver that is no URL is said in words and waits for the operator', async () => {
  isRefused(await send('mail.example.org'), true, /mailserver is not the address of a mail relay/)
})
