/** The same requests to the real mon and to upalert's server over the same configuration: the answers are the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'
import type { Reply, Session } from '../../peers/mon/session.ts'
import { bothSides } from './one-config.ts'

/** Asked in this order; the monitor of g/s has failed once before. */
const SAME = [
  ...[
    'version',
    'VERSION',
    'protid 9745',
    'protid 9745x',
    'protid 97',
    'protid',
    'getview',
    'setview a b',
    'setview nope',
  ],
  ...['', ' list state', 'lisst', 'list', 'list STATE', 'list state', 'LIST state', 'list  state  '],
  ...[
    'list watch',
    'list descriptions',
    'list group g',
    'list group solo',
    'list group zz',
    'list group',
    'list views',
  ],
  ...['list aliases', 'list aliases help', 'list aliasgroups', 'list deps', 'list disabled', 'list dtlog'],
  ...['list opstatus', 'list opstatus g,s', 'list opstatus g', 'list opstatus solo g,s2', 'list opstatus zz'],
  ...['list opstatus g,zz', 'list opstatus zz,zz', 'list failures', 'list successes', 'list warnings'],
  ...['list alerthist', 'list failurehist'],
  ...['setview front', 'getview', 'list watch', 'list opstatus', 'list descriptions', 'list disabled', 'list failures'],
  ...['list opstatus solo,s', 'setview everything', 'list watch', 'setview', 'getview'],
  ...['get maxkeep', 'set maxkeep 50', 'get maxkeep', 'set maxkeep x', 'get maxkeep '],
  ...["set g s foo 'b\\20z\\5c'", 'get g s foo', 'set g s foo b\\20z', 'set g s foo "x y" z', "set g s foo it's"],
  ...[
    "set g s foo '\\41\\c3\\a9'",
    'get g s foo',
    "set g s foo 'a\\\\b'",
    'get g s foo',
    'get g s nothing',
    'set g s foo',
  ],
  ...['get g s description', 'get g s monitor', 'get g s interval', 'get g s _op_status', 'get g s _last_summary'],
  ...['get g s _last_detail', 'get g s _consec_failures', 'get g s _failure_count', 'get g s _alert_count'],
  ...['get g s _exitval', 'get g s2 _exitval', 'get g s2 depend', 'get g s2 traptimeout', 'get solo s randskew'],
  ...[
    'get g s _first_failure',
    'get g s _last_success',
    'get g s2 _last_check',
    'get g s _ack',
    'get g s _ack_comment',
  ],
  ...['set g s opstatus nonsense', 'set g s opstatus'],
  ...['ack g s2 x', "ack g s 'b\\20z' more", 'get g s _ack_comment', 'ack g s one two', 'get g s _ack_comment'],
  ...["ack g s it's", 'get g s _ack_comment', 'ack g s', 'get g s _ack_comment', 'list opstatus g,s', 'list failures'],
  ...['disable', 'enable', 'disable x', 'enable x y', 'disable watch nope', 'enable watch nope', 'disable watch g s'],
  ...['disable service g', 'disable service g zz', 'enable service g zz', 'disable service zz s'],
  ...['disable host nope', 'disable host h1 nope', 'list group g', 'disable host h1', 'list group g', 'list disabled'],
  ...['enable host h1 nope', 'list group g', 'enable host nope', 'disable host h7', 'list disabled', 'list group solo'],
  ...['enable host h7', 'list disabled', 'disable watch g', 'disable service g s', 'list disabled', 'enable watch g'],
  ...['enable service g s', 'enable service g s', 'enable watch g', 'list disabled'],
  ...[
    'stop',
    'list state',
    'stop',
    'start',
    'start',
    'list state',
    'clear',
    'clear x',
    'clear timers',
    'clear timers g',
  ],
  ...['clear timers g s', 'clear timers g zz', 'get g s _consec_failures', 'list opstatus g,s'],
  ...[
    'test',
    'test x',
    'test alert g zz 1 p1',
    'test alert g s 1 nope',
    'test alert g s 1 p1',
    'test upalert g s 0 p1',
  ],
  ...['test ackalert g s 0 p1', 'test disablealert g s 0 p1', 'test startupalert g s 0 p1', 'test config'],
  ...['test alert g s2 1 wd {Sun-Sat}', 'test alert solo s 1 ', 'list alerthist', 'list failurehist'],
  ...[
    'savestate',
    'savestate disabled',
    'savestate x y',
    'loadstate',
    'loadstate x',
    'reload',
    'reload x',
    'reload auth',
  ],
  ...['checkauth', 'checkauth list', 'checkauth LIST x', 'checkauth nonsense', 'checkauth quit', 'servertime'],
  ...['login', 'login joe x', 'list watch', 'dump', 'list pids', 'reset', 'reset keepstate', 'quit'],
]

/** Where upalert does better: the first line that mon says, and the one that upalert says. */
const BETTER: readonly (readonly [request: string, mon: string, upalert: string])[] = [
  ['list opstatus g,zz g,s', '520 g,s does not exist', '520 g,zz does not exist'],
  ['disable host h1', '220 disable host completed', '220 disable host completed'],
  ['disable host h1', '520 disable host failed, host(s) h1 do not exist', '220 disable host completed'],
  ['disable host h.', '220 disable host completed', '520 disable host failed, host(s) h. do not exist'],
  ['set g s opstatus timeout', '220 set completed', '220 set completed'],
  ['get g s _op_status', "g s _op_status='timeout'", "g s _op_status='6'"],
  ['set g s interval 5', "g s interval='5'", '520 set error, interval can only be read'],
  ['test monitor g zz', 'g zz not defined', '520 g zz not defined'],
  ['get zz zz foo', '520 zz,zz not defined', '520 zz,zz not defined'],
  // The group began to exist by being asked for.
  ['ack zz yy x', '520 unknown service', '520 unknown group'],
]

/** Times, what is left of them, pids and names of hosts are each program's own. */
function masked({ lines, status }: Reply): Reply {
  const mask = (line: string): string =>
    line
      .replace(/\b\d{10}\b/g, 'EPOCH')
      .replace(/(?<=\\20)\d{10}(?=\\20)/g, 'EPOCH')
      .replace(/EPOCH \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}$/, 'EPOCH CTIME')
      .replace(/ timer=\d+/, ' timer=SECONDS')
      .replace(/ failure_duration=\d+/, ' failure_duration=SECONDS')
      .replace(/ monitor_duration=-?\d+/, ' monitor_duration=SECONDS')
      .replace(/^server \d+$/, 'server PID')
      .replace(/PID \d+@\S+/, 'PID N@HOST')
  // Groups and services come in any order from mon.
  return { lines: lines.map(mask).toSorted(), status: mask(status) }
}

async function pair(t: Cleaning): Promise<{ mon: Session; ours: Session }> {
  const { mon, ours } = await bothSides(t)
  return { mon: await mon.connect(), ours: await ours.connect() }
}

test('mon and upalert answer the same', { ...needs('mon'), timeout: 120_000 }, async (t) => {
  const { mon, ours } = await pair(t)
  const differences: unknown[] = []
  for (const request of SAME) {
    const [theirs, our] = [masked(await mon.command(request)), masked(await ours.command(request))]
    if (JSON.stringify(theirs) !== JSON.stringify(our)) differences.push({ request, mon: theirs, upalert: our })
  }
  assert.deepEqual(differences, [])
})

test('where upalert answers otherwise, mon still answers as it did', {
  ...needs('mon'),
  timeout: 120_000,
}, async (t) => {
  const { mon, ours } = await pair(t)
  const first = ({ lines, status }: Reply): string => lines[0] ?? status
  for (const [request, theirs, our] of BETTER) {
    assert.deepEqual([first(await mon.command(request)), first(await ours.command(request))], [theirs, our], request)
  }
})
