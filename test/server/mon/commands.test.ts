/** Every command in the forms that the transcript does not have. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { host } from '../../../src/model/names.ts'
import { wallTime } from '../../../src/model/units.ts'
import { LONGEST_VALUE, MOST_KEPT, MOST_VARIABLES } from '../../../src/server/mon/variables.ts'
import { checked, result, service } from '../../engine/build.ts'
import { EPOCH, FakeDaemon, running } from './fake-daemon.ts'
import { asking, lonely, s, s2, startServer, talk, world } from './world.ts'

type Row = readonly [request: string, ...answer: readonly string[]]

const EVERYTHING = 'no view selected -- all groups will be displayed'
const NOT_EXECUTED = '520 command could not be executed'
const UNKNOWN = '520 command could not be executed, unknown command'

const tables: Readonly<Record<string, readonly Row[]>> = {
  'version, protid, servertime, quit': [
    ['version', 'version 9745', '220 version completed'],
    ['VERSION', 'version 9745', '220 version completed'],
    ['protid', '520 protocol mismatch'],
    ['protid 9745 and more', '220 protocol match'],
    ['dump', UNKNOWN],
    ['frobnicate', '520 invalid command'],
    ['listen', '520 invalid command'],
    ['quit', '220 quitting'],
  ],
  views: [
    ['getview', EVERYTHING, '220 getview completed'],
    ['list views', 'views all front', '220 list group completed'],
    ['setview a b', '500 Unknown setview command'],
    ['setview front', 'selecting view front', '220 setview completed'],
    ['getview', 'view front selected', '220 getview completed'],
    ['setview nope', '504 unknown view nope'],
    ['list watch', 'g s', '220 list watch completed'],
    ['list descriptions', 'g s the\\20\\22front\\22\\20page', '220 list descriptions completed'],
    // mon shows nothing here while a view is chosen.
    ['list deps', "exp g s 'NONE'", 'cmp g s NONE', '220 list deps completed'],
    ['disable watch g', '220 disable watch completed'],
    ['disable service g s', '220 disable service completed'],
    // The view has only the service, and not the group.
    ['list disabled', 'watch g service s', '220 list disabled completed'],
    ['setview', EVERYTHING, '220 setview completed'],
    ['list disabled', 'watch g', 'watch g service s', '220 list disabled completed'],
    ['list watch', 'g s', 'g s2', 'solo s', '220 list watch completed'],
  ],
  'get and set': [
    ['set maxkeep 7', '220 set completed'],
    ['get maxkeep', 'maxkeep = 7', '220 set completed'],
    [`set maxkeep ${MOST_KEPT + 1}`, `520 set error, maxkeep can be at most ${MOST_KEPT}`],
    ['set maxkeep', '520 maxkeep, not defined'],
    ['set g zz foo 1', '520 g,zz not defined'],
    ['get g zz foo', '520 g,zz not defined'],
    ['get g s nothing', "g s nothing=''", '220 get completed'],
    ['set g s', '520 set error, no variable given'],
    ['set g s foo', "g s foo=''", '220 set completed'],
    // An open quote stores nothing.
    ["set g s foo it's", "g s foo=''", '220 set completed'],
    ["set g s foo 'a\\0ab'", "g s foo='a b'", '220 set completed'],
    ['get g s foo', "g s foo='a\\0ab'", '220 get completed'],
    ['set g s interval 1', '520 set error, interval can only be read'],
    ['get g s interval', "g s interval='2'", '220 get completed'],
    ['set g s _op_status 0', '520 set error, _op_status can only be read'],
    ['get g s _op_status', "g s _op_status='7'", '220 get completed'],
    ['get g s description', "g s description='the\\20\\22front\\22\\20page'", '220 get completed'],
    ['get g s2 traptimeout', "g s2 traptimeout='300'", '220 get completed'],
    ['set g s opstatus nonsense', '520 undefined opstatus'],
    ['set g s opstatus 0', '520 undefined opstatus'],
    ['set g s opstatus timeout', '220 set completed'],
    // mon keeps the word.
    ['get g s _op_status', "g s _op_status='6'", '220 get completed'],
  ],
  'disable and enable': [
    ['disable watch nope', '520 disable error, unknown watch "nope"'],
    ['disable watch g s', '520 disable error, unknown watch "g s"'],
    // A hostgroup that is not watched is none either.
    ['disable watch nowatch', '520 disable error, unknown watch "nowatch"'],
    ['disable watch', '520 disable error, unknown watch ""'],
    ['enable watch nope', '520 enable error, unknown watch'],
    ['disable service g', '520 disable error, unknown service'],
    ['disable service g s s', '520 disable error, unknown service'],
    ['enable service g zz', '520 enable error, unknown group'],
    ['enable service g s', '220 enable completed'],
    ['disable host', '220 disable host completed'],
    ['disable host h.', '520 disable host failed, host(s) h. do not exist'],
    ['disable host h1 h2 h1', '220 disable host completed'],
    ['list group g', 'hostgroup g *h1 *h2', '220 list group completed'],
    ['enable host h2', '220 enable completed'],
    ['list disabled', 'group g: h1', '220 list disabled completed'],
    ['enable host h1', '220 enable completed'],
    ['disable host h7', '220 disable host completed'],
    ['enable host h7', '220 enable completed'],
    ['list disabled', '220 list disabled completed'],
    ['disable', NOT_EXECUTED],
    ['enable everything', NOT_EXECUTED],
  ],
  'stop and start': [
    ['stop', '220 stop completed'],
    ['list state', `scheduler stopped since ${EPOCH}`, '220 list state completed'],
    ['stop', '220 stop completed'],
    ['start', '220 start completed'],
    ['list state', 'scheduler running', '220 list state completed'],
  ],
  clear: [
    ['clear timers g s', '220 clear timers completed'],
    ['clear TIMERS g s and more', '220 clear timers completed'],
    ['clear timers g zz', '520 unknown group'],
    ['clear timers', '520 unknown clear command'],
    ['clear', '520 unknown clear command'],
  ],
  ack: [
    ['ack nope s x', '520 unknown group'],
    // mon answers twice, and has a service of that name from then on.
    ['ack g nope x', '520 unknown service'],
    ['list watch', 'g s', 'g s2', 'solo s', '220 list watch completed'],
  ],
  lists: [
    ['list', '520 unknown list command'],
    ['list group nope', '520 list group error, undefined group'],
    ['list group nowatch', 'hostgroup nowatch h9', '220 list group completed'],
    ['list pids', 'server 4711', '220 list pids completed'],
    ['list failures', '220 list failures completed'],
    ['list warnings', '220 list successes completed'],
    ['list dtlog', '520 list dtlog error, dtlogging is not turned on'],
    // A line of an alias must not look like the answer's end.
    ['list aliases', 'alias help', 'call Ann', ' 220 Broadway', '', 'alias more', '', '220 list aliases completed'],
    ['list aliases more nope', 'alias more', '', 'alias nope', '', '220 list aliases completed'],
    ['list aliasgroups', 'help more', '220 list aliasgroups completed'],
    ['list alerthist', '220 list alerthist completed'],
    ['list failurehist', '220 list failurehist completed'],
  ],
  'test monitor and test alert': [
    ['test', '520 test error'],
    ['test nonsense g s', '520 test error'],
    ['test monitor g s', '220 test monitor completed'],
    ['test alert g zz 1 p1', '520 g zz not defined'],
    ['test alert g s 1 p1', '220 test alert completed'],
    ['test upalert g s 1 p1', '220 test alert completed'],
    ['test startupalert g s 0 p1', '220 test alert completed'],
    ['test ackalert g s 1 p1 ', '220 test alert completed'],
    ['test disablealert g s 1 p1', '220 test alert completed'],
    // A bare period has no name.
    ['test alert g s2 1', '220 test alert completed'],
    ['test alert g s2 1 ', '220 test alert completed'],
    ['test alert g s2 1 p1', '520 period not defined'],
    ['test config', '220 test config completed OK, no errors found'],
  ],
  'state files, reload and reset': [
    ['savestate', '520 savestate error, arguments required'],
    ['savestate disabled opstatus', '220 savestate completed'],
    ['savestate nonsense', '220 savestate completed'],
    ['loadstate', '220 loadstate completed'],
    ['loadstate all', '220 loadstate completed'],
    ['reload', '220 reload completed'],
    ['reload auth', '220 reload completed'],
    ['reload everything', '520 unknown reload command'],
    ['reset', '220 reset PID 4711@monitor.example'],
    ['reset  Stopped,keepstate', '220 reset PID 4711@monitor.example'],
  ],
}

describe('a client hears what mon says of', () => {
  for (const [name, rows] of Object.entries(tables)) {
    test(name, async (t) => {
      const { ask } = await talk(t)
      for (const [request, ...answer] of rows) assert.deepEqual(await ask(request), answer, request)
    })
  }
})

test('what concerns the whole daemon is asked of it', async (t) => {
  const { daemon, ask } = await talk(t)
  for (const [request] of tables['state files, reload and reset'] ?? []) await ask(request)
  assert.deepEqual(daemon.asked, [
    ...['savestate disabled opstatus', 'savestate nonsense', 'loadstate ', 'loadstate all', 'reload auth'],
    ...['reset', 'reset stopped keepstate'],
  ])
})

test('a configuration with mistakes is refused, and its mistakes are shown', async (t) => {
  const { daemon, ask } = await talk(t)
  daemon.mistakes = 'mon.cf:3:1: no such keyword\n\n220 is no status here\n'
  assert.deepEqual(await ask('reset keepstate'), ['520 reset PID 4711@monitor.example failed, error in config file'])
  assert.deepEqual(await ask('test config'), [
    ...['mon.cf:3:1: no such keyword', '', ' 220 is no status here'],
    '520 test config completed, errors found in config file',
  ])
})

test('servertime is the epoch and the local time as ctime has it', async (t) => {
  const { ask } = await talk(t)
  const [line = '', status] = await ask('servertime')
  assert.equal(status, '220 servertime completed')
  assert.match(
    line,
    new RegExp(`^${EPOCH} (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d 2026$`),
  )
})

test('term is answered before the daemon ends', async (t) => {
  const { daemon, ask, session } = await talk(t)
  assert.deepEqual(await ask('term'), ['220 terminating server'])
  await assert.rejects(session.command('version'))
  assert.deepEqual(daemon.asked, ['term'])
})

test('a failing service is in list failures, is acknowledged, and leaves them by a success', async (t) => {
  const { daemon, ask } = await talk(t)
  assert.deepEqual(
    (await ask('list successes')).map((line) => line.split(' ', 3).join(' ')),
    [
      ...['group=g service=s opstatus=7', 'group=g service=s2 opstatus=7', 'group=solo service=s opstatus=7'],
      '220 list successes',
    ],
  )
  daemon.post(checked(s, result(s.hosts, ['h1'], { summary: '100% lost', detail: "it's\tgone\n" })))
  daemon.pass(60)
  assert.deepEqual(await ask("ack g s 'on\\20it' and more"), ['220 ack completed'])
  const [line = ''] = await ask('list failures')
  assert.match(line, / last_summary=100%\\20lost last_detail=it\\27s\\09gone\\0a /)
  assert.match(line, new RegExp(` ack=${EPOCH + 60} ackcomment=:\\\\20on\\\\20it `))
  assert.match(line, / failure_duration=60$/)
  assert.deepEqual(await ask('get g s _ack_comment'), ["g s _ack_comment=':\\20on\\20it'", '220 get completed'])
  daemon.post(checked(s, result(s.hosts, [])))
  assert.deepEqual(await ask('list failures'), ['220 list failures completed'])
})

test('who acknowledges, disables and sets is the user of the session', async (t) => {
  const { daemon, ask } = await talk(t)
  daemon.passwords.set('joe', ' se cret ')
  daemon.post(checked(s, result(s.hosts, ['h1'])))
  assert.deepEqual(await ask('login joe  se cret '), ['530 login unsuccessful'])
  daemon.passwords.set('joe', 'se cret ')
  assert.deepEqual(await ask('login joe  se cret '), ['220 login accepted'])
  await ask('ack g s x')
  await ask('disable service g s')
  assert.deepEqual(daemon.state().services[0]?.ack, { at: wallTime(EPOCH * 1000), who: 'joe', comment: 'x' })
  assert.equal(daemon.state().services[0]?.disabled?.who, 'joe')
  // A failed login leaves the session as it was.
  assert.deepEqual(await ask('login jim x'), ['530 login unsuccessful'])
  await ask('disable watch g')
  assert.equal(daemon.state().controls.watches.g?.who, 'joe')
})

test('monitors that run are listed with their process, and so is how long until the next start', async (t) => {
  const { daemon, ask } = await talk(t)
  daemon.runs.set(s.key, running(99)).set(s2.key, { timer: null, running: true, pid: null })
  assert.deepEqual(await ask('list pids'), ['server 4711', 'g s 99', '220 list pids completed'])
  assert.deepEqual(await ask('get g s _timer'), ["g s _timer='0'", '220 get completed'])
  assert.match((await ask('list opstatus solo'))[0] ?? '', / timer=2 /)
})

test('list opstatus takes services and groups, in the order asked, whatever the view', async (t) => {
  const { ask } = await talk(t)
  await ask('setview front')
  const asked = await ask('list opstatus solo g,s2 g')
  assert.deepEqual(
    asked.slice(0, -1).map((line) => /^group=(\S+) service=(\S+)/.exec(line)?.slice(1).join('/')),
    ['solo/s', 'g/s2', 'g/s', 'g/s2'],
  )
  assert.equal((await ask('list opstatus')).length, 2)
})

test('an alert that does not count is left out of alerts_sent', async (t) => {
  const { daemon, ask } = await talk(t)
  for (const one of [s, s2]) daemon.post(checked(one, result(one.hosts, ['h1'])))
  const [first = '', second = ''] = await ask('list opstatus g')
  assert.match(first, / alerts_sent=1 /)
  assert.match(second, / alerts_sent=0 .* last_alert=/)
})

test('a group whose name looks like a status does not end a list', async (t) => {
  const odd = service({ called: '220/s', hosts: [host('h1')] })
  const daemon = new FakeDaemon(world([odd, lonely]))
  const { session } = await talk(t, daemon)
  assert.deepEqual((await session.command('list watch')).lines, ['\\3220 s', 'solo s'])
})

test('clients keep so many variables at a service, of such a size, and a reset takes those of lost services', async (t) => {
  const { daemon, ask } = await talk(t)
  for (let i = 0; i < MOST_VARIABLES; i++) assert.equal((await ask(`set g s v${i} x`)).at(-1), '220 set completed')
  assert.deepEqual(await ask('set g s one-more x'), ['520 set error, too many variables'])
  assert.equal((await ask('set g s v0 y')).at(-1), '220 set completed')
  assert.deepEqual(await ask(`set g s v0 ${'x'.repeat(LONGEST_VALUE + 1)}`), ['520 set error, too long'])
  const { model } = daemon.state()
  daemon.post({ kind: 'reloaded', model: world([s2, lonely]), text: '' })
  await ask('set g s2 v x')
  daemon.post({ kind: 'reloaded', model, text: '' })
  assert.deepEqual(await ask('get g s v0'), ["g s v0=''", '220 get completed'])
})

const AUTH = `
list: all
disable: joe, !jim, AUTH_ANY
start: !AUTH_ANY, all
set: jim
`

test('auth.cf says who may give which command', async (t) => {
  const daemon = new FakeDaemon(world(), AUTH)
  for (const user of ['joe', 'jim']) daemon.passwords.set(user, 'x')
  const { ask } = await talk(t, daemon)
  const rows: readonly Row[] = [
    ['version', 'version 9745', '220 version completed'],
    ['list state', 'scheduler running', '220 list state completed'],
    ['disable service g s', UNKNOWN],
    ['checkauth disable service', NOT_EXECUTED],
    ['checkauth list', '220 command authorized'],
    // As in mon, the word's case counts here, and nothing is known of free commands.
    ['checkauth LIST', NOT_EXECUTED],
    ['checkauth version', NOT_EXECUTED],
    ['checkauth', NOT_EXECUTED],
    ['start', '220 start completed'],
    ['login joe x', '220 login accepted'],
    ['disable service g s', '220 disable service completed'],
    ['start', UNKNOWN],
    ['set maxkeep 3', UNKNOWN],
    ['login jim x', '220 login accepted'],
    ['checkauth disable', NOT_EXECUTED],
    ['set maxkeep 3', '220 set completed'],
    ['term', UNKNOWN],
    ['servertime', UNKNOWN],
  ]
  for (const [request, ...answer] of rows) assert.deepEqual(await ask(request), answer, request)
  assert.ok(
    daemon.logged.includes("err: user '' tried 'disable', not authenticated (auth.cf asks for a login first)"),
    daemon.logged.join('\n'),
  )
})

test('what auth.cf denies is logged as a denial, also by checkauth, which is silent of what it just does not allow', async (t) => {
  const daemon = new FakeDaemon(world(), 'command section\nstart: all, !joe\nstop: AUTH_ANY\nset: jim, !AUTH_ANY\n')
  daemon.passwords.set('joe', 'x')
  const { ask } = await talk(t, daemon)
  const asked = ['stop', 'checkauth stop', 'login joe x', 'start', 'checkauth start', 'set maxkeep 3', 'checkauth zz']
  for (const request of asked) await ask(request)
  assert.deepEqual(
    daemon.logged.filter((line) => line.includes(' tried ')),
    [
      "err: user '' tried 'stop', not authenticated (auth.cf asks for a login first)",
      "err: user 'joe' tried 'start', denied (auth.cf denies it to this user by name)",
      "err: user 'joe' tried 'start', denied (auth.cf denies it to this user by name)",
      "err: user 'joe' tried 'set', denied (auth.cf denies it to everybody who is logged in (!AUTH_ANY))",
    ],
  )
})

test('a login without a name or a password is logged as mon logs it', async (t) => {
  const daemon = new FakeDaemon(world())
  daemon.passwords.set('joe', 'right')
  const { ask } = await talk(t, daemon)
  for (const request of ['login', 'login opensesame', 'login joe right']) await ask(request)
  const nameless =
    'err: an undef username or password supplied (login from 127.0.0.1: userfile: the user is not in users)'
  assert.deepEqual(daemon.logged.slice(1), [nameless, nameless, 'info: authenticated joe'])
})

test('requests are logged as mon logs them, and nothing that may be a password', async (t) => {
  const daemon = new FakeDaemon(world())
  daemon.passwords.set('ann', 'right')
  const { ask } = await talk(t, daemon)
  for (const request of [
    'list state',
    'login joe opensesame',
    'login ann opensesame',
    ' login joe opensesame',
    'list \x1b[2J',
  ])
    await ask(request)
  assert.deepEqual(daemon.logged.slice(1), [
    'info: client command "list state"',
    'info: finished client command "list state"',
    'warning: login from 127.0.0.1 failed: userfile: the user is not in users',
    "warning: User 'ann' gave bad password (login from 127.0.0.1: userfile: wrong password)",
    'info: client command that is none, of 21 characters',
    'info: client command "list ?[2J"',
    'info: finished client command "list ?[2J"',
  ])
  assert.match(daemon.logged[0] ?? '', /^info: client connection from 127\.0\.0\.1:\d+$/)
})

test('who guesses passwords is answered more and more slowly, and still answered', async (t) => {
  const daemon = new FakeDaemon(world())
  daemon.passwords.set('joe', 'right')
  const server = await startServer(t, daemon)
  const guess = asking(await server.connect())
  for (let i = 0; i < 4; i++) assert.deepEqual(await guess('login joe wrong'), ['530 login unsuccessful'])
  const began = performance.now()
  assert.deepEqual(await guess('login joe right'), ['220 login accepted'])
  assert.ok(performance.now() - began > 900, 'the fifth attempt had to wait a second')
})
