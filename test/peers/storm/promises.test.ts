/** Whether the storm's judge sees what it is there to see: evidence of a small storm, and each way in which it could be bad. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../../src/model/entry.ts'
import { groupName, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import { wallTime } from '../../../src/model/units.ts'
import type { Evidence, Placed } from './evidence.ts'
import { brokenPromises } from './promises.ts'
import type { Mail } from './relay.ts'

const service = serviceKey(groupName('farm'), serviceName('s1'))
const common = (name: string, cause: string | null = null) => ({
  id: id(name),
  at: wallTime(0),
  cause: cause === null ? null : id(cause),
})

const change = (name: string, from: 'untested' | 'up' | 'down', to: 'up' | 'down'): Entry => ({
  ...common(name),
  ...{ kind: 'service', service, from, to, reason: 'check', summary: '', lasted: null },
})

const told = (name: string, cause: string, alert: 'failure' | 'up', delivery: string): Entry => ({
  ...common(name, cause),
  ...{ kind: 'alert', service, period: 'always', alert, call: 'mail a', delivery: id(delivery), summary: '' },
})

const batch = (name: string, delivery: string, deliveries: readonly string[]): Entry => ({
  ...common(name),
  ...{ kind: 'batch', call: 'mail a', delivery: id(delivery), deliveries: deliveries.map(id), text: '' },
})

const outcome = (name: string, delivery: string, what: 'sent' | 'gave-up'): Entry => ({
  ...common(name, delivery),
  ...{ kind: 'delivery', service, call: 'mail a', delivery: id(delivery), outcome: what, attempt: 1, text: '' },
})

const mail = (delivery: string, messageId = `<${delivery}@lb1>`): Mail => ({
  ...{ id: delivery, messageId, to: 'a', subject: '', answered: true },
})

const entries: readonly Entry[] = [
  change('e1', 'untested', 'up'),
  change('e2', 'up', 'down'),
  told('e3', 'e2', 'failure', 'd1'),
  change('e4', 'down', 'up'),
  told('e5', 'e4', 'up', 'd2'),
]

function evidence(of: readonly Entry[], mails: readonly Mail[], rows = of): Evidence {
  const placed = (list: readonly Entry[]): Placed[] => list.map((entry, seq) => ({ seq, position: 0, entry }))
  const kept = placed(rows).map(({ seq, position, entry }) => ({ seq, position, id: String(entry.id) }))
  return { entries: placed(of), rows: kept, mails, calls: () => ['mail a'] }
}

const both = [mail('d1'), mail('d2')]
const one = entries[1]
assert.ok(one !== undefined)

const vectors: readonly { readonly name: string; readonly of: Evidence; readonly broken: RegExp | null }[] = [
  { name: 'all is well', of: evidence(entries, both), broken: null },
  { name: 'a double with its Message-ID', of: evidence(entries, [mail('d1'), ...both]), broken: null },
  {
    name: 'both as one message',
    of: evidence([...entries, batch('e6', 'd3', ['d1', 'd2'])], [mail('d3')]),
    broken: null,
  },
  { name: 'a mail that never came', of: evidence(entries, [mail('d2')]), broken: /d1 .* has not arrived/ },
  { name: 'an end that never came', of: evidence(entries, [mail('d1')]), broken: /d2 .* has not arrived/ },
  { name: 'an end that came first', of: evidence(entries, [mail('d2'), mail('d1')]), broken: /overtook/ },
  {
    name: 'a failure that came again last',
    of: evidence(entries, [...both, mail('d1')]),
    broken: /the last mail is d1/,
  },
  {
    name: 'a double under another Message-ID',
    of: evidence(entries, [...both, mail('d2', '<other@lb1>')]),
    broken: /came as/,
  },
  { name: 'a mail that nobody decided', of: evidence(entries, [...both, mail('d9')]), broken: /which nobody decided/ },
  {
    name: 'an end that nobody was told',
    of: evidence(entries.slice(0, 4), [mail('d1')]),
    broken: /at last as failure|not told by/,
  },
  {
    name: 'one decision told twice',
    of: evidence([...entries, told('e6', 'e4', 'up', 'd3')], [...both, mail('d3')]),
    broken: /2 times up/,
  },
  {
    name: 'one that was given up',
    of: evidence([...entries, outcome('e6', 'd1', 'gave-up')], both),
    broken: /was gave-up/,
  },
  {
    name: 'a transition that is missing',
    of: evidence(
      entries.filter(({ id }) => id !== 'e2'),
      both,
    ),
    broken: /was up, and commit/,
  },
  { name: 'a transition twice', of: evidence([...entries, one], both), broken: /ids twice/ },
  {
    name: 'a row that is missing',
    of: evidence(entries, both, entries.slice(1)),
    broken: /PostgreSQL has 0\.0 e2 where/,
  },
  {
    name: 'rows in another order',
    of: evidence(entries, both, entries.toReversed()),
    broken: /PostgreSQL has 0\.0 e5 where/,
  },
  {
    name: 'a row too many',
    of: evidence(entries, both, [...entries, change('e9', 'up', 'down')]),
    broken: /more than the journal/,
  },
]

for (const { name, of, broken } of vectors) {
  test(`the judge ${broken === null ? 'passes' : 'sees'}: ${name}`, () => {
    const said = brokenPromises(of)
    if (broken === null) assert.deepEqual(said, [])
    else assert.match(said.join('\n'), broken)
  })
}
