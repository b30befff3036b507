import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { smtp } from '../../monitors/smtp.ts'
import { needs } from '../needs.ts'
import { peer } from './peers.ts'
import { alike, dripping, flooding, monsOwn, ours, resetting, silent, speaking, testTable } from './talk-table.ts'

const MON = needs('mon', 'perl')
const GREETING = '220 mx ESMTP\r\n'
const good = { helo: '250 hello\r\n', quit: { last: '221 bye\r\n' } }

testTable({
  monitor: smtp,
  script: 'smtp.monitor',
  needs: MON,
  vectors: [
    {
      name: 'one that answers as it should',
      server: speaking(GREETING, good),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'replies of several lines',
      server: speaking('220-mx\r\n220-no spam\r\n220 please\r\n', { ...good, helo: '250-mx\r\n250 SIZE\r\n' }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'bare line feeds, and no line end behind the last',
      server: speaking('220 mx\n', { helo: '250 hello\n', quit: { last: '221 bye' } }),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'everything at once, before it is asked',
      server: (socket) => socket.end('220 mx\r\n250 hello\r\n221 bye\r\n'),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'a byte at a time',
      server: dripping('220 mx\r\n250 hello\r\n221 bye\r\n'),
      code: null,
      text: 'greeted and said goodbye',
    },
    {
      name: 'one that wants nobody today',
      server: speaking({ last: '421 too busy\r\n' }),
      code: 'wrong-greeting',
      text: 'sent "421 too busy" as its greeting, and 220 was expected',
    },
    {
      name: 'a code without a blank behind it',
      server: speaking('220\r\n', good),
      code: 'wrong-greeting',
      text: 'sent "220" as its greeting, and 220 was expected',
    },
    {
      name: 'another protocol, in bytes that nobody may see',
      server: speaking('SSH-2.0-x\x1b[2J\x07\r\n'),
      code: 'wrong-greeting',
      text: 'sent "SSH-2.0-x?[2J?" as its greeting, and 220 was expected',
    },
    {
      name: 'a refused HELO',
      server: speaking(GREETING, { helo: '501 who?\r\n' }),
      code: 'wrong-answer',
      text: 'sent "501 who?" as its answer to HELO, and 250 was expected',
    },
    {
      name: 'another code on the last line of several',
      server: speaking(GREETING, { helo: '250-mx\r\n550 no\r\n' }),
      code: 'wrong-answer',
      text: 'sent "550 no" as its answer to HELO, and 250 was expected',
    },
    {
      name: 'a refused quit',
      server: speaking(GREETING, { ...good, quit: '500 stay\r\n' }),
      code: 'wrong-answer',
      text: 'sent "500 stay" as its answer to quit, and 221 was expected',
    },
    {
      name: 'goodbye in several lines',
      server: speaking(GREETING, { ...good, quit: '221-good\r\n221 bye\r\n' }),
      code: null,
      text: 'greeted and said goodbye',
      unlikeMon: 'it takes no goodbye of several lines, which RFC 5321 §4.2 allows',
    },
    {
      name: 'the end instead of a greeting',
      server: (socket) => socket.end(),
      code: 'closed-early',
      text: 'closed the connection instead of sending its greeting',
    },
    {
      name: 'the end in the middle of a reply',
      server: speaking({ last: '220-mx\r\n220-and' }),
      code: 'closed-early',
      text: 'closed the connection instead of sending its greeting',
    },
    {
      name: 'the end behind the greeting',
      server: speaking({ last: GREETING }),
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to HELO',
    },
    {
      name: 'the end instead of a goodbye',
      server: speaking(GREETING, { ...good, quit: { last: '' } }),
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to quit',
    },
    {
      name: 'a reset in the middle',
      server: (socket) => {
        socket.write(GREETING)
        socket.once('data', () => resetting(socket))
      },
      code: 'closed-early',
      text: 'closed the connection instead of sending its answer to HELO',
    },
    { name: 'silence', words: '-t 1', server: silent, code: 'timed-out', text: 'did not send its greeting within 1 s' },
    {
      name: 'silence behind HELO',
      words: '-t 1',
      server: speaking(GREETING, { helo: '250-wait\r\n' }),
      code: 'timed-out',
      text: 'did not answer HELO within 1 s; the last it said was "250-wait"',
    },
    {
      name: 'a line without end',
      words: '-t 1',
      server: flooding,
      code: 'line-too-long',
      text: 'sent a line of more than 65536 bytes',
      unlikeMon: 'it reads on, past its own limit of time, until no memory is left',
    },
    {
      name: 'a greeting without end',
      words: '-t 1',
      server: (socket) => socket.resume().write('220-more\r\n'.repeat(200_000)),
      code: 'too-much',
      text: 'sent more than 1048576 bytes',
    },
  ],
})

test('smtp.monitor and smtp say the same words in the same order', MON, async (t) => {
  const heard: string[] = []
  const port = await peer(t, (socket) => {
    const at = heard.push('') - 1
    socket.on('data', (bytes) => {
      heard[at] += bytes.toString('latin1')
    })
    speaking(GREETING, good)(socket)
  })
  await monsOwn('smtp.monitor', `-p ${port}`, ['127.0.0.1'])
  await ours(smtp, `-p ${port}`, ['127.0.0.1'])
  const [theirs = '', own = ''] = heard
  assert.equal(own, `HELO ${hostname()}\r\nquit\r\n`)
  // It says goodbye once more where nobody listens.
  assert.equal(theirs.replace(/QUIT\r\n$/, ''), own)
})

test('smtp.monitor and smtp: hosts without an address fail as well', MON, async () => {
  const result = await alike(smtp, 'smtp.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
  assert.deepEqual(
    result.hosts.map(({ kind }) => kind),
    ['unknown', 'down'],
  )
})

test('an IPv6 address is asked, which smtp.monitor cannot', async (t) => {
  const port = await peer(t, speaking(GREETING, good), '::1')
  const result = await ours(smtp, `-p ${port}`, ['::1'])
  assert.equal(result.exit, 0)
})

test('a name that has an IPv4 address is asked there, unless -6 is given', async (t) => {
  const port = await peer(t, speaking(GREETING, good))
  const [four] = (await ours(smtp, `-p ${port}`, ['localhost'])).hosts
  assert.equal(four?.text, 'greeted and said goodbye (address 127.0.0.1)')
  const [six] = (await ours(smtp, `-p ${port} -6`, ['127.0.0.1'])).hosts
  assert.equal(six?.kind === 'unknown' && six.code, 'wrong-family')
})

test('a port may be named as in /etc/services, and 0 is the standard one', async () => {
  const text = async (port: string) => (await ours(smtp, `-p ${port} -t 0`, ['127.0.0.250'])).detail
  assert.equal(await text('submission'), '127.0.0.250 refused the connection on port 587\n')
  assert.equal(await text('0'), '127.0.0.250 refused the connection on port 25\n')
  assert.equal(
    await text('no-such-service'),
    '127.0.0.250 could not be checked: /etc/services has no TCP service no-such-service\n',
  )
})

test("keepalived's SMTP_CHECK: a HELO of one's own, and whatever line answers QUIT", async (t) => {
  const heard: string[] = []
  const port = await peer(t, (socket) => {
    socket.on('data', (bytes) => heard.push(bytes.toString('latin1')))
    speaking('220-a\r\n220 b\r\n', { helo: '250-a\r\n250 b\r\n', quit: '500 stay\r\n' })(socket)
  })
  const words = `-p ${port} --helo smtpchecker.keepalived.org --any-goodbye --connect-ip 127.0.0.1`
  const result = await ours(smtp, words, ['192.0.2.1'])
  assert.equal(result.detail, '')
  assert.equal(result.hosts[0]?.host, '192.0.2.1')
  assert.equal(heard.join(''), 'HELO smtpchecker.keepalived.org\r\nQUIT\r\n')
})

test('SMTP_CHECK: a server that closes instead of answering QUIT has not answered', async (t) => {
  const port = await peer(t, speaking(GREETING, { helo: '250 hello\r\n', quit: { last: '' } }))
  const { hosts } = await ours(smtp, `-p ${port} --any-goodbye`, ['127.0.0.1'])
  assert.equal(hosts[0]?.text, 'closed the connection instead of sending its answer to QUIT')
})
