import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ftp } from '../../monitors/ftp.ts'
import { needs } from '../needs.ts'
import { peer } from './peers.ts'
import { alike, ours, silent, speaking, testTable } from './talk-table.ts'

const MON = needs('mon', 'perl')
const GREETING = '220 ftp ready\r\n'
const UP = 'greeted and said goodbye'

testTable({
  monitor: ftp,
  script: 'ftp.monitor',
  needs: MON,
  vectors: [
    {
      name: 'one that answers as it should',
      server: speaking(GREETING, { quit: { last: '221 bye\r\n' } }),
      code: null,
      text: UP,
    },
    {
      name: 'a greeting of several lines, behind a promise',
      server: speaking('120 soon\r\n220-This is\r\n  the archive.\r\n220 ready\r\n', { quit: { last: '221 bye\r\n' } }),
      code: null,
      text: UP,
    },
    {
      name: 'a goodbye of several lines',
      server: speaking(GREETING, { quit: { last: '221-You sent nothing.\r\n221 bye\r\n' } }),
      code: null,
      text: UP,
    },
    {
      name: 'a goodbye with text between its lines',
      server: speaking(GREETING, { quit: { last: '221-You sent\r\n  nothing.\r\n221 bye\r\n' } }),
      code: null,
      text: UP,
      unlikeMon: 'it wants a code on each line, which RFC 959 §4.2 does not',
    },
    {
      name: 'the end instead of a goodbye',
      server: speaking(GREETING, { quit: { last: '' } }),
      code: null,
      text: 'greeted',
    },
    { name: 'the end behind the greeting', server: speaking({ last: GREETING }), code: null, text: 'greeted' },
    {
      name: 'one that has too many users',
      server: speaking({ last: '421 Too many users\r\n' }),
      code: 'wrong-greeting',
      text: 'sent "421 Too many users" as its greeting, and 220 was expected',
    },
    {
      name: 'one that has too many users and holds the line',
      words: '-t 1',
      server: speaking('421 Too many users\r\n'),
      code: 'timed-out',
      text: 'did not send its greeting within 1 s; the last it said was "421 Too many users"',
    },
    {
      name: 'a refused quit',
      server: speaking(GREETING, { quit: '500 stay\r\n' }),
      code: 'wrong-answer',
      text: 'sent "500 stay" as its answer to quit, and 221 was expected',
    },
    {
      name: 'something else behind the goodbye',
      server: speaking(GREETING, { quit: '221 bye\r\n226 by the way\r\n' }),
      code: 'wrong-answer',
      text: 'sent "226 by the way" as its answer to quit, and 221 was expected',
    },
    {
      name: 'a goodbye, and no end of the connection',
      words: '-t 1',
      server: speaking(GREETING, { quit: '221 bye\r\n' }),
      code: 'timed-out',
      text: 'said goodbye and did not close the connection within 1 s; the last it said was "221 bye"',
    },
    {
      name: 'the end instead of a greeting',
      server: (socket) => socket.end(),
      code: 'closed-early',
      text: 'closed the connection instead of sending its greeting',
    },
    { name: 'silence', words: '-t 1', server: silent, code: 'timed-out', text: 'did not send its greeting within 1 s' },
    {
      name: 'silence behind quit',
      words: '-t 1',
      server: speaking(GREETING),
      code: 'timed-out',
      text: 'did not answer quit within 1 s',
    },
  ],
})

test('ftp.monitor and ftp: hosts without an address fail as well', MON, async () => {
  await alike(ftp, 'ftp.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
})

test('a server that closes instead of saying goodbye is up, with a warning', async (t) => {
  const port = await peer(t, speaking({ last: GREETING }))
  const { exit, warnings } = await ours(ftp, `-p ${port}`, ['127.0.0.1'])
  assert.deepEqual([exit, warnings], [0, ['127.0.0.1 closed the connection instead of answering quit']])
})
