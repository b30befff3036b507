import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judge, nextStreak, outcome, type Rule, type Streak } from '../../src/engine/judge.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import type { HostState } from '../../src/model/state.ts'
import { milliseconds } from '../../src/model/units.ts'
import { at } from './build.ts'

const fresh: HostState = { host: host('h1'), verdict: { kind: 'untested' }, against: 0, last: null, cause: null }
const timings = { connect: null, firstByte: null, total: milliseconds(1) }

function said(kind: string): HostResult {
  const common = { host: host('h1'), text: 'text', timings }
  if (kind === '+') return { ...common, kind: 'up' }
  return kind === '-'
    ? { ...common, kind: 'down', code: 'refused' }
    : { ...common, kind: 'unknown', code: 'script-broken' }
}

/** The verdict after each result: `u` untested, `+` up, `-` down. */
function verdicts(results: string, rule: Rule): string {
  let state = fresh
  return [...results]
    .map((result, i) => {
      state = judge(state, said(result), rule, at(i)).host
      return state.verdict.kind === 'untested' ? 'u' : state.verdict.kind === 'up' ? '+' : '-'
    })
    .join('')
}

const vectors = [
  {
    name: 'mon: one failure makes a host down, one success makes it up',
    rule: { fall: 1, rise: 1, firstFall: null },
    in: '+-+--+',
    out: '+-+--+',
  },
  {
    name: 'with fall 3 the third failure in a row makes it down',
    rule: { fall: 3, rise: 1, firstFall: null },
    in: '+--+---',
    out: '++++++-',
  },
  {
    name: 'with rise 2 the second success in a row makes it up',
    rule: { fall: 1, rise: 2, firstFall: null },
    in: '-+-++',
    out: '----+',
  },
  {
    name: 'a host that nothing is known of is up at the first success, whatever rise says',
    rule: { fall: 3, rise: 5, firstFall: null },
    in: '+',
    out: '+',
  },
  {
    name: 'a host that nothing is known of needs fall failures to be down',
    rule: { fall: 3, rise: 5, firstFall: null },
    in: '---',
    out: 'uu-',
  },
  {
    name: 'a result that says nothing of the host moves nothing and interrupts no row',
    rule: { fall: 2, rise: 2, firstFall: null },
    in: '?+-?-?+?+',
    out: 'u++' + '+--' + '--+',
  },
]
for (const { name, rule, in: results, out } of vectors) {
  test(name, () => assert.equal(verdicts(results, rule), out))
}

test('a verdict changes only after as many results against it in a row as the rule asks for', () => {
  const rules = fc.record({ fall: fc.integer({ min: 1, max: 5 }), rise: fc.integer({ min: 1, max: 5 }) })
  fc.assert(
    fc.property(fc.array(fc.constantFrom('+', '-', '?'), { maxLength: 60 }), rules, (results, rule) => {
      let state = fresh
      let inARow = 0
      for (const [i, result] of results.entries()) {
        const before = state.verdict.kind
        const { host: after, change } = judge(state, said(result), { ...rule, firstFall: null }, at(i))
        state = after
        const against = (before === 'down' && result === '+') || (before === 'up' && result === '-')
        if (result !== '?') inARow = against ? inARow + 1 : 0
        if (before === 'up' && after.verdict.kind === 'down') assert.equal(inARow, rule.fall)
        if (before === 'down' && after.verdict.kind === 'up') assert.equal(inARow, rule.rise)
        assert.equal(change !== null, before !== after.verdict.kind)
        if (change !== null) inARow = 0
      }
    }),
  )
})

test('while a host stays down its reason is the latest one', () => {
  const rule = { fall: 1, rise: 1, firstFall: null }
  const down = judge(fresh, said('-'), rule, at(0)).host
  const later = judge(down, { ...said('-'), text: 'answered 500' } as HostResult, rule, at(9)).host
  assert.deepEqual(later.verdict, { kind: 'down', since: at(0).wall, text: 'answered 500' })
})

const up: HostState = { ...fresh, verdict: { kind: 'up', since: at(0).wall } }
const down: HostState = { ...fresh, verdict: { kind: 'down', since: at(0).wall, text: '' } }
const once = { fall: 1, rise: 1, firstFall: null }
const patient = { fall: 3, rise: 2, firstFall: null }
const outcomes = [
  { name: 'a passing run and nobody down: passing', runs: '+', wasDown: false, hosts: [up], rule: once, is: 'passing' },
  {
    name: 'a passing run while a host waits for its rise: undecided',
    runs: '+',
    wasDown: true,
    hosts: [down],
    rule: patient,
    is: 'pending',
  },
  {
    name: 'a failing run while a host waits for its fall: undecided',
    runs: '-',
    wasDown: false,
    hosts: [up],
    rule: patient,
    is: 'pending',
  },
  {
    name: 'a failing run and a host is down: failing',
    runs: '-',
    wasDown: false,
    hosts: [down],
    rule: patient,
    is: 'failing',
  },
  {
    name: 'a script that blames nobody fails at once where fall is 1',
    runs: '-',
    wasDown: false,
    hosts: [up],
    rule: once,
    is: 'failing',
  },
  {
    name: 'a script that blames nobody is given its fall as well',
    runs: '--',
    wasDown: false,
    hosts: [up],
    rule: patient,
    is: 'pending',
  },
  { name: 'and fails with the third', runs: '---', wasDown: false, hosts: [up], rule: patient, is: 'failing' },
  {
    name: 'a success in between begins anew',
    runs: '--+--',
    wasDown: false,
    hosts: [up],
    rule: patient,
    is: 'pending',
  },
  {
    name: 'a script without hosts fails by its exit status',
    runs: '-',
    wasDown: false,
    hosts: [],
    rule: once,
    is: 'failing',
  },
  {
    name: 'a service that was down is given its rise',
    runs: '---+',
    wasDown: true,
    hosts: [up],
    rule: patient,
    is: 'pending',
  },
  { name: 'and is up with the second', runs: '---++', wasDown: true, hosts: [up], rule: patient, is: 'passing' },
] as const
for (const { name, runs, wasDown, hosts, rule, is } of outcomes) {
  test(name, () => {
    const streak = [...runs].reduce((before: Streak, run) => nextStreak(before, run === '+' ? 0 : 1), {
      kind: 'passing',
      count: 0,
    })
    assert.equal(outcome(streak, wasDown, hosts, rule), is)
  })
}
