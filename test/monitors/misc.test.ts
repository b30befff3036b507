/** keepalived's MISC_CHECK: how a program is run, and what its exit status says about a server and its weight. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type MiscOptions, misc } from '../../monitors/misc.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { milliseconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { alive, fresh, pidsIn, shell, untilGone } from '../scripts.ts'
import { optionsOf } from './options-of.ts'

interface Ask {
  readonly hosts?: readonly string[]
  readonly timeout?: number
  readonly signal?: AbortSignal
}
function check(
  options: MiscOptions,
  { hosts = ['10.1.1.2'], timeout = 30_000, signal }: Ask = {},
): Promise<CheckResult> {
  const context = { signal: signal ?? new AbortController().signal, timeout: milliseconds(timeout), environment: {} }
  return misc.check(hosts.map(host), options, context)
}
const verdicts = ({ hosts }: CheckResult): string =>
  hosts
    .map((one) => {
      if (one.kind !== 'up') return `${one.kind} ${one.code}`
      return one.share === undefined ? 'up' : `up, weight ${one.share.kind} ${one.share.value}`
    })
    .join('; ')

const statuses: { body: string; plain: string; dynamic: string }[] = [
  { body: 'exit 0', plain: 'up', dynamic: 'up' },
  { body: 'exit 1', plain: 'down check-failed', dynamic: 'down check-failed' },
  { body: 'exit 2', plain: 'down check-failed', dynamic: 'up, weight is 0' },
  { body: 'exit 12', plain: 'down check-failed', dynamic: 'up, weight is 10' },
  { body: 'exit 255', plain: 'down check-failed', dynamic: 'up, weight is 253' },
  { body: 'kill -KILL $$', plain: 'down signalled', dynamic: 'down signalled' },
]
for (const { body, plain, dynamic } of statuses) {
  test(`"${body}" is ${plain}; with dynamic ${dynamic}`, async () => {
    const command = [shell(body)]
    assert.equal(verdicts(await check({ command })), plain)
    assert.equal(verdicts(await check({ command, dynamic: true })), dynamic)
  })
}

test('the words are handed over as they stand, and {host} is the host', async () => {
  const said = fresh('words')
  const command = [shell(`printf '%s|' "$@" > ${said}.$3`), 'a b', '$HOME', '{host}', ';']
  const result = await check({ command }, { hosts: ['10.1.1.2', '10.1.1.3'] })
  assert.equal(verdicts(result), 'up; up')
  assert.equal(readFileSync(`${said}.10.1.1.3`, 'utf8'), 'a b|$HOME|10.1.1.3|;|')
})

test('it leads a process group of its own, and its streams are /dev/null', async () => {
  const said = fresh('streams')
  const body = `
for fd in 0 1 2; do streams="$streams $(readlink /proc/$$/fd/$fd)"; done
read -r line < /proc/$$/stat
set -- \${line##*) }
echo "$streams,$$ $3" > ${said}`
  assert.equal(verdicts(await check({ command: [shell(body)] })), 'up')
  const [streams, group = ''] = readFileSync(said, 'utf8').trim().split(',')
  assert.equal(streams, '/dev/null /dev/null /dev/null')
  const [pid, leader] = group.split(' ')
  assert.equal(pid, leader)
})

test('a flood of output holds nothing up, and what it says is told where that is asked for', async () => {
  const command = [shell('yes | head -c 3000000; exit 1')]
  assert.equal(verdicts(await check({ command })), 'down check-failed')
  const told = await check({ command: [shell('echo "disk full"; echo more; exit 3')], tell: true })
  assert.match(told.hosts[0]?.text ?? '', /: exit status 3: disk full$/)
})

test('a program that does not end in time is ended with its children, even those that will not listen', async () => {
  const pids = fresh('pids')
  const body = `trap '' TERM; sleep 600 & echo $$ $! > ${pids}.new; mv ${pids}.new ${pids}; while :; do sleep 600; done`
  const pending = check({ command: [shell(body)], timeout: 0.5 })
  const running = await pidsIn(pids)
  const result = await pending
  assert.equal(verdicts(result), 'down timed-out')
  assert.match(result.hosts[0]?.text ?? '', /^failed: .* did not end within 500 ms and was stopped$/)
  await untilGone(running)
})

test('a program that listens to SIGTERM may tidy up', async () => {
  const mark = fresh('tidied')
  const body = `trap 'echo > ${mark}; exit 0' TERM; while :; do sleep 0.05; done`
  assert.equal(verdicts(await check({ command: [shell(body)], timeout: 0.4 })), 'down timed-out')
  assert(existsSync(mark))
})

test('a reload stops it at once and speaks against nobody', async () => {
  const pids = fresh('pids')
  const reload = new AbortController()
  const body = `echo $$ > ${pids}.new; mv ${pids}.new ${pids}; exec sleep 600`
  const pending = check({ command: [shell(body)] }, { signal: reload.signal })
  const running = await pidsIn(pids)
  reload.abort()
  assert.equal(verdicts(await pending), 'unknown aborted')
  await untilGone(running)
})

test('what it leaves behind when it ends by itself goes on', async () => {
  const pids = fresh('pids')
  const body = `sleep 600 & echo $! > ${pids}.new; mv ${pids}.new ${pids}`
  assert.equal(verdicts(await check({ command: [shell(body)] })), 'up')
  const [left = 0] = await pidsIn(pids)
  assert(alive(left))
  process.kill(left)
  await untilGone([left])
})

test('a program that cannot be started says nothing about the server', async () => {
  const result = await check({ command: ['/nonexistent/check', 'a'] })
  assert.equal(verdicts(result), 'unknown not-started')
  assert.equal(
    result.hosts[0]?.text,
    'was not checked: check could not be started: there is no file /nonexistent/check',
  )
  assert.equal(verdicts(await check({ command: ['/bin/true'], user: 'nobody-at-all' })), 'unknown not-started')
  assert.equal(
    verdicts(await check({ command: ['/bin/true'], user: 'root', group: 'no-such-group' })),
    'unknown not-started',
  )
})

test('it runs as the user and the group asked for', needs('root'), async () => {
  const told = async (options: object): Promise<string | undefined> => {
    const result = await check({ command: [shell('id -u; exit 1')], tell: true, ...options })
    return result.hosts[0]?.text.replace(/.*: /, '')
  }
  assert.equal(await told({ user: 'nobody' }), '65534')
  assert.equal(await told({ user: '4711:4712' }), '4711')
  const group = await check({ command: [shell('id -g; exit 1')], tell: true, user: 'nobody', group: 'daemon' })
  assert.match(group.hosts[0]?.text ?? '', /: 1$/)
})

test('an operator of mon.cf writes the program behind the flags', () => {
  assert.deepEqual(optionsOf(misc, '--dynamic -t 5 /usr/local/bin/load -w 3 {host}'), {
    dynamic: true,
    tell: false,
    timeout: 5,
    command: ['/usr/local/bin/load', '-w', '3', '{host}'],
  })
})
