/** Files of Piranha as they were found: each ends with a Model, or with problems that a person can act on. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatProblems } from '../../../src/parse/problem.ts'
import { needs } from '../../needs.ts'
import { resolved } from './world.ts'

const read = (name: string) =>
  resolved(readFileSync(join(process.env.UPALERT_CORPUS ?? '', 'lvscf', name), 'utf8'), name)
const told = ({ problems }: ReturnType<typeof read>) => problems.map(({ severity, code }) => `${severity} ${code}`)

test('a file in which nothing is active is taken, and says so', needs('corpus'), () => {
  for (const name of ['ssocopsacc-lvs.cf', 'ssocopsacc-lvs.cf_orig']) {
    const found = read(name)
    assert.deepEqual(told(found), ['warning config-none'], formatProblems(found.problems))
    assert.deepEqual([found.virtuals, found.services, found.dormant], [[], [], []])
    assert.ok(found.losses.some(({ text, why }) => text === 'virtual vpn443' && /neither an address/.test(why)))
  }
})

test('the sample that Piranha ships is taken whole', needs('corpus'), () => {
  const found = read('ssocopsacc-sample.cf')
  assert.deepEqual(told(found), ['warning word-twice', 'warning address-not-moved', 'warning address-not-moved'])
  const [virtual] = found.virtuals
  assert.equal(found.virtuals.length, 1)
  assert.deepEqual(virtual?.services, [{ kind: 'mark', family: 4, mark: 100 }])
  assert.deepEqual(
    virtual?.reals.map(({ id, forward, portFollows, checks }) => [
      id.address,
      id.port,
      forward,
      portFollows,
      checks.length,
    ]),
    [
      ['192.168.10.2', 80, 'masq', true, 2],
      ['192.168.10.3', 80, 'masq', true, 2],
    ],
  )
  assert.deepEqual([virtual?.settings.persistenceSeconds, virtual?.loadFeedback], [60, { every: 20_000 }])
  assert.deepEqual(
    found.dormant.map(({ kind, virtual: { name, reals } }) => [kind, name, reals.length]),
    [['virtual', 'server2', 2]],
  )
  assert.deepEqual(
    found.losses.filter(({ text }) => text.startsWith('failover')).map(({ text }) => text),
    ['failover web1', 'failover ftp'],
  )
})
