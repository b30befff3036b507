/** The real mon, asked event by event, decides what was recorded from it as a running daemon. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { needs } from '../../needs.ts'
import { type DiffCase, type Reference, startReference } from './reference.ts'
import { assertShows, shown, vectors } from './vectors.ts'

const wanted = needs('mon', 'perl')
let reference: Reference
before(async () => {
  if (wanted.skip === false && wanted.signal === undefined) reference = await startReference()
})
after(async () => {
  await reference?.stop()
})

for (const { name, title, asked, startup, events } of vectors()) {
  test(`the real mon decides so: ${name} ${title}`, wanted, async () => {
    const result = await reference.decide(asked)
    if (startup !== null) assertShows(result.startup.alerts, startup, `${name}: at the start`)
    for (const [i, expected] of events.entries()) {
      const event = asked.events[i]
      const said = `${name}: at second ${event?.at} after the start, ${JSON.stringify(event)}`
      assertShows(result.events[i]?.alerts ?? [], expected, said)
    }
  })
}

test('what is written down of an alert is what the alert sees when it really runs', wanted, async () => {
  const really = await reference.decide(manyAlerts, { really: true })
  const written = await reference.decide(manyAlerts)
  assert.deepEqual(
    [written.startup, ...written.events].map(({ alerts }) => alerts),
    [really.startup, ...really.events].map(({ alerts }) => alerts),
  )
  const types = new Set(
    [really.startup, ...really.events].flatMap(({ alerts }) => alerts.map(shown)).map(({ type }) => type),
  )
  assert.deepEqual([...types].sort(), ['ack', 'disable', 'failure', 'startup', 'test', 'trap', 'traptimeout', 'up'])
  // What counts is remembered alike, whether or not it ran.
  assert.deepEqual(written.events.at(-1)?.counters, really.events.at(-1)?.counters)
})

const on = { group: 'g', service: 's' } as const
const manyAlerts: DiffCase = {
  config: String.raw`hostgroup g h1 h2 h3

watch g
  service s
    interval 4s
    traptimeout 1h
    description it's "said" \40
    EMPTY=
    QUOTED="a b" c
    MON_LAST_OUTPUT=mine
    redistribute red.alert
    period p:
      alert test.alert A "b c" 'd\'e' f\ g "" ü
      alert nosuch.alert
      alert exit=2-3 test.alert two
      alert test.alert "unbalanced
      upalert test.alert U
      ackalert test.alert K
      disablealert test.alert D
      startupalert test.alert S

`,
  start: Date.UTC(2026, 10, 16, 12) / 1000,
  events: [
    { at: 5, kind: 'exit', ...on, due: true, status: 1, output: 'x\ndetail\n\n' },
    { at: 9, kind: 'exit', ...on, due: true, status: 3, output: 'y "quoted" \\ ü €' },
    { at: 10, kind: 'command', line: "ack g s 'on\\20it'", user: 'op' },
    { at: 11, kind: 'exit', ...on, due: true, status: 0, output: 'fine\n' },
    { at: 12, kind: 'exit', ...on, due: true, status: 255, output: '' },
    { at: 13, kind: 'command', line: 'disable host h2', user: null },
    { at: 14, kind: 'traptimeout', ...on },
    { at: 15, kind: 'trap', packet: "pro='0.3807'\ngrp='g'\nsvc='s'\nsta='7'\nsum='a\\20b'\ndtl='c'\n" },
    { at: 16, kind: 'killed', ...on, due: true, signal: 9, output: 'x'.repeat(100_000) },
    { at: 17, kind: 'exit', ...on, due: true, status: 1, output: 'again' },
    { at: 18, kind: 'command', line: 'test alert g s 9 p', user: null },
    { at: 19, kind: 'command', line: 'test disablealert g s 0 p', user: null },
    { at: 20, kind: 'command', line: 'disable service g s', user: 'op' },
  ],
}

test('the interval in force follows what the monitor finds, not what a trap says', wanted, async () => {
  const intervals: Record<string, (string | null | undefined)[]> = {}
  for (const { name, asked } of vectors().filter(({ name }) => name === 'Z4' || name === 'Z5')) {
    const { events } = await reference.decide(asked)
    intervals[name] = events.map(({ counters }) => counters['g/s']?.service.interval)
  }
  assert.deepEqual(intervals, { Z4: ['2', '6', '2'], Z5: ['6', '2', '6'] })
})

test('a configuration that mon refuses is refused in its words', wanted, async () => {
  const asked = { config: 'watch g\n service s\n  intervall 5m\n', start: 0, events: [] }
  await assert.rejects(reference.decide(asked), /^Error: cf error: unknown syntax \[intervall 5m\], line 3$/)
})
