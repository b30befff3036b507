/**
 * Configurations and timed events at random, dense in what bears on alert decisions: every keyword, few distinct texts so
 * that comparisons matter, and steps of time that often are exactly the lengths that the configuration names.
 */
import fc from 'fast-check'
import { type DiffCase, type DiffEvent, MISSING, trapPacket } from './reference.ts'

/** Events refer to services by number, so that they still mean something when the configuration shrinks. */
export const anyCase = (): fc.Arbitrary<DiffCase> =>
  fc
    .record({
      start: fc.constantFrom(...starts),
      globals: optional(globals),
      services: fc.array(service, { minLength: 1, maxLength: 3 }),
      starred: fc.boolean(),
      catchAll: fc.option(service, { nil: undefined, freq: 5 }),
      events: fc.array(fc.tuple(step, happening), { minLength: 1, maxLength: 60, size: 'max' }),
    })
    .map(({ start, globals: words, starred, services, catchAll, events }) => {
      const named = services.map((one, i): Named => ({ ...one, ...(NAMES[i] ?? NAMES[0]) }))
      if (catchAll !== undefined) named.push({ ...catchAll, group: 'default', name: 'default' })
      return { config: configOf(words, starred, named), start, events: timed(events, named) }
    })

/** No name begins with another: mon replaces names in dependencies letter by letter. */
const NAMES = [
  { group: 'g', name: 'web' },
  { group: 'g', name: 'db' },
  { group: 'p', name: 'ping' },
] as const

/** Noon of a Monday, a Friday's last seconds of office hours, and of a week. */
const starts = ['2026-11-16T12:00:00Z', '2026-11-20T16:59:40Z', '2026-11-22T23:58:00Z'].map(
  (at) => Date.parse(at) / 1000,
)
/** Seconds; with few of them, events often stand exactly as far apart as a window is long. */
const LENGTHS = [3, 5, 8, 10, 15, 60, 3600]
const length = fc
  .constantFrom(...LENGTHS, 2.5)
  .map((seconds) => (seconds === 60 ? '1m' : seconds === 3600 ? '1h' : `${seconds}s`))
const wholeLength = fc.constantFrom(...LENGTHS).map((seconds) => (seconds === 60 ? '1m' : `${seconds}s`))
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 7) },
  { weight: 3, arbitrary: fc.constantFrom(...LENGTHS) },
  { weight: 2, arbitrary: fc.constantFrom(...LENGTHS.map((seconds) => seconds + 1), ...LENGTHS.map((one) => one - 1)) },
  { weight: 1, arbitrary: fc.constantFrom(20, 300, 1800, 7200, 43_200) },
)
const whens = [
  '',
  '',
  '',
  '',
  '',
  'none',
  'wd {Mon-Fri} hr {9am-4pm}',
  'hr {13-11}',
  'min {0-29}',
  'sec {0-19}, sec {30-39}',
]

const optional = <T>(of: fc.Arbitrary<readonly T[]>): fc.Arbitrary<readonly T[]> => fc.option(of, { nil: [], freq: 2 })

/** Some of these lines, in any order. */
const some = (lines: readonly fc.Arbitrary<string>[], most: number): fc.Arbitrary<readonly string[]> =>
  fc.array(fc.oneof(...lines), { maxLength: most })

const globals = some(
  [
    fc.constantFrom('dep_behavior = a', 'dep_behavior = m'),
    fc.constantFrom('unack_summary = yes', 'unack_summary = 0'),
    fc.constantFrom('dep_memory = 5s', 'dep_memory = 1h'),
    fc.constantFrom('dep_recur_limit = 0', 'dep_recur_limit = 1'),
    fc.constant('startupalerts_on_reset = yes'),
  ],
  3,
)

const range = fc.constantFrom('0', '1', '2', '1-2', '2-255', '0-9')
const words = fc.constantFrom('', ' "b c"', " 'd e'", ' f\\ g', ' ""', ' -x ü')
/** A script, and words behind it; the label that comes behind them tells alerts apart. */
const script = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('test.alert', 'other.alert') },
  { weight: 1, arbitrary: fc.constant(MISSING) },
)
const alert = fc
  .tuple(
    fc.constantFrom('alert', 'alert', 'alert', 'upalert', 'upalert', 'startupalert', 'ackalert', 'disablealert'),
    fc.option(range, { nil: null, freq: 3 }),
    script,
    words,
    fc.constantFrom('A', 'B', 'C'),
  )
  .map(([kind, exit, name, more, label]) => `${kind} ${exit === null ? '' : `exit=${exit} `}${name}${more} ${label}`)

const periodLine = fc.oneof(
  { weight: 8, arbitrary: alert },
  {
    weight: 3,
    arbitrary: fc
      .tuple(length, fc.constantFrom('', '', ' strict', ' observe_detail', ' ignore_summary', ' summary'))
      .map(([every, qualifier]) => `alertevery ${every}${qualifier}`),
  },
  {
    weight: 3,
    arbitrary: fc.oneof(
      fc.integer({ min: 1, max: 4 }).map((count) => `alertafter ${count}`),
      wholeLength.map((time) => `alertafter ${time}`),
      fc.tuple(fc.integer({ min: 1, max: 4 }), wholeLength).map(([count, time]) => `alertafter ${count} ${time}`),
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((count) => `numalerts ${count}`) },
  { weight: 1, arbitrary: fc.constant('no_comp_alerts') },
  { weight: 1, arbitrary: fc.constant('alerts_dont_count') },
  { weight: 1, arbitrary: range.map((one) => `alertexitrange ${one}`) },
  { weight: 1, arbitrary: length.map((time) => `upalertafter ${time}`) },
)

/** Without these a period mostly has nobody to tell. */
const usual = fc.constantFrom(['alert test.alert A', 'upalert test.alert U'], ['alert test.alert A'], [])

const period = fc.record({
  usual,
  labelled: fc.boolean(),
  when: fc.constantFrom(...whens),
  lines: fc.array(periodLine, { maxLength: 6 }),
})

/** Services by their names, also the one that has the dependency: then mon's depth limit decides. */
const dependency = fc.letrec<{ of: string }>((tie) => ({
  of: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('g:web', 'g:web', 'g:db', 'g:db', 'p:ping', 'p:ping', 'SELF:db', 'g:none'),
    tie('of').map((one) => `! ${one}`),
    tie('of').map((one) => `not (${one})`),
    fc
      .tuple(tie('of'), fc.constantFrom('&&', '||', 'and', 'or'), tie('of'))
      .map(([one, word, other]) => `(${one}) ${word} (${other})`),
  ),
})).of

const serviceLine = fc.oneof(
  fc.constantFrom('unack_summary yes', 'unack_summary 1', 'unack_summary no'),
  length.map((time) => `failure_interval ${time}`),
  wholeLength.map((time) => `traptimeout ${time}`),
  length.map((time) => `trapduration ${time}`),
  fc.constantFrom('description the web', 'FOO=bar  baz ', 'MON_GROUP=mine', 'MON_LAST_OUTPUT=mine', 'EMPTY='),
  fc.constantFrom(
    'redistribute red.alert',
    'redistribute test.alert',
    'redistribute test.alert R',
    `redistribute ${MISSING}`,
  ),
  dependency.map((expression) => `depend ${expression}`),
  dependency.map((expression) => `alertdepend ${expression}`),
  dependency.map((expression) => `monitordepend ${expression}`),
  fc.constantFrom('dep_behavior a', 'dep_behavior m'),
  fc.constantFrom('dep_memory 5s', 'dep_memory 1h'),
)

const service = fc.record({
  lines: fc.oneof(fc.constant<readonly string[]>([]), fc.array(serviceLine, { maxLength: 4 })),
  periods: fc.array(period, { minLength: 1, maxLength: 3 }),
})
type Service = typeof service extends fc.Arbitrary<infer Value> ? Value : never
type Named = Service & { readonly group: string; readonly name: string }

function configOf(lines: readonly string[], starred: boolean, services: readonly Named[]): string {
  const groups = [...new Set(services.map(({ group }) => group))]
  const hosts = groups.map((group) => `hostgroup ${group} ${HOSTS[group] ?? (starred ? 'h9 *h8' : 'h9')}\n\n`)
  const watches = groups.map((group) => {
    const own = services.filter((one) => one.group === group)
    return `watch ${group}\n${own.map((one) => serviceOf(one, services)).join('')}\n`
  })
  return [...lines.map((line) => `${line}\n`), '\n', ...hosts, ...watches].join('')
}

/** p's only host is one of g's too. */
const HOSTS: Readonly<Record<string, string>> = { g: 'h1 h2', p: 'h1' }

function serviceOf({ name, lines, periods }: Named, all: readonly Named[]): string {
  const known = new Set(all.map((one) => `${one.group}:${one.name}`))
  const meant = lines.filter((line) =>
    (line.match(/\b[gp]:\w+/g) ?? []).every((one) => known.has(one) || one === 'g:none'),
  )
  const head = [
    'interval 2s',
    'monitor test.monitor',
    ...meant.filter((line) => !line.includes('SELF:') || known.has('g:db')),
  ]
  return `  service ${name}\n${head.map((line) => `    ${line}\n`).join('')}${periodsOf(periods)}`
}

/** Periods without a label are known by their expression, so that no two may have the same. */
function periodsOf(periods: Service['periods']): string {
  const used = new Set<string>()
  const texts = periods.map(({ labelled, when, usual, lines }, i) => {
    const label = labelled || used.has(when) ? `${LABELS[i]}: ` : ''
    used.add(when)
    // Judged with the interval of 2 s: mon refuses more failures than the time has room for.
    const sensible = [...usual, ...lines].filter((line) => !/^alertafter [34] 3s|^alertafter 4 5s/.test(line))
    return `    period ${label}${when}\n${sensible.map((line) => `      ${line}\n`).join('')}`
  })
  return texts.join('')
}

const LABELS = ['p', 'q', 'r']

/** What happens, once it is known to which service and when. */
type Made = (service: Named, at: number) => DiffEvent

const output = fc
  .tuple(
    fc.constantFrom('x', 'x', 'x', 'y', 'x y', 'x  y', '', ' ', '(NO SUMMARY)', 'web1 ü'),
    fc.constantFrom('', '', '\n', '\n1', '\n2', '\n1\n', '\n\n1'),
  )
  .map(([summary, detail]) => summary + detail)

const exited = fc.tuple(fc.constantFrom(0, 1, 1, 1, 1, 2, 3, 255), output).map(
  ([status, said]) =>
    ({ group, name }: Named, at: number): DiffEvent => ({
      at,
      kind: 'exit',
      group,
      service: name,
      due: true,
      status,
      output: said,
    }),
)
const killed = fc.tuple(fc.constantFrom(9, 15), output).map(
  ([signal, said]) =>
    ({ group, name }: Named, at: number): DiffEvent => ({
      at,
      kind: 'killed',
      group,
      service: name,
      due: true,
      signal,
      output: said,
    }),
)
const trapped = fc
  .record({
    to: fc.constantFrom('own', 'own', 'own', 'own', 'zz/ss', 'zz/default', 'g/nothing'),
    sta: fc.constantFrom('0', '1', '1', '1', '2', '', '00', 'fail', '3 or so', undefined),
    sum: fc.constantFrom('x', 'x', 'y', '', 'x\n', 'with "quotes" and \\'),
    dtl: fc.constantFrom('', '1', '2\n'),
  })
  .map(({ to, sta, sum, dtl }) => ({ group, name }: Named, at: number): DiffEvent => {
    const [grp = '', svc = ''] = to === 'own' ? [group, name] : to.split('/')
    return { at, kind: 'trap', packet: trapPacket({ typ: 'trap', grp, svc, sta, sum, dtl }) }
  })
/** They only happen to services that wait for traps. */
const timer = fc
  .constantFrom('traptimeout', 'trapduration')
  .map((kind) => ({ group, name, lines }: Named, at: number): DiffEvent => {
    const has = lines.some((line) => line.startsWith(`${kind} `))
    if (has && kind === 'traptimeout') return { at, kind, group, service: name }
    if (has && kind === 'trapduration') return { at, kind, group, service: name }
    return { at, kind: 'exit', group, service: name, due: true, status: 1, output: 'x' }
  })
const commanded = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("ack G S 'on it'", 'ack G S on it', 'ack G S "on  it"', 'ack G S') },
      { weight: 3, arbitrary: fc.constantFrom('disable service G S', 'enable service G S', 'enable service G S') },
      { weight: 3, arbitrary: fc.constantFrom('disable watch G', 'enable watch G', 'enable watch G') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          'disable host h1',
          'enable host h1',
          'disable host h2',
          'enable host h2 h1',
          'enable host h1 h8',
        ),
      },
      { weight: 2, arbitrary: fc.constantFrom('clear timers G S') },
      { weight: 2, arbitrary: fc.constantFrom('stop', 'start', 'start', 'start') },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            fc.constantFrom('', 'up', 'startup', 'ack', 'disable'),
            fc.constantFrom('0', '2'),
            fc.constantFrom('p', 'q', ''),
          )
          .map(([kind, exit, label]) => `test ${kind}alert G S ${exit} ${label}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('reset keepstate', 'reset keepstate', 'reset', 'reset stopped keepstate'),
      },
    ),
    fc.constantFrom('op', null, null),
  )
  .map(([line, user]) => ({ group, name }: Named, at: number): DiffEvent => {
    const filled = line.replace(/\bG\b/, group).replace(/\bS\b/, name)
    return { at, kind: 'command', line: filled, user }
  })

const happening = fc.tuple(
  fc.nat(3),
  fc.oneof(
    { weight: 20, arbitrary: exited },
    { weight: 1, arbitrary: killed },
    { weight: 4, arbitrary: trapped },
    { weight: 2, arbitrary: timer },
    { weight: 6, arbitrary: commanded },
  ),
)

function timed(
  events: readonly (readonly [step: number, happening: readonly [to: number, made: Made]])[],
  services: readonly Named[],
) {
  let at = 1
  return events.map(([by, [to, made]]): DiffEvent => {
    at += by
    const service = services[to % services.length]
    if (service === undefined) throw new Error('there is a service at least')
    return made(service, at)
  })
}
