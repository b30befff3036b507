import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import type { Real, Virtual } from '../../src/model/model.ts'
import { host } from '../../src/model/names.ts'
import { endpointText } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import { at, checked, model, Run, real, result, service, virtual } from './build.ts'

const hosts = ['10.1.1.1', '10.1.1.2', '10.1.1.3'].map(host)
const watched = service({ hosts })
const sorry = { id: { family: 4, address: '127.0.0.1', port: 8080 }, forward: 'local', inhibit: false } as const

/** The wanted destinations, `address weight` or `address -` (absent) or `address ?` (as found). */
function wanted(run: Run): string[] {
  return wantedTable(run.state.model, run.state.pools).flatMap(({ destinations }) =>
    destinations.map((one) => {
      const name = endpointText(one.id)
      return one.kind === 'present'
        ? `${name} ${one.settings.weight}`
        : one.kind === 'absent'
          ? `${name} -`
          : `${name} ?`
    }),
  )
}

function runOf({ onFail = 'remove', ...changes }: Partial<Virtual> & Partial<Pick<Real, 'onFail'>> = {}): Run {
  return new Run(
    model(
      [watched],
      [
        virtual(
          hosts.map((one) => real(one, { onFail })),
          changes,
        ),
      ],
    ),
  )
}

test('before the first verdict the table is left as it is found', () => {
  assert.deepEqual(wanted(runOf({ sorry })), ['10.1.1.1:80 ?', '10.1.1.2:80 ?', '10.1.1.3:80 ?', '127.0.0.1:8080 ?'])
})

test('on_fail remove takes a failing server out of the table, and brings it back', () => {
  const run = runOf()
  run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 1', '10.1.1.2:80 -', '10.1.1.3:80 1'])
  run.post(checked(watched, result(hosts, [])), at(4))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 1', '10.1.1.2:80 1', '10.1.1.3:80 1'])
})

test('on_fail drain keeps a failing server with weight 0', () => {
  const run = runOf({ onFail: 'drain' })
  run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 1', '10.1.1.2:80 0', '10.1.1.3:80 1'])
})

test('below its quorum the pool hands over to the sorry server, and takes back when it has it again', () => {
  const run = runOf({ sorry, quorum: weight(2) })
  run.post(checked(watched, result(hosts, ['10.1.1.1', '10.1.1.2'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 -', '10.1.1.2:80 -', '10.1.1.3:80 -', '127.0.0.1:8080 1'])
  assert.match(run.state.pools[0]?.reals[2]?.text ?? '', /it is up, but the pool's weight is below its quorum of 2/)
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(4))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 -', '10.1.1.2:80 1', '10.1.1.3:80 1', '127.0.0.1:8080 -'])
})

test('without a sorry server the survivors serve on below the quorum', () => {
  const run = runOf({ quorum: weight(3) })
  run.post(checked(watched, result(hosts, ['10.1.1.1'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 -', '10.1.1.2:80 1', '10.1.1.3:80 1'])
  assert.equal(run.state.pools[0]?.standing, 'below-quorum')
})

test('a check that says nothing of its hosts moves no server', () => {
  const run = runOf()
  run.post(checked(watched, result(hosts, [])), at(0))
  const before = wanted(run)
  const broken = result(hosts, [])
  const unknown = {
    ...broken,
    exit: 1,
    summary: 'no such file',
    hosts: broken.hosts.map((one) => ({ ...one, kind: 'unknown' as const, code: 'not-started' })),
  }
  run.post(checked(watched, unknown), at(4))
  assert.deepEqual(wanted(run), before)
  assert.equal(run.state.services[0]?.status.kind, 'down', 'but the service is down, and people are told')
})

test('a server is judged through its proxy endpoint', () => {
  const proxied = real('10.9.9.9', { checks: [{ service: watched.key, host: host('10.1.1.2') }] })
  const run = new Run(model([watched], [virtual([proxied])]))
  run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(0))
  assert.deepEqual(wanted(run), ['10.9.9.9:80 -'])
  assert.match(run.state.pools[0]?.reals[0]?.text ?? '', /g\/s is down \(checked on 10\.1\.1\.2\): refused/)
})

test('the wanted table depends on the last results alone, not on what came before them', () => {
  const failing = fc.subarray(['10.1.1.1', '10.1.1.2', '10.1.1.3'])
  const rounds = fc.array(failing, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      rounds,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom<'drain' | 'remove'>('drain', 'remove'),
      (all, quorum, onFail) => {
        const long = runOf({ sorry, quorum: weight(quorum), onFail })
        for (const [i, down] of all.entries()) long.post(checked(watched, result(hosts, down)), at(i))
        const short = runOf({ sorry, quorum: weight(quorum), onFail })
        short.post(checked(watched, result(hosts, all.at(-1) ?? [])), at(0))
        assert.deepEqual(wanted(long), wanted(short))
      },
    ),
  )
})

/** A run that passes for some, fails for some, and learns nothing of the others. */
function mixed(failing: readonly string[], unclear: readonly string[]) {
  const said = result(hosts, failing)
  const verdicts = said.hosts.map((one) =>
    unclear.includes(one.host)
      ? { ...one, kind: 'unknown' as const, code: 'name-not-found', text: 'has no address' }
      : one,
  )
  return { ...said, exit: 1, hosts: verdicts }
}

test('one server of which the checks never learn anything does not keep the sorry server away', () => {
  const run = runOf({ sorry })
  run.post(checked(watched, mixed(['10.1.1.1', '10.1.1.2'], ['10.1.1.3'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 -', '10.1.1.2:80 -', '10.1.1.3:80 ?', '127.0.0.1:8080 1'])
})

test('checks that learn nothing of any server leave the table as it is', () => {
  const run = runOf({ sorry })
  run.post(checked(watched, mixed([], ['10.1.1.1', '10.1.1.2', '10.1.1.3'])), at(0))
  assert.deepEqual(wanted(run), ['10.1.1.1:80 ?', '10.1.1.2:80 ?', '10.1.1.3:80 ?', '127.0.0.1:8080 ?'])
})

test('the reason that a pool gives for a server is the latest one', () => {
  const run = runOf()
  run.post(checked(watched, result(hosts, ['10.1.1.2'])), at(0))
  const later = result(hosts, ['10.1.1.2'])
  run.post(
    checked(watched, {
      ...later,
      hosts: later.hosts.map((one) => (one.kind === 'down' ? { ...one, text: 'answered 500' } : one)),
    }),
    at(4),
  )
  assert.equal(run.state.pools[0]?.reals[1]?.text, 'g/s is down: answered 500')
})
