/** A password from where the operator put it: beside the other options, or in a file that not everybody may read. */
import type { OptionProperty } from '../../model/module.ts'
import type { Trace } from '../../model/monitor.ts'
import { readWhole } from '../files/whole-file.ts'
import type { Outcome } from './each-host.ts'

export interface PasswordOptions {
  readonly password?: string
  readonly passwordFile?: string
}

/** What fits on one line of a protocol, whatever it is made of. */
const LONGEST_PASSWORD = 4096

export const passwordProperties = {
  password: {
    type: 'string',
    maxLength: LONGEST_PASSWORD,
    pattern: '^[^\\r\\n\\0]*$',
    form: 'text on one line',
    description: 'password to log in with; --password-file keeps it out of the configuration',
  },
  passwordFile: {
    type: 'string',
    minLength: 1,
    description: 'file whose first line is the password; read at each check',
  },
} as const satisfies Record<string, OptionProperty>

type Password =
  | { readonly kind: 'password'; readonly text: string }
  | { readonly kind: 'failed'; readonly outcome: Outcome }

/** Empty where none is given. One from a file is told to `trace`, so that nobody is shown it. */
export function passwordOf({ password = '', passwordFile }: PasswordOptions, trace?: Trace): Password {
  if (passwordFile === undefined) return { kind: 'password', text: password }
  const read = readWhole(passwordFile)
  if (read.kind === 'unreadable') {
    return failed(`the password file ${passwordFile} cannot be read: ${read.errno || read.reason}`)
  }
  const line = (read.text.split('\n', 1)[0] ?? '').replace(/\r$/, '')
  if (line === '') return failed(`the first line of the password file ${passwordFile} is empty`)
  if (line.length > LONGEST_PASSWORD || line.includes('\0')) {
    return failed(
      `the first line of the password file ${passwordFile} is no password: it has a NUL, or is longer than ${LONGEST_PASSWORD}`,
    )
  }
  trace?.({ kind: 'secret', text: line })
  return { kind: 'password', text: line }
}

function failed(why: string): Password {
  const text = `could not be checked: ${why}`
  return { kind: 'failed', outcome: { kind: 'unknown', code: 'password-unreadable', text } }
}
