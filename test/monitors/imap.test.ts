import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imap } from '../../monitors/imap.ts'
import { needs } from '../needs.ts'
import { peer } from './peers.ts'
import { alike, ours, silent, speaking, testTable } from './talk-table.ts'

const MON = needs('mon', 'perl')
const GREETING = '* OK IMAP4rev1 ready\r\n'
const good = {
  login: '* CAPABILITY IMAP4rev1\r\nA1 OK welcome\r\n',
  examine: '* 17 EXISTS\r\nA2 OK [READ-ONLY] done\r\n',
  logout: { last: '* BYE so long\r\nA3 OK done\r\n' },
}
const UP = 'greeted, let ANONYMOUS in and said goodbye'

testTable({
  monitor: imap,
  script: 'imap.monitor',
  needs: MON,
  vectors: [
    { name: 'one that answers as it should', server: speaking(GREETING, good, 1), code: null, text: UP },
    {
      name: 'a mailbox that is there',
      words: '-m INBOX',
      server: speaking(GREETING, good, 1),
      code: null,
      text: 'greeted, let ANONYMOUS in, opened INBOX and said goodbye',
    },
    {
      name: 'one that has logged us in already',
      server: speaking('* PREAUTH hello\r\n', good, 1),
      code: null,
      text: UP,
    },
    {
      name: 'one that knows no ANONYMOUS',
      server: speaking(GREETING, { ...good, login: 'A1 NO [AUTHENTICATIONFAILED] who?\r\n' }, 1),
      code: 'login-refused',
      text: 'sent "A1 NO [AUTHENTICATIONFAILED] who?" as its answer to LOGIN, and A1 OK was expected',
    },
    {
      name: 'a mailbox that is not there',
      words: '-m "\\"No such\\""',
      server: speaking(GREETING, { ...good, examine: 'A2 NO nothing there\r\n' }, 1),
      code: 'mailbox-refused',
      text: 'sent "A2 NO nothing there" as its answer to EXAMINE, and A2 OK was expected',
    },
    {
      name: 'a refused logout',
      server: speaking(GREETING, { ...good, logout: 'A3 BAD what?\r\n' }, 1),
      code: 'wrong-answer',
      text: 'sent "A3 BAD what?" as its answer to LOGOUT, and A3 OK was expected',
    },
    {
      name: 'one that says BYE at once',
      server: speaking({ last: '* BYE overloaded\r\n' }),
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to LOGIN',
    },
    {
      name: 'another protocol',
      server: speaking('220 mx\r\n'),
      code: 'wrong-greeting',
      text: 'sent "220 mx" as its greeting, and * OK was expected',
    },
    {
      name: 'the end instead of a greeting',
      server: (socket) => socket.end(),
      code: 'closed-early',
      text: 'closed the connection instead of sending its greeting',
    },
    {
      name: 'the end behind the login',
      server: speaking(GREETING, { login: { last: 'A1 OK in\r\n' } }, 1),
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to LOGOUT',
    },
    { name: 'silence', words: '-t 1', server: silent, code: 'timed-out', text: 'did not send its greeting within 1 s' },
    {
      name: 'chatter instead of an answer',
      words: '-t 1',
      server: speaking(GREETING, { login: '* OK still here\r\n' }, 1),
      code: 'timed-out',
      text: 'did not answer LOGIN within 1 s; the last it said was "* OK still here"',
    },
    {
      name: 'an OK with nothing behind it',
      words: '-t 1',
      server: speaking(GREETING, { login: 'A1 OK\r\n' }, 1),
      code: 'timed-out',
      text: 'did not answer LOGIN within 1 s; the last it said was "A1 OK"',
    },
  ],
})

test('imap.monitor and imap: hosts without an address fail as well', MON, async () => {
  await alike(imap, 'imap.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
})

test('with --user somebody else logs in, and an echoed password is told to nobody', async (t) => {
  let heard = ''
  const port = await peer(t, (socket) => {
    speaking(GREETING, { login: 'A1 BAD cannot LOGIN "joe" "p \\"q" here\r\n' }, 1)(socket)
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
    })
  })
  const result = await ours(imap, `-p ${port} --user joe --password 'p "q'`, ['127.0.0.1'])
  assert.equal(heard, 'A1 LOGIN "joe" "p \\"q"\r\n')
  assert.equal(
    result.detail,
    '127.0.0.1 sent "A1 BAD cannot LOGIN "joe" "***" here" as its answer to LOGIN, and A1 OK was expected\n',
  )
})
