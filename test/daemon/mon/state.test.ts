/** State files both ways between upalert and Debian's mon. */
import assert from 'node:assert/strict'
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import { startMon } from '../../peers/mon/daemon.ts'
import type { Reply } from '../../peers/mon/session.ts'
import { Place, startUpalert, until } from './process.ts'

const CONFIG = `hostgroup g h1 h2

hostgroup other o1 o2

watch g
  service bad
    interval 1h
    monitor bad.monitor
    period wd {Sun-Sat}
      alertevery 1d
      alert rec.alert bad
  service known
    interval 1h
    monitor bad.monitor
    period wd {Sun-Sat}
      alert rec.alert known
  service off
    interval 1h
    monitor scr.monitor
    period LABEL: wd {Sun-Sat}
      alert rec.alert off

watch other
  service well
    interval 1h
    monitor scr.monitor
    period
      alert rec.alert well
`
const BAD = '#!/bin/sh\necho "h1 is 100% gone"\necho "the detail of it"\nexit 3\n'
const REC = '#!/bin/sh\ncat > /dev/null\necho "$MON_ALERTTYPE $*" >> "$(dirname "$0")/../alerts"\n'
const files = { 'mon.d/bad.monitor': BAD, 'mon.d/scr.monitor': '#!/bin/sh\nexit 0\n', 'alert.d/rec.alert': REC }

type Command = (text: string) => Promise<Reply>

/** What a client sees of the state, without what is of the moment or of the daemon that answers. */
async function seen(command: Command): Promise<Record<string, unknown>> {
  const { lines } = await command('list opstatus')
  const kept = [
    'opstatus',
    'last_opstatus',
    'exitval',
    'last_success',
    'last_check',
    'ack',
    'ackcomment',
    'last_summary',
  ]
  const rows = lines.map((line) => {
    const fields = new Map(line.split(' ').map((field): [string, string] => [field.split('=', 1)[0] ?? '', field]))
    return ['group', 'service', ...kept, 'last_failure', 'first_failure']
      .map((name) => fields.get(name) ?? '')
      .join(' ')
  })
  const disabled = (await command('list disabled')).lines
  return { rows: rows.sort(), disabled: [...disabled].sort() }
}

/** Fails, is acknowledged and disabled in every way there is. */
async function live(command: Command): Promise<void> {
  for (const [group, service] of [
    ['g', 'bad'],
    ['g', 'known'],
    ['g', 'off'],
    ['other', 'well'],
  ]) {
    await command(`test monitor ${group} ${service}`)
    await until('it is checked', async () => {
      const { lines } = await command('list opstatus')
      return lines.some(
        (line) =>
          line.includes(`group=${group} service=${service} `) &&
          !/opstatus=7/.test(line.replace(/last_opstatus=7/, '')),
      )
    })
  }
  assert.match((await command("ack g known 'we know'")).status, /^220/)
  assert.match((await command('disable host h2')).status, /^220/)
  assert.match((await command('disable service g off')).status, /^220/)
  assert.match((await command('disable watch other')).status, /^220/)
}

function place(t: Parameters<typeof startUpalert>[0]): Place {
  const made = new Place(t, CONFIG)
  for (const [name, text] of Object.entries(files)) made.write(name, text)
  return made
}

test('the real mon goes on with -l all where upalert stopped', needs('mon'), async (t) => {
  const ours = await startUpalert(t, { config: place(t), args: ['-r', '1h'] })
  await live(ours.command)
  const before = await seen(ours.command)
  assert.match(JSON.stringify(before), /opstatus=0 [^,]*exitval=3 [^,]*ack=[1-9]/)
  assert.equal(await ours.stop(), 0)

  const state = {
    'state/opstatus': ours.place.read('state/opstatus'),
    'state/disabled': ours.place.read('state/disabled'),
  }
  const mon = await startMon(t, { config: CONFIG, files: { ...files, ...state }, args: ['-l', 'all'] })
  assert.deepEqual(await seen(mon.command), before)
  assert.match((await mon.command('get g bad _last_failure_summary')).lines.join(), /h1\\20is\\20100(\\25|%)?\\20gone/)

  // An alert within the day: mon holds the next failure back, since upalert sent one.
  await mon.command('enable watch other')
  await mon.command('test monitor g bad')
  await until('it is checked', async () => (await mon.command('get g bad _failure_count')).lines.join().includes("'2'"))
  assert.deepEqual((await mon.command('list alerthist')).lines, [])
})

test(
  'upalert goes on with -l all where the real mon saved its state, and pages nobody again',
  needs('mon'),
  async (t) => {
    const mon = await startMon(t, { config: CONFIG, files, args: [] })
    await live(mon.command)
    assert.match((await mon.command('savestate all')).status, /^220/)
    const before = await seen(mon.command)
    const [opstatus, disabled] = ['opstatus', 'disabled'].map((name) =>
      readFileSync(join(mon.directory, 'state', name), 'utf8'),
    )
    assert.equal((await mon.command('list alerthist')).lines.length, 2)
    await mon.stop()

    const next = place(t)
    next.write('state/opstatus', opstatus ?? '')
    next.write('state/disabled', disabled ?? '')
    const ours = await startUpalert(t, { config: next, args: ['-l', 'all', '-r', '1h'] })
    assert.match(ours.program.output, /; opstatus and disabled loaded from \S+\/state/)
    assert.deepEqual(await seen(ours.command), before)
    // Neither acknowledged nor out of the way, it is the alertevery of mon that keeps quiet.
    await ours.command('set g bad opstatus fail')
    const said = ours.program.output.length
    await ours.command('test monitor g bad')
    await until('it is checked', async () =>
      (await ours.command('get g bad _failure_count')).lines.join().includes("'2'"),
    )
    assert.equal(next.read('alerts'), '')
    assert.match(ours.program.output.slice(said), /g\/bad: no alert for period .*alertevery/)
  },
)

test('without -l upalert knows nothing of mon, and pages', needs('mon'), async (t) => {
  const next = place(t)
  next.write('state/opstatus', 'group=g\tservice=bad\top_status=0\n')
  const ours = await startUpalert(t, { config: next, args: ['-r', '1h'] })
  await ours.command('test monitor g bad')
  await next.shows('alerts', /^failure .* bad$/m)
})

const SAVED = `group=g\tservice=bad\top_status=0\tack=1700000000\tack_comment=me: it is = known\twd {Sun-Sat}:last_alert=1700000000\n`

test('-l loads what is disabled, -l opstatus the rest, and what is missing or torn is told', async (t) => {
  const next = place(t)
  next.write('state/opstatus', `${SAVED}nonsense\n`)
  next.write('state/disabled', 'disable service g off\n')
  const first = await startUpalert(t, { config: next, args: ['-l', '-r', '1h'] })
  assert.match(first.program.output, /; disabled loaded from/)
  assert.deepEqual((await first.command('list disabled')).lines, ['watch g service off'])
  assert.match((await first.command('list opstatus')).lines.join('\n'), /service=bad opstatus=7/)
  first.program.child.kill('SIGKILL')
  await first.program.ended

  const second = await startUpalert(t, { config: next, args: ['-l', 'opstatus', '-r', '1h'] })
  assert.match(
    (await second.command('list opstatus')).lines.join('\n'),
    /service=bad opstatus=0 .*ack=1700000000 ackcomment=me:\\20it\\20is\\20=\\20known/,
  )
  await second.program.says(/could not read state file: \S+\/state\/opstatus, line 2 does not begin with group=/)

  const bare = await startUpalert(t, { config: place(t), args: ['-l', 'all', '-r', '1h'] })
  await bare.program.says(/could not read state file: \S+\/state\/opstatus: ENOENT/)
})

test('state files that are older than what is remembered are not loaded, and that is said', async (t) => {
  const next = place(t)
  const first = await startUpalert(t, { config: next, args: ['-r', '1h'] })
  await first.command('test monitor other well')
  await until('it is up', async () =>
    /service=well opstatus=1/.test((await first.command('list opstatus')).lines.join('\n')),
  )
  assert.equal(await first.stop(), 0)

  next.write('state/opstatus', SAVED)
  utimesSync(next.path('state/opstatus'), 1_700_000_000, 1_700_000_000)
  const second = await startUpalert(t, { config: next, args: ['-l', 'all', '-r', '1h'] })
  await second.program.says(/the state files in \S+\/state are older than what is remembered, and were not loaded/)
  assert.match((await second.command('list opstatus')).lines.join('\n'), /service=well opstatus=1/)
})

test('the files that upalert saved itself at its stop are not loaded over what it remembers', async (t) => {
  const next = place(t)
  const first = await startUpalert(t, { config: next, args: ['-r', '1h'] })
  await live(first.command)
  const before = await seen(first.command)
  assert.equal(await first.stop(), 0)
  const second = await startUpalert(t, { config: next, args: ['-l', 'all', '-r', '1h'] })
  assert.match(second.program.output, /it remembers its last run$/m)
  assert.deepEqual(await seen(second.command), before)
})

test(
  'savestate and loadstate go by their words, and a directory that cannot be written is told',
  needs('root'),
  async (t) => {
    const next = place(t)
    const mon = await startUpalert(t, { config: next, args: ['-r', '1h'] })
    await mon.command('savestate opstatus')
    assert.match(next.read('state/opstatus'), /^group=g\tservice=bad\top_status=7\t/)
    assert.equal(next.read('state/disabled'), '')
    next.write('state/opstatus', SAVED)
    assert.match((await mon.command('loadstate opstatus')).status, /^220/)
    assert.match((await mon.command('list opstatus')).lines.join('\n'), /service=bad opstatus=0/)
    await mon.command('loadstate disabled')
    await mon.program.says(/could not read state file: \S+\/state\/disabled: ENOENT/)
  },
)
