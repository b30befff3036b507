import { test } from 'node:test'
import { pop3 } from '../../monitors/pop3.ts'
import { needs } from '../needs.ts'
import { alike, silent, speaking, testTable } from './talk-table.ts'

const MON = needs('mon', 'perl')
const GREETING = '+OK ready <1.2@mx>\r\n'

testTable({
  monitor: pop3,
  script: 'pop3.monitor',
  needs: MON,
  vectors: [
    {
      name: 'one that answers as it should',
      server: speaking(GREETING, { quit: { last: '+OK bye\r\n' } }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'bare words, and no line end behind the last',
      server: speaking('+OK\n', { quit: { last: '+OK' } }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'a goodbye, and no end of the connection',
      server: speaking(GREETING, { quit: '+OK bye\r\n' }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'one that is not in the mood',
      server: speaking('-ERR come back later\r\n'),
      code: 'wrong-greeting',
      text: 'sent "-ERR come back later" as its greeting, and +OK was expected',
    },
    {
      name: 'an empty line',
      server: speaking('\r\n+OK ready\r\n', { quit: '+OK bye\r\n' }),
      code: 'wrong-greeting',
      text: 'sent an empty line as its greeting, and +OK was expected',
    },
    {
      name: 'a refused quit',
      server: speaking(GREETING, { quit: '-ERR stay\r\n' }),
      code: 'wrong-answer',
      text: 'sent "-ERR stay" as its answer to quit, and +OK was expected',
    },
    {
      name: 'the end instead of a greeting',
      server: (socket) => socket.end(),
      code: 'closed-early',
      text: 'closed the connection instead of sending its greeting',
    },
    {
      name: 'the end behind the greeting',
      server: speaking({ last: GREETING }),
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to quit',
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

test('pop3.monitor and pop3: hosts without an address fail as well', MON, async () => {
  await alike(pop3, 'pop3.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
})
