/**
 * What speaks for a real server: the checks of its service's checktype. Source: ldirectord(8), "checktype"; 4.12 tried.
 */
import type { Call, RealCheck } from '../../../model/model.ts'
import type { TableDestinationId } from '../../../model/table.ts'
import { type Milliseconds, milliseconds } from '../../../model/units.ts'
import { callOf } from '../../director/call.ts'
import { GRACE, PROGRAM_GRACE, plainCheck } from '../../director/check.ts'
import type { Check, NamedCheck } from '../../director/services.ts'
import { shortName } from '../../director/short-name.ts'
import type { VirtualService } from '../file.ts'
import type { RealLine } from '../real.ts'
import { placeOfWord, spanOf, valueIn, type Word } from '../words.ts'
import type { Around } from './around.ts'
import { type Asked, type Asking, isUdp, negotiation, seconds, wordsOf } from './asked.ts'
import type { Front } from './front.ts'
import { intervalOf, levelsOf, numberOf, timeoutOf } from './inherited.ts'
import { checkPort, serviceOf } from './ports.ts'

interface Timing {
  readonly interval: Milliseconds
  /** After a failure, and while failures are counted. `null`: as always. */
  readonly again: Milliseconds | null
}

/** Every check of one real server; those of equal questions are one. */
export function checksOf(
  virtual: VirtualService,
  real: RealLine,
  id: TableDestinationId,
  front: Front,
  around: Around,
): NamedCheck[] {
  const type = virtual.settings.checktype?.value ?? { kind: 'negotiate' }
  const interval = intervalOf(virtual, around.file)
  const usual: Timing = { interval, again: null }
  switch (type.kind) {
    case 'on':
      return []
    case 'off':
      return named('off', '', { module: 'off', options: {}, words: {} }, GRACE, usual, asking(), around)
    case 'ping':
      return pinged(asking(), usual, around)
    case 'connect':
      return connected(asking(), usual, around)
    case 'external':
    case 'external-perl':
      return external(asking(), usual, around)
    case 'negotiate':
      return negotiated(asking(), usual, around)
    case 'combined': {
      const rarely = { interval: milliseconds(interval * (type.connects + 1)), again: interval }
      const connects = type.connects === 0 ? [] : connected(asking(), usual, around)
      return [...negotiated(asking(), rarely, around), ...connects]
    }
  }

  function asking(): Asking {
    const { settings } = virtual
    const service = serviceOf(virtual, front)
    // RADIUS has the shorter time, like what only connects.
    const negotiates = (type.kind === 'negotiate' || type.kind === 'combined') && service !== 'radius'
    const timeout = timeoutOf(levelsOf(virtual, around.file), negotiates ? 'negotiatetimeout' : 'checktimeout')
    const request = (real.request?.text ?? settings.request?.value ?? '').replace(/^\//, '')
    const receive = real.receive?.text ?? settings.receive?.value ?? ''
    return { virtual, front, real, id, service, port: 0, timeout, request, receive }
  }
}

function negotiated(asking: Asking, timing: Timing, around: Around): NamedCheck[] {
  if (asking.service === 'none') return []
  const ported = withPort(asking, around)
  const asked = ported === null ? null : negotiation(ported, around)
  if (ported === null || asked === null) return []
  const { settings } = asking.virtual
  const question = {
    request: ported.request,
    receive: ported.receive,
    host: settings.virtualhost?.value,
    method: settings.httpmethod?.value,
    port: ported.port === asking.id.port ? undefined : ported.port,
    login: settings.login?.value,
    database: settings.database?.value,
  }
  const isUsual = Object.values(question).every((value) => value === undefined || value === '')
  return named(
    asking.service,
    isUsual ? '' : JSON.stringify(question),
    asked,
    milliseconds(ported.timeout + GRACE),
    timing,
    asking,
    around,
  )
}

function connected(asking: Asking, timing: Timing, around: Around): NamedCheck[] {
  const timeout = timeoutOf(levelsOf(asking.virtual, around.file), 'checktimeout')
  if (isUdp(asking)) return pinged({ ...asking, timeout }, timing, around)
  const ported = withPort({ ...asking, timeout }, around)
  if (ported === null) return []
  const { port, id } = ported
  const asked: Asked = { module: 'tcp', options: { port, timeout: seconds(timeout) }, words: wordsOf(ported) }
  const question = port === id.port ? '' : String(port)
  return named('connect', question, asked, milliseconds(timeout + GRACE), timing, asking, around)
}

function pinged(asking: Asking, timing: Timing, around: Around): NamedCheck[] {
  const timeout = timeoutOf(levelsOf(asking.virtual, around.file), 'checktimeout')
  const count = numberOf(levelsOf(asking.virtual, around.file), 'checkcount')
  // One try after the other: the next begins when nobody has answered the last.
  const pace = count > 1 ? { interval: seconds(timeout) } : {}
  const asked: Asked = {
    module: 'ping',
    options: { count, timeout: seconds(timeout), ...pace },
    words: { count: asking.virtual.settings.checkcount?.at ?? around.file.globals.checkcount?.at },
  }
  return named('ping', '', asked, milliseconds(timeout * count + GRACE), timing, asking, around)
}

/** ldirectord(8), "checkcommand": the virtual server's address and port, and the real server's; a mark has port 0. */
function external(asking: Asking, timing: Timing, around: Around): NamedCheck[] {
  const { front, id, real, virtual, timeout } = asking
  const { checkcommand } = virtual.settings
  const program = checkcommand?.value.trim() ?? '/bin/true'
  const [vip, vport] =
    front.service.kind === 'mark' ? [`${front.service.mark}`, '0'] : [shown(front.service), `${front.service.port}`]
  const args = [vip, vport, shown(id), `${real.port ?? 0}`]
  const options = { command: [program, ...args], timeout: seconds(timeout), tell: true }
  const asked: Asked = { module: 'misc', options, words: { command: checkcommand?.at } }
  const question = JSON.stringify(options.command)
  return named('external', question, asked, milliseconds(timeout + PROGRAM_GRACE), timing, asking, around)
}

/** ldirectord hands addresses of IPv6 over in brackets. */
const shown = ({ family, address }: { readonly family: 4 | 6; readonly address: string }) =>
  family === 6 ? `[${address}]` : address

/** `null` where nobody knows the port, which is then in the report. */
function withPort(asking: Asking, around: Around): Asking | null {
  const port = checkPort(asking.virtual, asking.real, asking.front, around)
  if (port > 0) return { ...asking, port }
  const message = 'nobody knows which port to check behind a firewall mark'
  const hint = 'write checkport, or a service that has a usual port; or checktype = ping'
  around.report.error('check-port', spanOf(asking.real.at), message, hint)
  return null
}

function named(
  kind: string,
  question: string,
  asked: Asked,
  timeout: Milliseconds,
  { interval, again }: Timing,
  { virtual }: Asking,
  around: Around,
): NamedCheck[] {
  const call = monitorCall(kind, asked, virtual, around)
  if (call === null) return []
  const fall = numberOf(levelsOf(virtual, around.file), 'failurecount')
  const check: Check = {
    ...plainCheck,
    timing: { kind: 'every', interval, randskew: null },
    timeout,
    fall,
    retryInterval: fall > 1 ? again : null,
    failureInterval: again,
    monitor: call,
  }
  return [{ kind, question, check }]
}

function monitorCall(
  kind: string,
  { module, options, words }: Asked,
  virtual: VirtualService,
  { surroundings, report }: Around,
): Call | null {
  const at: Word = virtual.settings.checktype?.at ?? virtual.settings.service?.at ?? virtual.header.at
  const calling = {
    module,
    options,
    text: textOf(kind, virtual),
    at: spotOf(at),
    place: placeOfWord(at),
    words: (property: string) => [words[property]].filter((word) => word !== undefined).map(spotOf),
    code: 'check-value',
    otherwise: 'write checktype = connect, or use another upalert',
  }
  return callOf(calling, surroundings, report)?.call ?? null
}

const spotOf = (word: Word) => ({ text: valueIn(word).text, span: spanOf(word) })

/** `negotiate http`, `connect`, `external /usr/local/bin/check`: for people. */
function textOf(kind: string, { settings }: VirtualService): string {
  if (kind === 'external') return `${kind} ${settings.checkcommand?.value.trim() ?? '/bin/true'}`
  return /^(?:off|ping|connect)$/.test(kind) ? kind : `negotiate ${kind}`
}

/** The check as one of a real server's; what other files brought is not shared where more is to be heard of it here. */
export function take(
  named: NamedCheck,
  server: { readonly id: TableDestinationId; readonly at: Word },
  more: boolean,
  { services, foreign, file }: Around,
): RealCheck {
  const place = placeOfWord(server.at)
  const asker = { id: server.id, place }
  const taken = services.take(asker, named, place)
  if (!more || !foreign.has(taken.service)) return taken
  return services.take(asker, { ...named, kind: `${named.kind}.${shortName(file.source.file)}` }, place)
}
