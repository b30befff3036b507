/**
 * Alert programs get what mon gives them, byte for byte, and what becomes of them is an outcome. Debian's own programs are
 * in debian-alerts.test.ts.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { program } from '../../alerts/program.ts'
import type { AlertContext, AlertKind, AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { alive, fresh, pidsIn, shell } from '../scripts.ts'

const table: TableDoor = {
  where: 'memory',
  because: 'a test needs none',
  read: () => ({ kind: 'table', services: [] }),
  apply: () => ({ kind: 'ok' }),
  applyAll: () => [],
  close: () => {},
}
function context(more: Partial<AlertContext> = {}): AlertContext {
  const mail = { server: 'smtp://127.0.0.1:25', from: 'upalert', hostname: 'director' }
  return { signal: new AbortController().signal, timeout: milliseconds(30_000), attempt: 1, mail, table, ...more }
}

function message(kind: AlertKind, more: Partial<AlertMessage> = {}): AlertMessage {
  const group = groupName('web')
  const service = serviceName('http')
  return {
    id: id('1'),
    kind,
    key: serviceKey(group, service),
    group,
    service,
    description: 'the shop',
    hosts: [host('web1'), host('web2')],
    failing: [],
    exit: 1,
    summary: 'web2',
    detail: 'web2 refused',
    output: 'web2\nweb2 refused\n',
    at: wallTime(1_700_000_000_999),
    firstFailure: null,
    lastFailure: null,
    lastSuccess: null,
    lasted: null,
    failures: 1,
    acknowledged: null,
    pools: [],
    environment: { MON_ALERTTYPE: kind, MON_OPSTATUS: '0', MON_DESCRIPTION: 'the shop', PATH: '/usr/bin:/bin' },
    ...more,
  }
}

const calls = [
  { kind: 'failure', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|a b|-x|' },
  { kind: 'up', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|-u|a b|-x|' },
  { kind: 'test', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|a b|-x|' },
  { kind: 'startup', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|a b|-x|' },
  { kind: 'ack', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|-a|a b|-x|' },
  { kind: 'disable', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|-D|a b|-x|' },
  { kind: 'trap', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|-T|a b|-x|' },
  { kind: 'traptimeout', args: '-s|http|-g|web|-h|web1 web2|-t|1700000000|-O|a b|-x|' },
] as const
for (const { kind, args } of calls) {
  test(`mon's arguments, environment and input: ${kind}`, async () => {
    const file = fresh('seen')
    const command = [shell(`{ printf '%s|' "$@"; echo; echo "$MON_ALERTTYPE"; cat; } >${file}`), 'a b', '-x']
    const outcome = await program.send(message(kind), { command }, context())
    assert.equal(outcome.kind, 'sent')
    assert.equal(readFileSync(file, 'utf8'), `${args}\n${kind}\nweb2\nweb2 refused\n`)
  })
}

test('no newline is added to the input', async () => {
  const file = fresh('seen')
  await program.send(message('failure', { output: 'web2' }), { command: [shell(`cat >${file}`)] }, context())
  assert.equal(readFileSync(file, 'utf8'), 'web2')
})

const faults = [
  {
    name: 'an exit status',
    body: 'echo no route to pager; exit 7',
    says: /failed with exit status 7; it printed: no route to pager$/,
  },
  { name: 'silence', body: 'exit 1', says: /exit status 1; it printed nothing$/ },
  { name: 'a signal', body: 'kill -9 $$', says: /was ended by SIGKILL/ },
]
for (const { name, body, says } of faults) {
  test(`a failure is tried again, and says why: ${name}`, async () => {
    const outcome = await program.send(message('failure'), { command: [shell(body)] }, context())
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, says)
  })
}

test('a program that is not there is a failure with a reason', async () => {
  const outcome = await program.send(message('failure'), { command: ['/nonexistent/mail.alert'] }, context())
  assert.deepEqual(outcome, {
    kind: 'failed',
    retry: true,
    text: 'mail.alert could not be started: there is no file /nonexistent/mail.alert',
  })
})

test('an alert that hangs is stopped with its children', async () => {
  const list = fresh('pids')
  const abort = new AbortController()
  const command = [shell(`sleep 600 & echo $$ $! >${list}.new; mv ${list}.new ${list}; wait`)]
  const sending = program.send(message('failure'), { command }, context({ signal: abort.signal }))
  const pids = await pidsIn(list)
  abort.abort()
  const outcome = await sending
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.match(outcome.text, /did not end within 30 s and was stopped/)
  assert.deepEqual(pids.map(alive), [false, false])
})

test('what an alert hands to the background lives on', async () => {
  const list = fresh('pids')
  const command = [shell(`sleep 600 & echo $! >${list}.new; mv ${list}.new ${list}`)]
  assert.equal((await program.send(message('failure'), { command }, context())).kind, 'sent')
  const [pid = 0] = await pidsIn(list)
  assert.equal(alive(pid), true)
  process.kill(pid, 'SIGKILL')
})
