/**
 * `upalert try`: runs a check once, outside of the daemon, and keeps all that can be seen of it. The check is that of the
 * configuration, as the daemon would run it, or a monitor with the words of the command line.
 */
import { readFileSync } from 'node:fs'
import { monitors as builtIn } from '../../monitors/index.ts'
import type { Exchanged, Tried } from '../cli/try.ts'
import type { TryAnswer, TryDoors } from '../cli/try-command.ts'
import { monitorHelp } from '../cli/try-help.ts'
import type { TryWords } from '../cli/try-words.ts'
import { monitorEnvironment } from '../engine/message.ts'
import { stateFor } from '../engine/start.ts'
import type { Model, Real, Service } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import { type Host, host as hostOf, serviceKey } from '../model/names.ts'
import { endpointText } from '../model/table.ts'
import { type Milliseconds, minutes } from '../model/units.ts'
import { type LogicalLine, type Slice, slice } from '../parse/mon/lines.ts'
import { parseOptions } from '../parse/options.ts'
import { formatProblems } from '../parse/problem.ts'
import { canonicalEnd } from '../parse/text/endpoint.ts'
import { hostFault } from '../parse/text/host.ts'
import { Report } from '../parse/text/report.ts'
import { nannyOf } from '../wire/expect/nanny.ts'
import { masked, maskedText, secretsIn } from '../wire/talk/masked.ts'
import { loadConfiguration } from './configuration.ts'
import { shippedConfiguration } from './paths.ts'
import { gather } from './try-exchange.ts'
import { isUsable } from './usable.ts'

/** A check by hand has no service that says how long it may take. */
const BY_HAND: Milliseconds = minutes(1)
/** Hosts of a service that are tried one after the other; of a larger one, one is named. */
const MOST_HOSTS = 32
const LISTED = 10
/** Problems of a configuration that cannot be used. */
const MOST_PROBLEMS = 5

/** `configurationFile`: the file that -c names, or the usual one. */
export const tryDoors = (configurationFile: (named: string | undefined) => string): TryDoors => ({
  isMonitor: (name) => builtIn.has(name),
  tryMonitor,
  tryConfigured: (words) => tryConfigured(words, configurationFile),
})

interface Question {
  readonly monitor: Monitor
  readonly options: unknown
  readonly withHosts: boolean
  readonly host: Host
  readonly timeout: Milliseconds
  readonly environment: Readonly<Record<string, string>>
  readonly told: Pick<Tried, 'standsFor' | 'place' | 'monitor'>
}

async function tryMonitor(words: readonly string[]): Promise<TryAnswer> {
  const [name = '', ...behind] = words
  const monitor = builtIn.get(name)
  const host = behind.at(-1)
  if (monitor === undefined) return refused(`there is no monitor ${name}`)
  if (host === '--help') return { kind: 'told', text: monitorHelp(monitor) }
  if (host === undefined) return refused(`which host is ${name} to ask? Write it as the last word`)
  const fault = monitor.reachesHosts === true ? hostFault(host) : null
  if (fault !== null) return refused(`${fault.message}; ${fault.hint} (the host is the last word)`)
  const report = new Report()
  const [module, ...slices] = slicesOf(words.slice(0, -1))
  const options = module === undefined ? null : parseOptions(monitor, module, slices, report)
  if (options === null) return refused(formatProblems(report.problems))
  const told = { standsFor: 'the command line', place: null, monitor: words.slice(0, -1).map(inQuotes).join(' ') }
  const question = { monitor, options, withHosts: true, host: hostOf(host), timeout: BY_HAND, environment: {}, told }
  return { kind: 'tried', tried: [await asked(question)] }
}

/** Fit to be typed again. */
const inQuotes = (word: string): string =>
  /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** Words that a shell has split already, as parts of one line, so that a problem points at its word. */
function slicesOf(words: readonly string[]): Slice[] {
  const text = words.join(' ')
  const line: LogicalLine = { source: { file: 'the command line', text }, text, runs: [{ at: 0, offset: 0 }] }
  let from = 0
  return words.map((word) => {
    const part = { ...slice(line, from, from + word.length), text: word }
    from += word.length + 1
    return part
  })
}

async function tryConfigured(
  { name, real, options }: Extract<TryWords, { kind: 'configured' }>,
  configurationFile: (named: string | undefined) => string,
): Promise<TryAnswer> {
  const file = configurationFile(options.config)
  // The shipped example is run by nobody who did not ask for it.
  if (options.config === undefined && file === shippedConfiguration) {
    const hint = 'name a configuration that does with -c FILE; "upalert try --help" shows examples'
    return refused(
      `there is no monitor ${name}, and no /etc/upalert/mon.cf that could have a service of that name; ${hint}`,
    )
  }
  const configuration = await loadConfiguration(file)
  if (!isUsable(configuration)) {
    const errors = configuration.problems.filter(({ severity }) => severity === 'error')
    const more = `"upalert check ${file}" says more`
    return refused(`${file} cannot be used; ${more}:\n${formatProblems(errors, MOST_PROBLEMS)}`)
  }
  const { model } = configuration
  const chosen = real === null ? checksOfService(model, name, options.host) : checksOfReal(model, name, real)
  if (typeof chosen === 'string') return refused(`${chosen} (in ${file})`)
  const tried: Tried[] = []
  for (const check of chosen) {
    const { module } = check.service.monitor
    const monitor = configuration.monitors.get(module)
    if (monitor === undefined) return refused(`the monitor ${module} is not loaded (in ${file})`)
    tried.push(await asked(questionOf(check, monitor, model)))
  }
  return { kind: 'tried', tried }
}

interface Check {
  readonly service: Service & { readonly monitor: NonNullable<Service['monitor']> }
  readonly host: Host
  readonly standsFor: string
}

/** Text: why there is none. */
function checksOfService(model: Model, name: string, only: string | undefined): Check[] | string {
  const service = model.services.find(({ key }) => key === name)
  if (service === undefined) {
    const virtual = model.virtuals.find((each) => each.name === name)
    if (virtual !== undefined) return `which real server of ${name} is meant? ${realsOf(virtual.reals)}`
    const known = model.services.slice(0, LISTED).map(({ key }) => key)
    return `there is no service ${name}${known.length === 0 ? '' : `; there are ${known.join(', ')}${model.services.length > LISTED ? ' …' : ''}`}`
  }
  if (!isChecked(service)) return `the service ${name} has no monitor: it is told of by traps`
  const hosts = only === undefined ? service.hosts : [hostOf(only)]
  if (hosts.length === 0) return `the service ${name} has no hosts`
  if (hosts.length > MOST_HOSTS) return `the service ${name} has ${hosts.length} hosts; name one with --host`
  const stranger = only !== undefined && !service.hosts.includes(hostOf(only))
  const standsFor = `service ${name}${stranger ? `, whose hostgroup does not have ${only}` : ''}`
  return hosts.map((host) => ({ service, host, standsFor }))
}

function checksOfReal(model: Model, name: string, end: string): Check[] | string {
  const virtual = model.virtuals.find((each) => each.name === name)
  if (virtual === undefined) {
    const known = model.virtuals.slice(0, LISTED).map((each) => each.name)
    return `there is neither a monitor nor a virtual server ${name}${known.length === 0 ? '' : `; virtual servers are ${known.join(', ')}`}`
  }
  const wanted = canonicalEnd(end)
  const real = virtual.reals.find(({ id }) => endpointText(id) === wanted)
  if (real === undefined) return `${name} has no real server ${end}; ${realsOf(virtual.reals)}`
  if (real.checks.length === 0) return `${end} of ${name} has no check: it is always taken to be up`
  const checks = real.checks.flatMap(({ service: key, host, advice }): Check[] => {
    const service = model.services[model.serviceIndex.get(key) ?? -1]
    if (service === undefined || !isChecked(service)) return []
    const what = advice === true ? ', for advice' : ''
    return [{ service, host, standsFor: `real server ${end} of ${name}${what}: service ${key}` }]
  })
  return checks.length > 0 ? checks : `the services that ${end} of ${name} follows have no monitor`
}

const isChecked = (service: Service): service is Check['service'] => service.monitor !== null

const realsOf = (reals: readonly Real[]): string => {
  const listed = reals.slice(0, LISTED).map(({ id }) => endpointText(id))
  return `there are ${listed.join(', ')}${reals.length > LISTED ? ' …' : ''}`
}

function questionOf({ service, host, standsFor }: Check, monitor: Monitor, model: Model): Question {
  const { monitor: call, timeout } = service
  const state = stateFor(model, null).services[model.serviceIndex.get(serviceKey(service.group, service.name)) ?? -1]
  return {
    monitor,
    options: call.options,
    withHosts: call.withHosts,
    host,
    timeout,
    environment: state === undefined ? {} : monitorEnvironment(service, state, model.settings),
    told: { standsFor, place: call.place, monitor: call.text },
  }
}

async function asked({ monitor, options, withHosts, host, timeout, environment, told }: Question): Promise<Tried> {
  const gathered = gather()
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  const deadline = setTimeout(stop, timeout)
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const { signal } = controller
  const context = { signal, timeout, environment, withHosts, trace: gathered.trace }
  const result = await monitor.check([host], options, context)
  clearTimeout(deadline)
  process.off('SIGINT', stop).off('SIGTERM', stop)

  const secrets = [...gathered.secrets(), ...secretsIn(options), ...passwordsInFiles(options)]
  const words = (text: string): string => maskedText(text, secrets)
  return {
    ...told,
    monitor: words(told.monitor),
    exchange: gathered.exchange().map((each) => hidden(each, secrets)),
    lost: gathered.lost(),
    result: {
      ...result,
      summary: words(result.summary),
      warnings: result.warnings.map(words),
      hosts: result.hosts.map((each) => ({ ...each, text: words(each.text) })),
    },
    otherwise: otherwise(options, gathered.exchange(), { monitor, isUp: result.hosts[0]?.kind === 'up' }),
  }
}

function hidden(each: Exchanged, secrets: readonly string[]): Exchanged {
  if (each.kind !== 'ran') return { ...each, bytes: masked(each.bytes, secrets) }
  return {
    ...each,
    command: each.command.map((word) => maskedText(word, secrets)),
    output: masked(Buffer.from(each.output), secrets),
    errors: each.errors === null ? null : masked(Buffer.from(each.errors), secrets),
  }
}

/** A monitor reads such a file by itself; its first line must not be shown either. */
function passwordsInFiles(options: unknown): string[] {
  if (typeof options !== 'object' || options === null) return []
  return Object.entries(options).flatMap(([name, value]) => {
    if (!/(?:password|secret)File$/i.test(name) || typeof value !== 'string') return []
    try {
      return readFileSync(value, 'utf8').split(/\r?\n/, 1)
    } catch {
      return []
    }
  })
}

/** Whoever comes from Piranha has programs that nanny judges otherwise, and wants to know. */
function otherwise(
  options: unknown,
  exchange: readonly Exchanged[],
  { monitor, isUp }: { readonly monitor: Monitor; readonly isUp: boolean },
): string | null {
  const run = exchange.findLast((each) => each.kind === 'ran')
  if (monitor.comparesOutput !== true || run?.kind !== 'ran') return null
  const expect = typeof options === 'object' && options !== null && 'expect' in options ? options.expect : undefined
  const text = typeof expect === 'string' ? Buffer.from(expect).toString('latin1') : undefined
  const nanny = nannyOf({ status: run.status, output: Buffer.from(run.output).toString('latin1') }, text)
  if (nanny.up === isUp) return null
  return `Piranha's nanny would have called it ${nanny.up ? 'up' : 'down'}: ${nanny.because}`
}

const refused = (text: string): TryAnswer => ({ kind: 'refused', text })
