/** What becomes of the table at a stop, in words and in what is removed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atStopText, drainsAtStop, leftAtStop } from '../../src/engine/at-stop.ts'
import type { Model, Virtual } from '../../src/model/model.ts'
import type { TableSettings } from '../../src/model/table-settings.ts'
import { at, model, settings, virtual } from './build.ts'
import { calls, checkOf, notices, Pool, realOf } from './pool/rig.ts'

type AtStop = TableSettings['onStop']

/** `web` stands behind port 1 with the first of these, `shop` behind port 2, and so on. */
function modelOf(onStop: AtStop, own: Readonly<Record<string, AtStop | null>>, changes: Partial<Virtual> = {}): Model {
  const virtuals = Object.entries(own).map(([name, its], i) => {
    const id = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: i + 1 } as const
    return { ...virtual([realOf(1)], changes), name, services: [id], onStop: its }
  })
  return model([checkOf(1)], virtuals, { ...settings, table: { ...settings.table, onStop } })
}

const stays = 'our part of the IPVS table stays as it is'
const texts = [
  { all: 'keep', own: { web: null }, text: 'the IPVS table stays as it is' },
  { all: 'clear', own: { web: null }, text: 'our part of the IPVS table goes' },
  { all: 'drain', own: { web: 'drain' }, text: 'our part of the IPVS table goes when its connections have ended' },
  { all: 'keep', own: { web: 'clear', shop: null }, text: `${stays}, but web goes` },
  {
    all: 'keep',
    own: { web: 'clear', shop: 'clear', mail: 'drain' },
    text: `${stays}, but mail goes when its connections have ended, and web, shop go`,
  },
  { all: 'clear', own: { web: 'keep', shop: null }, text: 'our part of the IPVS table goes, but web stays' },
] as const
for (const { all, own, text } of texts) {
  test(`on_stop = ${all} with ${JSON.stringify(own)}: ${text}`, () => {
    assert.equal(atStopText(modelOf(all, own)), text)
  })
}

test('each virtual server goes as it says, what is ours and no longer configured as the globals say', () => {
  const owned = {
    'tcp 192.0.2.1:1': ['a'],
    'tcp 192.0.2.1:2': ['b'],
    'tcp 192.0.2.1:3': ['c'],
    'tcp 192.0.2.1:9': ['d'],
  }
  const own = { web: 'drain', shop: null, mail: 'keep' } as const
  assert.deepEqual(leftAtStop(modelOf('clear', own), owned), {
    clear: { 'tcp 192.0.2.1:2': ['b'], 'tcp 192.0.2.1:9': ['d'] },
    drain: { 'tcp 192.0.2.1:1': ['a'] },
  })
  assert.deepEqual(leftAtStop(modelOf('keep', { web: null }), owned), { clear: null, drain: null })
  assert.deepEqual([drainsAtStop(modelOf('clear', own)), drainsAtStop(modelOf('clear', { web: null }))], [true, false])
})

test('with omega those hear of a stop whose virtual server goes, and only those', () => {
  const heard = { omega: true, notices: notices('UP', 'DOWN') }
  const told = (onStop: AtStop, own: AtStop | null): string[] => {
    const pool = new Pool(modelOf(onStop, { web: own }, heard))
    pool.check(1, '+', 0)
    return calls(pool.post({ kind: 'stopping', text: '' }, at(1)))
  }
  assert.deepEqual(told('keep', null), [])
  assert.deepEqual(told('keep', 'clear'), ['DOWN failure quorum'])
  assert.deepEqual(told('clear', 'keep'), [])
  assert.deepEqual(told('clear', null), ['DOWN failure quorum'])
})
