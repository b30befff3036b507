/** mon's dns.monitor and our built-in, asked the same; and what a name server may do to us. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type DnsOptions, dns } from '../../monitors/dns.ts'
import { script } from '../../monitors/script.ts'
import { decodeReply, encodeQuery } from '../../src/edge/dns/message.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { a, nameServer, soa, type Zone } from './name-server.ts'
import { optionsOf } from './options-of.ts'
import { peer } from './peers.ts'

const timeout = seconds(30)
const context = (environment: Readonly<Record<string, string>> = {}) => ({
  signal: AbortSignal.timeout(timeout),
  timeout,
  environment,
})
const ask = (hosts: readonly string[], options: DnsOptions) => dns.check(hosts.map(host), options, context())

const [m1, m2, s1, s2, s3, gone] = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15', '127.0.0.16']
const SERVERS = [m1, m2, s1, s2, s3]

/** Serials by server and zone; `bad.example` tries out what else a server may answer. */
const world =
  (at: string): Zone =>
  ({ name, type }) => {
    const authoritative = { authoritative: true }
    if (type === 'SOA' && name === 'a.example') return { ...authoritative, answers: [soa(name, at === s2 ? 41 : 42)] }
    if (type === 'SOA' && name === 'b.example') {
      if (at === m2) return { rcode: 5 }
      return { ...authoritative, answers: [soa(name, at === s3 ? 1 : 7)] }
    }
    if (type === 'SOA' && name === 'split.example') return { ...authoritative, answers: [soa(name, at === m2 ? 5 : 9)] }
    if (type === 'SOA' && name === 'zero.example') return { ...authoritative, answers: [soa(name, 0)] }
    if (type === 'SOA' && name === 'bad.example') {
      if (at === s1) return { answers: [soa(name, 3)] }
      if (at === s2) return { ...authoritative, answers: [soa(name, 3), soa(name, 3)] }
      if (at === s3) return { ...authoritative, answers: [a(name, '192.0.2.1')] }
      return { ...authoritative, answers: [soa(name, 3)] }
    }
    if (type === 'SOA' && name === 'cut.example') return { ...authoritative, truncated: true, answers: [soa(name, 8)] }
    if (type === 'A' && name === 'www.example') return { answers: [a(name, '192.0.2.1'), a(name, '192.0.2.2')] }
    if (type === 'A' && name === 'alias.example') return { answers: [a(name, at === s2 ? '192.0.2.9' : '192.0.2.2')] }
    if (type === 'MX' && name === 'www.example') {
      return { answers: [{ type: 'MX', name, ttl: 60, data: { preference: 10, exchange: 'mx.example' } }] }
    }
    return at === s3 ? {} : { rcode: 3 }
  }

const quick = ['-retry', '1', '-retransmit', '1']
const all = [s1, s2, s3].map(String)
const zoneCalls: readonly (readonly [name: string, words: string, hosts: readonly string[]])[] = [
  ['all hold the zone of the master', '-zone cut.example -master M1', all],
  ['one is a serial behind', '-zone a.example -master M1', all],
  ['one is a serial behind, and that is allowed', '-zone a.example -master M1 -serial_threshold 1', all],
  ['two zones, each failed by another', '-zone a.example -zone b.example -master M1', all],
  ['a master refuses, the other is enough', '-zone b.example -master M1 -master M2', all],
  ['a master refuses, and one is too many', '-zone b.example -master M2 -master M1 -failsingle', all],
  ['the only master refuses', '-zone b.example -master M2', all],
  ['the masters disagree', '-zone split.example -master M1 -master M2', all],
  ['the masters disagree as much as is allowed', '-zone split.example -master M1 -master M2 -serial_threshold 4', all],
  ['the master has serial 0', '-zone zero.example -master M1', all],
  ['not authoritative, and too many records', '-zone bad.example -master M1', [String(s1), String(s2)]],
  ['nobody has the zone', '-zone none.example -master M1', all],
  ['over TCP', '-zone a.example -master M1 -tcp', all],
  ['nobody listens', '-zone a.example -master M1', [String(s1), String(gone)]],
  ['a lookup of an address', '-caching_only -query www.example', all],
  ['lookups of other types', '-caching_only -query www.example:MX -query www.example:A', all],
  ['a lookup that finds nothing', '-caching_only -query none.example -query www.example', all],
  ['two that find nothing', '-caching_only -query none.example -query other.example:MX', all],
  ['two names with an address in common', '-caching_only -query www.example:A:alias.example', [String(s1)]],
]

const bothAsked = async (t: TestContext, words: readonly string[], hosts: readonly string[]) => {
  const { port } = await nameServer(t, SERVERS.map(String), world)
  const command = ['/usr/lib/mon/mon.d/dns.monitor', ...words]
  // Net::DNS takes options from resolv.conf or from here.
  const theirs = await script.check(hosts.map(host), { command }, context({ RES_OPTIONS: `port:${port}` }))
  const ours = await ask(hosts, { ...optionsOf(dns, words.join(' ')), port })
  return { ours, theirs }
}

for (const [name, text, hosts] of zoneCalls) {
  const words = [...text.replaceAll('M1', String(m1)).replaceAll('M2', String(m2)).split(' '), ...quick]
  test(`dns.monitor and we say and exit the same: ${name}`, needs('mon', 'net-dns'), async (t) => {
    const { ours, theirs } = await bothAsked(t, words, hosts)
    assert.equal(ours.summary, theirs.summary)
    assert.equal(ours.exit, theirs.exit)
    for (const { host: one, kind } of theirs.hosts) {
      if (kind === 'down') assert.equal(ours.hosts.find((each) => each.host === one)?.kind, 'down', one)
    }
  })
}

test('where all of two masters fail we fail, and dns.monitor succeeds', needs('mon', 'net-dns'), async (t) => {
  const words = ['-zone', 'none.example', '-master', String(m1), '-master', String(m2)]
  const { ours, theirs } = await bothAsked(t, words, all)
  assert.equal(theirs.exit, 0)
  assert.deepEqual([ours.exit, ours.summary], [251, '(none.example) '])
  assert(ours.hosts.every((each) => each.kind === 'unknown' && each.code === 'no-master'))
})

test(
  'an answer that is not the expected one is named, which dns.monitor forgets',
  needs('mon', 'net-dns'),
  async (t) => {
    const words = ['-caching_only', '-query', 'www.example:A:alias.example']
    const { ours, theirs } = await bothAsked(t, words, [String(s1), String(s2)])
    assert.deepEqual([theirs.exit, theirs.summary], [1, ' '])
    assert.deepEqual([ours.exit, ours.summary], [1, `www.example@${s2}  `])
    assert.match(ours.detail, /answered nothing for A of www\.example that alias\.example has as well/)
  },
)

const detailOf = async (at: string | undefined, port: number, options: DnsOptions = {}) => {
  const zone = { zone: ['a.example'], master: [String(m1)], retry: 1, retransmit: 0.2 }
  return (await ask([String(at)], { ...zone, port, ...options })).detail
}

test('each fault of a server is told', async (t) => {
  const { port } = await nameServer(t, SERVERS.map(String), world)
  const bad: DnsOptions = { zone: ['bad.example'] }
  assert.equal(await detailOf(s2, port), `${s2} has serial 41 of a.example where the masters have 42\n`)
  assert.equal(await detailOf(s1, port, bad), `${s1} is not authoritative for bad.example\n`)
  assert.equal(await detailOf(s2, port, bad), `${s2} answered 2 records for SOA of bad.example\n`)
  assert.equal(await detailOf(s3, port, bad), `${s3} answered A for SOA of bad.example\n`)
  assert.equal(await detailOf(gone, port), `${gone} does not listen on UDP port ${port}\n`)
  assert.equal(await detailOf(gone, port, { tcp: true }), `${gone} refused the connection on port ${port}\n`)
  const query: DnsOptions = { zone: [], query: ['none.example:MX'] }
  assert.equal(await detailOf(s1, port, query), `${s1} answered NXDOMAIN for MX of none.example\n`)
  assert.equal(await detailOf(s3, port, query), `${s3} has no MX record of none.example\n`)
})

test('a reply that is cut short is asked for again over TCP', async (t) => {
  const { port, asked } = await nameServer(t, [String(m1)], world)
  const result = await ask([String(m1)], { query: ['cut.example:SOA'], port })
  assert.equal(result.exit, 0, result.detail)
  assert.deepEqual(asked, [`${m1} udp`, `${m1} tcp`])
})

test('without what it needs the monitor says what that is, and speaks against nobody', async () => {
  const result = await ask(['127.0.0.1'], { zone: ['a.example'] })
  assert.equal(result.exit, 1)
  assert.match(result.detail, /needs a -master to compare it with/)
  assert.equal(result.hosts[0]?.kind, 'unknown')
})

/** Answers each datagram with what `replies` says, in turn. */
async function datagrams(t: TestContext, replies: (query: Buffer, turn: number) => readonly Buffer[]) {
  const socket = createSocket('udp4')
  let turn = 0
  socket.on('message', (query, { port, address }) => {
    for (const reply of replies(query, turn)) socket.send(reply, port, address)
    turn += 1
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return { port: socket.address().port, turns: () => turn }
}

/** The question as a reply, with one A record behind it. */
const rightAnswer = (query: Buffer): Buffer => {
  const reply = Buffer.concat([query, Buffer.from('c00c000100010000003c0004c0000201', 'hex')])
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
  return reply
}
const otherId = (reply: Buffer): Buffer => {
  const other = Buffer.from(reply)
  other[0] = (other[0] ?? 0) ^ 0xff
  return other
}

const lookup: DnsOptions = { query: ['www.example'], retransmit: 0.2 }

test('a question whose first packet is lost is asked again', async (t) => {
  const { port, turns } = await datagrams(t, (query, turn) => (turn === 0 ? [] : [rightAnswer(query)]))
  assert.equal((await ask(['127.0.0.1'], { ...lookup, port })).exit, 0)
  assert.equal(turns(), 2)
})

test('packets that are no answer to our question are passed over', async (t) => {
  const { port } = await datagrams(t, (query) => [
    Buffer.alloc(0),
    Buffer.from('garbage'),
    query,
    otherId(rightAnswer(query)),
    Buffer.concat([query.subarray(0, 4), Buffer.alloc(8, 0xff), Buffer.alloc(500)]),
    rightAnswer(query),
  ])
  assert.equal((await ask(['127.0.0.1'], { ...lookup, port })).exit, 0)
})

test('a server that says nothing useful is down when its time is over', async (t) => {
  const { port } = await datagrams(t, (query) => [otherId(rightAnswer(query))])
  const result = await ask(['127.0.0.1'], { ...lookup, retry: 1, port })
  assert.equal(result.detail, `127.0.0.1 did not answer on UDP port ${port} within 200 ms\n`)
})

const overTcp: readonly (readonly [name: string, bytes: Buffer, detail: RegExp])[] = [
  ['closes at once', Buffer.alloc(0), /closed the connection on TCP port \d+ before it had answered/],
  ['announces more than it sends', Buffer.from('ffff00', 'hex'), /closed the connection on TCP port/],
  ['sends something else', Buffer.from('HTTP/1.0 400 Bad Request'.padEnd(20_000)), /something other than an answer/],
  [
    'sends a message that is none',
    Buffer.concat([Buffer.from([0, 20]), Buffer.alloc(20)]),
    /something other than an answer/,
  ],
]
for (const [name, bytes, detail] of overTcp) {
  test(`a server that ${name} over TCP is down`, async (t) => {
    const port = await peer(t, (socket) => socket.end(bytes))
    assert.match((await ask(['127.0.0.1'], { ...lookup, tcp: true, port })).detail, detail)
  })
}

test('any bytes are an answer or none, and never an exception', () => {
  const query = encodeQuery(7, { name: 'www.example', type: 'A' }, { recurse: true })
  const reply = rightAnswer(query.bytes)
  assert.equal(decodeReply(reply, query)?.answer.kind, 'reply')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(reply.length), (bytes, from) => {
      decodeReply(Buffer.from(bytes), query)
      const spoiled = Buffer.concat([reply.subarray(0, from), bytes])
      const read = decodeReply(spoiled, query)
      if (read?.answer.kind === 'reply') assert(read.answer.records.length <= 1024)
    }),
  )
})
