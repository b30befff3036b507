/** The verified transcript of the real mon, line by line; where upalert answers otherwise on purpose, it says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { checked, result } from '../../engine/build.ts'
import { EPOCH, FakeDaemon, running } from './fake-daemon.ts'
import { s, talk, world } from './world.ts'

const TRANSCRIPT: readonly (readonly [request: string, ...answer: readonly string[]])[] = [
  ['list state', 'scheduler running', '220 list state completed'],
  ['LIST state', 'scheduler running', '220 list state completed'],
  ['list STATE', '520 unknown list command'],
  [' list state', '520 invalid command'],
  ['', '520 invalid command'],
  ['protid 9746', '520 protocol mismatch'],
  ['protid 9745', '220 protocol match'],
  ['list opstatus g,zz', '520 g,zz does not exist'],
  // mon names the last pair, which exists.
  ['list opstatus g,zz g,s', '520 g,zz does not exist'],
  ['list opstatus zz', '220 list opstatus completed'],
  ["set g s foo 'b\\20z\\5c'", "g s foo='b z\\'", '220 set completed'],
  ['get g s foo', "g s foo='b\\20z\\\\'", '220 get completed'],
  ['set g s foo b\\20z', "g s foo='b20z'", '220 set completed'],
  ['set g s foo "x y" z', "g s foo='x y'", '220 set completed'],
  ['disable host h1', '220 disable host completed'],
  ['list group g', 'hostgroup g *h1 h2', '220 list group completed'],
  // To mon a host that is disabled already does not exist.
  ['disable host h1', '220 disable host completed'],
  ['disable host h1 h77', '520 disable host failed, host(s) h77 do not exist'],
  ['enable host h1 h77', '220 enable completed'],
  ['list group g', 'hostgroup g h1 h2', '220 list group completed'],
  ['disable host h7', '220 disable host completed'],
  ['list disabled', 'group solo: h7', 'watch solo', '220 list disabled completed'],
  ['enable host h7', '220 enable completed'],
  ['disable service g s', '220 disable service completed'],
  ['list disabled', 'watch g service s', '220 list disabled completed'],
  ['enable service g s', '220 enable completed'],
  // mon says so in a data line, and then that all is well.
  ['test monitor g zz', '520 g zz not defined'],
  ['test alert g s 2 Q', '520 period not defined'],
  ['get maxkeep', 'maxkeep = 100', '220 set completed'],
  ['setview nope', '504 unknown view nope'],
  ["ack g s 'x'", '520 service is in a non-failure state'],
  ['list dtlog', '1795165564 g s 1795165559 5 1 sum two', '220 list dtlog completed'],
]

test('a client hears what mon says, line by line', async (t) => {
  const { daemon, ask } = await talk(t)
  daemon.downtime = { kind: 'text', text: '#\n# downtime log start 1\n\n1795165564 g s 1795165559 5 1 sum two\n' }
  for (const [request, ...answer] of TRANSCRIPT) assert.deepEqual(await ask(request), answer, request)
})

test('the alert history is escaped line by line', async (t) => {
  const { daemon, ask } = await talk(t)
  daemon.post(checked(s, result(s.hosts, ['h1'], { summary: 'sum one' })))
  const line = `alert\\20g\\20s\\20${EPOCH}\\20/a/rec.alert\\20(a\\20b)\\20sum\\20one`
  assert.deepEqual(await ask('list alerthist'), [line, '220 list alerthist completed'])
  assert.deepEqual(await ask('list failurehist'), [
    `g\\20s\\20${EPOCH}\\20sum\\20one`,
    '220 list failurehist completed',
  ])
})

test('the line of list opstatus has the fields of mon in their order', async (t) => {
  const daemon = new FakeDaemon(world())
  const { ask } = await talk(t, daemon)
  daemon.post(checked(s, result(s.hosts, ['h1'], { summary: 'w' })))
  daemon.pass(3)
  daemon.post(checked(s, result(s.hosts, ['h1'], { summary: 'x' })))
  daemon.pass(1)
  daemon.runs.set(s.key, running(99))
  const [index = 0] = daemon.state().model.services.flatMap(({ key }, i) => (key === s.key ? [i] : []))
  const { services } = daemon.engine.state
  const before = services[index]
  assert.ok(before !== undefined)
  // The engine under test has its own opinions of these; what matters here is where they stand.
  const periods = before.periods.map((one) => ({ ...one, sent: 1, lastSent: atSecond(EPOCH) }))
  const changed = { ...before, periods, lastCheck: atSecond(EPOCH + 4), lastDuration: null }
  daemon.engine.state = { ...daemon.engine.state, services: services.with(index, changed) }
  const line =
    `group=g service=s opstatus=0 last_opstatus=0 exitval=1 timer=0 last_success=0 last_trap=0 last_traphost= ` +
    `last_check=${EPOCH + 4} ack=0 ackcomment= alerts_sent=1 depstatus= depend= hostdepend= monitordepend= alertdepend= ` +
    `monitor=scr.monitor last_summary=x last_detail= last_failure=${EPOCH + 3} interval=2 monitor_duration=-1 ` +
    `monitor_running=1 last_alert=${EPOCH} first_failure=${EPOCH} failure_duration=4`
  assert.deepEqual(await ask('list opstatus g,s'), [line, '220 list opstatus completed'])
})
