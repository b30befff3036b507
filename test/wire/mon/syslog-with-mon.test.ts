/** What Debian's own mon tells syslog, overheard by a module that stands in for Perl's Sys::Syslog. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import type { SyslogMessage } from '../../../src/wire/mon/syslog.ts'
import { messages } from '../../../src/wire/mon/syslog-messages.ts'
import { decodeTrap, encodeTrap, type SentTrap } from '../../../src/wire/mon/trap.ts'
import { needs } from '../../needs.ts'
import { startMon } from '../../peers/mon/daemon.ts'

const module = `package Sys::Syslog; use Exporter 'import'; our @EXPORT = qw(openlog closelog setlogmask syslog);
our @EXPORT_OK = qw(setlogsock); our %EXPORT_TAGS = (macros => [], standard => [@EXPORT], DEFAULT => [@EXPORT]);
sub setlogsock {} sub openlog {} sub closelog {}
sub syslog { my ($priority, $text) = @_; chomp $text;
  open my $file, '>>', $ENV{HEARD} or die; print $file lc($priority), "\\t$text\\n"; close $file } 1;
`
const config = (directory: string): string => `
authtype = userfile
cltimeout = 5s
userfile = ${directory}/users
hostgroup g h1

hostgroup nohosts h2

hostgroup lacking h3

watch nohosts
  service s
    interval 1h
    monitor scr.monitor
    period
      alert rec.alert
watch lacking
  service s
    interval 1h
    monitor gone.monitor one
    period
      alert lost.alert two
watch g
  service s
    interval 1h
    monitor scr.monitor
    period P: wd {Sun-Sat}
      alertevery 1h
      alert rec.alert a 'b c'
      upalert rec.alert
    period N: wd {Sun-Sat}
      numalerts 1
      alert rec.alert
    period C: wd {Sun-Sat}
      alertafter 3
      alert rec.alert
    period T: wd {Sun-Sat}
      alertafter 5 9h
      alert rec.alert
      upalert rec.alert
`
const auth = `command section
list: all
test: all
ack: all
disable: all
enable: all
stop: all
start: all
savestate: all
loadstate: all
set: all
reload: joe
servertime: !jim, all

trap section
127.0.0.1 * *
`
const files = {
  'lib/Sys/Syslog.pm': module,
  'mon.d/scr.monitor': '#!/bin/sh\necho su=m\ntest -e ok || exit 3\n',
  'alert.d/rec.alert': '#!/bin/sh\ncat >/dev/null\n',
  users: `joe: xx\njim: ${spawnSync('perl', ['-e', 'print crypt("y", "ab")'], { encoding: 'utf8' }).stdout}\n`,
}

const IDLE = new RegExp(`^info\\t${messages.clientIdle('\\d+', 5).text}$`, 'm')

test('the real mon says what is said here', { ...needs('mon'), timeout: 100_000 }, async (t) => {
  const mon = await startMon(t, { config, auth, files, env: { PERL5LIB: 'lib', HEARD: 'heard' } })
  const heard = (): readonly string[] => readFileSync(join(mon.directory, 'heard'), 'utf8').split('\n')
  const failures = async (count: number): Promise<readonly string[]> => {
    await mon.command('test monitor g s')
    for (;;) {
      const { lines } = await mon.command('list failurehist')
      if (lines.length === count) return lines
    }
  }
  const g = { group: 'g', service: 's' }
  const [first = ''] = await failures(1)
  const at = atSecond(Number(/\\20([0-9]{10})\\20/.exec(first)?.[1]))
  await failures(2)
  await mon.command('ack g s x')
  await failures(3)
  await mon.command('disable service g s')
  await failures(4)
  await mon.command('enable service g s')
  await mon.command('stop')
  const sent: SentTrap = { usr: '', pas: '', grp: 'g', svc: 's', sta: '5', spc: '0', sum: 't', dtl: '', tsp: at }
  await mon.trap(encodeTrap(sent))
  await mon.trap(encodeTrap({ ...sent, grp: 'zz' }))
  await mon.trap(encodeTrap({ ...sent, svc: 'zz' }))
  await mon.trap("pro='0.37'\nsta='1'\n")
  await mon.trap("pro='1'\nodd\n")
  await mon.command('start')
  await mon.command('login nobody x')
  await mon.command('login joe x')
  await mon.command('login joe')
  await mon.command('reload auth')
  await mon.command('test monitor lacking s')
  await mon.command('test alert lacking s 1')
  const jim = await mon.connect()
  for (const command of ['login jim y', 'servertime', 'checkauth servertime']) await jim.command(command)
  await mon.command('disable host h2')
  await mon.command('enable watch nohosts')
  await mon.command('test monitor nohosts s')
  // The first request of a connection waits for the next turn of the loop, which comes to that monitor.
  for (let turns = 0; turns < 2; turns++) await (await mon.connect()).command('list state')
  await mon.command('loadstate disabled')
  const quiet = await mon.connect()
  await quiet.command('list state')
  while (!IDLE.test(heard().join('\n'))) await mon.command('list state')
  await mon.stop()

  const path = join(mon.directory, 'alert.d', 'rec.alert')
  const expected: readonly SyslogMessage[] = [
    messages.started(),
    messages.failure({ ...g, at, summary: 'su=m' }),
    messages.calling({ ...g, type: 'alert', path, args: "a 'b c'", summary: 'su=m' }),
    messages.calling({ ...g, type: 'alert', path, args: '', summary: 'su=m' }),
    messages.suppressed({ ...g, label: 'P' }, 'alertevery'),
    messages.suppressed({ ...g, label: 'N' }, 'numalerts'),
    messages.suppressed({ ...g, label: 'C' }, 'consecutive'),
    messages.suppressed({ ...g, label: 'T' }, 'numTimeval'),
    messages.suppressed({ ...g, label: 'C' }, 'ackWithoutDown'),
    messages.acknowledged(g),
    messages.disabled(g),
    messages.stopped(g),
    messages.trap(decodeTrap(encodeTrap(sent)), '127.0.0.1'),
    messages.trapForUnknownGroup('zz'),
    messages.trapForUnknownService({ group: 'g', service: 'zz' }),
    messages.trapTooOld(),
    messages.trapLine('odd'),
    messages.trapWithoutSta('127.0.0.1'),
    messages.clientCommand('ack g s x'),
    messages.clientCommandFinished('ack g s x'),
    messages.badPassword('joe'),
    messages.namelessLogin(),
    messages.notAuthenticated('', 'reload'),
    messages.noMonitor('gone.monitor'),
    messages.noAlert('lost.alert'),
    messages.denied('jim', 'servertime'),
    messages.denied('jim', 'servertime'),
    messages.noHosts({ group: 'nohosts', service: 's' }),
    messages.stateLoaded('disabled'),
    messages.terminated(),
  ]
  const lines = heard().filter((line) => !line.includes('list failurehist'))
  const missing = expected.map(({ priority, text }) => `${priority}\t${text}`)
  for (const line of lines) if (missing.includes(line)) missing.splice(missing.indexOf(line), 1)
  assert.deepEqual(missing, [], [...missing, 'is not in', ...lines].join('\n'))
  assert.ok(lines.some((line) => /^info\tclient connection from 127\.0\.0\.1:\d+$/.test(line)))
})
