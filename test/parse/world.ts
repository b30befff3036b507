/** Surroundings for tests of the parser: small modules with the shapes that the real ones have. */
import assert from 'node:assert/strict'
import type { Model } from '../../src/model/model.ts'
import type { OptionProperty } from '../../src/model/module.ts'
import { loadMon } from '../../src/parse/check.ts'
import { type LogicalLine, type Slice, wholeLine } from '../../src/parse/mon/lines.ts'
import { parseMon } from '../../src/parse/mon.ts'
import type { Problem } from '../../src/parse/problem.ts'
import { type NamedShape, type Resolved, resolve, type Surroundings } from '../../src/parse/resolve.ts'

const port: OptionProperty = { type: 'integer', minimum: 1, maximum: 65535, description: 'port to connect to' }
const command: OptionProperty = {
  type: 'array',
  items: { type: 'string' },
  minItems: 1,
  description: 'program and its arguments',
}

export function shape(
  name: string,
  properties: Readonly<Record<string, OptionProperty>>,
  more: Partial<Omit<NamedShape, 'name'>> & { readonly required?: readonly string[] } = {},
): NamedShape {
  const { required = [], ...rest } = more
  const schema = { type: 'object', properties, required, additionalProperties: false } as const
  return { name, schema, flags: {}, rest: null, ...rest }
}

/** What a monitor has that can be sent elsewhere than to its hosts. */
const outlet: Readonly<Record<string, OptionProperty>> = {
  connectIp: { type: 'string', description: 'address to connect to instead' },
  mark: { type: 'integer', description: 'firewall mark' },
}

export const tcpShape = shape(
  'tcp',
  { port, ...outlet },
  { required: ['port'], flags: { p: 'port' }, reachesHosts: true },
)
export const httpShape = shape(
  'http',
  {
    port: { ...port, default: 80 },
    path: { type: 'array', items: { type: 'string' }, default: ['/'], description: 'path to ask for' },
    method: { type: 'string', enum: ['GET', 'HEAD'], default: 'GET', description: 'request method' },
    tls: { type: 'boolean', default: false, description: 'speak TLS' },
    statusCodes: { type: 'array', items: { type: 'integer' }, description: 'statuses that count as up' },
  },
  { flags: { p: 'port', u: 'path', s: 'tls' }, reachesHosts: true },
)
const pingShape = shape('ping', {})
const sslShape = shape('ssl', { port: { ...port, default: 443 } }, { flags: { p: 'port' } })
export const scriptShape = shape(
  'script',
  { command, nagios: { type: 'boolean', default: false, description: 'the program is a Nagios plugin' } },
  { required: ['command'], rest: 'command', restIsVerbatim: true },
)
const recipients = (options: unknown): string =>
  typeof options === 'object' && options !== null && 'to' in options ? String(options.to) : ''
const to: OptionProperty = { type: 'array', items: { type: 'string' }, minItems: 1, description: 'receivers' }
const subject: OptionProperty = { type: 'string', description: 'subject template' }
const mail = shape(
  'mail',
  { to, subject },
  { required: ['to'], rest: 'to', flags: { S: 'subject' }, combines: () => true, receiver: recipients },
)
const pager = shape('pager', { to }, { required: ['to'], rest: 'to' })
const words: OptionProperty = { type: 'array', items: { type: 'string' }, description: 'options of lvs.alert' }
const ipvs = shape(
  'ipvs',
  { words },
  {
    rest: 'words',
    restIsVerbatim: true,
    restFaults: (rest) =>
      rest[0] === '-V' ? [] : [{ word: 0, message: `"${rest[0] ?? ''}" is not -V`, hint: 'write -V address:port' }],
  },
)
const program = shape('program', { command }, { required: ['command'], rest: 'command', restIsVerbatim: true })

const byName = (shapes: readonly NamedShape[]) => new Map(shapes.map((one) => [one.name, one]))

export const world: Surroundings = {
  monitors: byName([tcpShape, httpShape, pingShape, sslShape, scriptShape]),
  alerts: byName([mail, pager, ipvs, program]),
  programs: {
    monitors: new Map([
      ['smtp.monitor', '/usr/lib/mon/mon.d/smtp.monitor'],
      ['tcp.monitor', '/usr/lib/mon/mon.d/tcp.monitor'],
      ['/opt/check_load', '/opt/check_load'],
    ]),
    alerts: new Map([['file.alert', '/usr/lib/mon/alert.d/file.alert']]),
  },
  environment: {},
  hostname: 'director',
  timeZone: 'Europe/Berlin',
}

export const resolveText = (text: string, surroundings: Surroundings = world): Resolved =>
  resolve(parseMon({ file: 'mon.cf', text }), surroundings)

/** The Model of a text that earns exactly these problems. */
export function modelOf(text: string, codes: readonly string[] = []): Model {
  const { model, problems } = resolveText(text)
  assert.deepEqual(
    problems.map(({ code }) => code),
    codes,
  )
  assert.ok(model)
  return model
}

export function resolveBytes(bytes: Uint8Array): { readonly model: unknown; readonly problems: readonly Problem[] } {
  const loaded = loadMon('mon.cf', bytes)
  return loaded.kind === 'unreadable' ? { model: null, problems: loaded.problems } : resolve(loaded.file, world)
}

/** A text as a slice of a file that holds nothing else. */
export function sliceOf(text: string): Slice {
  const line: LogicalLine = { source: { file: 'text', text }, text, runs: [{ at: 0, offset: 0 }] }
  return wholeLine(line)
}
