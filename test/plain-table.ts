/** What most services of a table are like in tests: nothing about them is special. */
import type { TableServiceSettings } from '../src/model/table.ts'

export const plainService: TableServiceSettings = {
  scheduler: 'wlc',
  persistenceSeconds: 0,
  prefix: 32,
  onePacket: false,
  schedulerFlags: 0,
  engine: '',
}
