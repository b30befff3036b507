/** mon's own clients, unmodified, on the lines made here. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { milliseconds, minutes, seconds } from '../../../src/model/units.ts'
import { encodeDowntime } from '../../../src/wire/mon/downtime.ts'
import { encodeAlertHistory, encodeFailureHistory } from '../../../src/wire/mon/history.ts'
import {
  depsLines,
  descriptionLine,
  disabledHostsLine,
  disabledServiceLine,
  disabledWatchLine,
  groupLine,
  historyLine,
  monitorPidLine,
  serverPidLine,
  serverTimeLine,
  stateLine,
  viewsLine,
  watchLine,
} from '../../../src/wire/mon/lists.ts'
import { encodeOpstatus, type OpstatusFields } from '../../../src/wire/mon/opstatus.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { needs } from '../../needs.ts'
import { type Answers, startScripted } from './scripted-server.ts'

const options = { ...needs('mon'), timeout: 60_000 }
/** Mon::Client knows bytes; JSON::PP makes a character of each. */
const SCRIPT = `use Mon::Client; use JSON::PP; my ($port, $method, @args) = @ARGV;
my $c = Mon::Client->new(host => '127.0.0.1', port => $port); $c->connect or die $c->error;
my @found = $c->$method(@args); die $c->error if defined $c->error && $c->error ne '';
print JSON::PP->new->ascii->allow_nonref->encode(\\@found);`

const at = atSecond(1795165559)
const nasty = 'a = 100% "\u00e9t\u00e9" it\'s (x) 220 ok\tz'
const failing: OpstatusFields = {
  ...{ group: 'g', service: 's', opstatus: 0, lastOpstatus: 0, exitval: '1', timer: seconds(7) },
  ...{ lastSuccess: atSecond(1795165000), lastTrap: null, lastCheck: at, ack: { at, comment: `joe: ${nasty}` } },
  ...{
    alertsSent: 2,
    depstatus: true,
    depend: 'solo:p && !SELF:q',
    hostdepend: '',
    monitordepend: '',
    alertdepend: '',
  },
  ...{ monitor: 'scr.monitor %s "a b"', lastSummary: nasty, lastDetail: `\n${nasty}\n`, lastFailure: at },
  run: { interval: minutes(1), monitorDuration: milliseconds(1500), monitorRunning: false },
  ...{ excludePeriod: 'wd {Sun} hr {3-4}', excludeHosts: ['h1', 'h2'], randskew: seconds(5), lastAlert: at },
  outage: { firstFailure: at, failureDuration: minutes(4) },
}
const trapped: OpstatusFields = {
  ...{ group: 'solo', service: 'p', opstatus: 7, lastOpstatus: 7, exitval: null, timer: seconds(0), lastSuccess: null },
  ...{ lastTrap: null, lastCheck: null, ack: null, alertsSent: 0, depstatus: null, depend: '', hostdepend: '' },
  ...{ monitordepend: '', alertdepend: '', monitor: '', lastSummary: '', lastDetail: '', lastFailure: null, run: null },
  ...{ excludePeriod: '', excludeHosts: [], randskew: null, lastAlert: null, outage: null },
}
const answers: Answers = {
  'list opstatus': [encodeOpstatus(failing), encodeOpstatus(trapped)],
  'list opstatus g,s': [encodeOpstatus(failing)],
  'list failures': [encodeOpstatus(failing)],
  'list watch': [watchLine('g', 's'), watchLine('solo', 'p')],
  'list descriptions': [descriptionLine('g', 's', 'the "front" page'), descriptionLine('solo', 'p', '')],
  'list group g': [
    groupLine('g', [
      { host: 'h1', disabled: true },
      { host: 'h2', disabled: false },
    ]),
  ],
  'list disabled': [
    disabledHostsLine('solo', ['h7', 'h8']),
    disabledWatchLine('solo'),
    disabledServiceLine('g', 'other'),
  ],
  'list alerthist': [
    historyLine(
      encodeAlertHistory({
        type: 'upalert',
        group: 'g',
        service: 's',
        at,
        path: '/a/x.alert',
        args: "a 'b c'",
        summary: nasty,
      }),
    ),
  ],
  'list failurehist': [historyLine(encodeFailureHistory({ group: 'g', service: 's', at, summary: 'x' }))],
  'list dtlog': [
    encodeDowntime({
      timeUp: atSecond(1795165564),
      group: 'g',
      service: 's',
      firstFailure: at,
      interval: minutes(1),
      summary: nasty,
    }).trimEnd(),
  ],
  'list deps': [...depsLines('g', 's', 'a:b && c:d'), ...depsLines('solo', 'p', '')],
  'list pids': [serverPidLine(77), monitorPidLine('g', 's', 78)],
  'list state': [stateLine(atSecond(1795165000))],
  'list views': [viewsLine(['night', 'day'])],
  servertime: [serverTimeLine(at, { year: 2026, month: 11, day: 7, weekday: 6, hours: 3, minutes: 4, seconds: 5 })],
}

async function run(
  program: string,
  words: readonly string[],
): Promise<{ status: number | null; out: string; errors: string }> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
  })
  let [out, errors] = ['', '']
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [status] = await once(child, 'close')
  return { status: typeof status === 'number' ? status : null, out, errors }
}

/** What a method of Mon::Client answers, its bytes read as UTF-8. */
async function asks(t: TestContext, method: string, ...args: readonly string[]): Promise<unknown> {
  const port = await startScripted(t, answers)
  const { out, errors } = await run('perl', ['-e', SCRIPT, String(port), method, ...args])
  assert.equal(errors, '')
  return JSON.parse(out, (_key, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : value,
  )
}

/** Perl's hashes arrive as lists of names and values. */
function hash(list: unknown): Record<string, unknown> {
  assert.ok(Array.isArray(list))
  return Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : [])))
}

test('Mon::Client reads a failing service with all its texts', options, async (t) => {
  assert.deepEqual(hash(await asks(t, 'list_opstatus')), {
    g: {
      s: {
        ...{ group: 'g', service: 's', opstatus: '0', last_opstatus: '0', exitval: '1', timer: '7' },
        ...{ last_success: '1795165000', last_trap: '0', last_traphost: '', last_check: '1795165559' },
        ...{ ack: '1795165559', ackcomment: `joe: ${nasty}`, alerts_sent: '2', depstatus: '1' },
        ...{ depend: 'solo:p && !SELF:q', hostdepend: '', monitordepend: '', alertdepend: '' },
        ...{ monitor: 'scr.monitor %s "a b"', last_summary: nasty, last_detail: `\n${nasty}\n` },
        ...{ last_failure: '1795165559', interval: '60', monitor_duration: '1', monitor_running: '0' },
        ...{ exclude_period: 'wd {Sun} hr {3-4}', exclude_hosts: 'h1 h2', randskew: '5', last_alert: '1795165559' },
        ...{ first_failure: '1795165559', failure_duration: '240' },
      },
    },
    solo: {
      p: {
        ...{ group: 'solo', service: 'p', opstatus: '7', last_opstatus: '7', exitval: 'undef', timer: '0' },
        ...{ last_success: '0', last_trap: '0', last_traphost: '', last_check: '', ack: '0', ackcomment: '' },
        ...{ alerts_sent: '0', depstatus: '', depend: '', hostdepend: '', monitordepend: '', alertdepend: '' },
        ...{ monitor: '', last_summary: '', last_detail: '' },
      },
    },
  })
})

const parsed: readonly { method: string; args?: readonly string[]; is: unknown; named?: boolean }[] = [
  {
    method: 'list_disabled',
    is: { hosts: { solo: { h7: 1, h8: 1 } }, watches: { solo: 1 }, services: { g: { other: 1 } } },
    named: true,
  },
  {
    method: 'list_deps',
    is: {
      g: { s: { expression: "'a:b && c:d'", components: ['a:b', 'c:d'] } },
      solo: { p: { expression: "'NONE'", components: ['NONE'] } },
    },
    named: true,
  },
  { method: 'list_descriptions', is: { g: { s: 'the "front" page' }, solo: { p: '' } }, named: true },
  {
    method: 'list_alerthist',
    is: [
      {
        ...{ type: 'upalert', watch: 'g', group: 'g', service: 's', time: '1795165559', alert: '/a/x.alert' },
        ...{ args: "a 'b c'", summary: nasty },
      },
    ],
  },
  {
    method: 'list_dtlog',
    is: [
      {
        ...{ timeup: '1795165564', group: 'g', service: 's', failtime: '1795165559', downtime: '5', interval: '60' },
        summary: nasty,
      },
    ],
  },
  { method: 'list_group', args: ['g'], is: ['*h1', 'h2'] },
  {
    method: 'list_watch',
    is: [
      ['g', 's'],
      ['solo', 'p'],
    ],
  },
  { method: 'list_pids', is: ['77', { watch: 'g', service: 's', pid: '78' }] },
  { method: 'list_state', is: [0, '1795165000'] },
  { method: 'list_views', is: ['day', 'night'] },
  { method: 'servertime', is: ['1795165559'] },
]
for (const { method, args = [], is, named = false } of parsed) {
  test(`Mon::Client's ${method} reads what is written here`, options, async (t) => {
    const found = await asks(t, method, ...args)
    assert.deepEqual(named ? hash(found) : found, is)
  })
}

test('monshow shows the failing service, its summary and its acknowledgement', options, async (t) => {
  const port = String(await startScripted(t, answers))
  const full = await run('/usr/bin/monshow', ['--server', '127.0.0.1', '--port', port, '--showall', '--full'])
  assert.equal(full.status, 0, full.errors)
  const text = Buffer.from(full.out, 'latin1').toString('utf8')
  assert.match(text, /scheduler stopped/i)
  assert.match(text, /g .* s .*a = 100% "\u00e9t\u00e9"/)
  assert.match(text, /solo/)
  const detail = await run('/usr/bin/monshow', [
    '--server',
    '127.0.0.1',
    '--port',
    port,
    '--showall',
    '--detail',
    'g,s',
  ])
  assert.equal(detail.status, 0, detail.errors)
  const words = Buffer.from(detail.out, 'latin1').toString('utf8')
  for (const word of ['alert ack:  joe: a = 100%', 'opstatus: fail (0)', 'in 7s', 'h1 h2', 'the "front" page']) {
    assert.ok(words.includes(word), `${word} is not in\n${words}`)
  }
})

test('monfailures names the failing service and says so with its exit status', options, async (t) => {
  const port = String(await startScripted(t, answers))
  const { status, out } = await run('/usr/bin/monfailures', ['--server', '127.0.0.1', '--port', port])
  assert.equal(status, 1)
  assert.match(Buffer.from(out, 'latin1').toString('utf8'), /g.*s.*a = 100% "\u00e9t\u00e9"/)
})

test('moncmd prints the lines and the status', options, async (t) => {
  const port = String(await startScripted(t, answers))
  const { status, out } = await run('/usr/bin/moncmd', ['-s', '127.0.0.1', '-p', port, 'list', 'watch'])
  assert.deepEqual([status, out], [0, 'g s\nsolo p\n220 list watch completed\n'])
})
