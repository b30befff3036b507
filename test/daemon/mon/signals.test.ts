import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { CONFIG, Place, Program, run, startUpalert, until } from './process.ts'

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends it cleanly: status 0, no pid file, state saved`, async (t) => {
    const mon = await startUpalert(t)
    assert.equal(mon.place.read('mon.pid'), `${mon.program.child.pid}\n`)
    mon.signal(signal)
    assert.equal(await mon.program.ended, 0)
    assert.ok(!existsSync(mon.place.path('mon.pid')))
    assert.match(mon.place.read('state/opstatus'), /^group=g\tservice=s\t/)
    assert.equal(mon.place.read('state/disabled'), '')
  })
}

test('a pid file that names another process is left alone at the end', async (t) => {
  const mon = await startUpalert(t)
  mon.place.write('mon.pid', '1\n')
  assert.equal(await mon.stop(), 0)
  assert.equal(mon.place.read('mon.pid'), '1\n')
})

test("-P '' writes no pid file, and one that cannot be written is told and no hindrance", async (t) => {
  const mon = await startUpalert(t, { args: ['-P', ''] })
  assert.ok(!existsSync(mon.place.path('mon.pid')))
  assert.equal(await mon.stop(), 0)
  const other = await startUpalert(t, { args: ['-P', 'nowhere/mon.pid'] })
  await other.program.says(/the pid file \S+\/nowhere\/mon\.pid could not be written: ENOENT/)
  assert.equal(await other.stop(), 0)
})

test('HUP is reset keepstate: the state stays, the timers begin anew, and both files are saved', async (t) => {
  const mon = await startUpalert(t, { config: new Place(t, CONFIG) })
  const { place } = mon
  place.write('summary', 'h1 is gone\n')
  place.write('status', '1')
  await mon.command('test monitor g s')
  await mon.program.says(/g\/s is DOWN: h1 is gone/)
  await mon.command('disable host h2')
  await mon.command("ack g s 'on it'")
  place.configure(`${CONFIG}  service new\n    interval 1h\n    monitor scr.monitor\n    period\n`)
  mon.signal('SIGHUP')
  await mon.program.says(/was read again: 2 services/)
  const [first = '', second = ''] = (await mon.command('list opstatus')).lines
  assert.match(first, / service=s opstatus=0 .*last_summary=h1\\20is\\20gone/)
  assert.match(first, / ack=[1-9]\d* ackcomment=\S*on\\20it /)
  assert.match(second, / service=new opstatus=/)
  assert.deepEqual((await mon.command('list disabled')).lines, ['group g: h2'])
  assert.match(place.read('state/opstatus'), /\top_status=0\t/)
  assert.match(place.read('state/disabled'), /^disable host h2$/m)
  // The next failure of the same outage is no news.
  await mon.command('test monitor g s')
  await until('it is checked', async () =>
    /failure_count='2'/.test((await mon.command('get g s _failure_count')).lines.join()),
  )
  assert.equal(place.read('alerts').split('\n').length, 2)
})

test('HUP with a broken file changes nothing, and says so', async (t) => {
  const mon = await startUpalert(t)
  await mon.command('disable service g s')
  mon.place.configure(CONFIG.replace('interval 1h', 'interval soon'))
  mon.signal('SIGHUP')
  await mon.program.says(/mon\.cf has 1 error, so the configuration before it stays in force/)
  assert.match(mon.program.output, /"soon" is not a length of time/)
  assert.deepEqual((await mon.command('list watch')).lines, ['g s'])
  assert.deepEqual((await mon.command('get g s interval')).lines, ["g s interval='3600'"])
  assert.equal(await mon.stop(), 0)
})

test('USR1 opens no debugger, PIPE does nothing, and both leave it running', async (t) => {
  const mon = await startUpalert(t)
  for (const signal of ['SIGUSR1', 'SIGPIPE', 'SIGUSR1'] as const) mon.signal(signal)
  mon.signal('SIGHUP')
  // Signals arrive by their number, so that the reload does not prove the others: an answer does.
  await mon.program.says(/was read again/)
  assert.equal((await mon.command('servertime')).status.slice(0, 3), '220')
  assert.equal(await mon.stop(), 0)
  assert.doesNotMatch(mon.program.output, /Debugger/)
})

test('monitors and alerts have all signals at their defaults, SIGPIPE too', async (t) => {
  const place = new Place(t, CONFIG)
  place.write('status', '1')
  place.write('alert.d/rec.alert', '#!/bin/sh\ngrep ^Sig /proc/self/status > "$(dirname "$0")/../alert-signals"\n')
  await startUpalert(t, { config: place, args: ['-r', '1s'] })
  for (const name of ['signals', 'alert-signals']) {
    const text = await place.shows(name, /^SigCgt/m)
    assert.match(text, /^SigIgn:\t0+$/m, name)
    assert.match(text, /^SigBlk:\t0+$/m, name)
  }
})

test('a client that says term ends it as TERM does', async (t) => {
  const mon = await startUpalert(t)
  await mon.command('term').catch(() => {})
  assert.equal(await mon.program.ended, 0)
  assert.ok(!existsSync(mon.place.path('mon.pid')))
})

test('upalert run ignores USR1 as well', async (t) => {
  const place = new Place(t, CONFIG.replace('watch g', 'pidfile =\n\nwatch g'))
  const program = new Program(t, place, ['run', '-c', 'mon.cf'])
  await program.says(/upalert runs/)
  program.child.kill('SIGUSR1')
  const status = await run(t, place, 'status', '-c', 'mon.cf')
  assert.equal(status.status, 0, status.output)
  program.child.kill('SIGTERM')
  assert.equal(await program.ended, 0)
  assert.doesNotMatch(program.output, /Debugger/)
})
