/** keepalived's UDP_CHECK and DNS_CHECK: datagrams out, and what silence, refusals and answers mean. */
import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { type DnsCheckOptions, dnsCheck } from '../../monitors/dns-check.ts'
import { type UdpOptions, udp } from '../../monitors/udp.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { nameServer, soa } from './name-server.ts'
import { optionsOf } from './options-of.ts'
import { context } from './peers.ts'

async function datagrams(
  t: TestContext,
  behaviour: (bytes: Buffer, from: RemoteInfo, socket: Socket) => void,
  address = '127.0.0.1',
): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (bytes, from) => behaviour(bytes, from, socket))
  await once(socket.bind(0, address), 'listening')
  t.after(() => socket.close())
  return socket.address().port
}
const answering = (hex: string) => (_: Buffer, from: RemoteInfo, socket: Socket) =>
  void socket.send(Buffer.from(hex, 'hex'), from.port, from.address)
const silent = (): void => undefined

async function checkUdp(options: UdpOptions, at = '127.0.0.1'): Promise<HostResult> {
  const [result] = (await udp.check([host(at)], { timeout: 0.3, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: HostResult): string => (result.kind === 'up' ? 'up' : `${result.kind} ${result.code}`)

const vectors: {
  name: string
  hex: string | null
  options: Omit<UdpOptions, 'port'>
  code: string
  text: RegExp
}[] = [
  { name: 'silence', hex: null, options: {}, code: 'up', text: /nobody said otherwise within 300 ms$/ },
  {
    name: 'silence where a reply is required',
    hex: null,
    options: { requireReply: true },
    code: 'down timed-out',
    text: /^did not answer on UDP port \d+ within 300 ms$/,
  },
  {
    name: 'silence where a reply is described',
    hex: null,
    options: { reply: 'x' },
    code: 'down timed-out',
    text: /300/,
  },
  { name: 'any reply', hex: '00', options: { requireReply: true }, code: 'up', text: /with 1 bytes$/ },
  { name: 'an empty reply', hex: '', options: { requireReply: true }, code: 'up', text: /with 0 bytes$/ },
  { name: 'the right reply', hex: 'ab120f', options: { reply: 'Ab12f' }, code: 'up', text: /3 bytes/ },
  { name: 'a reply that may differ', hex: 'ab127f', options: { reply: 'xbX2xf' }, code: 'up', text: /3 bytes/ },
  {
    name: 'a wrong reply',
    hex: 'ab137f',
    options: { reply: 'ab 12' },
    code: 'down wrong-answer',
    text: /^answered ab 13 7f, which is not as expected at byte 1$/,
  },
  { name: 'a reply that goes on', hex: 'ab12ffff', options: { reply: 'ab12' }, code: 'up', text: /4 bytes/ },
  { name: 'a reply that ends early', hex: 'ab', options: { reply: 'ab12' }, code: 'up', text: /1 bytes/ },
  {
    name: 'a short one',
    hex: 'ab',
    options: { reply: 'ab12', minReplyLength: 2 },
    code: 'down wrong-length',
    text: /^answered with 1 bytes where 2 to 255 were expected$/,
  },
  { name: 'a long one', hex: '00'.repeat(256), options: { reply: '00' }, code: 'down wrong-length', text: /256/ },
  {
    name: 'a long one that may be',
    hex: '00'.repeat(256),
    options: { reply: '00', maxReplyLength: 256 },
    code: 'up',
    text: /256/,
  },
  {
    name: 'any length where no bytes are described, as keepalived has it',
    hex: '00'.repeat(300),
    options: { requireReply: true, minReplyLength: 1, maxReplyLength: 2 },
    code: 'up',
    text: /300/,
  },
]
for (const { name, hex, options, code, text } of vectors) {
  test(`${name} is ${code}`, async (t) => {
    const port = await datagrams(t, hex === null ? silent : answering(hex))
    const result = await checkUdp({ port, ...options })
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

for (const [address, any] of [
  ['127.0.0.1', '0.0.0.0'],
  ['::1', '::'],
] as const) {
  test(`${address}: a port on which nobody listens is down`, async () => {
    const socket = createSocket(any === '::' ? 'udp6' : 'udp4')
    await once(socket.bind(0, address), 'listening')
    const { port } = socket.address()
    await new Promise<void>((closed) => socket.close(closed))
    const result = await checkUdp({ port, timeout: 20 }, address)
    assert.equal(codeOf(result), 'down refused')
    assert.match(result.text, /^does not listen on UDP port \d+, or a firewall says so$/)
  })

  test(`${address}: what is sent is keepalived's text, or the bytes given`, async (t) => {
    const heard: string[] = []
    const listen = (bytes: Buffer, from: RemoteInfo, socket: Socket): void => {
      heard.push(bytes.toString('latin1'))
      socket.send('', from.port, from.address)
    }
    const port = await datagrams(t, listen, address)
    await checkUdp({ port, requireReply: true }, address)
    await checkUdp({ port, requireReply: true, payload: 'Ab12f 3 456 54' }, address)
    assert.deepEqual(heard, ['keepalived check - keepalived ch', '\xab\x12\x0f\x03\x45\x06\x54'])
  })
}

test('another address is asked in place of the host, and the verdict is the host’s', async (t) => {
  const port = await datagrams(t, answering('00'), '127.0.0.9')
  const result = await checkUdp({ port, requireReply: true, connectIp: '127.0.0.9', source: '127.0.0.8' }, '192.0.2.1')
  assert.equal(codeOf(result), 'up')
  assert.equal(result.host, '192.0.2.1')
})

test('an operator of mon.cf writes it with flags', () => {
  assert.deepEqual(optionsOf(udp, '-p 161 --payload "30 26" --reply "30 xx" --bind-if eth0'), {
    port: 161,
    payload: '30 26',
    reply: '30 xx',
    bindIf: 'eth0',
    minReplyLength: 0,
    maxReplyLength: 255,
  })
})

async function checkDns(port: number, options: DnsCheckOptions = {}): Promise<HostResult> {
  const [result] = (await dnsCheck.check([host('127.0.0.1')], { port, timeout: 0.5, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}

const rcodes: { rcode: number; code: string; text: string }[] = [
  { rcode: 0, code: 'up', text: 'answered NOERROR for SOA of .' },
  { rcode: 2, code: 'down refused-answer', text: 'answered SERVFAIL for SOA of .' },
  { rcode: 3, code: 'down refused-answer', text: 'answered NXDOMAIN for SOA of .' },
  { rcode: 5, code: 'down refused-answer', text: 'answered REFUSED for SOA of .' },
  { rcode: 14, code: 'down refused-answer', text: 'answered RCODE14 for SOA of .' },
]
for (const { rcode, code, text } of rcodes) {
  test(`a name server that answers with rcode ${rcode} and nothing else is ${code}`, async (t) => {
    const { port } = await nameServer(t, ['127.0.0.1'], () => () => ({ rcode }))
    const result = await checkDns(port)
    assert.equal(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

test('every type is asked for by its name', async (t) => {
  const asked: string[] = []
  const { port } = await nameServer(t, ['127.0.0.1'], () => ({ type, name }) => {
    asked.push(`${type} ${name}`)
    return { answers: [soa('a.example', 1)] }
  })
  const types = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY'] as const
  for (const type of types) assert.equal(codeOf(await checkDns(port, { type, name: 'a.example' })), 'up')
  assert.deepEqual(
    asked,
    types.map((type) => `${type} a.example`),
  )
})

test('a name server that is silent is down at its deadline', async (t) => {
  const result = await checkDns(await datagrams(t, silent))
  assert.equal(codeOf(result), 'down timed-out')
  assert.match(result.text, /^did not answer on UDP port \d+ within 500 ms$/)
})

test('replies to other questions, and what is none, are passed over', async (t) => {
  const port = await datagrams(t, (query, from, socket) => {
    const reply = Buffer.from(query)
    reply.writeUInt16BE(0x8000, 2)
    const foreign = Buffer.from(reply)
    foreign.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0)
    foreign.writeUInt16BE(0x8003, 2)
    for (const bytes of [query, foreign, reply.subarray(0, 11), Buffer.alloc(0), reply]) {
      socket.send(bytes, from.port, from.address)
    }
  })
  assert.equal(codeOf(await checkDns(port)), 'up')
})

test('the question is a recursive one with one name in it', async (t) => {
  const heard: Buffer[] = []
  const port = await datagrams(t, (query) => void heard.push(query))
  await checkDns(port, { timeout: 0.1 })
  assert.equal(heard[0]?.subarray(2).toString('hex'), `0100${'0001'}${'0000'.repeat(3)}00${'0006'}${'0001'}`)
})
