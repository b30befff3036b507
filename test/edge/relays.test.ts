/** Several relays in order: which failures are the relay's own, so that the next is asked, and which are the message's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handOverToFirst, relaysIn } from '../../src/edge/mail/relays.ts'
import { type Milliseconds, milliseconds, seconds } from '../../src/model/units.ts'
import type { Letter } from '../../src/wire/mail/letter.ts'
import type { Handover } from '../../src/wire/mail/smtp-outcome.ts'
import { answer, script, startRelay, startSocket, type TestRelay } from '../peers/relay.ts'

const letter: Letter = {
  from: 'upalert@lb1.example.org',
  to: ['ops@example.org', 'boss@example.org'],
  shownTo: ['ops@example.org', 'boss@example.org'],
  subject: 'ALERT',
  text: 'x\n',
  messageId: '<1@lb1>',
  threads: [],
  date: new Date(0),
  headers: {},
}
const send = (urls: readonly string[], timeout: Milliseconds = seconds(20)): Promise<Handover> =>
  handOverToFirst(urls.join(' '), letter, { signal: AbortSignal.timeout(20_000), timeout, hostname: 'lb1' })

const nobody = 'smtp://127.0.0.1:1'

interface Fault {
  readonly name: string
  readonly start: (t: Parameters<typeof startRelay>[0]) => Promise<TestRelay>
  readonly url?: (relay: TestRelay) => string
  readonly says: RegExp
}

const ofTheRelay: readonly Fault[] = [
  {
    name: 'hangs up',
    start: (t) => startSocket(t, (socket) => socket.end()),
    says: /closed the connection/,
  },
  {
    name: 'is busy',
    start: (t) => startRelay(t, { onMailFrom: (_from, _session, done) => done(answer(451, 'busy')) }),
    says: /451 .*busy/,
  },
  {
    name: 'turns us away by its greeting',
    start: (t) => startRelay(t, { onConnect: (_session, done) => done(answer(554, 'not you')) }),
    says: /554 .*not you/,
  },
  {
    name: 'wants a password',
    start: (t) => startRelay(t, { authOptional: false }),
    says: /530/,
  },
  {
    name: 'has a certificate that nobody trusts',
    start: (t) => startRelay(t, { disabledCommands: [] }),
    url: ({ url }) => `${url}?requireTLS`,
    says: /TLS with .* failed/,
  },
  {
    name: 'drops the connection after the whole message',
    start: (t) =>
      startSocket(
        t,
        script([
          [/^EHLO/, '250 test'],
          [/^(MAIL|RCPT)/, '250 OK'],
          [/^DATA/, '354 go on'],
          [/^\.$/, (socket) => socket.destroy()],
        ]),
      ),
    says: /after the whole message/,
  },
]
for (const { name, start, url = (relay: TestRelay) => relay.url, says } of ofTheRelay) {
  test(`when the first relay ${name}, the second is asked, and the outcome tells both`, async (t) => {
    const first = await start(t)
    const second = await startRelay(t)
    const outcome = await send([url(first), second.url])
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome))
    if (outcome.kind === 'accepted') {
      assert.match(outcome.response, says)
      assert.match(outcome.response, /; then 250 /)
    }
    assert.equal(second.mails.length, 1)
    assert.match(second.mails[0]?.raw ?? '', /^Message-ID: <1@lb1>/im)
    await second.quiet()
  })
}

test('the first relay that takes it is the only one that is asked', async (t) => {
  const [first, second] = [await startRelay(t), await startRelay(t)]
  assert.equal((await send([first.url, second.url])).kind, 'accepted')
  assert.deepEqual([first.mails.length, second.mails.length], [1, 0])
})

test('a message that is refused for good is refused everywhere', async (t) => {
  const onData: NonNullable<Parameters<typeof startRelay>[1]>['onData'] = (stream, _session, done) => {
    stream.resume()
    stream.on('end', () => done(answer(554, 'spam')))
  }
  const [first, second] = [await startRelay(t, { onData }), await startRelay(t)]
  const outcome = await send([first.url, second.url])
  assert.ok(outcome.kind === 'refused' && !outcome.retry, JSON.stringify(outcome))
  assert.equal(second.mails.length, 0)
})

test('a relay that is silent uses up no more than its share of the time', async (t) => {
  const first = await startSocket(t, () => {})
  const second = await startRelay(t)
  const outcome = await send([first.url, second.url], milliseconds(2_000))
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome))
  if (outcome.kind === 'accepted') assert.match(outcome.response, /when the time was up.*; then 250 /)
  await first.quiet()
})

test('recipients that the first relay took the mail for do not get it from the second', async (t) => {
  const first = await startRelay(t, {
    onRcptTo: ({ address }, _session, done) => (address.startsWith('boss') ? done(answer(450, 'later')) : done()),
  })
  const second = await startRelay(t)
  assert.equal((await send([first.url, second.url])).kind, 'accepted')
  assert.deepEqual([first.mails[0]?.to, second.mails[0]?.to], [['ops@example.org'], ['boss@example.org']])
})

test('when none takes it, the outcome tells each, and who has the mail', async (t) => {
  const first = await startRelay(t, {
    onRcptTo: ({ address }, _session, done) => (address.startsWith('boss') ? done(answer(450, 'later')) : done()),
  })
  const outcome = await send([first.url, 'mail.example.org', nobody])
  assert.ok(outcome.kind === 'refused' && outcome.retry)
  assert.match(outcome.text, /450 .*; then mailserver is not the address.*; then 127\.0\.0\.1:1 refuses connections/)
  assert.deepEqual(outcome.reached, ['ops@example.org'])
})

test('no time is left for a second relay after the attempt is over', async (t) => {
  const second = await startRelay(t)
  const signal = AbortSignal.abort()
  const outcome = await handOverToFirst(`${nobody} ${second.url}`, letter, {
    signal,
    timeout: seconds(9),
    hostname: 'x',
  })
  assert.ok(outcome.kind === 'refused' && outcome.retry)
  assert.equal(second.mails.length, 0)
})

test('blanks of any kind separate relays, and more than five are not asked', () => {
  assert.deepEqual(relaysIn('  smtp://a \t smtp://b\nsmtp://c '), ['smtp://a', 'smtp://b', 'smtp://c'])
  assert.deepEqual(relaysIn(''), [])
  assert.equal(relaysIn('smtp://a '.repeat(9)).length, 5)
})
