/**
 * Asks name servers: do they hold the version of a zone that its masters have, or do they answer a lookup? With -name, does the
 * answer look as it should?
 * Up: every zone or lookup was right. Down: names the servers, with the zone or name each of them failed.
 * Source: mon's dns.monitor (its options, summary line and exit status); ldirectord(8), service=dns; RFC 1035.
 */

import { clock, elapsed } from '../src/edge/clock.ts'
import { type Asked, askAll } from '../src/edge/dns/ask-all.ts'
import { askFor, searchList } from '../src/edge/dns/ask-for.ts'
import { type WayOptions, wayFlags, wayOf, wayProperties } from '../src/edge/dns/options.ts'
import { startAttempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { hostLimit } from '../src/edge/probe/reach.ts'
import { readReceive, receiveFaults, receiveProperty } from '../src/edge/probe/receive.ts'
import type { CheckContext, Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import type { CheckResult } from '../src/model/result.ts'
import { milliseconds } from '../src/model/units.ts'
import { type Answer, type Fault, NAME_PATTERN, type Question } from '../src/wire/dns/answer.ts'
import { LOOKUP_FORM, LOOKUP_PATTERN, lookupFault, readLookup } from '../src/wire/dns/lookup.ts'
import { lookupsOutput, type Output, zonesOutput } from '../src/wire/dns/report.ts'
import { type Reference, referenceOf, zoneFault } from '../src/wire/dns/zone.ts'

export interface DnsOptions extends WayOptions {
  readonly zone?: readonly string[]
  readonly master?: readonly string[]
  readonly serial_threshold?: number
  readonly failsingle?: boolean
  readonly caching_only?: boolean
  readonly query?: readonly string[]
  readonly name?: string
  readonly receive?: string
  readonly debug?: boolean
}

/** Each zone is asked of each master, and of each host: so many questions a run. */
const MOST_ZONES = 100
const MOST_MASTERS = 20
const MOST_QUERIES = 100

/** Spelled as dns.monitor spells them, underscores included. */
const properties = {
  zone: {
    type: 'array',
    items: { type: 'string', pattern: `^${NAME_PATTERN}$`, form: 'the name of a zone' },
    maxItems: MOST_ZONES,
    description: 'zone that the hosts must hold in the version of its masters',
  },
  master: {
    type: 'array',
    items: { type: 'string', pattern: '^[^\\s()]+$', form: 'an address or a name' },
    maxItems: MOST_MASTERS,
    description: 'server whose serial of each zone counts; of several the greatest',
  },
  serial_threshold: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'by how much serials may differ, of hosts and masters and among masters',
  },
  failsingle: { type: 'boolean', description: 'fail if a single master does; otherwise only if all do' },
  caching_only: { type: 'boolean', description: 'do the lookups of -query instead of comparing zones' },
  query: {
    type: 'array',
    items: { type: 'string', pattern: LOOKUP_PATTERN, form: LOOKUP_FORM },
    maxItems: MOST_QUERIES,
    description: 'name[:type[:other name]] to look up; with another name the two must have a record in common',
  },
  name: {
    type: 'string',
    minLength: 1,
    description: 'name whose address to look up, or address whose name; the answer must be like -receive',
  },
  receive: receiveProperty('in an address or a name of the answer'),
  ...wayProperties,
  debug: { type: 'boolean', description: "taken for dns.monitor's sake; nothing more is printed" },
} as const

export const dns: Monitor<DnsOptions> = {
  name: 'dns',
  question: 'does it give the right answer?',
  reachesHosts: true,
  schema: { type: 'object', properties, additionalProperties: false },
  flags: wayFlags,
  rest: null,
  optionFaults: receiveFaults,
  check(hosts, options, context) {
    const { zone = [], master = [], query = [], caching_only, name } = options
    if (name !== undefined) return checkName(hosts, name, options, context)
    if (caching_only === true || (zone.length === 0 && query.length > 0)) return checkLookups(hosts, options, context)
    if (zone.length > 0 && master.length > 0) return checkZones(hosts, options, context)
    const what =
      zone.length > 0
        ? 'a -master to compare it with'
        : 'a -zone and its -master, or -caching_only and a -query, or a -name'
    const text = `could not be checked: the dns monitor needs ${what}`
    return eachHost(hosts, context.timeout, context, async () => ({ kind: 'unknown', code: 'bad-option', text }))
  },
}

async function checkName(
  hosts: readonly Host[],
  name: string,
  options: DnsOptions,
  context: CheckContext,
): Promise<CheckResult> {
  const receive = readReceive(options.receive)
  const way = wayOf(options, { recurse: true })
  const list = await searchList()
  return eachHost(hosts, hostLimit(options, context.timeout), context, async (host, attempt) => {
    return receive.kind === 'failed' ? receive.outcome : askFor(host, { name, receive, list, way, options }, attempt)
  })
}

async function checkZones(hosts: readonly Host[], options: DnsOptions, context: CheckContext): Promise<CheckResult> {
  const { zone: zones = [], serial_threshold: threshold = 0 } = options
  const started = clock.uptime()
  const references = await askMasters(options, context)
  const left = { ...context, timeout: milliseconds(Math.max(context.timeout - elapsed(started), 1)) }
  const way = wayOf(options, { recurse: false })
  const failed = zones.map((): Host[] => [])

  const result = await eachHost(hosts, left.timeout, left, async (host, attempt) => {
    const asked = await askAll(host, zones.map(soaQuestion), way, options, attempt)
    const faults = zones.map((zone, at): Fault | null => {
      const reference = references[at]
      const answer = asked.answers[at]
      if (reference?.kind !== 'serial' || answer === undefined) return uncompared(zone)
      const fault = zoneFault(zone, answer, reference.serial, threshold)
      if (fault !== null) failed[at]?.push(host)
      return fault
    })
    return outcome(faults, asked, `has ${count(zones, 'zone')} as the masters have`)
  })
  const reports = zones.flatMap((zone, at) => {
    const reference = references[at]
    return reference === undefined ? [] : [{ zone, reference, failed: inOrder(hosts, failed[at]) }]
  })
  return inTheirWords(result, zonesOutput(reports))
}

/** One answer for each zone, in their order. */
async function askMasters(options: DnsOptions, context: CheckContext): Promise<readonly Reference[]> {
  const { zone: zones = [], master: masters = [], serial_threshold: threshold = 0, failsingle = false } = options
  const { connectIp: _ofHosts, ...ofMasters } = options
  const way = wayOf(options, { recurse: false })
  const attempt = startAttempt(context.timeout, context.signal, context.trace)
  const questions = zones.map(soaQuestion)
  const asked = await Promise.all(masters.map((master) => askAll(master, questions, way, ofMasters, attempt)))
  attempt.end()
  return zones.map((zone, at) => {
    const answers = masters.flatMap((master, of) => {
      const answer = asked[of]?.answers[at]
      return answer === undefined ? [] : [{ master, answer }]
    })
    return referenceOf(zone, answers, { threshold, failsingle })
  })
}

async function checkLookups(hosts: readonly Host[], options: DnsOptions, context: CheckContext): Promise<CheckResult> {
  const lookups = (options.query ?? []).map(readLookup)
  const questions = lookups.map(({ question }) => question)
  const targets = lookups.flatMap(({ target }) => target ?? [])
  const way = wayOf(options, { recurse: true })
  const failed = lookups.map((): Host[] => [])

  const result = await eachHost(hosts, context.timeout, context, async (host, attempt) => {
    const asked = await askAll(host, [...questions, ...targets], way, options, attempt)
    const answers = asked.answers.slice(0, questions.length)
    const targetAnswers = asked.answers.slice(questions.length)
    const faults = lookups.map((lookup, at) => {
      const expected: Answer | null = lookup.target === null ? null : (targetAnswers.shift() ?? null)
      const answer = answers[at]
      const fault = answer === undefined ? null : lookupFault(lookup, answer, expected)
      if (fault !== null) failed[at]?.push(host)
      return fault
    })
    return outcome(faults, asked, `answered ${count(lookups, 'lookup')}`)
  })
  const reports = lookups.map((lookup, at) => ({ lookup, failed: inOrder(hosts, failed[at]) }))
  return inTheirWords(result, lookupsOutput(reports))
}

const soaQuestion = (zone: string): Question => ({ name: zone, type: 'SOA' })

const count = (things: readonly unknown[], what: string): string =>
  things.length === 1 ? `the ${what}` : `all ${things.length} ${what}s`

/** The masters are at fault, and so nobody knows about the host. */
const uncompared = (zone: string): Fault => ({
  code: 'no-master',
  text: `was not compared: the masters of ${zone} do not say what is right`,
  blame: 'us',
})

/** What speaks against the server counts more than what was not learned. */
function outcome(faults: readonly (Fault | null)[], { address }: Asked, good: string): Outcome {
  const found = faults.filter((fault) => fault !== null)
  const fault = found.find(({ blame }) => blame === 'host') ?? found[0]
  if (fault === undefined) return { kind: 'up', text: good, address }
  const { code, text, blame } = fault
  return { kind: blame === 'host' ? 'down' : 'unknown', code, text, address }
}

/** Servers end in any order, and the script asks them in that of its arguments. */
function inOrder(hosts: readonly Host[], failed: readonly Host[] = []): Host[] {
  const failing = new Set(failed)
  return [...new Set(hosts)].filter((host) => failing.has(host))
}

function inTheirWords(result: CheckResult, output: Output): CheckResult {
  // A host that was not asked at all, since time was over, fails the check though the script has no word for that.
  const exit = output.exit === 0 ? result.exit : output.exit
  const summary = output.exit === 0 ? result.summary : output.summary
  return { ...result, exit, summary, detail: output.lines.map((line) => `${line}\n`).join('') + result.detail }
}
