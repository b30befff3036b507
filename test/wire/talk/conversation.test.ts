/** Whatever a server says, in whatever pieces, each conversation ends with a verdict. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Conversation, command, quote, type Verdict } from '../../../src/wire/talk/conversation.ts'
import { ftpConversation } from '../../../src/wire/talk/ftp.ts'
import { imapConversation } from '../../../src/wire/talk/imap.ts'
import { nntpConversation } from '../../../src/wire/talk/nntp.ts'
import { pop3Conversation } from '../../../src/wire/talk/pop3.ts'
import { smtpConversation } from '../../../src/wire/talk/smtp.ts'

const login = { user: 'joe', password: 'secret' }
const conversations: Readonly<Record<string, () => Conversation>> = {
  smtp: () => smtpConversation({ us: 'watcher', ehlo: false, goodbye: '221' }),
  'smtp with EHLO': () => smtpConversation({ us: 'watcher', ehlo: true, goodbye: 'none' }),
  pop3: () => pop3Conversation({ login: null, goodbye: true }),
  'pop3 with a login': () => pop3Conversation({ login, goodbye: true }),
  'pop3 without a goodbye': () => pop3Conversation({ login: null, goodbye: false }),
  imap: () => imapConversation({ login, mailbox: 'INBOX', goodbye: true }),
  'imap without a login': () => imapConversation({ login: 'nobody', mailbox: null, goodbye: false }),
  'nntp without a word': () => nntpConversation({ reader: null, greetingOnly: true }),
  ftp: () => ftpConversation(),
  nntp: () => nntpConversation({ reader: { group: 'control', login } }),
}

interface Held {
  readonly said: readonly string[]
  readonly verdict: Verdict
}

/** Hands it the lines, and then the end of the connection. */
function hold(conversation: Conversation, lines: readonly string[]): Held {
  const said: string[] = []
  let next = conversation.next()
  for (const heard of [...lines, null, null]) {
    if (next.done === true) break
    if (next.value.say !== null) said.push(next.value.say)
    next = conversation.next(heard)
  }
  assert(next.done === true, 'it goes on behind the end of the connection')
  return { said, verdict: next.value }
}

const lineOf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '220 a',
    '220-a',
    '250 a',
    '250-a',
    '221 a',
    '221-a',
    '  text',
    '+OK',
    '-ERR',
    '200 a',
    '205 a',
    '381',
  ),
  fc.constantFrom(
    '* OK a',
    '* BYE a',
    'A1 OK a',
    'A1 NO a',
    'A2 OK a',
    'A3 OK a',
    '281',
    '211 a',
    '480 a',
    '120 a',
    '',
  ),
)

for (const [name, conversation] of Object.entries(conversations)) {
  test(`${name}: any lines lead to a verdict that can be read`, () => {
    fc.assert(
      fc.property(fc.array(lineOf, { maxLength: 12 }), (lines) => {
        const { said, verdict } = hold(conversation(), lines)
        assert.doesNotMatch(verdict.text, /[\x00-\x1f\x7f-\x9f]/)
        assert(verdict.text.length < 250, verdict.text)
        if (verdict.kind === 'down') assert.match(verdict.code, /^[a-z][a-z-]*$/)
        assert(said.length <= 6)
        for (const words of said) assert.doesNotMatch(words, /[\r\n]/)
      }),
    )
  })

  test(`${name}: nothing is said before the greeting`, () => {
    assert.deepEqual(hold(conversation(), []).said, [])
  })
}

const dialogues: readonly (readonly [name: string, lines: readonly string[], said: readonly string[], text: string])[] =
  [
    ['smtp', ['220 a', '250 b', '221 c'], ['HELO watcher', 'quit'], 'greeted and said goodbye'],
    ['smtp with EHLO', ['220 a', '250-b', '250 c'], ['EHLO watcher', 'QUIT'], 'greeted'],
    ['smtp with EHLO', ['220 a', '500-b', '500 c', '250 d', 'x'], ['EHLO watcher', 'HELO watcher', 'QUIT'], 'greeted'],
    ['pop3', ['+OK', '+OK'], ['quit'], 'greeted and said goodbye'],
    [
      'pop3 with a login',
      ['+OK', '+OK', '+OK', '+OK'],
      ['USER joe', 'PASS secret', 'quit'],
      'greeted, let joe in and said goodbye',
    ],
    ['pop3 without a goodbye', ['+OK', '-ERR'], ['quit'], 'greeted'],
    ['imap without a login', ['* OK a'], ['A3 LOGOUT'], 'greeted'],
    ['nntp without a word', ['200 a'], [], 'greeted'],
    [
      'imap',
      ['* OK a', 'A1 OK b', '* FLAGS ()', 'A2 OK c', '* BYE', 'A3 OK d'],
      ['A1 LOGIN "joe" "secret"', 'A2 EXAMINE INBOX', 'A3 LOGOUT'],
      'greeted, let joe in, opened INBOX and said goodbye',
    ],
    ['ftp', ['220-a', ' b', '220 c', '221-d', ' e', '221 f'], ['quit'], 'greeted and said goodbye'],
    [
      'nntp',
      ['200 a', '381 b', '281 c', '200 d', '211 e', '205 f'],
      ['authinfo user joe', 'authinfo pass secret', 'mode reader', 'group control', 'quit'],
      'greeted, has the group control and said goodbye',
    ],
  ]
for (const [name, lines, said, text] of dialogues) {
  test(`${name}: the whole conversation, ${lines.length} lines`, () => {
    const conversation = conversations[name]
    assert(conversation !== undefined)
    assert.deepEqual(hold(conversation(), lines), { said, verdict: { kind: 'up', text } })
  })
}

test('a line is quoted short, on one line, and without the password that it echoes', () => {
  const turn = { ...command('authinfo pass xyzzy', 'authinfo pass'), hides: 'xyzzy' }
  assert.equal(quote(turn, '500 authinfo pass xyzzy\x07?'), '"500 authinfo pass ***??"')
  assert.equal(quote(turn, ' '), 'an empty line')
  const umlaut = { ...command('PASS süß', 'PASS'), hides: 'süß' }
  assert.equal(quote(umlaut, Buffer.from('-ERR süß?').toString('latin1')), '"-ERR ***?"')
  assert(quote(turn, 'word '.repeat(1000)).length <= 82)
})
