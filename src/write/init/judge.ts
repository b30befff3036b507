/**
 * What the parser would say of an answer if it stood in a mon.cf already: an answer is right if and only if the file is,
 * so there is one set of rules, and one set of sentences.
 */
import { parseMon } from '../../parse/mon.ts'
import type { Problem } from '../../parse/problem.ts'
import { type Resolved, resolve, type Surroundings } from '../../parse/resolve.ts'

export interface Fault {
  readonly kind: 'fault'
  /** A sentence without its full stop. */
  readonly message: string
  /** What to write instead; may be empty. */
  readonly hint: string
}

export const fault = (message: string, hint = ''): Fault => ({ kind: 'fault', message, hint })

export const understood = (text: string, surroundings: Surroundings): Resolved =>
  resolve(parseMon({ file: 'answers', text }), surroundings)

/** Judged with a port, which it gets from the real server where it says none and needs one. */
export const checkFault = (check: string, surroundings: Surroundings): Fault | null =>
  faultOf(watched(portedBy(check, surroundings)(SOME_PORT)), surroundings)

const SOME_PORT = 80

const watched = (check: string): string =>
  `hostgroup h 192.0.2.1\n\nwatch h\n  service s\n    interval 10s\n    monitor ${check}\n`

/**
 * The check with the port of a real server, unless its own words name one or it has no use for one. Found out by writing
 * one more port into it, and listening whether that is one too many.
 */
export function portedBy(check: string, surroundings: Surroundings): (port: number) => string {
  const [module = ''] = check.split(/[ \t]/, 1)
  const shape = surroundings.monitors.get(module)
  if (shape === undefined || !Object.hasOwn(shape.schema.properties, 'port')) return () => check
  const flag = shape.flags.p === 'port' ? '-p' : '--port'
  const ported = (port: number) => `${module} ${flag} ${port}${check.slice(module.length)}`
  const { problems } = understood(watched(ported(SOME_PORT)), surroundings)
  return problems.some(({ code }) => code === 'option-twice') ? () => check : ported
}

export const withPort = (check: string, port: number, surroundings: Surroundings): string =>
  portedBy(check, surroundings)(port)

export const schedulerFault = (scheduler: string, surroundings: Surroundings): Fault | null =>
  faultOf(
    `virtual v\n  address 192.0.2.1:80\n  scheduler ${scheduler}\n  real 192.0.2.2\n`,
    surroundings,
    ({ code }) => code !== 'virtual-unchecked',
  )

/** Lines of settings alone are a file that defines nothing, and that is not what is asked. */
export const settingFault = (name: string, value: string, surroundings: Surroundings): Fault | null =>
  faultOf(`${name} = ${value}\n`, surroundings, ({ code }) => code !== 'config-empty')

export function recipientsFault(recipients: string, surroundings: Surroundings): Fault | null {
  return faultOf(watched(`ping\n    period\n      alert mail ${recipients}`), surroundings)
}

function faultOf(text: string, surroundings: Surroundings, counts: (problem: Problem) => boolean = () => true) {
  const problem = understood(text, surroundings).problems.find(counts)
  return problem === undefined ? null : fault(problem.message, problem.hint)
}
