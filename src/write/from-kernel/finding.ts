/** What somebody should know of a first configuration that was written from the kernel's table. */
export interface Finding {
  /** `warning`: what is written is not the table as it is, or leaves something unasked. `error`: nothing was written. */
  readonly severity: 'note' | 'warning' | 'error'
  /** What it is about: a virtual server, with a real server of it behind a blank; empty for the whole. */
  readonly about: string
  /** A sentence without its full stop that says what to do. */
  readonly text: string
}

export const note = (about: string, text: string): Finding => ({ severity: 'note', about, text })
export const warning = (about: string, text: string): Finding => ({ severity: 'warning', about, text })
export const error = (about: string, text: string): Finding => ({ severity: 'error', about, text })

const SIGNS = { note: 'note', warning: 'warning', error: 'error' } as const

/** `warning: 192.0.2.10:80: …`. */
export const findingLine = ({ severity, about, text }: Finding): string =>
  `${SIGNS[severity]}: ${about === '' ? '' : `${about}: `}${text}`
