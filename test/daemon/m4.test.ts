/** A configuration that m4 writes, with Debian's m4 and with programs that misbehave in its place. */

import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { directoriesIn, type LoadOptions, loadConfiguration } from '../../src/daemon/configuration.ts'
import { expandM4, expandM4Sync } from '../../src/daemon/m4.ts'
import { recordOf } from '../../src/parse/problem.ts'
import { needs } from '../needs.ts'

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-m4-'))
  t.after(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), text)
    await chmod(join(directory, name), text.startsWith('#!') ? 0o755 : 0o644)
  }
  return directory
}

async function check(file: string, given?: LoadOptions) {
  const { model, problems } = await loadConfiguration(file, given)
  return {
    model,
    places: problems.map(recordOf).map(({ file, line, column, code }) => [file, line, column, code]),
    problems,
  }
}

const watch = (interval: string) => `hostgroup web 127.0.0.1

watch web
    service http
        interval ${interval}
        monitor http
        period WEEK_DAYS
            alert mail ops@example.com
`

test('a file named *.m4 goes through m4, and what it includes lies beside it', needs('m4'), async (t) => {
  const directory = await folder(t, {
    'mon.m4': `include(\`days.m4')dnl\nstatedir = state\n${watch('1m')}`,
    'days.m4': "define(`WEEK_DAYS', `wd {Mon-Fri}')dnl\n",
  })
  const { model, problems } = await check(join(directory, 'mon.m4'))
  assert.deepEqual(problems, [])
  assert.equal(model?.services[0]?.periods[0]?.text, 'wd {Mon-Fri}')
  assert.equal(directoriesIn(join(directory, 'mon.m4'))?.statedir, '/usr/lib/mon/state')
})

test('a mistake is told where it was written, in whichever file that is', needs('m4'), async (t) => {
  const directory = await folder(t, {
    'mon.m4': `include(\`common.m4')dnl\n${watch('1mn')}`,
    'common.m4': "dnl settings\ndefine(`WEEK_DAYS', `wd\n{Mon-Fri}')dnl\nmaxprocs = 20\nrandstart = 60\n",
  })
  const { places } = await check(join(directory, 'mon.m4'))
  assert.deepEqual(places.slice(0, 2), [
    [join(directory, 'common.m4'), 5, 13, 'interval-unit'],
    [join(directory, 'mon.m4'), 6, 18, 'interval-unit'],
  ])
})

test('any file goes through m4 if the command line says so, and then with its program', async (t) => {
  const m4 = '#!/bin/sh\necho "#line 7 \\"told.m4\\""\necho nonsense\necho "m4:x:1: Warning: odd" >&2\n'
  const directory = await folder(t, { 'mon.cf': watch('1m'), 'my m4': m4, mym4: m4 })
  const { places, problems } = await check(join(directory, 'mon.cf'), { m4: `${join(directory, 'mym4')} -DX` })
  assert.deepEqual(places[0]?.slice(3), ['m4'])
  assert.match(problems[0]?.message ?? '', /odd/)
  assert.deepEqual(
    places.find(([, , , code]) => code === 'unknown-line'),
    ['told.m4', 7, 1, 'unknown-line'],
  )
})

const failures: readonly (readonly [name: string, program: string, message: RegExp])[] = [
  ['m4 is not there', '/nonexistent/m4', /needs \/nonexistent\/m4, which is not there/],
  ['m4 fails', 'fails', /failed with status 3: no good; at all/],
  ['m4 never ends', 'hangs', /did not end within 0\.5 s/],
  ['m4 writes without end', 'floods', /wrote more than \d+ bytes/],
  ['m4 is killed', 'dies', /was ended/],
  ['m4 may not be run', 'plain', /may not run/],
]
for (const [name, program, message] of failures) {
  test(`${name}: the file is refused with that reason`, async (t) => {
    const directory = await folder(t, {
      'mon.m4': watch('1m'),
      fails: '#!/bin/sh\necho "no good" >&2\necho "at all" >&2\nexit 3\n',
      hangs: '#!/bin/sh\nexec sleep 60\n',
      floods: '#!/bin/sh\nexec yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n',
      dies: '#!/bin/sh\nkill -9 $$\n',
      plain: 'no program\n',
    })
    const path = program.startsWith('/') ? program : join(directory, program)
    const deadline = program === 'hangs' ? 500 : 30_000
    for (const expand of [expandM4, expandM4Sync]) {
      const expanded = await expand(join(directory, 'mon.m4'), path, deadline)
      assert.ok(expanded.kind === 'failed')
      assert.match(expanded.problems[0]?.message ?? '', message)
    }
  })
}

test('a file that is not there is told as such, with m4 and without', async () => {
  for (const name of ['/nonexistent/mon.m4', '/nonexistent/mon.cf']) {
    assert.deepEqual((await check(name)).places, [[name, 1, 1, 'file']])
  }
})
