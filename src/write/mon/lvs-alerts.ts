/**
 * A mon.cf of the LVS-HOWTO's kind: `alert lvs.alert -V 192.168.1.110:80 -R 10.1.1.2 …` in the periods of its services. Its
 * text is kept; those lines become comments, and `virtual` blocks that follow the same services stand at its end. What
 * lvs.alert never says, such as the scheduler, stands there with a remark. Source: LVS-HOWTO, "mon"; docs/alerts.md, ipvs.
 */
import type { AlertCall, HostGroup, Model, Period, Place, Service } from '../../model/model.ts'
import { endpointText, type Family, type Forward, serviceText, type TableServiceId } from '../../model/table.ts'
import { DEFAULT_SCHEDULER } from '../../parse/defaults.ts'
import type { Loss } from '../../parse/director/part.ts'
import { type LvsAlertEnd, type LvsAlertRequest, parseLvsAlert } from '../../parse/lvs-alert.ts'
import { canonical, parseAddress } from '../../parse/text/endpoint.ts'
import { FORWARD_WORDS } from './real.ts'
import { nameText } from './words.ts'

export interface FromLvsAlerts {
  /** `null`: there is no such line, and nothing to change. */
  readonly text: string | null
  readonly virtuals: number
  readonly reals: number
  /** Lines that stay as they are, and what the new blocks leave open. */
  readonly losses: readonly Loss[]
}

/** A line that edits the table, understood. */
interface Edit {
  readonly call: AlertCall
  readonly service: Service
  readonly request: LvsAlertRequest
}

export function withVirtuals(text: string, file: string, model: Model): FromLvsAlerts {
  const edits = editsIn(model).filter(({ call }) => call.place.file === file)
  if (edits.length === 0) return { text: null, virtuals: 0, reals: 0, losses: [] }
  const pools = new Pools(model)
  for (const edit of edits) pools.take(edit)
  const blocks = [...pools.byName.values()].map(blockText)
  const done = new Set([...pools.idle, ...[...pools.byName.values()].flatMap(({ lines }) => lines)])
  const head = '# What lvs.alert did line by line, a virtual server does by itself: it follows the same services.'
  const kept = commented(text, done)
  const whole = blocks.length === 0 ? kept : `${kept.trimEnd()}\n\n${head}\n\n${blocks.join('\n\n')}\n`
  const reals = [...pools.byName.values()].reduce((sum, pool) => sum + pool.reals.size, 0)
  return { text: whole, virtuals: blocks.length, reals, losses: pools.losses }
}

const callsOf = ({ alerts, upalerts, startupalerts, ackalerts, disablealerts }: Period): readonly AlertCall[] => [
  ...alerts,
  ...upalerts,
  ...startupalerts,
  ...ackalerts,
  ...disablealerts,
]

function editsIn({ services }: Model): readonly Edit[] {
  return services.flatMap((service) =>
    service.periods.flatMap(callsOf).flatMap((call) => {
      if (call.module !== 'ipvs' || call.receiver !== undefined) return []
      const parsed = parseLvsAlert(wordsIn(call.options))
      return parsed.kind === 'request' ? [{ call, service, request: parsed.request }] : []
    }),
  )
}

function wordsIn(options: unknown): readonly string[] {
  const words = typeof options === 'object' && options !== null && 'words' in options ? options.words : []
  return Array.isArray(words) ? words.map(String) : []
}

interface PoolReal {
  readonly end: string
  readonly weight: number
  readonly forward: Forward | null
  /** It keeps its entry with weight 0 while it is out. */
  readonly quiesce: boolean
  /** `check GROUP/SERVICE via HOST`. */
  readonly checks: Set<string>
}

interface Pool {
  readonly id: TableServiceId
  readonly reals: Map<string, PoolReal>
  /** Numbers of the lines that it takes the place of. */
  readonly lines: number[]
  sorry: string | null
}

class Pools {
  readonly byName = new Map<string, Pool>()
  readonly losses: Loss[] = []
  /** Numbers of lines that do nothing, since a virtual block decides already. */
  readonly idle: number[] = []
  readonly #groups: ReadonlyMap<string, HostGroup>
  /** Virtual servers that the file has, by their addresses. */
  readonly #known: ReadonlySet<string>

  constructor({ groups, virtuals }: Model) {
    this.#known = new Set(virtuals.flatMap(({ services }) => services.map(serviceText)))
    this.#groups = new Map(groups.map((group) => [group.name, group]))
  }

  take({ call, service, request }: Edit): void {
    const id = idOf(request)
    if (typeof id !== 'string' && this.#known.has(serviceText(id))) {
      this.idle.push(call.place.line)
      return
    }
    const ends = this.#endsOf(request, service)
    if (typeof id === 'string' || typeof ends === 'string') {
      this.#lose(call, typeof id === 'string' ? id : String(ends))
      return
    }
    const checks = ends.map((end) => this.#checkOf(service, end))
    const fault = checks.find((check) => check.kind === 'fault')
    if (fault !== undefined) {
      this.#lose(call, fault.text)
      return
    }
    const pool = this.#poolOf(id)
    pool.lines.push(call.place.line)
    this.#takeSubstitute(pool, request, call)
    for (const [i, end] of ends.entries()) addReal(pool, end, request, checks[i]?.text ?? '')
  }

  #poolOf(id: TableServiceId): Pool {
    const name = serviceText(id)
    const known = this.byName.get(name)
    if (known !== undefined) return known
    const pool: Pool = { id, reals: new Map(), lines: [], sorry: null }
    this.byName.set(name, pool)
    return pool
  }

  /** A text says why there are none. */
  #endsOf({ real }: LvsAlertRequest, { hosts }: Service): readonly LvsAlertEnd[] | string {
    const ends = real === null ? hosts.map((host) => ({ host, port: null })) : [real]
    const name = ends.find(({ host }) => parseAddress(host) === null)
    if (name === undefined) return ends.length === 0 ? 'its hostgroup has no hosts' : ends
    return `${name.host} is a name, and a pool is made of addresses: write the address of this real server`
  }

  /** The verdict of the service on that server: its own, or that of the one host which speaks for it. */
  #checkOf(
    { key, group }: Service,
    { host }: LvsAlertEnd,
  ): { readonly kind: 'check' | 'fault'; readonly text: string } {
    const hosts = this.#groups.get(group)?.hosts ?? []
    const [only, another] = hosts
    if (hosts.some((one) => canonical(one) === canonical(host))) return { kind: 'check', text: `check ${key}` }
    if (only !== undefined && another === undefined) return { kind: 'check', text: `check ${key} via ${only}` }
    const text = `hostgroup ${group} has ${hosts.length} hosts, and none is ${host}: give this real server a watch of its own`
    return { kind: 'fault', text }
  }

  /** It stood in for one server while that was out; a sorry server serves when none is left. */
  #takeSubstitute(pool: Pool, { substitute }: LvsAlertRequest, call: AlertCall): void {
    if (substitute === null) return
    const address = parseAddress(substitute.host)
    const text = address === null ? null : endText(address, substitute.port)
    if (text === null)
      this.#lose(call, `the substitute ${substitute.host} is a name: write its address as sorry server`)
    else if (pool.sorry !== null && pool.sorry !== text) {
      this.#lose(call, `one sorry server stands behind a pool, and that is ${pool.sorry} already`)
    } else if (pool.sorry === null) {
      pool.sorry = text
      this.#lose(call, `the substitute ${text} becomes the sorry server, which serves when no real server is left`)
    }
  }

  #lose({ place, text }: { readonly place: Place; readonly text: string }, why: string): void {
    this.losses.push({ place, text, why })
  }
}

function addReal({ reals }: Pool, { host, port }: LvsAlertEnd, request: LvsAlertRequest, check: string): void {
  const address = parseAddress(host)
  if (address === null) return
  const end = endText(address, port)
  const known = reals.get(end) ?? {
    end,
    weight: request.weight,
    forward: null,
    quiesce: false,
    checks: new Set<string>(),
  }
  known.checks.add(check)
  // The line that puts it in says with which weight; the one that takes it out often says none.
  const weight = known.weight === 1 ? request.weight : known.weight
  const quiesce = known.quiesce || request.quiesce
  reals.set(end, { ...known, weight, quiesce, forward: known.forward ?? request.forward })
}

/** A text says why it is none. */
function idOf({ service }: LvsAlertRequest): TableServiceId | string {
  if (service.kind === 'mark') return { kind: 'mark', family: 4, mark: service.mark }
  const address = parseAddress(service.host)
  if (address === null) return `${service.host} is a name, and a virtual server has an address`
  return { kind: 'address', protocol: service.protocol, port: service.port, ...address }
}

const endText = ({ family, address }: { readonly family: Family; readonly address: string }, port: number | null) =>
  port === null ? (family === 6 ? `[${address}]` : address) : endpointText({ family, address, port })

function blockText({ id, reals, sorry }: Pool): string {
  const mark = id.kind === 'mark'
  const protocol = mark || id.protocol === 'tcp' ? '' : `/${id.protocol}`
  const name = mark ? `fwmark-${id.mark}` : `${endpointText(id)}${protocol}`
  return [
    `virtual ${nameText(name)}`,
    `    address ${mark ? `fwmark ${id.mark}` : name}`,
    '    # lvs.alert says no scheduler: "upalert ipvs list" shows what the table has now.',
    `    scheduler ${DEFAULT_SCHEDULER}`,
    ...(sorry === null ? [] : [`    sorry ${sorry}`]),
    ...[...reals.values()].map((real) => `    ${realText(real)}`),
  ].join('\n')
}

function realText({ end, weight, forward, quiesce, checks }: PoolReal): string {
  const method = forward === null || forward === 'masq' ? [] : [`forward ${FORWARD_WORDS[forward]}`]
  const share = weight === 1 ? [] : [`weight ${weight}`]
  return [`real ${end}`, ...share, ...method, ...(quiesce ? ['on_fail drain'] : []), ...checks].join(' ')
}

/** Those lines, with all that they go on with, as comments. */
function commented(text: string, lines: ReadonlySet<number>): string {
  let goesOn = false
  const out = text.split('\n').map((line, i) => {
    const isDone = goesOn || lines.has(i + 1)
    goesOn = isDone && /\\\s*$/.test(line)
    return isDone ? line.replace(/^(\s*)/, '$1# ') : line
  })
  return out.join('\n')
}
