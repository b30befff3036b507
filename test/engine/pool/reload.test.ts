/** keepalived's users: "recovered but out; failed but in", after reloads (spec background, pain 2). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wantedTable } from '../../../src/engine/pool/wanted.ts'
import type { Model, Service, Virtual } from '../../../src/model/model.ts'
import { host } from '../../../src/model/names.ts'
import type { State } from '../../../src/model/state.ts'
import { weight } from '../../../src/model/units.ts'
import { at, checked, model, Run, result, service, virtual } from '../build.ts'
import { heavy, sorryServer } from './rig.ts'

const numbers = [1, 2, 3, 4]

/** A configuration: which servers, how heavy, whether drained on failure, what quorum, and a sorry server or none. */
const configurations = fc.record({
  servers: fc.subarray(numbers, { minLength: 1 }),
  share: fc.integer({ min: 1, max: 3 }),
  onFail: fc.constantFrom('drain' as const, 'remove' as const),
  quorum: fc.integer({ min: 1, max: 4 }),
  sorry: fc.boolean(),
  backup: fc.boolean(),
  question: fc.constantFrom('a', 'b'),
})
type Configuration = typeof configurations extends fc.Arbitrary<infer T> ? T : never

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ n: fc.constantFrom(...numbers), up: fc.boolean() }) },
    { weight: 1, arbitrary: configurations },
  ),
  { maxLength: 30 },
)

/** What a server is asked: a reload may ask something else. */
const checkFor = (n: number, question: string): Service =>
  service({ called: `${question}/${n}`, hosts: [host(`10.1.1.${n}`)], periods: [] })
const checksOf = (n: number, question: string) => {
  const { key, hosts } = checkFor(n, question)
  return { checks: hosts.map((one) => ({ service: key, host: one })) }
}

function modelOf({
  servers,
  share,
  onFail,
  quorum,
  sorry,
  backup,
  question,
}: Omit<Configuration, 'servers' | 'question'> & {
  readonly servers: readonly number[]
  readonly question: string
}): Model {
  const services = servers.map((n) => checkFor(n, question))
  const reals = servers.map((n, i) =>
    heavy(n, share, {
      ...checksOf(n, question),
      onFail,
      role: backup && i === servers.length - 1 && i > 0 ? 'backup' : 'primary',
    }),
  )
  const changes: Partial<Virtual> = { quorum: weight(quorum), backupBelow: weight(quorum) }
  return model(services, [virtual(reals, { ...changes, sorry: sorry ? sorryServer : null })])
}

const tableOf = ({ model: of, pools }: State) =>
  wantedTable(of, pools).map(({ id, destinations }) => ({
    id,
    destinations: destinations.map((one) => (one.kind === 'present' ? [one.id, one.settings] : [one.id, one.kind])),
  }))

test('whatever order results and reloads come in, the table is that of the last results and the last configuration', () => {
  fc.assert(
    fc.property(configurations, steps, (first, all) => {
      const long = new Run(modelOf(first))
      let current = first
      const last = new Map<number, boolean>()
      for (const [i, step] of all.entries()) {
        if ('servers' in step) {
          if (step.question !== current.question) last.clear()
          current = step
          long.post({ kind: 'reloaded', model: modelOf(step), text: '' }, at(i))
          for (const n of numbers) if (!step.servers.includes(n)) last.delete(n)
        } else if (current.servers.includes(step.n)) {
          last.set(step.n, step.up)
          const service = checkFor(step.n, current.question)
          long.post(checked(service, result(service.hosts, step.up ? [] : service.hosts)), at(i))
        }
      }
      // Servers without a result keep what is found, which is the past; every one gets one now.
      for (const n of current.servers) {
        if (last.has(n)) continue
        last.set(n, true)
        const service = checkFor(n, current.question)
        long.post(checked(service, result(service.hosts, [])), at(all.length))
      }
      const short = new Run(modelOf(current))
      for (const [n, up] of last) {
        const service = checkFor(n, current.question)
        short.post(checked(service, result(service.hosts, up ? [] : service.hosts)), at(0))
      }
      assert.deepEqual(tableOf(long.state), tableOf(short.state))
    }),
    { numRuns: 300 },
  )
})

test('a dead server whose check a reload replaces stays out until the new one has run', () => {
  const of = (question: string) => modelOf({ ...plain, question })
  const run = new Run(of('a'))
  const [first, second] = [checkFor(1, 'a'), checkFor(1, 'b')]
  run.post(checked(first, result(first.hosts, first.hosts)), at(0))
  assert.deepEqual(kinds(run), ['absent'])
  run.post({ kind: 'reloaded', model: of('b'), text: '' }, at(100))
  assert.deepEqual(kinds(run), ['absent'])
  run.post({ kind: 'time' }, at(130))
  assert.deepEqual(kinds(run), ['absent'])
  run.post(checked(second, result(second.hosts, second.hosts)), at(104))
  assert.deepEqual(kinds(run), ['absent'])
})

const plain = {
  servers: [1],
  share: 1,
  onFail: 'remove',
  quorum: 1,
  sorry: false,
  backup: false,
  question: 'a',
} as const

const kinds = (run: Run): string[] =>
  wantedTable(run.state.model, run.state.pools).flatMap(({ destinations }) => destinations.map(({ kind }) => kind))
