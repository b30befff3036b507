import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONFIG, freePort, Place, run, startUpalert } from './process.ts'

test('options win over mon.cf, at the start and after every reload', async (t) => {
  const [port, trapPort] = [await freePort(), await freePort()]
  const config = `serverport = ${port}
trapport = ${trapPort}
histlength = 7
maxprocs = 3
randstart = 1h
${CONFIG}`
  const place = new Place(t, config)
  place.configure(
    config.replace(/^/, 'statedir = other\nlogdir = other\nmondir = other\nalertdir = other\nauthfile = other\n'),
  )
  place.write('other', 'no directory, no auth file')
  const { directory } = place
  const dirs = ['-a', 'alert.d', '-s', `${directory}/mon.d`, '-D', 'state', '-L', 'log', '-A', 'auth.cf']
  const numbers = ['-k', '5', '-m', '2', '-r', '1s', '-P', 'here.pid', '-i', '3', '-O', 'local3']
  const mon = await startUpalert(t, { config: place, args: [...dirs, ...numbers, '-b', '.', '-B', '.'] })
  await mon.program.says(/g\/s is UP/)
  const kept = async () => (await mon.command('get maxkeep')).lines[0]
  assert.equal(await kept(), 'maxkeep = 5')
  assert.equal(place.read('here.pid').trim(), `${mon.program.child.pid}`)

  mon.signal('SIGHUP')
  await mon.program.says(/was read again/)
  assert.equal(await kept(), 'maxkeep = 5')
  place.configure(CONFIG)
  assert.equal((await mon.command('reset keepstate')).status.slice(0, 3), '220')
  assert.equal(await kept(), 'maxkeep = 5')
  place.write('summary', 'h1\n')
  place.write('status', '1')
  await mon.command('test monitor g s')
  assert.match(await place.shows('alerts', /\n/), /^failure -s s -g g -h h1 h2 -t \d+ one\n$/)
  assert.equal(await mon.stop(), 0)
  assert.match(place.read('state/opstatus'), /^group=g\tservice=s\top_status=0\t/)
  assert.equal(place.read('here.pid'), '')
})

test('where the options are silent the file counts, and its changes after a reload', async (t) => {
  const mon = await startUpalert(t, { config: `histlength = 7\n${CONFIG}` })
  assert.deepEqual((await mon.command('get maxkeep')).lines, ['maxkeep = 7'])
  mon.place.configure(CONFIG)
  await mon.command('reset keepstate')
  assert.deepEqual((await mon.command('get maxkeep')).lines, ['maxkeep = 100'])
})

test('-S starts with the scheduler stopped, and start lets it run', async (t) => {
  const mon = await startUpalert(t, { args: ['-S', '-r', '1s'] })
  assert.match((await mon.command('list state')).lines[0] ?? '', /^scheduler stopped since \d+$/)
  assert.equal(mon.place.read('signals'), '')
  await mon.command('start')
  assert.deepEqual((await mon.command('list state')).lines, ['scheduler running'])
  await mon.place.shows('signals', /SigIgn/)
})

test('-M PROGRAM puts the configuration through it, again at each reload', async (t) => {
  const place = new Place(t, CONFIG.replace('1h', 'EVERY'))
  place.write('mon.d/m4', '#!/bin/sh\nfor last; do :; done\nsed s/EVERY/7m/ "$last"\n')
  const mon = await startUpalert(t, { config: place, args: ['-M', './mon.d/m4'] })
  const interval = async () => (await mon.command('get g s interval')).lines.join()
  assert.match(await interval(), /'420'$/)
  place.write('mon.d/m4', '#!/bin/sh\nfor last; do :; done\nsed s/EVERY/8m/ "$last"\n')
  await mon.command('reset keepstate')
  assert.match(await interval(), /'480'$/)
})

test('-t is the port of traps', async (t) => {
  const mon = await startUpalert(t, { args: ['-S'] })
  await mon.trap(`pro='0.3807'\nusr=''\ngrp='g'\nsvc='s'\nsta='1'\nsum='too hot'\ndtl=''\n`)
  await mon.program.says(/g\/s is DOWN: too hot/)
})

const refused: readonly (readonly [words: readonly string[], status: number, text: RegExp])[] = [
  [['-x'], 64, /^upalert mon: "-x" is no option of mon; upalert mon --help lists them\n$/],
  [['-r', '60'], 2, /"60" is not a length of time/],
  [['-b', 'nowhere'], 1, /the base directory nowhere does not exist/],
  [['-c', 'nowhere.cf'], 2, /nowhere\.cf: this file cannot be read: it does not exist/],
  [['-A', 'nowhere.cf'], 2, /nowhere\.cf" does not exist/],
  [['-p', '70000'], 64, /"-p" cannot be "70000"/],
]
for (const [words, status, text] of refused) {
  test(`upalert mon ${words.join(' ')} ends with ${status} and a sentence`, async (t) => {
    const ran = await run(t, new Place(t, CONFIG), 'mon', '-c', 'mon.cf', ...words)
    assert.equal(ran.status, status, ran.output)
    assert.match(ran.output, text)
  })
}

test('-v and -h tell, and end with 0', async (t) => {
  const place = new Place(t, CONFIG)
  assert.match((await run(t, place, 'mon', '-S', '-v')).output, /^upalert \d+\.\d+\.\d+/)
  const help = await run(t, place, 'mon', '--help')
  assert.equal(help.status, 0)
  assert.match(help.output, /-l, --loadstate/)
})
