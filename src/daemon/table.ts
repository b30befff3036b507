/** Which IPVS table this daemon drives: the kernel's where it may, otherwise one in memory, and then it says so loudly. */

import { openKernelTable } from '../edge/table/kernel-table.ts'
import { openMemoryTable } from '../edge/table/memory-table.ts'
import type { TableDoor } from '../model/table.ts'
import type { ControlDoor } from '../model/table-control.ts'

export function openTable(): TableDoor | ControlDoor {
  const kernel = openKernelTable({ loadModule: true })
  return kernel.kind === 'open' ? kernel.door : openMemoryTable(kernel.text)
}
