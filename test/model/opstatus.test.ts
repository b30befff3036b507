import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSuccess, isWarning, type Opstatus, opstatusNamed } from '../../src/model/opstatus.ts'

const all: readonly Opstatus[] = [0, 1, 2, 3, 4, 5, 6, 7]

test('a status has the number that mon has for its name', () => {
  const names = ['fail', 'ok', 'coldstart', 'warmstart', 'linkdown', 'unknown', 'timeout', 'untested']
  assert.deepEqual(names.map(opstatusNamed), all)
  assert.deepEqual(['null', 'OK', '', '0', 'toString'].map(opstatusNamed), [null, null, null, null, null])
})

test('a status stands in the lists that mon shows it in', () => {
  assert.deepEqual(
    all.filter((one) => !isSuccess(one)),
    [0, 4, 6],
  )
  assert.deepEqual(all.filter(isWarning), [2, 3, 5])
})
