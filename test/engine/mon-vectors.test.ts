/** The engine against recordings of the real mon 1.3.6: who is alerted at each event, and what an upalert reads. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { AlertEvery, Period } from '../../src/model/model.ts'
import { hours, type Milliseconds, minutes, seconds } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'

const text = readFileSync(new URL('mon-vectors.txt', import.meta.url), 'utf8')

for (const block of text.split(/^== /m).slice(1)) {
  const [title = '', header = '', ...lines] = block.trim().split('\n')
  test(`mon decides so: ${title}`, () => {
    const watched = service({ periods: header.split(' · ').slice(1).map(periodOf) })
    const run = new Run(model([watched]))
    for (const line of lines) {
      const [, second = '', event = '', expected = ''] =
        /^\s*(\d+)\s+(.*?)\s+-> (.*)$/.exec(line) ?? assert.fail(`cannot read: ${line}`)
      assert.deepEqual(alertsOf(run, watched, event, Number(second)), expectedOf(expected), `at ${line}`)
    }
  })
}

function alertsOf(run: Run, watched: ReturnType<typeof service>, event: string, second: number): string[] {
  const command = /^(disable|enable) service g s$/.exec(event)
  const kind = command?.[1] === 'disable' ? 'disable' : 'enable'
  const body =
    command === null
      ? checkedOf(watched, event)
      : { kind: 'command' as const, who: 'op', command: { kind, service: watched.key, reason: '' } as const }
  const effects = run.post(body, at(second))
  return effects.flatMap((effect) => {
    if (effect.kind !== 'deliver') return []
    const { message, call } = effect.delivery
    return [
      message.kind === 'up' ? `up:${call.text} <${JSON.stringify(message.output.replace(/\n$/, ''))}>` : call.text,
    ]
  })
}

function checkedOf(watched: ReturnType<typeof service>, event: string) {
  const [, outcome, exit, said = '""'] =
    /^(ok|fail)(?: (\d+))? (".*")$/.exec(event) ?? assert.fail(`cannot read: ${event}`)
  const output = JSON.parse(said) as string
  const [summary = '', ...detail] = output.split('\n')
  const failing = outcome === 'fail' ? watched.hosts : []
  return checked(
    watched,
    result(watched.hosts, failing, { exit: Number(exit ?? 0), summary, detail: detail.join('\n') }),
  )
}

const expectedOf = (expected: string): string[] => (expected === '-' ? [] : expected.split(', '))

/** `p: alert A; upalert U; alertafter 3 15s; alertevery 7s strict`. */
function periodOf(header: string): Period {
  const [, label = '', rest = ''] = /^(\w+): (.*)$/.exec(header.trim()) ?? assert.fail(`cannot read: ${header}`)
  let made = period({ label, alerts: [], upalerts: [] })
  for (const keyword of rest.split('; ')) made = withKeyword(made, keyword.trim().split(' '))
  return made
}

function withKeyword(made: Period, [word, first = '', second = '']: string[]): Period {
  switch (word) {
    case 'alert':
      return {
        ...made,
        alerts: [...made.alerts, first.startsWith('exit=') ? alertCall(second, rangeOf(first)) : alertCall(first)],
      }
    case 'upalert':
      return { ...made, upalerts: [...made.upalerts, alertCall(first)] }
    case 'alertevery':
      return { ...made, alertevery: { every: lengthOf(first), unless: unlessOf(second) } }
    case 'numalerts':
      return { ...made, numalerts: Number(first) }
    case 'alertafter':
      if (second !== '')
        return { ...made, alertafter: { ...made.alertafter, window: { count: Number(first), time: lengthOf(second) } } }
      if (/^\d+$/.test(first)) return { ...made, alertafter: { ...made.alertafter, count: Number(first) } }
      return { ...made, alertafter: { ...made.alertafter, time: lengthOf(first) } }
    default:
      return assert.fail(`the vectors use ${word}`)
  }
}

const unlessOf = (word: string): AlertEvery['unless'] => qualifiers[word] ?? 'summary'

const qualifiers: Readonly<Record<string, AlertEvery['unless']>> = {
  observe_detail: 'detail',
  ignore_summary: 'success',
  strict: 'strict',
}

function rangeOf(text: string) {
  const [from = 0, to = from] = text.slice('exit='.length).split('-').map(Number)
  return { from, to }
}

function lengthOf(text: string): Milliseconds {
  const amount = Number.parseInt(text, 10)
  return text.endsWith('h') ? hours(amount) : text.endsWith('m') ? minutes(amount) : seconds(amount)
}
