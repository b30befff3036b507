/** What an alert is handed besides its message and options, for tests. */
import type { AlertContext } from '../../src/model/alert.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { seconds } from '../../src/model/units.ts'

/** A table that nobody may touch here. */
const noTable: TableDoor = {
  where: 'memory',
  because: 'test',
  read: () => ({ kind: 'table', services: [] }),
  apply: () => ({ kind: 'error', errno: 'EPERM', text: 'not in this test' }),
  applyAll: () => [],
  close() {},
}

export const alertContext = (server: string): AlertContext => ({
  signal: AbortSignal.timeout(20_000),
  timeout: seconds(20),
  attempt: 1,
  mail: { server, from: 'upalert', hostname: 'lb1.example.org' },
  table: noTable,
})
