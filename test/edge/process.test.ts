/** Programs of every kind against the door that runs them: what they print, how they end, and what is left of them. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { OUTPUT_LIMIT, type ProgramRequest, programEnvironment, runProgram } from '../../src/edge/program/process.ts'
import { needs } from '../needs.ts'
import { alive, folder, pidsIn, script, shell, untilGone } from '../scripts.ts'

const never = new AbortController().signal
function run(command: readonly string[], more: Partial<ProgramRequest> = {}) {
  return runProgram({
    command,
    environment: programEnvironment({}),
    input: null,
    directory: null,
    signal: never,
    runAs: null,
    leftovers: 'end',
    ...more,
  })
}

test('output on both streams comes in the order written, with the exit status', async () => {
  const { end, output } = await run([shell('echo one >&2; echo two; echo three >&2; exit 2')])
  assert.deepEqual(end, { kind: 'exited', status: 2 })
  assert.equal(output.toString(), 'one\ntwo\nthree\n')
})

test('a program may open /dev/stdin and /dev/stderr again, which a socket would refuse', async () => {
  const { end, output } = await run([shell('cat /dev/stdin; echo seen >/dev/stderr')], { input: Buffer.from('in\n') })
  assert.deepEqual(end, { kind: 'exited', status: 0 })
  assert.equal(output.toString(), 'in\nseen\n')
})

test('arguments arrive as they are: no shell looks at them', async () => {
  const words = ['a b', '$HOME', '`id`', '; exit 9', "it's", '', '*', '"q"', 'ü\n']
  const { output } = await run([shell('for word in "$@"; do printf "%s|" "$word"; done'), ...words])
  assert.equal(output.toString(), `${words.join('|')}|`)
})

test('the environment is exactly the one given', async () => {
  const { output } = await run(['/usr/bin/env'], { environment: { MON_GROUP: 'web', LAST: 'two\nlines' } })
  assert.equal(output.toString(), 'MON_GROUP=web\nLAST=two\nlines\n')
})

test('our own password does not reach a program, nor does a character that execve cannot pass', () => {
  process.env.DATABASE_URL = 'postgres://me:secret@db/history'
  const environment = programEnvironment({ MON_LAST_SUMMARY: 'a\0b', 'bad=name': 'x', '': 'y' })
  assert.equal(environment.DATABASE_URL, undefined)
  assert.equal(environment.MON_LAST_SUMMARY, 'ab')
  assert.equal(environment['bad=name'], undefined)
  assert.equal(environment.PATH, process.env.PATH)
})

test('standard input of a megabyte arrives whole', async () => {
  const { output } = await run([shell('wc -c')], { input: Buffer.alloc(1_000_000, 'x') })
  assert.equal(output.toString().trim(), '1000000')
})

test('a program that never reads its input, however long, is no trouble', async () => {
  const { end } = await run([shell('exit 3')], { input: Buffer.alloc(1_000_000, 'x') })
  assert.deepEqual(end, { kind: 'exited', status: 3 })
})

test('the working directory is the one asked for', async () => {
  const { output } = await run([shell('pwd -P')], { directory: '/' })
  assert.equal(output.toString(), '/\n')
})

test('death by a signal is told as such', async () => {
  const { end } = await run([shell('kill -SEGV $$')])
  assert.deepEqual(end, { kind: 'signalled', signal: 'SIGSEGV', number: 11 })
})

const faults = [
  {
    name: 'a missing file',
    command: () => '/nonexistent/x.monitor',
    says: /there is no file \/nonexistent\/x\.monitor/,
  },
  { name: 'a name not in PATH', command: () => 'no-such-upalert', says: /no directory in PATH has a program no-such/ },
  {
    name: 'a file without the x bit',
    command: () => script('#!/bin/sh\n', 0o644),
    says: /not executable; run chmod \+x/,
  },
  { name: 'a directory', command: () => folder, says: /is a directory, not a program/ },
  {
    name: 'a missing interpreter',
    command: () => script('#!/usr/bin/perl6000 -w\nprint 1'),
    says: /interpreter on the first line of .*, \/usr\/bin\/perl6000, does not exist/,
  },
]
for (const { name, command, says } of faults) {
  test(`${name} is a reason in words, not an exception`, async () => {
    const { end } = await run([command()])
    assert.equal(end.kind, 'not-started')
    assert.match(end.kind === 'not-started' ? end.text : '', says)
  })
}

test('a missing working directory is named as the cause', async () => {
  const { end } = await run(['/bin/true'], { directory: '/nonexistent' })
  assert.match(end.kind === 'not-started' ? end.text : '', /working directory \/nonexistent is missing/)
})

test('arguments too long for the kernel are a reason in words', async () => {
  const { end } = await run(['/bin/true', 'x'.repeat(5_000_000)])
  assert.match(end.kind === 'not-started' ? end.text : '', /too long for the kernel/)
})

test('at the deadline the whole group is gone, children that hang included', async () => {
  const list = join(folder, 'group')
  const abort = new AbortController()
  const running = run(
    [shell(`sleep 600 & a=$!; sleep 600 & echo $$ $a $! >${list}.new; mv ${list}.new ${list}; wait`)],
    {
      signal: abort.signal,
    },
  )
  const pids = await pidsIn(list)
  abort.abort()
  assert.deepEqual((await running).end, { kind: 'deadline' })
  assert.deepEqual(pids.map(alive), [false, false, false])
})

test('a group that ignores SIGTERM is killed', async () => {
  const list = join(folder, 'stubborn')
  const abort = new AbortController()
  const body = `trap '' TERM; sleep 600 & echo $$ $! >${list}.new; mv ${list}.new ${list}; while :; do sleep 1; done`
  const running = run([shell(body)], { signal: abort.signal })
  const pids = await pidsIn(list)
  abort.abort()
  assert.deepEqual((await running).end, { kind: 'deadline' })
  assert.deepEqual(pids.map(alive), [false, false])
})

test('what was printed before the deadline is kept', async () => {
  const mark = join(folder, 'printed')
  const abort = new AbortController()
  const running = run([shell(`echo partial; : >${mark}; sleep 600`)], { signal: abort.signal })
  while (!existsSync(mark)) await sleep(5)
  abort.abort()
  assert.equal((await running).output.toString(), 'partial\n')
})

test('nothing is started when the deadline has passed already', async () => {
  const mark = join(folder, 'started')
  const { end } = await run([shell(`: >${mark}`)], { signal: AbortSignal.abort() })
  assert.deepEqual(end, { kind: 'deadline' })
  assert.equal(existsSync(mark), false)
})

test('a flood is cut at the limit, and the program ended at the deadline', async () => {
  const list = join(folder, 'flood')
  const abort = new AbortController()
  const running = run([shell(`head -c 200000 /dev/zero; echo $$ >${list}.new; mv ${list}.new ${list}; exec yes`)], {
    signal: abort.signal,
  })
  const pids = await pidsIn(list)
  abort.abort()
  const { end, output, truncated } = await running
  assert.deepEqual(end, { kind: 'deadline' })
  assert.equal(output.length, OUTPUT_LIMIT)
  assert.equal(truncated, true)
  assert.deepEqual(pids.map(alive), [false])
})

test('more output than is kept does not block the program', async () => {
  const { end, output, truncated } = await run([shell('head -c 1000000 /dev/zero; exit 4')])
  assert.deepEqual(end, { kind: 'exited', status: 4 })
  assert.equal(output.length, OUTPUT_LIMIT)
  assert.equal(truncated, true)
})

test('a program that closes its output early is waited for', async () => {
  const { end, output } = await run([shell('echo early; exec >&- 2>&-; sleep 0.1; exit 5')])
  assert.deepEqual(end, { kind: 'exited', status: 5 })
  assert.equal(output.toString(), 'early\n')
})

test('a process left behind does not hold the result back, and is ended', async () => {
  const list = join(folder, 'left')
  const body = `echo result; sleep 600 & echo $! >${list}.new; mv ${list}.new ${list}; exit 1`
  const { end, output, leftBehind } = await run([shell(body)])
  assert.deepEqual(end, { kind: 'exited', status: 1 })
  assert.equal(output.toString(), 'result\n')
  assert.equal(leftBehind, true)
  await untilGone(await pidsIn(list))
})

test('a process left behind may stay when that was asked for', async () => {
  const list = join(folder, 'stays')
  const body = `sleep 600 & echo $! >${list}.new; mv ${list}.new ${list}`
  await run([shell(body)], { leftovers: 'leave' })
  const [pid = 0] = await pidsIn(list)
  assert.equal(alive(pid), true)
  process.kill(pid, 'SIGKILL')
})

test('a program may run as a user without rights', needs('root'), async () => {
  const { output } = await run(['/usr/bin/id', '-u'], { runAs: { uid: 65534, gid: 65534 } })
  assert.equal(output.toString(), '65534\n')
  const groups = await run(['/usr/bin/id', '-G'], { runAs: { uid: 65534, gid: 65534 } })
  assert.equal(groups.output.toString(), '65534\n')
})
