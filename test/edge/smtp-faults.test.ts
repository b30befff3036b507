/** Further faults at the relay's door: stalls and drops in the middle of a long message, certificates, and a better second try. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { handOver, type SmtpLimits } from '../../src/edge/mail/smtp.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import type { Letter } from '../../src/wire/mail/letter.ts'
import { answer, bodyOf, headersOf, partsOf, script, startRelay, startSocket } from '../peers/relay.ts'

const certs = join(import.meta.dirname, '../certs')
const pem = (name: string): string => readFileSync(join(certs, name), 'utf8')

const letter: Letter = {
  from: 'upalert@lb1.example.org',
  to: ['ops@example.org'],
  shownTo: ['ops@example.org'],
  subject: 'ALERT web/http',
  text: 'answered 503\n',
  messageId: '<1@lb1>',
  threads: ['<a@lb1>', '<b@lb1>'],
  date: new Date(0),
  headers: {},
}
/** More than any socket buffers. */
const long: Letter = { ...letter, text: 'a line of a long message\n'.repeat(400_000) }
const patient: SmtpLimits = { connect: seconds(100), greeting: seconds(100), silence: seconds(100) }
const send = (url: string, what = letter, limits = patient) =>
  handOver(url, what, { signal: AbortSignal.timeout(30_000), hostname: 'lb1.example.org', limits })

const beforeData: readonly (readonly [RegExp, string])[] = [
  [/^EHLO/, '250 test'],
  [/^(MAIL|RCPT)/, '250 OK'],
]

test('a relay that stops reading in the middle of the message is tried again, and no connection is left', async (t) => {
  const stall = (socket: Socket) => socket.write('354 go on\r\n', () => socket.pause())
  const relay = await startSocket(t, script([...beforeData, [/^DATA/, stall]]))
  const outcome = await send(relay.url, long, { ...patient, silence: milliseconds(300) })
  assert.ok(outcome.kind === 'refused' && outcome.retry, JSON.stringify(outcome))
  assert.match(outcome.text, /fell silent after (DATA|the whole message)/)
})

test('a server that stops reading in the middle of the message is ended by the deadline', async (t) => {
  const stop = new AbortController()
  const relay = await startRelay(t, {
    closeTimeout: 1,
    onData: (stream) =>
      stream.once('data', () => {
        stream.pause()
        stop.abort()
      }),
  })
  const outcome = await handOver(relay.url, long, { signal: stop.signal, hostname: 'lb1', limits: patient })
  assert.ok(outcome.kind === 'refused' && outcome.retry, JSON.stringify(outcome))
  assert.match(outcome.text, /when the time was up; the last thing sent was (DATA|the whole message)/)
})

test('a relay that drops the connection in the middle of a long message is tried again', async (t) => {
  const drop = (socket: Socket) =>
    socket.write('354 go on\r\n', () => socket.once('data', () => socket.resetAndDestroy()))
  const relay = await startSocket(t, script([...beforeData, [/^DATA/, drop]]))
  const outcome = await send(relay.url, long)
  assert.ok(outcome.kind === 'refused' && outcome.retry, JSON.stringify(outcome))
  assert.match(outcome.text, /after (DATA|the whole message)/)
  await relay.quiet()
})

const stages = [
  [
    'MAIL FROM',
    { onMailFrom: (_a: unknown, _s: unknown, done: (error?: Error) => void) => done(answer(421, 'restarting')) },
  ],
  [
    'RCPT TO',
    { onRcptTo: (_a: unknown, _s: unknown, done: (error?: Error) => void) => done(answer(451, 'greylisted')) },
  ],
  ['the greeting', { onConnect: (_s: unknown, done: (error?: Error) => void) => done(answer(421, 'too busy')) }],
] as const
for (const [stage, options] of stages) {
  test(`a 4xx at ${stage} and then a 2xx: the second attempt delivers the same mail once`, async (t) => {
    const busy = await startRelay(t, options)
    const first = await send(busy.url)
    assert.ok(first.kind === 'refused' && first.retry, JSON.stringify(first))
    const relay = await startRelay(t)
    assert.equal((await send(relay.url)).kind, 'accepted')
    assert.equal(busy.mails.length + relay.mails.length, 1)
    assert.deepEqual(headersOf(relay.mails[0]?.raw ?? '').get('message-id'), ['<1@lb1>'])
  })
}

test('a 4xx after the whole message and then a 2xx at the same relay: one mail', async (t) => {
  let tries = 0
  const mails: string[] = []
  const relay = await startRelay(t, {
    onData(stream, _session, done) {
      tries += 1
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (tries === 1) return done(answer(451, 'no space'))
        mails.push(Buffer.concat(parts).toString())
        done(null)
      })
    },
  })
  const first = await send(relay.url)
  assert.ok(first.kind === 'refused' && first.retry)
  assert.equal((await send(relay.url)).kind, 'accepted')
  assert.equal(mails.length, 1)
})

const certificates = [
  { file: 'expired.pem', says: /TLS with .* failed: .*expired/ },
  { file: 'future.pem', says: /TLS with .* failed: .*not yet valid/ },
  { file: 'self-signed.pem', says: /TLS with .* failed: .*self-signed certificate/ },
  { file: 'bare.pem', says: /TLS with .* failed: .*(IP: 127\.0\.0\.1 is not in|does not match)/ },
  { file: 'leaf-alone.pem', says: /TLS with .* failed: .*(unable to verify|local issuer)/ },
]
for (const { file, says } of certificates) {
  for (const way of ['STARTTLS', 'smtps'] as const) {
    test(`a relay with ${file} by ${way} gets nothing where its certificate counts, and is tried again`, async (t) => {
      const options = { disabledCommands: [], secure: way === 'smtps', key: pem('key.pem'), cert: pem(file) }
      const relay = await startRelay(t, options)
      const ca = `ca=${join(certs, 'root.pem')}`
      const url = way === 'smtps' ? `smtps://127.0.0.1:${relay.port}?${ca}` : `${relay.url}?requireTLS&${ca}`
      const outcome = await send(url)
      assert.ok(outcome.kind === 'refused' && outcome.retry, JSON.stringify(outcome))
      assert.match(outcome.text, says)
      assert.deepEqual(relay.mails, [])
      // A socket that has been handed to TLS by STARTTLS tells the server's side of its end no more.
      if (way === 'smtps') await relay.quiet()
    })
  }
}

test('a relay with a certificate of the authority that the URL names gets the mail', async (t) => {
  const relay = await startRelay(t, { disabledCommands: [], key: pem('key.pem'), cert: pem('good.pem') })
  assert.equal((await send(`${relay.url}?requireTLS&ca=${join(certs, 'root.pem')}`)).kind, 'accepted')
})

test('a mail of two parts has the text first, plain text as it is, and joins several threads', async (t) => {
  const relay = await startRelay(t)
  const page = `DOWN web/http 10.1.1.3: ${'a long line of words '.repeat(8)}`
  const html = '<p>Füße &amp; \n.dot</p>'
  assert.equal((await send(relay.url, { ...letter, text: page, html })).kind, 'accepted')
  const raw = relay.mails[0]?.raw ?? ''
  const headers = headersOf(raw)
  assert.match(headers.get('content-type')?.[0] ?? '', /^multipart\/alternative;/)
  assert.deepEqual(headers.get('references'), ['<a@lb1> <b@lb1>'])
  assert.deepEqual(headers.get('in-reply-to'), ['<a@lb1>'])
  const parts = partsOf(raw)
  const types = parts.map((part) => headersOf(part).get('content-type')?.[0])
  assert.deepEqual(types, ['text/plain; charset=utf-8', 'text/html; charset=utf-8'])
  assert.deepEqual(headersOf(parts[0] ?? '').get('content-transfer-encoding'), ['7bit'])
  assert.equal(bodyOf(parts[0] ?? '').trimEnd(), page.trimEnd())
  assert.equal(bodyOf(parts[1] ?? '').trimEnd(), html)
})
