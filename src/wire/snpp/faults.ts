/** What cannot be said together in a line that pages by SNPP, in sentences for whoever wrote it. */
import { parseHostPort } from '../host-port.ts'
import { PAGER_ID_PATTERN, SNPP_PORT } from './session.ts'

interface Given {
  readonly snpp: string | undefined
  readonly level: number | undefined
  readonly caller: string | undefined
  readonly subject: string | undefined
  readonly from: string | undefined
  readonly server: string | undefined
  readonly pagers: readonly string[]
}

export function snppFaults({ snpp, level, caller, subject, from, server, pagers }: Given): readonly string[] {
  if (snpp === undefined) {
    return [
      ...(level === undefined
        ? []
        : ['--level belongs to SNPP and says nothing in a mail: name the gateway with --snpp']),
      ...(caller === undefined
        ? []
        : ['--caller belongs to SNPP and says nothing in a mail: name the gateway with --snpp']),
    ]
  }
  const ofMail = { subject, from, server }
  return [
    ...(parseHostPort(snpp, SNPP_PORT) === null ? [`--snpp ${snpp} has no port between 1 and 65535`] : []),
    ...Object.entries(ofMail).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} belongs to mail and is not used with --snpp: leave it out`],
    ),
    ...pagers.flatMap((pager) =>
      new RegExp(PAGER_ID_PATTERN).test(pager)
        ? []
        : [`${pager} is no pager's id: one word of at most 64 visible ASCII characters`],
    ),
  ]
}
