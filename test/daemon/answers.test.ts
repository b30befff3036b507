/** Whether `status` speaks of the virtual server table at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from '../../alerts/index.ts'
import { tableReport, usesTable } from '../../src/daemon/answers.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import { decide } from '../../src/engine/decide.ts'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { Service, Virtual } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import { uptime } from '../../src/model/units.ts'
import { reconciler } from '../../src/runtime/reconcile.ts'
import { alertCall, at, model, period, real, service, virtual } from '../engine/build.ts'

const calling = (module: string): Service =>
  service({ periods: [period({ alerts: [{ ...alertCall(module), module }], upalerts: [] })] })

const cases: readonly (readonly [
  name: string,
  services: readonly Service[],
  virtuals: readonly Virtual[],
  used: boolean,
])[] = [
  ['a mon that only sends mail has no use for the table', [calling('mail')], [], false],
  ['one that has a virtual server has', [calling('mail')], [virtual([real('10.1.1.1')])], true],
  ['one whose alert takes servers out has', [calling('ipvs')], [], true],
]
for (const [name, services, virtuals, used] of cases) {
  test(name, () => assert.equal(usesTable({ model: model(services, virtuals), owned: {} }, alerts), used))
}

test('status says what others have changed where that is left so, and is not well then', () => {
  for (const drift of ['observe', 'repair'] as const) {
    const plain = model([], [virtual([real('10.1.1.1', { checks: [] })])])
    const table = { ...plain.settings.table, drift }
    const begun = restoredState({ ...plain, settings: { ...plain.settings, table } }, null, null, at(0))
    const { state } = decide(begun, { kind: 'started', text: '', id: id('t-1') }, at(0))
    const door = { ...openMemoryTable('for a test'), where: 'kernel' as const }
    const inLine = reconciler(door)
    const wanted = wantedTable(state.model, state.pools)
    const { owned } = inLine.pass(wanted, {}, uptime(0))
    assert.deepEqual(tableReport(door, { ...state, owned }, inLine.settled()), {
      ...{ door: 'IPVS', well: true, text: "the kernel's table" },
    })
    const [only] = wanted
    const destination = { family: 4, address: '10.1.1.1', port: 80 } as const
    assert(only !== undefined)
    assert.equal(door.apply({ kind: 'delete-destination', service: only.id, destination }).kind, 'ok')
    const report = tableReport(door, { ...state, owned }, inLine.settled())
    assert.equal(report.well, drift === 'repair', 'what is repaired is gone in five seconds')
    if (drift === 'observe')
      assert.match(report.text, /OTHERS HAVE CHANGED IT in 1 place, .* "upalert plan" shows where/)
  }
})
