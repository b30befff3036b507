/**
 * What every way of telling does, whatever it tells and whomever: answers with an outcome, never throws, keeps its deadline,
 * stops when it is told to, and says in one line what came of it. A new alert earns one line in `subjects`.
 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Ajv } from 'ajv'
import { alerts } from '../../alerts/index.ts'
import { closeFifos } from '../../src/edge/fifo/fifo.ts'
import type { Alert, AlertKind, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { milliseconds } from '../../src/model/units.ts'
import { startSocket } from '../peers/relay.ts'
import { fresh, shell } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

interface Subject {
  readonly name: string
  /** Nobody is there to be told, or whoever is there takes anything. */
  readonly options: () => unknown
  /** Options with which telling takes much longer than any test waits; `null`: there are none. */
  readonly slow: ((t: TestContext) => Promise<unknown>) | null
}

const silent = (t: TestContext) => startSocket(t, (socket) => socket.resume())
const nobody = { server: 'smtp://127.0.0.1:1', recipients: ['root@localhost'] }
const hangs = async () => ({ command: [shell("trap '' TERM; while :; do sleep 600; done")] })

const subjects: readonly Subject[] = [
  { name: 'mail', options: () => nobody, slow: async (t) => ({ ...nobody, server: (await silent(t)).url }) },
  { name: 'pager', options: () => nobody, slow: async (t) => ({ ...nobody, server: (await silent(t)).url }) },
  {
    name: 'webhook',
    options: () => ({ url: 'http://127.0.0.1:1/', allow: ['127.0.0.0/8'] }),
    slow: async (t) => ({ url: `http://127.0.0.1:${(await silent(t)).port}/`, allow: ['127.0.0.0/8'] }),
  },
  {
    name: 'alertmanager',
    options: () => ({ urls: ['http://127.0.0.1:1'] }),
    slow: async (t) => ({ urls: [`http://127.0.0.1:${(await silent(t)).port}`] }),
  },
  { name: 'file', options: () => ({ path: fresh('log') }), slow: null },
  { name: 'syslog', options: () => ({ socket: fresh('log') }), slow: null },
  {
    name: 'snmptrap',
    options: () => ({ hosts: ['127.0.0.1'], port: 9 }),
    slow: async (t) => ({ hosts: ['127.0.0.1'], port: await deaf(t), inform: true }),
  },
  { name: 'fifo', options: () => ({ path: fresh('fifo') }), slow: null },
  { name: 'ipvs', options: () => ({ words: ['-V', '192.0.2.1:80', '-R', '10.1.1.2:80'] }), slow: null },
  { name: 'notify', options: () => ({ command: ['/bin/cat'] }), slow: hangs },
  { name: 'postgres', options: () => ({ database: 'postgres://u@127.0.0.1:1/d' }), slow: null },
  { name: 'program', options: () => ({ command: ['/bin/cat'] }), slow: hangs },
  { name: 'trap', options: () => ({ hosts: ['127.0.0.1'], port: 9 }), slow: null },
]

test('every file in alerts/ is held to this, and is in the table', () => {
  const files = readdirSync(join(import.meta.dirname, '../../alerts')).filter((file) => /^(?!index).*\.ts$/.test(file))
  const names = files.map((file) => file.replace('.ts', '')).sort()
  assert.deepEqual(names, subjects.map(({ name }) => name).sort())
  assert.deepEqual([...alerts.keys()].sort(), names)
})

const kinds: readonly AlertKind[] = ['failure', 'up', 'startup', 'ack', 'disable', 'trap', 'traptimeout', 'test']
const text = 'a\0b\r\nBcc: c\x1b[2J\u202e\udcff{{x}}<é>$(reboot)'
const hostile: AlertMessage = {
  ...failure,
  id: id(text),
  key: serviceKey(groupName(text), serviceName(text)),
  group: groupName(text),
  service: serviceName(text),
  description: text,
  hosts: [host(text)],
  failing: [{ host: host(text), text }],
  summary: text,
  detail: `${text}\n.\n`,
  output: 'x'.repeat(100_000),
  pools: [text],
  acknowledged: text,
  mail: { subject: text, text },
  line: text,
  environment: { [text]: text, 'A=B': text, MON_X: text, '': '' },
}
const empty: AlertMessage = { ...failure, hosts: [], failing: [], summary: '', detail: '', output: '', pools: [] }
const messages = [
  ...kinds.map((kind) => ({ name: kind, message: { ...failure, kind } })),
  { name: 'a tried-out upalert', message: { ...failure, kind: 'up' as const, isTest: true } },
  { name: 'hostile words', message: hostile },
  { name: 'nothing', message: empty },
]
const LIMIT = { timeout: 60_000 }

for (const { name, options } of subjects) {
  test(`${name}: whatever is told, the answer is an outcome in one line`, LIMIT, async (t) => {
    t.after(closeFifos)
    for (const { name: what, message } of messages)
      wellFormed(await alertOf(name).send(message, options(), context()), what)
  })

  test(`${name}: an attempt that is over before it begins settles`, LIMIT, async (t) => {
    t.after(closeFifos)
    wellFormed(await alertOf(name).send(failure, options(), { ...context(), signal: AbortSignal.abort() }), 'aborted')
  })

  test(`${name}: what it says of its options holds together`, () => {
    const { schema, flags, rest, receiver, line } = alertOf(name)
    const valid = new Ajv({ strict: false }).compile(schema)
    const given = options()
    assert.ok(valid(given), JSON.stringify(valid.errors))
    for (const property of Object.values(flags)) assert.ok(property in schema.properties, property)
    if (rest !== null) assert.equal(schema.properties[rest]?.type, 'array')
    assert.equal(typeof (receiver?.(given) ?? ''), 'string')
    assert.equal(typeof (line?.(given) ?? ''), 'string')
  })
}

for (const { name, slow } of subjects) {
  if (slow === null) continue
  test(`${name}: an attempt keeps its deadline, and one that is broken off is tried again`, LIMIT, async (t) => {
    const options = await slow(t)
    const stop = new AbortController()
    const broken = alertOf(name).send(failure, options, { ...context(), signal: stop.signal })
    setTimeout(() => stop.abort(), 200)
    const outcome = await broken
    wellFormed(outcome, 'broken off')
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    const deadline = { signal: AbortSignal.timeout(300), timeout: milliseconds(300) }
    const late = await alertOf(name).send(failure, options, { ...context(), ...deadline })
    wellFormed(late, 'late')
    assert.equal(late.kind, 'failed')
  })
}

/** A UDP port on which somebody is there and says nothing. */
async function deaf(t: TestContext): Promise<number> {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

const context = () => alertContext('smtp://127.0.0.1:1')

function alertOf(name: string): Alert {
  const alert = alerts.get(name)
  assert.ok(alert !== undefined, name)
  return alert
}

function wellFormed(outcome: AlertOutcome, what: string): void {
  assert.notEqual(outcome.text, '', what)
  assert.doesNotMatch(outcome.text, /[\p{C}\p{Zl}\p{Zp}]/u, what)
  assert.ok(outcome.text.length < 2000, `${what}: ${outcome.text.length} characters`)
}
