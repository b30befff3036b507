/** What the trap alert sends and says, against sockets of this test; with the real mon in trap-mon.test.ts. */
import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { alerts } from '../../alerts/index.ts'
import { type TrapOptions, trap } from '../../alerts/trap.ts'
import type { AlertContext, AlertKind, AlertMessage } from '../../src/model/alert.ts'
import { decodeTrap, LONGEST_SENT_TRAP, type Trap } from '../../src/wire/mon/trap.ts'
import { fresh } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const context = (more: Partial<AlertContext> = {}): AlertContext => ({ ...alertContext(''), ...more })

interface Receiver {
  readonly port: number
  readonly packets: Buffer[]
  readonly traps: Trap[]
}

async function receiver(t: TestContext, address = '127.0.0.1'): Promise<Receiver> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address)
  t.after(() => close(socket))
  await once(socket, 'listening')
  const packets: Buffer[] = []
  const traps: Trap[] = []
  socket.on('message', (packet: Buffer, _: RemoteInfo) => {
    packets.push(packet)
    traps.push(decodeTrap(packet))
  })
  return { port: socket.address().port, packets, traps }
}

const close = (socket: Socket): void => void socket.close()

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

const said: AlertMessage = { ...failure, environment: { MON_RETVAL: '3', MON_OPSTATUS: '0' } }

async function received(t: TestContext, message: AlertMessage, options: Partial<TrapOptions> = {}): Promise<Trap> {
  const { port, traps } = await receiver(t)
  const outcome = await trap.send(message, { hosts: ['127.0.0.1'], port, ...options }, context())
  assert.equal(outcome.kind, 'sent', outcome.text)
  const [one, ...others] = traps
  assert.deepEqual(others, [])
  assert.ok(one !== undefined)
  return one
}

test('a failure is sent with its exit status, summary and detail, and says how far it went', async (t) => {
  const { port, traps } = await receiver(t)
  const outcome = await trap.send(said, { hosts: ['127.0.0.1'], port }, context())
  const text = `handed to the network for 127.0.0.1, UDP port ${port}; nobody confirms a trap`
  assert.deepEqual(outcome, { kind: 'sent', text })
  const expected = { pro: '0.3807', usr: '', pas: '', grp: 'web', svc: 'http', sta: '3', typ: 'trap', spc: '0' }
  const words = { sum: '10.1.1.3', dtl: '10.1.1.3: GET /health -> 503' }
  assert.deepEqual(traps, [{ kind: 'trap', ...expected, ...words, ignoredLines: 0 }])
})

const occasions: readonly {
  name: string
  kind: AlertKind
  environment?: Record<string, string>
  sta: string | null
}[] = [
  { name: 'a failure has its exit status', kind: 'failure', environment: { MON_RETVAL: '3' }, sta: '3' },
  { name: 'an upalert is a success', kind: 'up', environment: { MON_RETVAL: '0' }, sta: '0' },
  { name: 'a startup is a success', kind: 'startup', environment: { MON_RETVAL: '0' }, sta: '0' },
  {
    name: 'a trap is passed on with the word it came with',
    kind: 'trap',
    environment: { MON_RETVAL: 'bad' },
    sta: 'bad',
  },
  { name: 'a missing trap is a failure', kind: 'traptimeout', environment: { MON_RETVAL: '1' }, sta: '1' },
  { name: 'a test has the status it was given', kind: 'test', environment: { MON_RETVAL: '7' }, sta: '7' },
  { name: 'a failure without mon’s variables has its exit status too', kind: 'failure', sta: '1' },
  { name: 'an upalert without mon’s variables is a success', kind: 'up', sta: '0' },
  { name: 'an acknowledgement is not sent', kind: 'ack', sta: null },
  { name: 'switching off is not sent', kind: 'disable', sta: null },
]
for (const { name, kind, environment = {}, sta } of occasions) {
  test(name, async (t) => {
    const { port, traps } = await receiver(t)
    const outcome = await trap.send({ ...said, kind, environment }, { hosts: ['127.0.0.1'], port }, context())
    assert.equal(outcome.kind, 'sent')
    if (sta === null) assert.equal(outcome.text, `sent no trap: "${kind}" is no exit status`)
    assert.deepEqual(
      traps.map((one) => one.sta),
      sta === null ? [] : [sta],
    )
  })
}

const outputs = [
  { name: 'an output without a line end', output: 'down', sum: 'down', dtl: '' },
  { name: 'no output at all', output: '', sum: '', dtl: '' },
  { name: 'a detail of which only the last line end goes', output: 'a\n\nb\n\n', sum: 'a', dtl: '\nb\n' },
  {
    name: 'quotes, backslashes and letters of any script',
    output: `it's \\27 "é" = 字\n'`,
    sum: `it's \\27 "é" = 字`,
    dtl: "'",
  },
]
for (const { name, output, sum, dtl } of outputs) {
  test(`a trap carries ${name}`, async (t) => {
    const one = await received(t, { ...said, output })
    assert.deepEqual({ sum: one.sum, dtl: one.dtl }, { sum, dtl })
  })
}

test('an output that no packet holds is cut, and sent all the same', async (t) => {
  const { port, packets, traps } = await receiver(t)
  const output = `summary\n${'é'.repeat(100_000)}`
  assert.equal((await trap.send({ ...said, output }, { hosts: ['127.0.0.1'], port }, context())).kind, 'sent')
  assert.ok((packets[0]?.length ?? 0) <= LONGEST_SENT_TRAP)
  assert.equal(traps[0]?.sum, 'summary')
  assert.match(traps[0]?.dtl ?? '', /^é{10000,}\ufffd?$/)
})

test('the status code is the service’s, unless the line gives another', async (t) => {
  assert.equal((await received(t, { ...said, environment: { MON_OPSTATUS: '7' } })).spc, '7')
  assert.equal((await received(t, { ...said, environment: { MON_OPSTATUS: '7' } }, { opstatus: 2 })).spc, '2')
  assert.equal((await received(t, { ...said, environment: {} })).spc, '0')
})

const secret = 'open sesame'
const fileOf = (text: string): string => {
  const path = fresh('password')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
const credentials: readonly {
  name: string
  options: Partial<TrapOptions>
  environment?: Record<string, string>
  usr: string
}[] = [
  { name: 'from the line', options: { user: 'ann', password: secret }, usr: 'ann' },
  { name: 'from a file’s first line', options: { user: 'ann', passwordFile: fileOf(`${secret}\nrest`) }, usr: 'ann' },
  {
    name: 'from the environment, which wins over the line',
    options: { user: 'bob', password: 'no' },
    environment: { MON_TRAP_USER: 'ann', MON_TRAP_PASS: secret },
    usr: 'ann',
  },
  {
    name: 'from a file, which wins over the environment',
    options: { user: 'ann', passwordFile: fileOf(secret) },
    environment: { MON_TRAP_PASS: 'no' },
    usr: 'ann',
  },
]
for (const { name, options, environment = {}, usr } of credentials) {
  test(`user and password come ${name}, and the password is in no text`, async (t) => {
    const { port, traps } = await receiver(t)
    const message = { ...said, environment }
    const outcome = await trap.send(message, { hosts: ['127.0.0.1'], port, ...options }, context())
    assert.deepEqual([traps[0]?.usr, traps[0]?.pas], [usr, secret])
    const refused = await trap.send(message, { hosts: ['127.0.0.1'], port: await closedPort(), ...options }, context())
    assert.doesNotMatch(JSON.stringify([outcome, refused]), /sesame/)
  })
}

test('a password without a user is not sent, and that is said', async (t) => {
  const { port, packets } = await receiver(t)
  const outcome = await trap.send(said, { hosts: ['127.0.0.1'], port, password: secret }, context())
  assert.match(outcome.text, /; without the password, since no user is named$/)
  assert.doesNotMatch(packets[0]?.toString() ?? '', /^pas=/m)
})

const badFiles = [
  {
    name: 'is not there',
    path: '/nonexistent/password',
    says: /^the password file \/nonexistent\/password cannot be read: ENOENT$/,
  },
  { name: 'is a directory', path: '/', says: /^the password file \/ cannot be read: EISDIR$/ },
  { name: 'is empty', path: fileOf('\nsecond'), says: /has an empty first line$/ },
]
for (const { name, path, says } of badFiles) {
  test(`a password file that ${name} can be mended before the next attempt`, async () => {
    const outcome = await trap.send(said, { hosts: ['127.0.0.1'], user: 'ann', passwordFile: path }, context())
    assert.deepEqual([outcome.kind, retryOf(outcome)], ['failed', true])
    assert.match(outcome.text, says)
  })
}

test('a receiver on IPv6 and one by its name get it as well', async (t) => {
  const six = await receiver(t, '::1')
  assert.equal((await trap.send(said, { hosts: ['::1'], port: six.port }, context())).kind, 'sent')
  assert.equal(six.traps[0]?.sum, '10.1.1.3')
  const { address } = await lookup('localhost')
  const named = await receiver(t, address)
  const outcome = await trap.send(said, { hosts: ['localhost'], port: named.port }, context())
  const text = `handed to the network for localhost (${address}), UDP port ${named.port}; nobody confirms a trap`
  assert.deepEqual(outcome, { kind: 'sent', text })
  assert.equal(named.traps[0]?.sum, '10.1.1.3')
})

test('a port where nobody listens is a failure that is tried again', async () => {
  const port = await closedPort()
  assert.deepEqual(await trap.send(said, { hosts: ['127.0.0.1'], port }, context()), {
    kind: 'failed',
    retry: true,
    text: `no trap for UDP port ${port}: 127.0.0.1 refused it: no program listens on that UDP port`,
    reached: [],
  })
})

test('a name that cannot be looked up is tried again, and a thing that is no name is not', async () => {
  const unknown = await trap.send(said, { hosts: ['nowhere.invalid'] }, context())
  assert.deepEqual([unknown.kind, retryOf(unknown)], ['failed', true])
  const slip = await trap.send(said, { hosts: ['10.1.1'] }, context())
  assert.deepEqual([slip.kind, retryOf(slip)], ['failed', false])
  assert.match(slip.text, /10\.1\.1 is neither an address nor a name that can be looked up$/)
})

test('of several receivers only those are tried again that failed', async (t) => {
  const { port, traps } = await receiver(t)
  const hosts = ['127.0.0.1', 'nowhere.invalid', '127.0.0.1']
  const outcome = await trap.send(said, { hosts, port }, context())
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.deepEqual(outcome.reached, ['127.0.0.1'])
  assert.match(outcome.text, /^no trap for UDP port \d+: nowhere\.invalid .*; handed to the network for 127\.0\.0\.1, /)
  await trap.send(said, { hosts, port }, context({ attempt: 2, reached: outcome.reached }))
  assert.equal(traps.length, 1)
})

test('it stops when it is told to', async () => {
  const outcome = await trap.send(said, { hosts: ['127.0.0.1'] }, context({ signal: AbortSignal.abort() }))
  assert.deepEqual([outcome.kind, retryOf(outcome)], ['failed', true])
})

test('its options are checked by its schema, and a port that hangs on a host is pointed at', () => {
  assert.equal(alerts.get('trap'), trap)
  const valid = new Ajv({ strict: false }).compile(trap.schema)
  assert.ok(valid({ hosts: ['mon1', '192.0.2.1', '2001:db8::1'], port: 2583, user: 'ann', opstatus: 0 }))
  for (const wrong of [{}, { hosts: [] }, { hosts: ['a b'] }, { hosts: ['[::1]'] }, { hosts: ['a'], port: 0 }]) {
    assert.ok(!valid(wrong), JSON.stringify(wrong))
  }
  assert.deepEqual(trap.restFaults?.(['mon1', 'mon2:2584', '::1']), [
    {
      word: 1,
      message: 'a host and a port stand together here',
      hint: 'the port has an option of its own, for all hosts: --port 2584',
    },
  ])
})

const retryOf = (outcome: Awaited<ReturnType<typeof trap.send>>): boolean | null =>
  outcome.kind === 'failed' ? outcome.retry : null
