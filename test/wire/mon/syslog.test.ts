import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import {
  encodeSyslog,
  FACILITIES,
  type Facility,
  facilityNamed,
  LONGEST_MESSAGE,
  PRIORITIES,
} from '../../../src/wire/mon/syslog.ts'
import { messages } from '../../../src/wire/mon/syslog-messages.ts'
import { decodeTrap } from '../../../src/wire/mon/trap.ts'
import { needs } from '../../needs.ts'
import { floods } from './texts.ts'

const origin = { facility: 'daemon', ident: 'mon', pid: 77 } as const
const november = { year: 2026, month: 11, day: 7, weekday: 6, hours: 3, minutes: 4, seconds: 5 }
const datagram = (text: string): string =>
  Buffer.from(encodeSyslog({ priority: 'crit', text }, origin, november)).toString('utf8')
const HEAD = '<26>Nov  7 03:04:05 mon[77]: '

const vectors: readonly { text: string; is: string; why: string }[] = [
  { text: 'failure for g s 5 x', is: 'failure for g s 5 x', why: 'a text is sent as it is' },
  {
    text: '100% of \u00e9t\u00e9 \u{1f600}',
    is: '100% of \u00e9t\u00e9 \u{1f600}',
    why: 'with percent signs and letters',
  },
  { text: 'a\nb\r\n', is: 'a#012b', why: 'a line end does not make two messages' },
  { text: 'a\0\x1b[2J\x7f', is: 'a#000#033[2J#177', why: 'a control moves no cursor' },
  { text: 'x\u0085\u009b\u2028.', is: 'x#302#205#302#233#342#200#250.', why: 'nor does one beyond ASCII' },
]
for (const { text, is, why } of vectors) {
  test(`${JSON.stringify(text)} is safe in a log: ${why}`, () => assert.equal(datagram(text), HEAD + is))
}

test('a message is cut between characters at the length that rsyslog takes', () => {
  const room = LONGEST_MESSAGE - HEAD.length
  assert.equal(datagram('x'.repeat(9000)), HEAD + 'x'.repeat(room))
  assert.equal(datagram('\u00e9'.repeat(9000)), HEAD + '\u00e9'.repeat(Math.floor(room / 2)))
  for (const { text } of floods) assert.ok(Buffer.byteLength(datagram(text)) <= LONGEST_MESSAGE)
})

test('whatever the text is, a datagram is one line without controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => !/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(datagram(text))),
  )
})

test('a facility is named in any case, with or without LOG_', () => {
  assert.deepEqual(['daemon', 'LOCAL3', 'log_Mail', 'LOG_LOCAL7'].map(facilityNamed), [
    'daemon',
    'local3',
    'mail',
    'local7',
  ])
  assert.deepEqual(['', 'local8', 'log_', 'constructor', 'daemon '].map(facilityNamed), [null, null, null, null, null])
})

test('facilities and priorities have the numbers that Perl’s syslog has for mon', needs('perl'), () => {
  const script =
    'use Sys::Syslog qw(:macros); no strict "refs"; print join ",", map { &{"Sys::Syslog::LOG_" . uc} } @ARGV'
  const names = [...Object.keys(FACILITIES), ...Object.keys(PRIORITIES)]
  const { stdout } = spawnSync('perl', ['-e', script, ...names], { encoding: 'utf8' })
  const facilities = Object.values(FACILITIES).map((number) => number * 8)
  assert.deepEqual(stdout.split(',').map(Number), [...facilities, ...Object.values(PRIORITIES)])
})

test('a datagram has the form that Perl’s syslog sends for mon', needs('perl'), () => {
  const script = `use Socket; use Sys::Syslog qw(:standard :macros :extended);
    my $path = "$ENV{DIR}/log"; socket(my $s, PF_UNIX, SOCK_DGRAM, 0); bind($s, pack_sockaddr_un($path));
    setlogsock({ type => 'unix', path => $path }); openlog('mon', 'cons,pid', $ARGV[0]); syslog($ARGV[1], $ARGV[2]);
    recv($s, my $got, 9999, 0); print "$$ $got"; unlink $path; rmdir $ENV{DIR}`
  const facilities: readonly Facility[] = ['daemon', 'local3', 'auth']
  for (const facility of facilities) {
    const made = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
    const { stdout } = spawnSync('perl', ['-e', script, facility, 'alert', 'calling alert x'], {
      encoding: 'utf8',
      env: { ...process.env, DIR: made },
    })
    const [, pid = '', got = ''] = /^(\d+) (.*?)\n?\0?$/s.exec(stdout) ?? []
    const stamp = /^<\d+>(.{15}) /.exec(got)?.[1] ?? ''
    const ours = encodeSyslog(
      { priority: 'alert', text: 'calling alert x' },
      { facility, ident: 'mon', pid: Number(pid) },
      november,
    )
    assert.equal(Buffer.from(ours).toString().replace('Nov  7 03:04:05', stamp), got)
  }
})

const g = { group: 'g', service: 's' }
const trap = decodeTrap(Buffer.from("grp='g'\nsvc='s'\nsta='1'\ntyp='trap'\nspc='0'"))
const said = [
  [messages.failure({ ...g, at: atSecond(5), summary: 'a %s' }), 'crit', 'failure for g s 5 a %s'],
  [
    messages.calling({ ...g, type: 'alert', path: '/a/d/mail.alert', args: 'root a', summary: 'x' }),
    'alert',
    'calling alert mail.alert for g/s (/a/d/mail.alert,root a) x',
  ],
  [messages.suppressed({ ...g, label: 'P' }, 'numalerts'), 'debug', 'g/s/P: Suppressing alert since numalerts is met.'],
  [messages.acknowledged(g), 'debug', "no alert for g.s because of ack'd failure"],
  [messages.disabled(g), 'notice', 'ignoring alert for g,s'],
  [messages.stopped(g), 'notice', 'ignoring alert for g,s because the mon scheduler is stopped'],
  [messages.noHosts(g), 'err', 'monitor for g/s not called because of no host arguments'],
  [messages.clientConnected('127.0.0.1', 5), 'info', 'client connection from 127.0.0.1:5'],
  [messages.clientCommand('list state'), 'info', 'client command "list state"'],
  [messages.clientIdle('127.0.0.1:5', 30), 'info', 'closing client 127.0.0.1:5: timeout after 30s'],
  [messages.denied('joe', 'reset'), 'err', "user 'joe' tried 'reset', denied"],
  [messages.badPassword('joe'), 'warning', "User 'joe' gave bad password"],
  [messages.trap(trap, '127.0.0.1'), 'info', 'trap trap 0 from 127.0.0.1 grp=g svc=s, sta=1'],
  [messages.trapTooOld(), 'err', 'cannot handle traps from version less than 0.3807'],
  [messages.trapForUnknownService(g), 'err', 'trap received for undefined service type g/s'],
] as const
for (const [message, priority, text] of said) {
  test(`${priority} is said of ${text}`, () => assert.deepEqual(message, { priority, text }))
}
