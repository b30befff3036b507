/** Reads vectors.txt: what the real mon was seen to decide, as cases for the real mon and for ours. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type DiffCase, type DiffEvent, MISSING, type RanAlert, trapPacket } from './reference.ts'

export interface Vector {
  /** `A1`. */
  readonly name: string
  readonly title: string
  readonly asked: DiffCase
  /** What the start brings; null where the vector says nothing of it. */
  readonly startup: readonly Expected[] | null
  /** For each event of the case. */
  readonly events: readonly (readonly Expected[])[]
}

/** One alert that an event causes. */
export interface Expected {
  /** MON_ALERTTYPE. */
  readonly type: string
  /** The alert's last argument, or the name of a script that has none. */
  readonly label: string
  /** Its standard input; null where the vector does not say. */
  readonly input: string | null
  /** MON_TRAP_INTENDED. */
  readonly intended: string | null
}

/** What an alert of a vector's configuration shows of itself, to be compared with Expected. */
export function shown(alert: RanAlert): Expected {
  const { script, args, environment, input } = alert
  const label = script === SCRIPT ? args.at(-1) : script.replace(/\.alert$/, '')
  return {
    type: environment.MON_ALERTTYPE ?? '',
    label: label ?? '',
    input,
    intended: environment.MON_TRAP_INTENDED || null,
  }
}

/** Vectors name alerts as a set: mon takes periods in no order. */
export function assertShows(ran: readonly RanAlert[], expected: readonly Expected[], said: string): void {
  const known = sorted(ran.map(shown)).map((one, i) =>
    sorted(expected)[i]?.input === null ? { ...one, input: null } : one,
  )
  assert.deepEqual(known, sorted(expected), said)
}

const sorted = (alerts: readonly Expected[]): Expected[] =>
  [...alerts].sort((a, b) => `${a.type}:${a.label}`.localeCompare(`${b.type}:${b.label}`))

const SCRIPT = 'test.alert'

/** What each kind of alert says in front of its label, and MON_ALERTTYPE. */
const types: Readonly<Record<string, string>> = {
  '': 'failure',
  up: 'up',
  ack: 'ack',
  startup: 'startup',
  disable: 'disable',
  trap: 'trap',
  timeout: 'traptimeout',
  test: 'test',
}

/** Monday of the week in which timelines with weekdays play, in seconds since 1970. */
const MONDAY = Date.UTC(2026, 10, 16) / 1000
/** So long before its first event a daemon starts, unless the timeline says when. Seconds. */
const LEAD = 5

export function vectors(): Vector[] {
  const text = readFileSync(new URL('vectors.txt', import.meta.url), 'utf8')
  return text
    .split(/^== /m)
    .slice(1)
    .map((block) => vectorOf(block.trimEnd().split('\n')))
}

interface Line {
  readonly at: number
  readonly event: string
  readonly expected: string
}

function vectorOf([head = '', ...rest]: readonly string[]): Vector {
  const [, name = '', title = ''] = /^(\S+) (.*)$/.exec(head) ?? assert.fail(`cannot read: ${head}`)
  const lines = rest.filter((line) => line.trim() !== '')
  const timeline = lines
    .filter((line) => line.includes('->'))
    .flatMap(linesOf)
    .sort((a, b) => a.at - b.at)
  const heads = lines.filter((line) => !line.includes('->'))
  const services = heads.filter((line) => /^[\w.-]+\/[\w.-]+ /.test(line))
  const [only = ''] = services.map((line) => line.slice(0, line.indexOf(' ')))

  const dated = heads.find((line) => line.startsWith('start '))
  const zero = dated === undefined ? MONDAY : Date.parse(`${dated.slice('start '.length)}Z`) / 1000
  const daemon = timeline.find(({ event }) => event === 'daemon start')
  const happening = timeline.filter(({ event }) => event !== 'daemon start')
  const first = daemon?.at ?? (happening[0]?.at ?? 0) - LEAD
  const events = happening.map(({ at, event }): DiffEvent => ({ at: at - first, ...eventOf(event, only) }))
  return {
    name,
    title,
    asked: { config: configOf(heads, services), start: zero + first, events },
    startup: daemon === undefined ? null : expectedOf(daemon.expected, () => ''),
    events: happening.map(({ event, expected }) => expectedOf(expected, () => outputOf(event))),
  }
}

const TIME = String.raw`(-?\d+|[A-Z][a-z][a-z] \d\d:\d\d)`

/** A line of the timeline, once for each time at which it happens. */
function linesOf(line: string): Line[] {
  const [, from = '', to = '', every = '', unit = '', event = '', expected = ''] =
    new RegExp(`^\\s*${TIME}(?: - ${TIME} every (\\d+)([smh]))? +(.*?) +-> (.*)$`).exec(line) ??
    assert.fail(`cannot read: ${line}`)
  const times = []
  const step = Number(every || 1) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 1)
  for (let at = secondOf(from); at <= secondOf(to || from); at += step) times.push(at)
  if (to === '') return times.map((at) => ({ at, event, expected }))

  const named = new Map<number, string>()
  let each = '-'
  for (const part of expected.split('; ')) {
    const [, time, alerts = ''] = new RegExp(`^(?:${TIME}|each) (.*)$`).exec(part) ?? []
    if (time !== undefined) named.set(secondOf(time), alerts)
    else if (part !== '-') each = alerts
  }
  for (const time of named.keys()) assert.ok(times.includes(time), `${line}: nothing happens then`)
  return times.map((at) => ({ at, event, expected: named.get(at) ?? each }))
}

function secondOf(time: string): number {
  const [, day, hour, minute] = /^([A-Z]\w\w) (\d\d):(\d\d)$/.exec(time) ?? []
  if (day === undefined) return Number(time)
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(day)
  return ((days * 24 + Number(hour)) * 60 + Number(minute)) * 60
}

type Without<Event> = Event extends { readonly at: number } ? Omit<Event, 'at'> : never

function eventOf(text: string, only: string): Without<DiffEvent> {
  const trap = /^trap (?:([\w.-]+\/[\w.-]+) )?sta=(\S*) sum=(".*") dtl=(".*")$/.exec(text)
  if (trap !== null) {
    const [, name = only, sta = '', sum = '', dtl = ''] = trap
    const [grp = '', svc = ''] = name.split('/')
    return {
      kind: 'trap',
      packet: trapPacket({ typ: 'trap', grp, svc, sta, sum: JSON.parse(sum), dtl: JSON.parse(dtl) }),
    }
  }
  const [, name = only, said = ''] = /^(?:([\w.-]+\/[\w.-]+) )?(.*)$/.exec(text) ?? []
  const [group = '', service = ''] = name.split('/')
  if (said === 'trap timeout') return { kind: 'traptimeout', group, service }
  if (said === 'trapduration over') return { kind: 'trapduration', group, service }
  const [, signal, printed = '""'] = /^killed by signal (\d+), had printed (".*")$/.exec(said) ?? []
  if (signal !== undefined)
    return { kind: 'killed', group, service, due: false, signal: Number(signal), output: JSON.parse(printed) }
  const [, outcome, status = '0', output = '""'] = /^(ok|fail)(?: (\d+))? (".*")$/.exec(said) ?? []
  if (outcome === undefined) return { kind: 'command', line: text, user: null }
  return { kind: 'exit', group, service, due: false, status: Number(status), output: JSON.parse(output) }
}

/** What an alert of the event reads, unless the vector says otherwise; null where it depends on the time. */
function outputOf(text: string): string | null {
  const [, sum, dtl = '""'] = /^trap .*sum=(".*") dtl=(".*")$/.exec(text) ?? []
  if (sum !== undefined) return `${JSON.parse(sum)}\n\n${JSON.parse(dtl)}`
  const [, output] = /^(?:\S+\/\S+ )?(?:ok|fail|killed).*?(".*")$/.exec(text) ?? []
  return output === undefined ? null : JSON.parse(output)
}

function expectedOf(text: string, own: () => string | null): Expected[] {
  if (text.trim() === '-') return []
  const one = /(?:(\w+):)?(\w+)(?: <(".*?")>)?(?: \(for ([^)]*)\))?(?:, |$)/gy
  const found = [...text.trim().matchAll(one)].map(([, kind = '', label = '', input, intended = null]) => ({
    type: types[kind] ?? assert.fail(`no alert is called ${kind}`),
    label,
    input: input === undefined ? own() : JSON.parse(input),
    intended,
  }))
  assert.ok(found.length > 0, `cannot read: ${text}`)
  return found
}

function configOf(heads: readonly string[], services: readonly string[]): string {
  const globals = heads.filter((line) => /^\w+ = /.test(line))
  const groups = [...new Set(services.map((line) => line.slice(0, line.indexOf('/'))))]
  const hostgroups = groups.map((group) => `hostgroup ${group} ${group === 'g' ? 'h1 h2' : group}\n\n`)
  const watches = groups.map((group) => {
    const own = services.filter((line) => line.startsWith(`${group}/`))
    return `watch ${group}\n${own.map(serviceOf).join('')}\n`
  })
  return [...globals.map((line) => `${line}\n`), '\n', ...hostgroups, ...watches].join('')
}

function serviceOf(line: string): string {
  const [, name = '', rest = ''] = /^[^/]*\/(\S+) (.*)$/.exec(line) ?? assert.fail(`cannot read: ${line}`)
  const [keywords = '', ...periods] = rest.split(' · ')
  const lines = keywords.split('; ').map((keyword) => `    ${keyword}\n`)
  return `  service ${name}\n    monitor test.monitor\n${lines.join('')}${periods.map(periodOf).join('')}`
}

/** `p [hr {9}]: alert A; alertevery 1h`. */
function periodOf(text: string): string {
  const [, label = '', when = '', rest = ''] =
    /^(\w+)(?: \[(.*?)\])?: (.*)$/.exec(text) ?? assert.fail(`cannot read: ${text}`)
  const lines = rest.split('; ').map((keyword) => `      ${withScript(keyword)}\n`)
  return `    period ${label}: ${when}\n${lines.join('')}`
}

function withScript(keyword: string): string {
  const [, word, range = '', called = ''] = /^(\w*alert) (exit=\S+ )?(\S+)/.exec(keyword) ?? []
  if (word === undefined || called === MISSING) return keyword
  return `${word} ${range}${SCRIPT} ${called}`
}
