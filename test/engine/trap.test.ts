/** Traps and verdicts: who may move a real server, and what ends when trapduration does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trapExit } from '../../src/engine/on-trap.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { Service } from '../../src/model/model.ts'
import { host } from '../../src/model/names.ts'
import { asMon13, asPromised } from '../../src/model/quirks.ts'
import type { HostResult } from '../../src/model/result.ts'
import { milliseconds, minutes } from '../../src/model/units.ts'
import { at, checked, model, Run, real, result, service, settings, virtual } from './build.ts'

const hosts = [host('10.1.1.1'), host('10.1.1.2')]
const measured = service({ hosts, trapduration: minutes(10) })
const heard = service({ hosts, monitor: null, timing: null, trapduration: minutes(10) })
const pool = [virtual(hosts.map((one) => real(one)))]
const timings = { connect: null, firstByte: null, total: milliseconds(0) }

function trap(of: Service, status: string, failing: readonly string[] = []): EventBody {
  const said = of.hosts.map(
    (one): HostResult =>
      failing.includes(one)
        ? { kind: 'down', host: one, code: 'trap', text: 'a trap says so', timings }
        : { kind: 'up', host: one, text: 'a trap says so', timings },
  )
  const told = { status, summary: failing.join(' '), detail: '', output: `${failing.join(' ')}\n\n` }
  return { kind: 'trapped', service: of.key, trap: { ...told, hosts: said, intended: null, from: '192.0.2.9' } }
}

const expired = (of: Service): EventBody => ({ kind: 'trap-expired', service: of.key })
const verdicts = (run: Run) => run.state.services[0]?.hosts.map(({ verdict }) => verdict.kind)
const inUse = (run: Run) => run.state.pools[0]?.reals.map(({ standing }) => standing)
const running = (of: Service, quirks = asPromised) => new Run(model([of], pool, { ...settings, quirks }))

test('a service without a monitor hears of its hosts by traps, and its pool follows them', () => {
  const run = running(heard)
  run.post(trap(heard, '1', ['10.1.1.1']), at(0))
  assert.deepEqual(
    [verdicts(run), inUse(run)],
    [
      ['down', 'up'],
      ['out', 'in'],
    ],
  )
})

test('what the monitor measured is not moved by a trap, neither in nor out', () => {
  const run = running(measured)
  run.post(checked(measured, result(hosts, ['10.1.1.1'])), at(0))
  run.post(trap(measured, '0'), at(1))
  assert.deepEqual(inUse(run), ['out', 'in'])
  run.post(trap(measured, '1', ['10.1.1.2']), at(2))
  assert.deepEqual(inUse(run), ['out', 'in'])
})

test('the end of trapduration does not end a failure that the monitor found', () => {
  const run = running(measured)
  run.post(trap(measured, '0'), at(1))
  run.post(checked(measured, result(hosts, ['10.1.1.1'])), at(500))
  assert.deepEqual(run.post(expired(measured), at(601)), [])
  assert.deepEqual([run.state.services[0]?.status.kind, verdicts(run)], ['down', ['down', 'up']])
})

test('the end of trapduration says nothing of hosts that no trap named, and of those that are switched off', () => {
  const of = { ...heard, excludeHosts: [host('10.1.1.2')] }
  const run = running(of)
  run.post({ kind: 'trapped', service: of.key, trap: failingForNobody }, at(0))
  run.post(expired(of), at(600))
  assert.deepEqual([run.state.services[0]?.status.kind, verdicts(run)], ['up', ['untested', 'untested']])
})

const failingForNobody = {
  status: '1',
  summary: 'backup failed',
  detail: '',
  output: 'backup failed\n\n',
  hosts: [],
  intended: null,
  from: '192.0.2.9',
}

for (const [name, quirks] of [
  ['as promised', asPromised],
  ['with mon’s silence', asMon13],
] as const) {
  test(`a host that a trap has failed is used again when the trap is over, ${name}`, () => {
    const run = running(heard, quirks)
    run.post(trap(heard, '1', ['10.1.1.1']), at(0))
    run.post(expired(heard), at(600))
    assert.deepEqual(
      [verdicts(run), inUse(run)],
      [
        ['up', 'up'],
        ['in', 'in'],
      ],
    )
  })
}

test('a host that was disabled while it was being checked keeps what was known of it', () => {
  const run = running(measured)
  run.post(checked(measured, result(hosts, [])), at(0))
  const command = { kind: 'disable-hosts', hosts: [host('10.1.1.1')], reason: '' } as const
  run.post({ kind: 'command', who: '', command }, at(1))
  run.post(checked(measured, result(hosts, ['10.1.1.1', '10.1.1.2'])), at(2))
  assert.deepEqual(verdicts(run), ['up', 'down'])
})

test('alerts name neither disabled hosts nor those that are left out', () => {
  const run = running(measured)
  run.post(checked(measured, result(hosts, ['10.1.1.1'])), at(0))
  const command = { kind: 'disable-hosts', hosts: [host('10.1.1.1')], reason: '' } as const
  run.post({ kind: 'command', who: '', command }, at(1))
  const sent = run.post(checked(measured, result(hosts, ['10.1.1.2'])), at(2)).find((one) => one.kind === 'deliver')
  const message = sent?.kind === 'deliver' ? sent.delivery.message : null
  assert.deepEqual([message?.hosts, message?.failing.map((one) => one.host)], [['10.1.1.2'], ['10.1.1.2']])
})

test('of what a trap says only nothing and the digit 0 are success', () => {
  const said = ['', '0', '00', '1', 'fail', ' 0', '0.0', '3', '0x1']
  assert.deepEqual(said.map(trapExit), [0, 0, 1, 1, 1, 1, 1, 3, 1])
})
