/** `monitor send-program`: what a program must print, and what becomes of one that does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendProgram } from '../../monitors/send-program.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { milliseconds } from '../../src/model/units.ts'
import { alive, fresh, pidsIn, shell, untilGone } from '../scripts.ts'

async function ran(
  body: string,
  options: { expect?: string; port?: number; words?: readonly string[]; timeout?: number } = {},
) {
  const { words = [], ...rest } = options
  const context = { signal: new AbortController().signal, timeout: milliseconds(30_000), environment: {} }
  const given = { command: [shell(body), ...words], ...rest }
  const [result] = (await sendProgram.check([host('10.1.1.2')], given, context)).hosts
  assert.ok(result)
  return result
}

const short = ({ kind, ...rest }: HostResult): string => ('code' in rest ? `${kind} ${rest.code}` : kind)

const vectors: readonly { readonly body: string; readonly ok: string; readonly any: string }[] = [
  { body: 'echo OK', ok: 'up', any: 'up' },
  { body: 'printf OK', ok: 'up', any: 'up' },
  { body: "printf 'OK\\r\\n'", ok: 'up', any: 'up' },
  { body: 'echo OK; echo more', ok: 'down wrong-output', any: 'up' },
  { body: "printf 'OK\\n\\n'", ok: 'down wrong-output', any: 'up' },
  { body: 'echo ok', ok: 'down wrong-output', any: 'up' },
  { body: "echo ' OK'", ok: 'down wrong-output', any: 'up' },
  { body: 'echo', ok: 'down wrong-output', any: 'up' },
  { body: ':', ok: 'down no-output', any: 'down no-output' },
  { body: 'echo OK; exit 1', ok: 'down check-failed', any: 'down check-failed' },
  { body: 'echo noise >&2; echo OK', ok: 'up', any: 'up' },
  { body: 'echo OK >&2', ok: 'down no-output', any: 'down no-output' },
  { body: 'echo OK; kill -KILL $$', ok: 'down signalled', any: 'down signalled' },
]
for (const { body, ok, any } of vectors) {
  test(`${body}: ${ok} where OK is expected, else ${any}`, async () => {
    assert.equal(short(await ran(body, { expect: 'OK' })), ok)
    assert.equal(short(await ran(body)), any)
  })
}

test('{host} and {port} are filled in within words, once, and nobody else reads them', async () => {
  const words = ['{host}', '-p{port}', '%h', '$HOME', '{host']
  const result = await ran('echo "$@"', { port: 80, words, expect: '10.1.1.2 -p80 %h $HOME {host' })
  assert.equal(result.kind, 'up', result.text)
  const without = await ran('echo "$@"', { words: ['{port}'], expect: '{port}' })
  assert.equal(without.kind, 'up', without.text)
})

test('what it complains is told with the failure', async () => {
  const { text } = await ran('echo "no route to host" >&2; exit 3', { expect: 'OK' })
  assert.match(text, /^failed \S+: exit status 3: no route to host$/)
})

test('a program that floods is cut, and is down', async () => {
  assert.equal(short(await ran('head -c 10000000 /dev/zero', { expect: 'OK' })), 'down wrong-output')
})

test('one that does not end in time is down, and its whole process group ends', async () => {
  const path = fresh('pids')
  const body = `sleep 600 & echo $! $$ >${path}; wait`
  const result = await ran(body, { expect: 'OK', timeout: 0.5 })
  assert.equal(short(result), 'down timed-out')
  const pids = await pidsIn(path)
  await untilGone(pids)
  assert.deepEqual(pids.filter(alive), [])
})

test('a program that is not there says nothing about the host', async () => {
  const context = { signal: new AbortController().signal, timeout: milliseconds(30_000), environment: {} }
  const result = await sendProgram.check([host('10.1.1.2')], { command: ['/nonexistent/x'], expect: 'OK' }, context)
  assert.deepEqual(result.hosts.map(short), ['unknown not-started'])
})
