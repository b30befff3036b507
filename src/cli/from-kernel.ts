/** The words of `upalert convert --from-kernel` on the command line and at a terminal. */
import type { TableService } from '../model/table.ts'

export interface FromKernelOptions {
  readonly to: 'mon' | 'keepalived'
  /** One check for all: `tcp`, `http --url /health`, `none`. */
  readonly check?: string
  /** A file of answers. */
  readonly answers?: string
}

const METHODS = { masq: 'NAT', route: 'direct routing', tunnel: 'tunnel', local: 'local', bypass: 'bypass' } as const
/** Real servers that a question names. */
const SHOWN = 3

export const welcome = (count: number): string =>
  [
    `The kernel's table has ${count} virtual server${count === 1 ? '' : 's'}. Which check shall its real servers pass?`,
    'A monitor of docs/monitors.md with its options, such as tcp, http --url /health, https, smtp, ping, or none for no check.',
    'An empty line takes what stands in brackets; * and a check behind it is for all that are left.',
  ].join('\n')

/** `192.0.2.10:80  wrr, NAT to 10.1.1.2:8080 and 2 more` */
export function serviceLine(name: string, { scheduler, destinations }: TableService, ends: readonly string[]): string {
  const methods = [...new Set(destinations.map(({ forward }) => METHODS[forward]))].join(', ')
  const rest = ends.length > SHOWN ? ` and ${ends.length - SHOWN} more` : ''
  const to = ends.length === 0 ? 'no real servers' : `${methods} to ${ends.slice(0, SHOWN).join(', ')}${rest}`
  return `${name}  ${scheduler}, ${to}`
}

export const prompt = (proposal: string): string => `  check [${proposal}]: `

/** What a table that is not the kernel's leaves to do. */
export const notTheKernels = (because: string): string => `the kernel's table cannot be read: ${because}`

export const NO_TERMINAL =
  'a check for each virtual server is asked for at a terminal, and this is none: name one for all, --check tcp, or write them into a file for --answers (docs/from-kernel.md)'
