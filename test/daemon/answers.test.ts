/** Whether `status` speaks of the virtual server table at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from '../../alerts/index.ts'
import { usesTable } from '../../src/daemon/answers.ts'
import type { Service, Virtual } from '../../src/model/model.ts'
import { alertCall, model, period, real, service, virtual } from '../engine/build.ts'

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
