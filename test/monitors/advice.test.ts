/** `monitor load` and `monitor agent`: what they say about weights, and that what they do not learn takes nobody out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agent } from '../../monitors/agent.ts'
import { load } from '../../monitors/load.ts'
import { off } from '../../monitors/off.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { shell } from '../scripts.ts'
import { type Behaviour, context, peer } from './peers.ts'

function said({ hosts, exit, summary }: CheckResult): string {
  const [result] = hosts
  assert.ok(result)
  const share = result.kind === 'up' && result.share !== undefined ? ` ${result.share.kind} ${result.share.value}` : ''
  const code = result.kind === 'up' ? '' : ` ${result.code}`
  return `${result.kind}${code}${share}, exit ${exit}${summary === '' ? '' : `, ${summary}`}`
}

const agents: readonly { readonly name: string; readonly behaviour: Behaviour; readonly says: string }[] = [
  { name: 'half its weight', behaviour: (s) => s.end('up 50%\r\n'), says: 'up percent 50, exit 0' },
  { name: 'all of it', behaviour: (s) => s.end('ready\n'), says: 'up, exit 0' },
  { name: 'no new connections', behaviour: (s) => s.end('drain\n'), says: 'up percent 0, exit 0' },
  { name: 'that it is down', behaviour: (s) => s.end('down # full\n'), says: 'down agent-down, exit 1, 127.0.0.1' },
  { name: 'a line, and stays', behaviour: (s) => s.write('75%\n'), says: 'up percent 75, exit 0' },
  { name: 'a line without its end', behaviour: (s) => s.end('75%'), says: 'up percent 75, exit 0' },
  {
    name: 'a line, and much behind it',
    behaviour: (s) => s.end(`75%\n${'x'.repeat(100_000)}`),
    says: 'up percent 75, exit 0',
  },
  { name: 'nothing', behaviour: (s) => s.end(), says: 'unknown no-answer, exit 0' },
  { name: 'an empty line', behaviour: (s) => s.end('\r\n'), says: 'unknown bad-answer, exit 0' },
  {
    name: 'something else',
    behaviour: (s) => s.end('HTTP/1.1 400 Bad Request\r\n'),
    says: 'unknown bad-answer, exit 0',
  },
  { name: 'a line of more than a KiB', behaviour: (s) => s.end('x'.repeat(5000)), says: 'unknown bad-answer, exit 0' },
  {
    name: 'a part, and is cut off',
    behaviour: (s) => s.write('up 5', () => s.resetAndDestroy()),
    says: 'unknown reset, exit 0',
  },
  { name: 'bytes', behaviour: (s) => s.end('\0\xff\n'), says: 'unknown bad-answer, exit 0' },
]
for (const { name, behaviour, says } of agents) {
  test(`an agent that says ${name}: ${says}`, async (t) => {
    const port = await peer(t, behaviour)
    assert.equal(said(await agent.check([host('127.0.0.1')], { port, timeout: 20 }, context)), says)
  })
}

test('an agent that is silent, or not there, is a remark and no failure', async (t) => {
  const port = await peer(t, (socket) => socket.resume())
  const silent = await agent.check([host('127.0.0.1')], { port, timeout: 0.2 }, context)
  assert.equal(said(silent), 'unknown timed-out, exit 0')
  assert.deepEqual(silent.warnings, [
    '127.0.0.1 has an agent that said nothing within 200 ms; its weight stays as it is',
  ])
  assert.equal(said(await agent.check([host('127.0.0.1')], { port: 1 }, context)), 'unknown refused, exit 0')
})

test('an agent is told the words of send first, with their escapes', async (t) => {
  const port = await peer(t, (socket) => {
    socket.on('data', (bytes) => socket.end(bytes.toString('latin1') === 'web\n\0' ? '10%\n' : 'no\n'))
  })
  assert.equal(
    said(await agent.check([host('127.0.0.1')], { port, send: 'web\\n\\0' }, context)),
    'up percent 10, exit 0',
  )
})

const programs: readonly { readonly body: string; readonly says: string }[] = [
  { body: 'echo "up 1 day, load average: 0.15, 0.10, 0.05"', says: 'up load 0.15, exit 0' },
  { body: 'echo "load for $1: 1,50"', says: 'unknown no-load, exit 0' },
  { body: 'echo "load: 1,50"; echo oops >&2', says: 'up load 1.5, exit 0' },
  { body: 'echo "load average: 2.00"; exit 1', says: 'unknown no-load, exit 0' },
  { body: 'echo nothing known', says: 'unknown no-load, exit 0' },
  { body: ':', says: 'unknown no-load, exit 0' },
  { body: 'kill -KILL $$', says: 'unknown signalled, exit 0' },
  { body: 'sleep 600', says: 'unknown timed-out, exit 0' },
]
for (const { body, says } of programs) {
  test(`a program that does ${body}: ${says}`, async () => {
    const command = [shell(body), '{host}']
    const timeout = body.startsWith('sleep') ? 0.3 : 20
    assert.equal(said(await load.check([host('10.1.1.2')], { command, timeout }, context)), says)
  })
}

test('off says of every host that it is switched off', async () => {
  const result = await off.check([host('10.1.1.2'), host('10.1.1.3'), host('10.1.1.2')], {}, context)
  assert.equal(result.summary, '10.1.1.2 10.1.1.3')
  assert.equal(
    result.detail,
    '10.1.1.2 is switched off in its configuration\n10.1.1.3 is switched off in its configuration\n',
  )
})
