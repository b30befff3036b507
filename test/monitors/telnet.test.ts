import assert from 'node:assert/strict'
import { test } from 'node:test'
import { telnet } from '../../monitors/telnet.ts'
import { needs } from '../needs.ts'
import { type Behaviour, peer } from './peers.ts'
import { alike, dripping, flooding, ours, silent, speaking, testTable } from './talk-table.ts'

/** telnet.monitor is written with Net::Telnet, which comes with Debian's mon only as a recommendation. */
const NET_TELNET = needs('mon', 'perl', 'net-telnet')
const UP = 'showed the prompt /ogin:/i'

/** DO TERMINAL-TYPE, WILL ECHO, and a subnegotiation that holds what looks like a prompt. */
const NEGOTIATION = '\xff\xfd\x18\xff\xfb\x01\xff\xfa\x18\x01login:\xff\xf0'

testTable({
  monitor: telnet,
  script: 'telnet.monitor',
  needs: NET_TELNET,
  vectors: [
    { name: 'one that asks who is there', server: speaking('Debian 12\r\nhost login: '), code: null, text: UP },
    { name: 'a prompt in capitals', server: speaking('LOGIN:'), code: null, text: UP },
    { name: 'a prompt, and the end', server: speaking({ last: 'login: ' }), code: null, text: UP },
    { name: 'a byte at a time', server: dripping('one\r\ntwo\r\nlogin: '), code: null, text: UP },
    { name: 'negotiation in front', server: speaking(`${NEGOTIATION}login: `), code: null, text: UP },
    {
      name: 'negotiation in the middle of the word',
      server: dripping('lo\xff\xf1g\xff\xfd\x03in:'),
      code: null,
      text: UP,
    },
    {
      name: 'negotiation, and nothing else',
      words: '-t 1',
      server: speaking(NEGOTIATION),
      code: 'timed-out',
      text: 'did not show the prompt /ogin:/i within 1 s; it sent no text',
    },
    {
      name: 'another prompt than usual',
      words: "-l '/^Username: $/m'",
      server: speaking('hello\r\nUsername: '),
      code: null,
      text: 'showed the prompt /^Username: $/m',
    },
    {
      name: 'a pattern over a line end, which is one character',
      words: "-l 'm{a\\nb$}'",
      server: speaking('a\r\nb\r\n'),
      code: null,
      text: 'showed the prompt m{a\\nb$}',
    },
    {
      name: 'a pattern of bytes',
      words: "-l '/grün/'",
      server: speaking('gr\xc3\xbcn'),
      code: null,
      text: 'showed the prompt /grün/',
    },
    {
      name: 'a pattern that is content with nothing',
      words: "-l '/x*/'",
      server: silent,
      code: null,
      text: 'showed the prompt /x*/',
    },
    {
      name: 'another prompt than expected',
      words: "-t 1 -l '/ogin:/'",
      server: speaking('Password:'),
      code: 'timed-out',
      text: 'did not show the prompt /ogin:/ within 1 s; its last line was "Password:"',
    },
    {
      name: 'the end instead of a prompt',
      server: speaking({ last: 'go away\r\n' }),
      code: 'closed-early',
      text: 'closed the connection before it showed the prompt /ogin:/i; its last line was "go away"',
    },
    {
      name: 'the end at once',
      server: (socket) => socket.end(),
      code: 'closed-early',
      text: 'closed the connection before it showed the prompt /ogin:/i; it sent no text',
    },
    {
      name: 'silence',
      words: '-t 1',
      server: silent,
      code: 'timed-out',
      text: 'did not show the prompt /ogin:/i within 1 s; it sent no text',
    },
  ],
})

test('telnet.monitor and telnet: hosts without an address fail as well', NET_TELNET, async () => {
  await alike(telnet, 'telnet.monitor', '-p 1', ['no-such-host.invalid', '127.0.0.1'])
})

test('telnet.monitor and telnet: a flood is no prompt', NET_TELNET, async (t) => {
  const port = await peer(t, flooding)
  const { hosts } = await alike(telnet, 'telnet.monitor', `-p ${port} -t 5`, ['127.0.0.1'])
  assert.match(hosts[0]?.text ?? '', /^sent \d+ bytes without showing the prompt \/ogin:\/i; its last line was "x+…"$/)
})

test('every option that a server wants to negotiate is refused, and agreement is not answered', async (t) => {
  let heard = ''
  const port = await peer(t, (socket) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      if (heard.length === 6) socket.write('login:')
    })
    socket.write('\xff\xfd\x18\xff\xfb\x01\xff\xfc\x03\xff\xfe\x05', 'latin1')
  })
  const { exit } = await ours(telnet, `-p ${port}`, ['127.0.0.1'])
  assert.equal(exit, 0)
  assert.equal(heard, '\xff\xfc\x18\xff\xfe\x01')
})

const endlessOffers: Behaviour = (socket) => {
  const offers = Buffer.from('\xff\xfb\x01'.repeat(4096), 'latin1')
  const pour = (): void => {
    while (!socket.destroyed && socket.write(offers));
  }
  socket.on('drain', pour)
  pour()
}

test('a server that negotiates without end, and does not read the answers, costs little and is down', async (t) => {
  const port = await peer(t, endlessOffers)
  const { hosts } = await ours(telnet, `-p ${port}`, ['127.0.0.1'])
  assert.match(hosts[0]?.text ?? '', /^sent \d+ bytes without showing the prompt/)
})

test('a pattern that takes too long on what a server shows is stopped', async (t) => {
  const port = await peer(t, speaking(`${'a'.repeat(40)}!`))
  const { hosts } = await ours(telnet, `-p ${port} -l '/(a+)+$/'`, ['127.0.0.1'])
  assert.equal(hosts[0]?.kind === 'down' && hosts[0].code, 'regex-too-slow')
})
