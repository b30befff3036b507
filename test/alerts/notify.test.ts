/** Notify scripts get what keepalived gives them, and whatever they do, the next one has its turn. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type NotifyOptions, notify } from '../../alerts/notify.ts'
import type { AlertContext, AlertMessage } from '../../src/model/alert.ts'
import { milliseconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { alive, folder, fresh, pidsIn, shell } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { asNobody } from './as-nobody.ts'
import { alertContext } from './context.ts'

const down: AlertMessage = {
  ...failure,
  environment: {
    KV_EVENT: 'RS',
    KV_RS: '[10.1.1.2]:tcp:8080',
    KV_VS: '[192.0.2.10]:tcp:80',
    KV_STATE: 'DOWN',
    KV_REASON: 'refused the connection',
  },
}

const send = (options: NotifyOptions, more: Partial<AlertContext> = {}, message = down) =>
  notify.send(message, options, { ...alertContext(''), timeout: milliseconds(60_000), ...more })

test('a script gets its arguments as written, no input, and who changed in variables', async () => {
  const file = fresh('seen')
  const command = [
    shell(
      `{ printf '%s|' "$@"; echo "$KV_STATE $KV_RS $KV_VS: $KV_REASON"; cat | wc -c; readlink /proc/$$/fd/0; } >${file}`,
    ),
    'web',
    'rack 4',
    '$HOME',
    '',
    '-s',
  ]
  const outcome = await send({ command })
  assert.deepEqual(outcome, { kind: 'sent', text: `ran ${command[0]?.split('/').at(-1)}` })
  const seen = readFileSync(file, 'utf8').split('\n')
  assert.equal(seen[0], 'web|rack 4|$HOME||-s|DOWN [10.1.1.2]:tcp:8080 [192.0.2.10]:tcp:80: refused the connection')
  assert.deepEqual(seen.slice(1, 3), ['0', '/dev/null'])
})

test('it leads a process group of its own', async () => {
  const file = fresh('group')
  await send({ command: [shell(`ps -o pgid= -p $$ >${file}; echo $$ >>${file}`)] })
  const [group, pid] = readFileSync(file, 'utf8').trim().split(/\s+/)
  assert.equal(group, pid)
})

const endings = [
  {
    name: 'what it printed is in the history',
    body: 'echo moved to db2; echo more',
    is: /^ran .*; it printed: moved to db2$/,
  },
  {
    name: 'an exit status is told with its first line',
    body: 'echo no route >&2; exit 7',
    is: /^.* failed with exit status 7; it printed: no route$/,
  },
  { name: 'an exit status without a word', body: 'exit 1', is: /^.* failed with exit status 1$/ },
  { name: 'a death by a signal', body: 'kill -9 $$', is: /^.* was ended by SIGKILL$/ },
  { name: 'control characters are not handed on', body: `printf '\\033[2Jx\\n'; exit 1`, is: /printed: \?\[2Jx$/ },
  {
    name: 'a megabyte of output',
    body: 'head -c 1000000 /dev/zero | tr "\\\\0" x',
    is: /^ran .*; it printed: x{300,400}…$/,
  },
  { name: 'a megabyte of lines', body: 'yes | head -c 1000000', is: /^ran .*; it printed: y$/ },
]
for (const { name, body, is } of endings) {
  test(`how it ended is told, and it is not run again: ${name}`, async () => {
    const outcome = await send({ command: [shell(body)] })
    assert.match(outcome.text, is)
    assert.ok(outcome.kind === 'sent' || !outcome.retry)
  })
}

test('a script that is not there is a failure with a sentence', async () => {
  assert.deepEqual(await send({ command: ['/nonexistent/up.sh'] }), {
    kind: 'failed',
    retry: false,
    text: 'up.sh could not be started: there is no file /nonexistent/up.sh',
  })
})

test('a script that hangs and ignores SIGTERM ends with its children at its deadline', async () => {
  const list = fresh('pids')
  const command = [
    shell(`trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 600; done' & echo $$ $! >${list}.new; mv ${list}.new ${list}
while :; do sleep 600; done`),
  ]
  const sending = send({ command, timeout: 1 })
  const pids = await pidsIn(list)
  const outcome = await sending
  assert.ok(outcome.kind === 'failed' && !outcome.retry)
  assert.match(outcome.text, / did not end within 1 s and was stopped$/)
  assert.deepEqual(pids.map(alive), [false, false])
})

test('a script that the stop of the daemon ends is run again by the next one', async () => {
  const list = fresh('pids')
  const stop = new AbortController()
  const command = [shell(`echo $$ >${list}.new; mv ${list}.new ${list}; exec sleep 600`)]
  const sending = send({ command }, { signal: stop.signal })
  await pidsIn(list)
  stop.abort()
  const outcome = await sending
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.match(outcome.text, / was ended by the stop of upalert$/)
})

const background = [
  { name: 'in its process group', start: 'sh' },
  { name: 'in a session of its own', start: 'setsid sh' },
]
for (const { name, start } of background) {
  test(`what a script leaves behind ${name} is waited for by nobody, lives, and may go on printing`, async () => {
    const list = fresh('pids')
    const said = fresh('said')
    const go = fresh('go')
    const worker = shell(
      `echo $$ >${list}.new; mv ${list}.new ${list}
while [ ! -e ${go} ]; do sleep 0.05; done
i=0; while [ $i -lt 2000 ]; do echo a word of forty characters, again and again; i=$((i+1)); done
echo done >${said}.new; mv ${said}.new ${said}; exec sleep 600`,
    )
    const outcome = await send({ command: [shell(`${start} ${worker} & while [ ! -e ${list} ]; do sleep 0.05; done`)] })
    assert.equal(outcome.kind, 'sent', outcome.text)
    const [pid = 0] = await pidsIn(list)
    assert.equal(alive(pid), true)
    writeFileSync(go, '')
    while (alive(pid) && !readable(said)) await new Promise((next) => setTimeout(next, 10))
    assert.equal(readFileSync(said, 'utf8'), 'done\n')
    process.kill(pid, 'SIGKILL')
  })
}

test('it runs as the user asked for, with its home, and in the group asked for', needs('root'), async () => {
  const file = fresh('who')
  writeFileSync(file, '')
  chmodSync(file, 0o666)
  const command = [shell(`echo "$(id -u) $(id -g) $(id -G) $HOME $LOGNAME" >>${file}`)]
  for (const options of [{ user: 'nobody' }, { user: 'nobody', group: 'daemon' }, { user: 'nobody', group: '7' }]) {
    const outcome = await send({ command, ...options })
    assert.equal(outcome.kind, 'sent', outcome.text)
  }
  assert.deepEqual(readFileSync(file, 'utf8').trim().split('\n'), [
    '65534 65534 65534 /nonexistent nobody',
    '65534 1 1 /nonexistent nobody',
    '65534 7 7 /nonexistent nobody',
  ])
})

test('it is never run as somebody else than the user asked for', needs('root'), async (t) => {
  const file = fresh('never')
  const command = [shell(`touch ${file}`)]
  const unknown = await send({ command, user: 'nosuchuser' })
  assert.match(unknown.text, / was not run: there is no user nosuchuser in \/etc\/passwd; /)
  const group = await send({ command, user: 'nobody', group: 'nosuchgroup' })
  assert.match(group.text, / was not run: there is no group nosuchgroup in \/etc\/group; /)
  await asNobody(t, async () => {
    const outcome = await send({ command, user: 'daemon' })
    assert.match(outcome.text, / could not be started: upalert may not switch to that user \(EPERM\); only root may$/)
    assert.ok(outcome.kind === 'failed' && !outcome.retry)
  })
  assert.equal(readable(file), false)
})

test('with script security root runs nothing that another could have changed', needs('root'), async () => {
  const path = shell('exit 0')
  const secure = { command: [path], scriptSecurity: true }
  assert.deepEqual((await send(secure)).kind, 'sent')
  chmodSync(path, 0o757)
  const open = await send(secure)
  assert.equal(
    open.text.replace(/^\S+/, 'it'),
    `it was not run: ${path} is writable by everybody (mode 0757), who could change what root runs; run chmod o-w ${path}, or name a user to run it as`,
  )
  assert.equal((await send({ ...secure, user: 'nobody' })).kind, 'sent')
  const shared = join(folder, 'shared')
  mkdirSync(shared, { mode: 0o755 })
  const inside = join(shared, 'x.sh')
  writeFileSync(inside, '#!/bin/sh\n', { mode: 0o755 })
  chmodSync(shared, 0o777)
  assert.match((await send({ ...secure, command: [inside] })).text, /shared is writable by everybody \(mode 0777\)/)
  assert.equal((await send({ command: [inside] })).kind, 'sent')
})

test('a tried-out notification runs no script, and says whether it could', async () => {
  const file = fresh('acted')
  const path = shell(`touch ${file}`)
  for (const message of [{ ...down, kind: 'test' } as const, { ...down, isTest: true }]) {
    const outcome = await send({ command: [path] }, {}, message)
    assert.deepEqual(outcome, { kind: 'sent', text: `did not run ${path}: it is there, and a test must not act` })
  }
  const missing = await send({ command: ['/nonexistent/x'] }, {}, { ...down, isTest: true })
  assert.equal(missing.text, '/nonexistent/x could not be started: there is no file /nonexistent/x')
  assert.equal(readable(file), false)
})

test('scripts of one object have one queue, whatever they are, and a script that hangs holds only itself up', () => {
  const up = { command: ['/opt/up.sh', 'a'] }
  const other = { command: ['/opt/down.sh'], user: 'nobody' }
  assert.equal(notify.receiver?.(up), notify.receiver?.(other))
  assert.notEqual(notify.line?.(up), notify.line?.(other))
})

function readable(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
