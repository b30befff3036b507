import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { planLines } from '../../src/cli/plan.ts'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { type Planning, planOf, planWithoutDaemon } from '../../src/daemon/plan.ts'
import { isUsable } from '../../src/daemon/usable.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import { decide } from '../../src/engine/decide.ts'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import { restoredState } from '../../src/engine/restore.ts'
import { id } from '../../src/model/names.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { uptime } from '../../src/model/units.ts'
import { reconciler } from '../../src/runtime/reconcile.ts'
import { at } from '../engine/build.ts'

function directory(t: { after(act: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), 'upalert-plan-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const text = (virtuals: string): string => `statedir = /run/nowhere
database = none

${virtuals}`
const WEB = `virtual web
    address 192.0.2.1:80
    real 10.1.1.2:80
    real 10.1.1.3:80 weight 3
`
const SHOP = WEB.replace('virtual web', 'virtual shop').replace('192.0.2.1:80', '192.0.2.1:81')

/** What a plan needs of a running daemon whose table stands as it should. */
async function daemonOn(file: string, table: TableDoor = openMemoryTable('for a test')): Promise<Planning> {
  const configuration = await loadConfiguration(file)
  assert(isUsable(configuration))
  const begun = restoredState(configuration.model, null, null, at(0))
  const { state } = decide(begun, { kind: 'started', text: '', id: id('t-1') }, at(0))
  const inLine = reconciler(table)
  inLine.pass(wantedTable(state.model, state.pools), {}, uptime(0))
  return { configuration, table, inLine, loop: { state: () => state } }
}

test('a plan of another file names each change, and where it comes from', async (t) => {
  const path = directory(t)
  const [file, fresh] = [join(path, 'mon.cf'), join(path, 'new.cf')]
  writeFileSync(file, text(WEB))
  writeFileSync(fresh, text(`${WEB}\n${SHOP}`))
  const planned = await planOf(await daemonOn(file), fresh)
  assert(planned.ok, planned.ok ? '' : planned.text)
  assert.match(planned.plan.basis, /what a reload with .*new\.cf would do/)
  const lines = planLines(planned.plan).join('\n')
  assert.match(lines, /\+ shop: add tcp 192\.0\.2\.1:81 scheduler wlc/)
  assert.match(lines, /shop +tcp 192\.0\.2\.1:81 +weight 0 -> 4 +new +not configured -> serving/)
  assert(planned.plan.changes.every(({ virtual }) => virtual === 'shop'))
})

test('a file with mistakes has no plan, but its problems with their places; so has one that is not there', async (t) => {
  const path = directory(t)
  const [file, fresh] = [join(path, 'mon.cf'), join(path, 'new.cf')]
  writeFileSync(file, text(WEB))
  writeFileSync(fresh, text(WEB.replace('address', 'adress')))
  const running = await daemonOn(file)
  for (const planned of [await planOf(running, fresh), await planWithoutDaemon(fresh)]) {
    assert(!planned.ok)
    assert.match(planned.text, /new\.cf cannot be used:\n[\s\S]*new\.cf:5:5: .*adress/)
  }
  const none = await planOf(running, join(path, 'none.cf'))
  assert(!none.ok)
  assert.match(none.text, /none\.cf cannot be (used|read)/)
})

test('a table that cannot be read has no plan, and the reason is said', async (t) => {
  const file = join(directory(t), 'mon.cf')
  writeFileSync(file, text(WEB))
  const error = { kind: 'error', errno: 'EPERM', text: 'it needs CAP_NET_ADMIN' } as const
  const table = openMemoryTable('for a test')
  const running = await daemonOn(file, table)
  const planned = await planOf({ ...running, table: { ...table, read: () => error } }, null)
  assert.deepEqual(planned, { ok: false, text: 'the table cannot be read: it needs CAP_NET_ADMIN' })
})

test('where no daemon runs a plan says what a first start would do, and that it says only that', async (t) => {
  const file = join(directory(t), 'mon.cf')
  writeFileSync(file, text(WEB))
  const planned = await planWithoutDaemon(file)
  assert(planned.ok, planned.ok ? '' : planned.text)
  assert.match(
    planned.plan.basis,
    /^No daemon runs on .*mon\.cf: this is what a first start would do before any check has run/,
  )
  assert.deepEqual(planned.plan.alerts, [])
})
