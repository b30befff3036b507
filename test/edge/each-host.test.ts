import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Outcome } from '../../src/edge/probe/each-host.ts'
import { eachHost } from '../../src/edge/probe/each-host.ts'
import type { CheckContext } from '../../src/model/monitor.ts'
import type { Host } from '../../src/model/names.ts'
import { host } from '../../src/model/names.ts'
import { milliseconds, minutes, seconds } from '../../src/model/units.ts'

const context = (signal: AbortSignal = new AbortController().signal): CheckContext => ({
  signal,
  timeout: minutes(1),
  environment: {},
})
const outcomes: Record<string, Outcome> = {
  up: { kind: 'up', text: 'is fine' },
  down: { kind: 'down', code: 'refused', text: 'refused' },
  unknown: { kind: 'unknown', code: 'name-not-found', text: 'has no address' },
}
const outcomeOf = (name: Host): Outcome => outcomes[name.split('-')[0] ?? ''] ?? { kind: 'up', text: 'is fine' }

test('the summary names exactly the failing hosts, in their order, and every host is listed once', async () => {
  const names = fc.array(fc.tuple(fc.constantFrom('up', 'down', 'unknown'), fc.nat(300)), { maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(names, async (drawn) => {
      const hosts = drawn.map(([kind, n]) => host(`${kind}-${n}`))
      const result = await eachHost(hosts, seconds(5), context(), async (name) => outcomeOf(name))
      const distinct = [...new Set(hosts)]
      const failing = distinct.filter((name) => !name.startsWith('up'))
      assert.deepEqual(
        result.hosts.map((each) => each.host),
        distinct,
      )
      assert.equal(result.summary, failing.join(' '))
      assert.equal(result.detail.split('\n').length - 1, failing.length)
      assert.equal(result.exit, failing.length === 0 ? 0 : 1)
    }),
    { numRuns: 30 },
  )
})

test('no more than a thousand hosts are probed at once, and all of them in the end', async () => {
  const hosts = Array.from({ length: 3500 }, (_, n) => host(`10.0.${n >> 8}.${n & 255}`))
  let running = 0
  let most = 0
  const result = await eachHost(hosts, seconds(5), context(), async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((turn) => setImmediate(turn))
    running -= 1
    return { kind: 'up', text: 'is fine' }
  })
  assert.equal(most, 1000)
  assert.equal(result.hosts.length, 3500)
})

test('a dead host behind a thousand that swallow everything is found out all the same', async () => {
  const holes = Array.from({ length: 1000 }, (_, n) => host(`hole-${n}`))
  const hosts = [...holes, host('down-1'), host('up-1')]
  const impatient = { ...context(), timeout: seconds(2) }
  const result = await eachHost(hosts, seconds(10), impatient, async (name, attempt) => {
    if (!name.startsWith('hole')) return outcomeOf(name)
    await new Promise((over) => attempt.signal.addEventListener('abort', over))
    return { kind: 'down', code: attempt.stopped() ?? 'running', text: 'did not answer' }
  })
  const codes = result.hosts.map((each) => (each.kind === 'up' ? 'up' : each.code))
  assert.deepEqual(codes, [...holes.map(() => 'timed-out'), 'refused', 'up'])
})

test('the time for one host is cut only where more hosts than can be probed at once share the time', async () => {
  for (const [count, longest] of [
    [1000, seconds(10)],
    [6000, seconds(10)],
    [6001, milliseconds(60_000 / 7)],
    [30_000, seconds(2)],
  ] as const) {
    const limits: number[] = []
    const hosts = Array.from({ length: count }, (_, n) => host(`up-${n}`))
    await eachHost(hosts, seconds(10), context(), async (name, attempt) => {
      limits.push(attempt.limit)
      return outcomeOf(name)
    })
    assert.equal(Math.max(...limits), longest, `${count} hosts`)
  }
})

test('a check that is called off says nothing about the hosts it had not reached', async () => {
  const stop = new AbortController()
  const hosts = Array.from({ length: 1001 }, (_, n) => host(`host-${n}`))
  const result = await eachHost(hosts, seconds(5), context(stop.signal), async (_, attempt) => {
    stop.abort()
    return { kind: 'unknown', code: attempt.stopped() ?? 'running', text: 'was not checked to the end' }
  })
  assert.deepEqual(new Set(result.hosts.map((each) => each.kind)), new Set(['unknown']))
  assert.deepEqual(result.hosts.at(-1)?.kind === 'unknown' && result.hosts.at(-1)?.text, 'was not checked to the end')
})

test('the address is told where the host is a name, and not where the host is that address', async () => {
  const result = await eachHost([host('web1'), host('10.1.1.2')], seconds(5), context(), async () => ({
    kind: 'down',
    code: 'refused',
    text: 'refused the connection on port 80',
    address: '10.1.1.2',
  }))
  assert.equal(
    result.detail,
    'web1 refused the connection on port 80 (address 10.1.1.2)\n10.1.1.2 refused the connection on port 80\n',
  )
})
