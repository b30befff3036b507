import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import { startMon } from './daemon.ts'

const config = `
hostgroup g h1 h2

watch g
    service s
        interval 1h
        monitor scr.monitor
        period
            alert rec.alert
`
const files = { 'mon.d/scr.monitor': '#!/bin/sh\nexit 0\n', 'alert.d/rec.alert': '#!/bin/sh\n' }

test(
  'the real mon answers in a directory of its own, on loopback, and is gone when it is stopped',
  needs('mon'),
  async (t) => {
    const mon = await startMon(t, { config, files, args: ['-S'] })
    assert.deepEqual(await mon.command('list watch'), { lines: ['g s'], status: '220 list watch completed' })
    assert.match((await mon.command('list state')).lines[0] ?? '', /^scheduler stopped since \d+$/)
    assert.equal((await mon.command('savestate all')).status, '220 savestate completed')
    assert.match(readFileSync(join(mon.directory, 'state', 'opstatus'), 'utf8'), /^group=g\tservice=s\t/)

    const other = await mon.connect()
    assert.equal((await other.command('quit')).status, '220 quitting')
    await mon.stop()
    assert.throws(() => process.kill(mon.pid, 0), { code: 'ESRCH' })
  },
)

test('a configuration that mon refuses is told in its own words', needs('mon'), async (t) => {
  await assert.rejects(
    startMon(t, { config: 'watch g\n  service s\n    nonsense\n' }),
    /mon did not start:\n.*cf error/s,
  )
})

test('the directory of a mon goes with the test', needs('mon'), async (t) => {
  let directory = ''
  await t.test('inner', async (inner) => {
    directory = (await startMon(inner, { config, files })).directory
    assert.ok(existsSync(directory))
  })
  assert.ok(!existsSync(directory))
})
