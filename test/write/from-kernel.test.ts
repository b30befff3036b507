/** The table, written as a configuration, read again, and wanted: the same table. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { alerts } from '../../alerts/index.ts'
import { monitors } from '../../monitors/index.ts'
import { plan } from '../../src/engine/plan.ts'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import type { Model, Virtual } from '../../src/model/model.ts'
import type { PoolState } from '../../src/model/state.ts'
import { serviceText, type TableService } from '../../src/model/table.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { resolve, type Surroundings } from '../../src/parse/resolve.ts'
import { proposalFor } from '../../src/write/from-kernel/checks.ts'
import { fitting, virtualNameOf } from '../../src/write/from-kernel/fitting.ts'
import { firstConfiguration, type Target } from '../../src/write/from-kernel.ts'
import { needs } from '../needs.ts'
import { tables } from './from-kernel/tables.ts'
import { complaints, sound } from './keepalived/world.ts'

const PATHMARKS = 0x7570_0000
const surroundings: Surroundings = {
  monitors,
  alerts,
  programs: { monitors: new Map(), alerts: new Map() },
  environment: {},
  hostname: 'host1',
}

function made(table: readonly TableService[], to: Target, check?: string) {
  const { services, findings } = fitting(table, PATHMARKS)
  const checks = services.map((service) => check ?? proposalFor(service))
  const first = firstConfiguration(services, checks, to, surroundings)
  return { services, text: first.text, findings: [...findings, ...first.findings] }
}

function readMon(text: string): Model {
  const { model, problems } = resolve(parseMon({ file: 'first.cf', text }), surroundings)
  const errors = problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [], `${formatProblems(problems)}\n${text}`)
  assert.ok(model)
  return model
}

/** Every check has passed. */
const allUp = (virtual: Virtual): PoolState => ({
  ...untestedPool(virtual),
  standing: 'serving',
  reals: untestedPool(virtual).reals.map((state, i) => ({
    ...state,
    standing: 'in',
    weight: virtual.reals[i]?.weight ?? state.weight,
  })),
})

/** What a daemon on this Model would do to the table before any check has run, and when all have passed. */
function changes(model: Model, table: readonly TableService[]): readonly string[] {
  const states = [model.virtuals.map(untestedPool), model.virtuals.map(allUp)]
  return states.flatMap((pools) => plan(wantedTable(model, pools), table, {}, null).map(({ change }) => change))
}

const claimed = (model: Model) => model.virtuals.flatMap(({ services }) => services.map(serviceText)).sort()

test('a mon.cf written from a table claims that table, exactly as it is', () => {
  fc.assert(
    fc.property(tables(), fc.constantFrom(undefined, 'tcp', 'ping', 'none'), (table, check) => {
      const { text } = made(table, 'mon', check)
      const model = readMon(text)
      assert.deepEqual(claimed(model), table.map(({ id }) => serviceText(id)).sort())
      assert.deepEqual(changes(model, table), [], text)
      const reals = model.virtuals.reduce((sum, virtual) => sum + virtual.reals.length, 0)
      assert.equal(
        reals,
        table.reduce((sum, service) => sum + service.destinations.length, 0),
      )
    }),
  )
})

/** What keepalived has no words for, or has at the port of the service whatever is written. */
const sayable = (table: readonly TableService[]) =>
  table.flatMap((service) => {
    const { id } = service
    const destinations = service.destinations.filter(({ forward, id: end }) => {
      const keeps = forward === 'route' || forward === 'tunnel'
      if (forward === 'local') return false
      return id.kind === 'mark' && keeps
        ? end.port === 0
        : end.port > 0 || (id.kind === 'address' && id.port === 0) || id.kind === 'mark'
    })
    return destinations.length === 0 ? [] : [{ ...service, destinations }]
  })

test('a keepalived.conf written from a table claims that table, exactly as it is', () => {
  fc.assert(
    fc.property(tables(), fc.constantFrom(undefined, 'tcp', 'ping'), (all, check) => {
      const table = sayable(all)
      fc.pre(table.length > 0)
      const { text } = made(table, 'keepalived', check)
      const model = sound(text)
      assert.deepEqual(claimed(model), table.map(({ id }) => serviceText(id)).sort())
      assert.deepEqual(changes(model, table), [], text)
    }),
  )
})

test('of any table at all comes a file without errors, and what it would change is told', () => {
  fc.assert(
    fc.property(tables({ odd: true }), (table) => {
      const { text, findings, services } = made(table, 'mon')
      if (services.length === 0) return
      const model = readMon(text)
      const told = new Set(
        findings.filter(({ severity }) => severity === 'warning').map(({ about }) => about.split(' ')[0]),
      )
      const quiet = table.filter(({ id }) => !told.has(virtualNameOf(id)))
      const kept = { ...model, virtuals: model.virtuals.filter(({ name }) => !told.has(name)) }
      assert.deepEqual(changes(kept, table), [], text)
      assert.deepEqual(claimed(kept), quiet.map(({ id }) => serviceText(id)).sort())
    }),
  )
})

test('keepalived takes what is written for it', needs('keepalived'), () => {
  // Of a pool without any weight keepalived complains, whatever its quorum is.
  const weighty = ({ destinations }: TableService) => destinations.some(({ weight }) => weight > 0)
  const samples = fc
    .sample(
      tables().map((table) => sayable(table).filter(weighty)),
      { numRuns: 40, seed: 6 },
    )
    .filter((table) => table.length > 0)
  assert.deepEqual(complaints(samples.map((table) => made(table, 'keepalived').text)), [])
})
