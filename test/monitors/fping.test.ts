/** mon's fping.monitor and our stand-in for it, asked the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FpingOptions, fping } from '../../monitors/fping.ts'
import { script } from '../../monitors/script.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'

const timeout = seconds(20)
const context = () => ({ signal: AbortSignal.timeout(timeout), timeout, environment: {} })
const ask = (hosts: readonly string[], options: FpingOptions): Promise<CheckResult> =>
  fping.check(hosts.map(host), options, context())

const quick = { retries: 0, timeout: 200 }
// A name that cannot be looked up fails everywhere alike, without a network.
const bad = 'no-such-host.invalid'

const calls: { name: string; options: FpingOptions; flags: string[]; hosts: string[] }[] = [
  { name: 'all hosts answer', options: quick, flags: ['-r', '0', '-t', '200'], hosts: ['127.0.0.1', '127.0.0.2'] },
  {
    name: 'every answer is too slow',
    options: { ...quick, slow: 0.0001 },
    flags: ['-r', '0', '-t', '200', '-s', '0.0001'],
    hosts: ['127.0.0.1'],
  },
]
for (const { name, options, flags, hosts } of calls) {
  test(`fping.monitor and we fail alike and name the same hosts: ${name}`, needs('mon', 'fping', 'root'), async () => {
    const command = ['/usr/lib/mon/mon.d/fping.monitor', ...flags]
    const theirs = await script.check(hosts.map(host), { command }, context())
    const ours = await ask(hosts, options)
    assert.equal(ours.exit === 0, theirs.exit === 0)
    assert.equal(ours.summary, theirs.summary)
  })
}

test('a host that cannot be looked up fails both', needs('mon', 'fping', 'root'), async () => {
  const command = ['/usr/lib/mon/mon.d/fping.monitor', '-r', '0', '-t', '200', '127.0.0.1', bad]
  assert.notEqual((await script.check([], { command }, context())).exit, 0)
  const ours = await ask(['127.0.0.1', bad], quick)
  assert.deepEqual([ours.exit, ours.summary], [2, bad])
})

test('a traceroute is not done, and that is said', needs('root'), async () => {
  assert.match((await ask(['127.0.0.1'], { traceroute: true })).warnings.join(), /-T is not done/)
})

test('-a fails only if no host answers', needs('root'), async () => {
  assert.equal((await ask(['127.0.0.1', bad], { ...quick, all: true })).exit, 0)
  assert.equal((await ask([bad], { ...quick, all: true })).exit, 1)
})
