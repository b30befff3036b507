import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { disabledFile, loadedFrom, opstatusFile } from '../../../src/daemon/mon/saved-state.ts'
import { readState, saveState, stateAtStart } from '../../../src/daemon/mon/state-files.ts'
import { stateFor } from '../../../src/engine/start.ts'
import type { Command, LoadedState } from '../../../src/model/event.ts'
import { groupName, host, serviceKey, serviceName } from '../../../src/model/names.ts'
import type { State } from '../../../src/model/state.ts'
import { seconds } from '../../../src/model/units.ts'
import { at, checked, model, period, Run, result, service } from '../../engine/build.ts'

const web = service({
  called: 'g/web',
  periods: [
    period({ label: '', text: '' }),
    period({ label: 'always', text: 'wd {Sun-Sat}', alertafter: { count: 2, time: null, window: null } }),
    period({ label: 'wd {Mon}', text: 'wd {Mon}' }),
  ],
})
const mail = service({ called: 'g/mail', periods: [period({ label: 'NAMED', text: 'hr {1am}' })] })
const of = model([web, mail])
const empty = (): State => stateFor(of, null)

/** A state after these checks and commands, one a second. */
function lived(
  checks: readonly (readonly [mail: boolean, failing: boolean, summary: string])[],
  comment: string,
): State {
  const run = new Run(of)
  checks.forEach(([isMail, failing, summary], second) => {
    const which = isMail ? mail : web
    const said = result(which.hosts, failing ? ['h1'] : [], { summary, detail: `${summary}\n\ttwo = 2\n` })
    run.post(checked(which, said), at(second))
  })
  const command = (body: Parameters<Run['post']>[0]) => run.post(body, at(100))
  command({ kind: 'command', who: 'ann', command: { kind: 'ack', service: web.key, comment } })
  return run.state
}

/** What a start with these files makes of a state that knows nothing. */
function restored(
  opstatus: string | null,
  disabled: string | null,
): { readonly state: State; readonly complaints: readonly string[] } {
  const { loaded, complaints } = loadedFrom(opstatus, disabled)
  const run = new Run(of)
  run.post({ kind: 'started', saved: null, text: '', loaded }, at(200))
  return { state: run.state, complaints }
}

test('whatever happened, the file written again after a start with it is the same', () => {
  const checks = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.string({ unit: 'grapheme', maxLength: 20 })), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(checks, fc.string({ unit: 'grapheme', maxLength: 20 }), (list, comment) => {
      const text = opstatusFile(lived(list, comment))
      const { state, complaints } = restored(text, null)
      assert.deepEqual(complaints, [])
      assert.equal(opstatusFile(state), text)
    }),
    { seed: 20261121, numRuns: 300 },
  )
})

test('a failure, its acknowledgement and the clocks of its periods survive', () => {
  const before = lived([[false, true, 'h1 = gone\\41 100%']], 'a = b')
  const { state } = restored(opstatusFile(before), null)
  const [was, is] = [before.services[0], state.services[0]]
  const kept = [
    'opstatus',
    'lastOpstatus',
    'consecutive',
    'failureCount',
    'alertCount',
    'lastCheck',
    'lastFailure',
    'firstFailure',
    'failedAt',
    'failedSummary',
    'summary',
    'ack',
    'exitval',
  ] as const
  for (const name of kept) assert.deepEqual(is?.[name], was?.[name], name)
  assert.deepEqual(is?.status, was?.status)
  const clocks = (of: State) => of.services[0]?.periods.map(({ label, lastSent, sent }) => ({ label, lastSent, sent }))
  assert.deepEqual(clocks(state), clocks(before))
  assert.equal(is?.ack?.comment, 'a = b')
  assert.equal(is?.ack?.who, 'ann')
})

test('what is disabled comes back: a host in each of its groups, a watch, a service', () => {
  const run = new Run(of)
  const give = (command: Command) => run.post({ kind: 'command', who: '', command }, at(1))
  give({ kind: 'disable-hosts', hosts: [host('h2')], reason: '' })
  give({ kind: 'disable-watch', group: groupName('g'), reason: '' })
  give({ kind: 'disable', service: mail.key, reason: '' })
  const text = disabledFile(run.state)
  assert.equal(text, 'disable host h2\ndisable watch g\ndisable service g mail\n')
  const { state } = restored(null, text)
  assert.equal(disabledFile(state), text)
})

test('lines that mean nothing are told by their number, and the others count', () => {
  const { state, complaints } = restored(
    'group=g\tservice=web\top_status=0\tnonsense=1\n\ngroup\n',
    'enable host h1\ndisable host h1\n',
  )
  assert.equal(state.services[0]?.opstatus, 0)
  assert.equal(disabledFile(state), 'disable host h1\n')
  assert.deepEqual(
    complaints.map((text) => text.slice(0, 22)),
    ['line 1 unknown field "', 'line 3 does not begin w', 'line 1 is not disable '].map((text) => text.slice(0, 22)),
  )
})

test('statuses that only a client can set come back, and numbers that mean nothing do not', () => {
  const loaded = (line: string): LoadedState => loadedFrom(line, null).loaded
  assert.equal(loaded('group=g\tservice=web\top_status=4').services[0]?.opstatus, 4)
  for (const code of ['8', '9', '-1', '77', 'nonsense']) {
    assert.notEqual(loaded(`group=g\tservice=web\top_status=${code}`).services[0]?.opstatus, 0, code)
  }
  assert.deepEqual(
    loaded('group=x\tservice=y\top_status=1').services[0]?.key,
    serviceKey(groupName('x'), serviceName('y')),
  )
})

function statedir(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'upalert-state-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('savestate writes the files that its words name', (t) => {
  const where = statedir(t)
  const names = (words: readonly string[]) => {
    for (const name of ['opstatus', 'disabled']) rmSync(join(where, name), { force: true })
    assert.deepEqual(saveState(empty(), words, where), [])
    return readState(['all'], where).files
  }
  assert.deepEqual(names(['all']), ['opstatus', 'disabled'])
  assert.deepEqual(names(['disabled']), ['disabled'])
  assert.deepEqual(names(['opstatus', 'nonsense']), ['opstatus'])
  assert.deepEqual(names(['nonsense']), [])
  assert.match(
    saveState(empty(), ['all'], join(where, 'none')).join(),
    /\/none\/opstatus: ENOENT.*,.*\/none\/disabled: ENOENT/,
  )
})

const remembered = (): State => lived([[false, true, 'h1']], 'mine')

test('at a start without -l no file is read', (t) => {
  assert.deepEqual(stateAtStart(null, statedir(t), null), { loaded: null, text: '', complaints: [] })
})

test('at a start files are loaded where nothing is remembered', (t) => {
  const where = statedir(t)
  writeFileSync(join(where, 'opstatus'), 'group=g\tservice=web\top_status=1\n')
  for (const state of [null, empty()]) {
    const { loaded, text } = stateAtStart(['all'], where, state)
    assert.equal(loaded?.services.length, 1)
    assert.equal(text, `; opstatus loaded from ${where}`)
  }
})

test('at a start files older than what is remembered are not loaded, and that is said', (t) => {
  const where = statedir(t)
  const path = join(where, 'opstatus')
  writeFileSync(path, 'group=g\tservice=web\top_status=1\n')
  const checkedAt = at(0).wall / 1000
  utimesSync(path, checkedAt - 10, checkedAt - 10)
  const { loaded, complaints } = stateAtStart(['opstatus'], where, remembered())
  assert.equal(loaded, null)
  assert.match(complaints.join(), /^the state files in \S+ are older than what is remembered, and were not loaded$/)
  utimesSync(path, checkedAt + 10, checkedAt + 10)
  assert.equal(stateAtStart(['opstatus'], where, remembered()).loaded?.services.length, 1)
})

test('at a start files that say what is remembered are passed over without a word', (t) => {
  const where = statedir(t)
  saveState(remembered(), ['all'], where)
  assert.deepEqual(stateAtStart(['all'], where, remembered()), { loaded: null, text: '', complaints: [] })
  assert.match(readFileSync(join(where, 'opstatus'), 'utf8'), /^group=g/)
})

test('a service that waits for traps leaves mon its whole time to wait', () => {
  const heard = model([service({ called: 'g/heard', monitor: null, timing: null, traptimeout: seconds(3600) })])
  assert.match(opstatusFile(stateFor(heard, null)), /\ttrap_timer=3600\t/)
})
