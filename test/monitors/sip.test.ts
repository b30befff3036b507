/** A real Kamailio over UDP and TCP, IPv4 and IPv6; and what a server may do to us. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type SipOptions, sip } from '../../monitors/sip.ts'
import { host } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { LDIRECTORD, ldirectordSays } from './ldirectord.ts'
import { type Behaviour, context, peer } from './peers.ts'
import { endOf, folder, freePort, start } from './started.ts'
import { flooding, silent } from './talk-table.ts'

const KAMAILIO = needs('kamailio')

const configuration = (address: string, port: number): string => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=1
exit_timeout=1
listen=udp:${address}:${port}
listen=tcp:${address}:${port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
request_route {
  if (method == "OPTIONS" && $rU == "busy") { sl_send_reply("503", "Come Back Later"); exit; }
  if (method == "OPTIONS") { sl_send_reply("200", "OK"); exit; }
  sl_send_reply("405", "Method Not Allowed");
}
event_route[core:worker-one-init] { xlog("L_ALERT", "ready to be asked\\n"); }
`

async function kamailio(t: TestContext, address = '127.0.0.1'): Promise<number> {
  const dir = folder(endOf(t), 'kamailio')
  const port = await freePort(address)
  const file = join(dir, 'kamailio.cfg')
  writeFileSync(file, configuration(address.includes(':') ? `[${address}]` : address, port))
  await start(
    endOf(t),
    '/usr/sbin/kamailio',
    ['-DD', '-E', '-f', file, '-Y', dir, '-m', '8', '-M', '4'],
    /ready to be asked/,
  )
  return port
}

async function ask(port: number, options: SipOptions = {}, at = '127.0.0.1') {
  const [result] = (await sip.check([host(at)], { port, timeout: 5, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)

for (const udp of [true, false]) {
  const over = udp ? 'UDP' : 'TCP'
  test(`Kamailio is up over ${over}, and ldirectord says so too`, KAMAILIO, async (t) => {
    const port = await kamailio(t)
    const result = await ask(port, { udp })
    assert.deepEqual([result.kind, result.text], ['up', 'answered OPTIONS with 200 (OK)'])
    if (LDIRECTORD.skip !== false) return
    const service = { service: 'sip', login: 'a@b.example', protocol: over.toLowerCase() }
    assert.equal(await ldirectordSays({ check: 'check_sip', service, real: { port } }), 'up')
  })

  test(`Kamailio that answers 503 over ${over} is down`, KAMAILIO, async (t) => {
    const result = await ask(await kamailio(t), { udp, login: 'busy@example.org' })
    assert.equal(result.text, 'answered OPTIONS with 503 (Come Back Later) where 200 was expected')
    assert.equal(codeOf(result), 'wrong-status')
  })

  test(`Kamailio is up over ${over} and IPv6`, KAMAILIO, async (t) => {
    const result = await ask(await kamailio(t, '::1'), { udp }, '::1')
    assert.equal(result.kind, 'up', result.text)
  })
}

/** `CALL` in an answer stands for the Call-ID of the request. */
const answering =
  (...answers: readonly string[]): Behaviour =>
  (socket) =>
    socket.once('data', (bytes) => {
      for (const answer of answers) socket.write(answered(answer, bytes))
    })
const answered = (answer: string, request: Buffer): string =>
  answer.replaceAll('CALL', /^Call-ID: (.*?)\r$/m.exec(request.toString('latin1'))?.[1] ?? '')

const OK = 'SIP/2.0 200 OK\r\nCall-ID: CALL\r\nContent-Length: 0\r\n\r\n'
const overTcp: readonly (readonly [name: string, server: Behaviour, code: string | null, text: RegExp])[] = [
  ['that answers is up', answering(OK), null, /^answered OPTIONS with 200 \(OK\)$/],
  ['with short names of headers is up', answering('SIP/2.0 200 OK\r\ni: CALL\r\nl: 0\r\n\r\n'), null, /200/],
  ['that is trying first is up', answering('SIP/2.0 100 Trying\r\nCall-ID: CALL\r\n\r\n', OK), null, /200/],
  ['that sends a body is up', answering('SIP/2.0 183 Wait\r\ni: CALL\r\nl: 4\r\n\r\nSIP/', OK), null, /200/],
  ['that answers somebody else first is up', answering('SIP/2.0 404 No\r\ni: x\r\nl: 0\r\n\r\n', OK), null, /200/],
  ['that speaks of something else is down', answering('HTTP/1.1 200 OK\r\n\r\n'), 'not-sip', /than SIP on TCP port/],
  ['of another version is down', answering('SIP/3.0 200 OK\r\n\r\n'), 'not-sip', /other than SIP/],
  ['that is not in the mood is down', answering('SIP/2.0 486 Busy\r\ni: CALL\r\n\r\n'), 'wrong-status', /486 \(Busy\)/],
  [
    'that leaves half an answer is down',
    answering('SIP/2.0 200 OK\r\nCall'),
    'timed-out',
    /did not answer OPTIONS within/,
  ],
  ['that closes is down', (socket) => socket.end(), 'closed-early', /^closed the connection without an answer$/],
  ['that resets is down', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'closed-early', /closed/],
  ['that floods is down', flooding, 'not-sip', /other than SIP/],
  [
    'that goes on with its headers for ever is down',
    answering(`SIP/2.0 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`),
    'not-sip',
    /other than SIP/,
  ],
  [
    'that is trying for ever is down',
    (socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write('SIP/2.0 100 Trying\r\nl: 0\r\n\r\n'.repeat(100)));
      }
      socket.on('drain', pour).resume()
      pour()
    },
    'too-much',
    /bytes and no answer/,
  ],
  ['that says nothing is down', silent, 'timed-out', /did not answer OPTIONS within/],
]
for (const [name, server, code, text] of overTcp) {
  test(`over TCP, a server ${name}`, async (t) => {
    const result = await ask(await peer(t, server), { timeout: code === 'timed-out' ? 0.3 : 10 })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
  })
}

async function datagrams(
  t: TestContext,
  answers: (request: Buffer, turn: number) => readonly string[],
): Promise<number> {
  const socket = createSocket('udp4')
  let turn = 0
  socket.on('message', (bytes, from) => {
    turn += 1
    for (const answer of answers(bytes, turn)) socket.send(answered(answer, bytes), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}

test('over UDP, what is lost is sent again', async (t) => {
  const requests: string[] = []
  const port = await datagrams(t, (request, turn) => {
    requests.push(request.toString())
    return turn === 1 ? [] : [OK]
  })
  assert.equal((await ask(port, { udp: true })).kind, 'up')
  assert.equal(requests.length, 2)
  assert.equal(requests[0], requests[1], 'the same request, so that a server sees that it is one')
  assert.match(
    requests[0] ?? '',
    /^OPTIONS sip:upalert@\S+ SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK/,
  )
})

const overUdp: readonly (readonly [name: string, answers: readonly string[], code: string | null])[] = [
  ['that is trying first is up', ['SIP/2.0 100 Trying\r\nCall-ID: CALL\r\n\r\n', OK], null],
  ['that answers somebody else first is up', ['SIP/2.0 500 No\r\nCall-ID: x\r\n\r\n', OK], null],
  ['whose answer has no end is up', ['SIP/2.0 200 OK\r\nCall-ID: CALL'], null],
  ['that speaks something else is down', ['hello'], 'not-sip'],
  ['that sends nothing in a datagram is down', [''], 'not-sip'],
  ['that does not know us is down', ['SIP/2.0 403 Forbidden\r\nCall-ID: CALL\r\n\r\n'], 'wrong-status'],
  ['that is silent is down', [], 'timed-out'],
]
for (const [name, answers, code] of overUdp) {
  test(`over UDP, a server ${name}`, async (t) => {
    const port = await datagrams(t, () => answers)
    const result = await ask(port, { udp: true, timeout: code === 'timed-out' ? 0.3 : 10 })
    assert.equal(codeOf(result), code, result.text)
  })
}

test('a request goes to the address that it should go to', async (t) => {
  const port = await datagrams(t, () => [OK])
  const result = await ask(port, { udp: true, connectIp: '127.0.0.1' }, '192.0.2.1')
  assert.equal(result.text, 'answered OPTIONS with 200 (OK) (address 127.0.0.1)')
})
