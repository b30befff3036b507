/** What `upalert ipvs` needs of this machine: the kernel's door, files, standard input and output. */
import { readFileSync } from 'node:fs'
import type { IpvsMachine } from '../cli/ipvs/machine.ts'
import { openKernelTable } from '../edge/table/kernel-table.ts'

const CONNECTIONS = '/proc/net/ip_vs_conn'
const STANDARD_INPUT = 0

export const ipvsMachine: IpvsMachine = {
  open: (loadModule) => openKernelTable({ loadModule }),
  read: (file) => bytesOf(file ?? STANDARD_INPUT),
  connections: () => bytesOf(CONNECTIONS),
  print(lines) {
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
  },
  complain: (text) => void process.stderr.write(`upalert: ${text}\n`),
  report: (text) => void process.stderr.write(`${text}\n`),
  exit: (status) => process.exit(status),
}

function bytesOf(file: string | number): Uint8Array | string {
  try {
    return readFileSync(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `${file === STANDARD_INPUT ? 'standard input' : file} cannot be read: ${why}`
  }
}
