/** What operators switch off and on, beyond one service; and what is loaded from mon's files. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readiness } from '../../src/engine/readiness.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { Command } from '../../src/model/event.ts'
import type { Service } from '../../src/model/model.ts'
import { groupName, host, id } from '../../src/model/names.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'

const [h1, h2] = [host('h1'), host('h2')]
const g = groupName('g')
const failing = (of: Service, summary = 'x') => checked(of, result(of.hosts, of.hosts, { summary }))

function give(run: Run, command: Command, second: number) {
  const effects = run.post({ kind: 'command', who: 'op', command }, at(second))
  const entry = effects.flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'command' ? [effect.entry] : [],
  )[0]
  const sent = effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.call.text] : []))
  const notes = effects.flatMap((effect) =>
    effect.kind === 'note' && effect.note.kind === 'control' ? [effect.note.command] : [],
  )
  return { outcome: entry?.outcome, text: entry?.text, sent, notes, effects }
}

const sentBy = (run: Run, body: Parameters<Run['post']>[0], second: number): string[] =>
  run.post(body, at(second)).flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.call.text] : []))

test('a disabled host is left out of the check and of what alerts are told', () => {
  const of = service()
  const run = new Run(model([of]))
  assert.deepEqual(give(run, { kind: 'disable-hosts', hosts: [h1], reason: '' }, 0).notes, ['disable host h1'])
  const ready = readiness(run.state, 0, at(1))
  assert.deepEqual(ready, { kind: 'ready', hosts: [h2] })
  const effects = run.post(checked(of, result([h2], ['h2'])), at(2))
  const told = effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.message.hosts] : []))
  assert.deepEqual(told, [[h2]])
  give(run, { kind: 'enable-hosts', hosts: [h1] }, 3)
  assert.deepEqual(readiness(run.state, 0, at(4)), { kind: 'ready', hosts: [h1, h2] })
})

test('a service whose hosts are all disabled is not checked, unless it may run without any', () => {
  const of = service()
  const run = new Run(model([of]))
  give(run, { kind: 'disable-hosts', hosts: [h1, h2], reason: '' }, 0)
  assert.equal(readiness(run.state, 0, at(1)).kind, 'no-hosts')
  const lenient = new Run(model([service({ allowEmptyGroup: true })]))
  give(lenient, { kind: 'disable-hosts', hosts: [h1, h2], reason: '' }, 0)
  assert.deepEqual(readiness(lenient.state, 0, at(1)), { kind: 'ready', hosts: [] })
})

test('a disabled host that was failing does not keep its service down', () => {
  const of = service()
  const run = new Run(model([of]))
  run.post(checked(of, result(of.hosts, ['h1'])), at(0))
  give(run, { kind: 'disable-hosts', hosts: [h1], reason: '' }, 1)
  assert.deepEqual(sentBy(run, checked(of, result([h2], [])), 4), ['U'])
})

test('disabling the only host of a group disables its watch with it, and enabling it enables both', () => {
  const of = service({ hosts: [h1] })
  const run = new Run(model([of]))
  assert.deepEqual(give(run, { kind: 'disable-hosts', hosts: [h1], reason: '' }, 0).notes, [
    'disable host h1',
    'disable watch g',
  ])
  assert.deepEqual(Object.keys(run.state.controls.watches), ['g'])
  assert.deepEqual(give(run, { kind: 'enable-hosts', hosts: [h1] }, 1).notes, ['enable host h1', 'enable watch g'])
  assert.deepEqual(Object.keys(run.state.controls.watches), [])
})

test('one unknown host among several disables none', () => {
  const run = new Run(model([service()]))
  const { outcome, text } = give(run, { kind: 'disable-hosts', hosts: [h1, host('h9')], reason: '' }, 0)
  assert.deepEqual([outcome, text, run.state.controls.hosts], ['refused', 'no hostgroup has h9', {}])
})

test('groups and hosts may be called like the parts of JavaScript objects', () => {
  const of = service({ called: 'constructor/s', hosts: [host('__proto__'), h2] })
  const run = new Run(model([of]))
  assert.equal(readiness(run.state, 0, at(0)).kind, 'ready')
  give(run, { kind: 'disable-watch', group: groupName('constructor'), reason: '' }, 1)
  give(run, { kind: 'disable-hosts', hosts: [host('__proto__')], reason: '' }, 2)
  assert.deepEqual(sentBy(run, failing(of), 3), [])
  assert.deepEqual(readiness(run.state, 0, at(4)), { kind: 'ready', hosts: [h2] })
})

test('a disabled watch tells nobody, and what is found meanwhile counts afterwards', () => {
  const of = service({ periods: [period({ alertafter: { count: 3, time: null, window: null } })] })
  const run = new Run(model([of]))
  give(run, { kind: 'disable-watch', group: g, reason: '' }, 0)
  assert.deepEqual([sentBy(run, failing(of), 1), sentBy(run, failing(of), 2)], [[], []])
  give(run, { kind: 'enable-watch', group: g }, 3)
  assert.deepEqual(sentBy(run, failing(of), 4), ['A'])
})

test('while the scheduler is stopped nothing starts and nobody is told; a restart of the daemon starts it again', () => {
  const of = service()
  const run = new Run(model([of]))
  give(run, { kind: 'stop' }, 0)
  assert.deepEqual([readiness(run.state, 0, at(1)).kind, sentBy(run, failing(of), 1)], ['held', []])
  const { services, pools, owned, controls, outbox } = run.state
  const restarted = new Run(model([of]))
  restarted.post({ kind: 'started', saved: { version: 1, services, pools, owned, controls, outbox }, text: '' }, at(2))
  assert.equal(restarted.state.controls.stopped, null)
})

test('a disablealert is sent before the service is disabled, once', () => {
  const of = service({ periods: [period({ disablealerts: [alertCall('D')] })] })
  const run = new Run(model([of]))
  const command = { kind: 'disable', service: of.key, reason: 'work' } as const
  assert.deepEqual([give(run, command, 0).sent, give(run, command, 1).sent], [['D'], []])
})

test('startup alerts go out when the daemon starts, and at a reset only if startupalerts_on_reset says so', () => {
  const of = service({ periods: [period({ startupalerts: [alertCall('S')] })] })
  const world = model([of])
  const run = new Run(world)
  assert.deepEqual(sentBy(run, { kind: 'started', saved: null, text: '' }, 0), ['S'])
  const reset = { keepstate: true, stopped: false }
  assert.deepEqual(
    sentBy(run, { kind: 'reloaded', model: world, text: '', reset }, 1).filter((text) => text === 'S').length,
    1,
  )
  run.post(
    { kind: 'attempted', delivery: run.state.outbox[0]?.id ?? id('none'), outcome: { kind: 'sent', text: '' } },
    at(2),
  )
  assert.deepEqual(sentBy(run, { kind: 'reloaded', model: world, text: '', reset }, 3), [])
  const announced = { ...world, settings: { ...world.settings, startupalertsOnReset: true } }
  assert.deepEqual(sentBy(run, { kind: 'reloaded', model: announced, text: '', reset }, 4), ['S'])
})

test('a reset without keepstate begins anew, but what is disabled stays so and verdicts on hosts stand', () => {
  const of = service()
  const world = model([of])
  const run = new Run(world)
  run.post(checked(of, result(of.hosts, ['h1'])), at(0))
  give(run, { kind: 'disable', service: of.key, reason: '' }, 1)
  run.post({ kind: 'reloaded', model: world, text: '', reset: { keepstate: false, stopped: false } }, at(2))
  const [state] = run.state.services
  assert.deepEqual([state?.status.kind, state?.consecutive, state?.disabled?.who], ['untested', 0, 'op'])
  assert.deepEqual(
    state?.hosts.map(({ verdict }) => verdict.kind),
    ['down', 'up'],
  )
})

test('a set opstatus is one of mon’s, and dependencies follow it', () => {
  const of = service()
  const run = new Run(model([of]))
  give(run, { kind: 'set-opstatus', service: of.key, opstatus: 4 }, 0)
  assert.deepEqual([run.state.services[0]?.opstatus, run.state.services[0]?.status.kind], [4, 'down'])
})

test('a tried alert counts for nothing, and says that it is a test', () => {
  const of = service({ periods: [period({ numalerts: 1 })] })
  const run = new Run(model([of]))
  const { effects } = give(run, { kind: 'test-alert', service: of.key, list: 'upalert', exit: '7', period: 'p' }, 0)
  const [delivery] = effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery] : []))
  assert.deepEqual([delivery?.call.text, delivery?.message.kind, delivery?.message.isTest], ['U', 'up', true])
  assert.deepEqual([delivery?.message.environment.MON_RETVAL, delivery?.message.output], ['7', 'test\ntest detail\n'])
  assert.deepEqual(sentBy(run, failing(of), 1), ['A'])
})

test('state loaded from mon’s files replaces what is remembered, and only disables', () => {
  const of = service()
  const run = new Run(model([of]))
  const loaded = {
    services: [
      {
        key: of.key,
        opstatus: 0,
        lastOpstatus: 0,
        failureCount: 7,
        alertCount: 3,
        consecutive: 5,
        lastSuccess: null,
        lastFailure: at(-10).wall,
        firstFailure: at(-60).wall,
        failedAt: at(-10).wall,
        failedSummary: 'h1',
        lastTrap: null,
        lastCheck: at(-10).wall,
        exit: '3',
        summary: 'h1',
        detail: '',
        ack: { at: at(-5).wall, who: 'ann', comment: 'mine' },
        lastFailingOutput: 'h1\n',
        periods: [{ label: 'p', lastSent: at(-10).wall, sent: 2, windowStart: null, windowCount: 0 }],
      },
    ],
    disabled: { hosts: [h2, host('gone')], watches: [g, groupName('gone')], services: [] },
  } as const
  run.post({ kind: 'state-loaded', loaded, text: '' }, at(0))
  const [state] = run.state.services
  assert.deepEqual(
    [state?.status, state?.ack?.who, state?.periods[0]?.sent],
    [{ kind: 'down', since: at(-60).wall }, 'ann', 2],
  )
  assert.deepEqual(
    run.state.controls.hosts.g?.map((one) => one.host),
    [h2],
  )
  assert.deepEqual(Object.keys(run.state.controls.watches), ['g'])
})

test('switching off thousands of hosts at once costs no more than looking at each', () => {
  const groups = Array.from({ length: 4000 }, (_, i) =>
    service({ called: `g${i}/s`, hosts: [host(`h${i}`), host('gw')] }),
  )
  const run = new Run(model(groups))
  const hosts = groups.map((_, i) => host(`h${i}`))
  const { outcome } = give(run, { kind: 'disable-hosts', hosts: [...hosts, host('gw')], reason: '' }, 0)
  assert.equal(outcome, 'done')
  assert.equal(Object.keys(run.state.controls.hosts).length, 4000)
  assert.ok(Object.values(run.state.controls.hosts).every((list) => list.length === 2))
})

test('an alert that finds the outbox full uses up no numalerts, and is sent when there is room', () => {
  const of = service({ periods: [period({ numalerts: 1 })] })
  const run = new Run(model([of]))
  run.post(failing(of), at(0))
  const [waiting] = run.state.outbox
  assert.ok(waiting !== undefined)
  const full = Array.from({ length: 10_000 }, (_, i) => ({ ...waiting, id: id(`w${i}`) }))
  const fresh = new Run(model([of]))
  fresh.state = { ...fresh.state, outbox: full }
  assert.deepEqual(sentBy(fresh, failing(of), 0), [])
  assert.deepEqual([fresh.state.services[0]?.periods[0]?.sent, fresh.state.services[0]?.alertCount], [0, 0])
  fresh.state = { ...fresh.state, outbox: [] }
  assert.deepEqual(sentBy(fresh, failing(of), 4), ['A'])
})

test('redistribute on a disabled service that is well writes nothing else', () => {
  const of = service({ redistribute: alertCall('R') })
  const run = new Run(model([of]))
  give(run, { kind: 'disable', service: of.key, reason: '' }, 0)
  run.post(checked(of, result(of.hosts, [])), at(1))
  const effects = run.post(checked(of, result(of.hosts, [])), at(2))
  assert.deepEqual(
    effects.flatMap((one) => (one.kind === 'record' ? [one.entry.kind] : [])),
    ['alert'],
  )
})

test('what is asked while the daemon still starts is decided on what it remembers, and stands', () => {
  const of = service()
  const before = new Run(model([of]))
  before.post(failing(of), at(0))
  const { services, pools, owned, controls, outbox } = before.state
  const run = new Run(model([of]))
  run.state = restoredState(run.state.model, { version: 1, services, pools, owned, controls, outbox }, null, at(5))
  assert.equal(give(run, { kind: 'ack', service: of.key, comment: 'mine' }, 6).outcome, 'done')
  run.post({ kind: 'started', text: '' }, at(7))
  assert.equal(run.state.services[0]?.ack?.comment, 'mine')
})

test('of redistribute only the newest state waits, however slow its program is', () => {
  const of = service({ redistribute: alertCall('R'), periods: [] })
  const run = new Run(model([of]))
  for (let second = 0; second < 50; second += 1)
    run.post(checked(of, result(of.hosts, second % 2 === 0 ? [] : ['h1'])), at(second))
  assert.deepEqual(
    run.state.outbox.map(({ message }) => [message.kind, message.at]),
    [['failure', at(49).wall]],
  )
})

test('one service that is told of all the time leaves room for the others', () => {
  const [loud, other] = [service({ called: 'g/loud' }), service({ called: 'g/other' })]
  const run = new Run(model([loud, other]))
  for (let second = 0; second < 600; second += 1) run.post(failing(loud), at(second))
  assert.equal(run.state.outbox.length, 500)
  assert.deepEqual(sentBy(run, failing(other), 601), ['A'])
  assert.deepEqual(sentBy(run, failing(loud), 602), [])
})

test('at a start, a newer file of what is disabled takes the place of what is remembered', () => {
  const of = service()
  const run = new Run(model([of]))
  give(run, { kind: 'disable-hosts', hosts: [h1], reason: '' }, 0)
  give(run, { kind: 'disable', service: of.key, reason: '' }, 0)
  const disabled = { hosts: [h2], watches: [], services: [], replaces: true } as const
  run.post({ kind: 'state-loaded', loaded: { services: [], disabled }, text: '' }, at(1))
  assert.deepEqual([run.state.controls.hosts.g?.map((one) => one.host), run.state.services[0]?.disabled], [[h2], null])
})
