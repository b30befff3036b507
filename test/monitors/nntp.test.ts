import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nntp } from '../../monitors/nntp.ts'
import { needs } from '../needs.ts'
import { peer } from './peers.ts'
import { alike, monsOwn, ours, silent, speaking, testTable } from './talk-table.ts'

const MON = needs('mon', 'perl')
const GREETING = '200 news ready\r\n'
const good = { mode: '200 posting\r\n', group: '211 0 0 0 control\r\n', quit: { last: '205 bye\r\n' } }
const UP = 'greeted, has the group control and said goodbye'

testTable({
  monitor: nntp,
  script: 'nntp.monitor',
  needs: MON,
  vectors: [
    { name: 'one that answers as it should', server: speaking(GREETING, good), code: null, text: UP },
    { name: 'one that allows no posting', server: speaking('201 read only\r\n', good), code: null, text: UP },
    {
      name: 'another server, for which nothing is read',
      words: '-f -g no.such.group',
      server: speaking(GREETING, { quit: '205 bye\r\n' }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'a newsgroup that is there',
      words: '-g comp.risks',
      server: speaking(GREETING, good),
      code: null,
      text: 'greeted, has the group comp.risks and said goodbye',
    },
    {
      name: 'a newsgroup that is not there',
      words: '-g no.such.group',
      server: speaking(GREETING, { ...good, group: '411 no such group\r\n' }),
      code: 'group-refused',
      text: 'sent "411 no such group" as its answer to group no.such.group, and a code from 200 to 299 was expected',
    },
    {
      name: 'one who must log in',
      server: speaking(GREETING, { ...good, mode: '480 who are you?\r\n' }),
      code: 'wrong-answer',
      text: 'sent "480 who are you?" as its answer to mode reader, and a code from 200 to 299 was expected',
    },
    {
      name: 'a user nobody knows',
      words: '-u joe -a secret',
      server: speaking(GREETING, { ...good, authinfo: '481 no\r\n' }),
      code: 'login-refused',
      text: 'sent "481 no" as its answer to authinfo user, and 381 was expected',
    },
    {
      name: 'a wrong password',
      words: '-u joe -a secret',
      server: speaking(GREETING, { user: '381 and?\r\n', pass: '481 secret is wrong\r\n' }, 1),
      code: 'login-refused',
      text: 'sent "481 *** is wrong" as its answer to authinfo pass, and 281 was expected',
    },
    {
      name: 'one that is closed today',
      server: speaking({ last: '400 later\r\n' }),
      code: 'wrong-greeting',
      text: 'sent "400 later" as its greeting, and a code from 200 to 299 was expected',
    },
    {
      name: 'a refused quit',
      server: speaking(GREETING, { ...good, quit: '500 stay\r\n' }),
      code: 'wrong-answer',
      text: 'sent "500 stay" as its answer to quit, and a code from 200 to 299 was expected',
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
      text: 'closed the connection instead of sending its answer to mode reader',
    },
    { name: 'silence', words: '-t 1', server: silent, code: 'timed-out', text: 'did not send its greeting within 1 s' },
    {
      name: 'silence behind the greeting',
      words: '-t 1',
      server: speaking(GREETING),
      code: 'timed-out',
      text: 'did not answer mode reader within 1 s',
    },
  ],
})

test('nntp.monitor and nntp: hosts without an address fail as well', MON, async () => {
  await alike(nntp, 'nntp.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
})

test('where a host lets its time run out, that is the first line, and the names are the next', MON, async (t) => {
  const port = await peer(t, silent)
  const hosts = ['127.0.0.2', '127.0.0.1']
  const result = await alike(nntp, 'nntp.monitor', `-p ${port} -t 1`, hosts)
  const theirs = await monsOwn('nntp.monitor', `-p ${port} -t 1`, hosts)
  assert.equal(theirs.detail, '127.0.0.1 127.0.0.2\n')
  assert.equal(
    result.detail,
    `127.0.0.1 127.0.0.2
127.0.0.2 refused the connection on port ${port}
127.0.0.1 did not send its greeting within 1 s
`,
  )
})

test('nntp.monitor and nntp log in with the same words', MON, async (t) => {
  const heard: string[] = []
  const port = await peer(t, (socket) => {
    const at = heard.push('') - 1
    const answers = { user: '381 and?\r\n', pass: '281 in\r\n', reader: '200 yes\r\n', 'a.b': '211 0\r\n' }
    speaking(GREETING, answers, 1)(socket)
    socket.on('data', (bytes) => {
      heard[at] += bytes.toString('latin1')
      if (heard[at]?.endsWith('quit\r\n')) socket.end('205 bye\r\n')
    })
  })
  const words = `-p ${port} -g a.b -u joe -a secret -d 1`
  const theirs = await monsOwn('nntp.monitor', words, ['127.0.0.1'])
  const own = await ours(nntp, words, ['127.0.0.1'])
  assert.deepEqual([theirs.exit, own.exit], [0, 0])
  assert.equal(heard[1], heard[0])
  assert.match(String(heard[0]), /^authinfo user joe\r\nauthinfo pass secret\r\nmode reader\r\ngroup a\.b\r\nquit\r\n$/)
})
