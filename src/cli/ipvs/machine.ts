/** What the commands need of the machine, so that tests can be one; and how they end when it lets them down. */
import type { TableAnswer, TableError } from '../../model/table.ts'
import type { ControlDoor } from '../../model/table-control.ts'

export interface IpvsMachine {
  /** `loadModule`: try modprobe where the kernel has no IPVS yet. */
  open(loadModule: boolean): Opened
  /** The bytes of a file, of standard input for `null`; a text says why there are none. */
  read(file: string | null): Uint8Array | string
  /** /proc/net/ip_vs_conn; a text says why it cannot be read. */
  connections(): Uint8Array | string
  print(lines: readonly string[]): void
  complain(text: string): void
  /** Problems, which say themselves where they are. */
  report(text: string): void
  /** Ends the program. */
  exit(status: number): never
}

type Opened =
  | { readonly kind: 'open'; readonly door: ControlDoor }
  | { readonly kind: 'refused'; readonly text: string }

/** Exit statuses: the kernel refused something, or what was asked for is not there. */
export const REFUSED = 1
/** Lines of a file that cannot be carried out. */
export const BAD_LINES = 2
/** There is no table, or this process may not have it. */
export const NO_TABLE = 3
/** EX_USAGE of sysexits.h. */
export const MISUSE = 64

export function openDoor(machine: IpvsMachine, { loadModule }: { readonly loadModule: boolean }): ControlDoor {
  const opened = machine.open(loadModule)
  return opened.kind === 'open' ? opened.door : end(machine, opened.text, NO_TABLE)
}

/** What the kernel handed out, or the end. */
export function expectRead<Read extends { readonly kind: string }>(
  machine: IpvsMachine,
  read: Read | TableError,
): Read {
  return isError(read) ? end(machine, `${read.text} (${read.errno})`, NO_TABLE) : read
}

export function expectDone(machine: IpvsMachine, answer: TableAnswer): void {
  if (answer.kind === 'error') end(machine, `${answer.text} (${answer.errno})`, REFUSED)
}

export function end(machine: IpvsMachine, text: string, status: number): never {
  machine.complain(text)
  return machine.exit(status)
}

function isError(read: { readonly kind: string }): read is TableError {
  return read.kind === 'error'
}
