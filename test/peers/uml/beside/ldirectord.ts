/** Scenarios of ldirectord: what its directives make of a real server that fails, returns, or is maintained. */
import type { Scenario } from './scenario.ts'

const alive = { a: 'up', b: 'up' } as const
const web = { a: 'web', b: 'web' } as const
const withFallback = { a: 'web', b: 'web', s: 'web' } as const
const both = { does: { servers: alive }, states: ['a=1 b=1'] } as const

/** Two real servers, and whatever else is asked of them. */
const two = (words: string, weights = ''): string => `real=$A masq${weights}
    real=$B masq${weights}
    scheduler=rr
    protocol=tcp
    ${words.trim()}`

const connect = 'checktype=connect'
/** The page of a path, in which a word must be. */
const page = (path: string, receive: string): string => `service=http
    checktype=negotiate
    request="${path}"
    receive="${receive}"`

/** What its fallbackcommand is run with in the act of pools, in which that scenario is the fourth. */
const FALLBACK_ON = 'start 192.168.1.110:8104 tcp'
const FALLBACK_OFF = 'stop 192.168.1.110:8104 tcp'

export const WEIGHTS: Scenario = {
  name: 'a weight that is changed, by which a reload is seen',
  config: [two(connect), two(connect, ' 2'), two(connect, ' 3'), two(connect, ' 6')],
  servers: web,
  steps: {
    start: both,
    reload: { states: ['a=2 b=1', 'a=2 b=2'] },
    'reload 2': { states: ['a=3 b=2', 'a=3 b=3'] },
  },
}

export const LDIRECTORD_POOLS: readonly Scenario[] = [
  {
    name: 'quiescent=no: a dead server leaves the pool and returns when it works again',
    config: two(connect),
    servers: web,
    visited: true,
    steps: {
      start: both,
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'quiescent=yes: a dead server stays with weight 0, and gets its weight back',
    config: two(`${connect}\n    quiescent=yes`, ' 3'),
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['a=3 b=3'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=3 b=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['a=0 b=0'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=0 b=3'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=3 b=3'] },
    },
  },
  {
    name: 'quiescent=yes: one that is dead at the start waits with weight 0',
    config: two(`${connect}\n    quiescent=yes`),
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['a=1 b=0'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'fallback: it serves while no real server is up, and its command is told',
    config: two(`${connect}\n    fallback=$S masq\n    fallbackcommand=$TELL`),
    servers: withFallback,
    visited: true,
    steps: {
      // It takes each server in, out before its first check, and in by that check.
      start: {
        does: { servers: { ...alive, s: 'up' } },
        states: ['a=1 b=1'],
        told: [FALLBACK_ON, FALLBACK_OFF, FALLBACK_ON, FALLBACK_OFF, FALLBACK_ON, FALLBACK_OFF],
      },
      reload: { states: [], told: [FALLBACK_OFF] },
      'reload 2': { states: [], told: [FALLBACK_OFF] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': {
        does: { servers: { a: 'refuse' } },
        states: ['empty', 's=1'],
        told: [FALLBACK_ON],
      },
      '3': { does: { servers: { b: 'up' } }, states: ['b=1 s=1', 'b=1'], told: [FALLBACK_OFF] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['start and reload', 'a pool that loses its last server', "the fallback's command"],
      steps: { '2': ['a=1 s=1', 's=1'] },
      told: { start: [], reload: [], 'reload 2': [] },
    },
  },
  {
    name: 'fallback with quiescent=yes: it stands beside the servers with weight 0',
    config: two(`${connect}\n    quiescent=yes\n    fallback=$S masq`),
    servers: withFallback,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1 b=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['a=0 b=0', 'a=0 b=0 s=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=0 b=1 s=1', 'a=0 b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['a pool that loses its last server'],
      steps: { '2': ['a=1 b=0 s=1', 'a=0 b=0 s=1'] },
    },
  },
  WEIGHTS,
]

export const LDIRECTORD_SERVERS: readonly Scenario[] = [
  {
    name: 'failurecount=3: two bad rounds move nothing, three take it out',
    config: two(`${page('/', '[ab]')}\n    failurecount=3`),
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongFor: ['b', 2] }, states: [] },
      '2': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'maintenancedir: a file with its name takes a server out at once, whatever failurecount says',
    config: two(`${connect}\n    failurecount=9`),
    servers: web,
    steps: {
      start: both,
      '1': { does: { maintenance: ['b', true] }, states: ['a=1'] },
      '3': { does: { maintenance: ['b', false] }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'an IPv6 virtual server',
    config: `real6=$A masq
    real6=$B masq
    scheduler=rr
    ${connect}`,
    family: 6,
    servers: web,
    steps: {
      start: both,
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'a firewall mark',
    config: two(`${connect}\n    checkport=$PORT`).replaceAll('protocol=tcp', 'protocol=fwm'),
    virtual: '42',
    services: ['fwmark 42'],
    servers: web,
    steps: {
      start: both,
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'checktype=ping with checkcount: a machine that is off leaves',
    config: `real=$C masq
    real=$P masq
    scheduler=rr
    checktype=ping
    checkcount=2
    checktimeout=1`,
    servers: { c: 'none', p: 'none' },
    steps: {
      start: { does: { servers: { c: 'up', p: 'up' } }, states: ['c=1 p=1'] },
      '1': { does: { servers: { p: 'gone' } }, states: ['c=1'] },
      '3': { does: { servers: { p: 'up' } }, states: ['c=1 p=1'] },
    },
  },
  {
    name: 'checktype=on: never asked, always in',
    config: two('checktype=on'),
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'a reload that adds a real server, takes one out, and gives one another weight',
    config: [two(connect), `real=$A masq 4\n    real=$C masq\n    scheduler=rr\n    ${connect}`, two(connect)],
    servers: { ...web, c: 'web' },
    steps: {
      start: { does: { servers: { ...alive, c: 'up' } }, states: ['a=1 b=1'] },
      // A new one is put in, taken out before its first check, and in again by that.
      reload: { does: { checked: ['c', 2] }, states: ['a=4 b=1', 'a=4', 'a=4 c=1', 'a=4', 'a=4 c=1'] },
      'reload 2': { does: { checked: ['b', 2] }, states: ['a=1 c=1', 'a=1', 'a=1 b=1', 'a=1', 'a=1 b=1'] },
    },
    differs: {
      rows: ['start and reload'],
      steps: { reload: ['a=4 b=1', 'a=4', 'a=4 c=1'], 'reload 2': ['a=1 c=1', 'a=1', 'a=1 b=1'] },
    },
  },
  WEIGHTS,
]

export const LDIRECTORD_CHECKS: readonly Scenario[] = [
  {
    name: 'negotiate: the page must be there, and say the word',
    config: two(page('index.html', 'page /index')),
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongPages: ['/index.html'] }, states: ['empty'], together: true },
      '2': { does: { wrongPages: [] }, states: ['a=1 b=1'], together: true },
      '3': { does: { servers: { a: 'hang' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'negotiate with a virtual host: the right name is asked for',
    config: [
      two(`${page('host', 'host www[.]example[.]com')}\n    virtualhost=www.example.com`),
      two(`${page('host', 'host www[.]example[.]com')}\n    virtualhost="www.example.org"`),
      two(`${page('host', 'host www[.]example[.]com')}\n    virtualhost=www.example.com`),
    ],
    servers: web,
    steps: {
      start: both,
      reload: { states: ['empty'], together: true },
      'reload 2': { states: ['a=1 b=1'], together: true },
    },
  },
  {
    name: 'a pair of its own for one real server',
    config: `real=$A masq 1 "one", "page /one"
    real=$B masq 1
    scheduler=rr
    ${page('two', 'page /two')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongPages: ['/one'] }, states: ['b=1'] },
      '2': { does: { wrongPages: ['/two'] }, states: ['a=1'], together: true },
      '3': { does: { wrongPages: [] }, states: ['a=1 b=1'], together: true },
    },
  },
  {
    name: 'checktype=external: the exit status decides',
    config: two('checktype=external\n    checkcommand=/run/beside/exit-$PORT'),
    servers: web,
    steps: {
      start: both,
      '1': { does: { exit: 1 }, states: ['empty'], together: true },
      '2': { does: { exit: 0 }, states: ['a=1 b=1'], together: true },
    },
  },
  {
    name: 'checktype=off: never in, the fallback serves',
    config: two('checktype=off\n    fallback=$S masq'),
    servers: withFallback,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['s=1'] },
      // It puts a dead server in and out at each reload, too.
      reload: { states: ['s=1'], together: true },
      'reload 2': { states: ['s=1'], together: true },
    },
    differs: { rows: ['start and reload'], steps: { reload: [], 'reload 2': [] } },
  },
  {
    name: 'checktype=2: a page once, then connections, and the page again',
    config: two('service=http\n    checktype=2\n    request="/two"\n    receive="page"'),
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongPages: ['/two'] }, states: ['empty'], together: true },
      '2': { does: { wrongPages: [] }, states: ['a=1 b=1'], together: true },
      '3': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  WEIGHTS,
]
