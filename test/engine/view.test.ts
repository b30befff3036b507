import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusLines } from '../../src/cli/status.ts'
import { statusView, whyView } from '../../src/engine/view.ts'
import type { EventBody } from '../../src/model/event.ts'
import { host } from '../../src/model/names.ts'
import { milliseconds } from '../../src/model/units.ts'
import { at, checked, model, Run, real, result, service, virtual } from './build.ts'

const timings = { connect: null, firstByte: null, total: milliseconds(0) }
const hosts = [host('10.1.1.1'), host('10.1.1.2')]
const watched = service({ hosts })
const run = new Run(model([watched], [virtual(hosts.map((one) => real(one)))]))
run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(0))

const why = (subject: string) => whyView(run.state, subject, [], at(10))

for (const subject of ['web', 'tcp 192.0.2.1:80', '192.0.2.1:80', '192.0.2.1']) {
  test(`a virtual server is known as "${subject}"`, () => {
    assert.deepEqual(
      why(subject)?.virtuals.map(({ virtual: name }) => name),
      ['web'],
    )
  })
}

for (const subject of ['10.1.1.2', '10.1.1.2:80']) {
  test(`a real server is known as "${subject}", with the host that it follows`, () => {
    const view = why(subject)
    assert.deepEqual(
      view?.reals.map(({ real: name, standing, text }) => [name, standing, text]),
      [['10.1.1.2:80', 'out', 'g/s is down: refused']],
    )
    assert.deepEqual(
      view?.services.flatMap((one) => one.hosts.map((each) => [each.host, each.next])),
      [['10.1.1.2', 'is up again after 1 passing check']],
    )
  })
}

test('nothing is known of a name that nobody has', () => assert.equal(why('10.9.9.9'), null))

test('status shows what is switched off: the scheduler, a watch, a host; and why a check waits', () => {
  const paused = new Run(model([watched]))
  const give = (command: Extract<EventBody, { kind: 'command' }>['command']) =>
    paused.post({ kind: 'command', who: 'ann', command }, at(0))
  give({ kind: 'stop' })
  give({ kind: 'disable-watch', group: watched.group, reason: 'work' })
  give({ kind: 'disable-hosts', hosts: [host('10.1.1.2')], reason: '' })
  paused.post({ kind: 'held', service: watched.key, text: 'the scheduler is stopped' }, at(1))
  const { stopped, services } = statusView(paused.state, at(60))
  const [view] = services
  assert.equal(stopped, at(0).wall)
  assert.deepEqual(
    [view?.disabled, view?.why],
    ['watch g, ann: work', 'has not been checked yet: the scheduler is stopped'],
  )
  assert.deepEqual(
    view?.hosts.map((one) => one.disabled),
    [null, 'ann: no reason given'],
  )
  const lines = statusLines({ ...statusView(paused.state, at(60)), doors: [] }).join('\n')
  assert.match(lines, /THE SCHEDULER IS STOPPED, for 1 min: nothing is checked/)
  assert.match(lines, /disabled: 10\.1\.1\.2/)
})

test('what a monitor says is shown also where it names no host', () => {
  const of = service({ hosts })
  const run = new Run(model([of]))
  const unclear = { kind: 'unknown', code: 'names-no-host', text: 'was not checked', timings } as const
  const said = {
    ...result(hosts, []),
    exit: 1,
    summary: 'disk full',
    hosts: hosts.map((one) => ({ host: one, ...unclear })),
  }
  run.post(checked(of, said), at(0))
  assert.equal(statusView(run.state, at(1)).services[0]?.why, 'disk full')
})
