import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeDaemon,
  decodeInfo,
  decodeTimeouts,
  encodeNewDaemon,
  encodeTimeouts,
} from '../../src/wire/ipvs/control.ts'
import { message, vector } from './ipvs-captures.ts'
import { record, syncDaemon } from './table-arbitraries.ts'

// That our requests are ipvsadm's is in ipvs.test.ts, with all others.
test("the kernel's answer about itself gives its version and table size", () => {
  assert.deepEqual(decodeInfo(message(vector('A2').bytes).payload), { version: '1.2.1', connectionTable: 4096 })
})

test("the kernel's answers about its timeouts and sync daemons are read", () => {
  assert.deepEqual(decodeTimeouts(message(vector('A8').bytes).payload), { tcp: 900, tcpFin: 120, udp: 300 })
  const master = { state: 'master', interface: 'v0', id: 5, maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 }
  assert.deepEqual(decodeDaemon(message(vector('A17').bytes).payload), master)
  const six = { ...master, id: 7, maxLength: 1452, group: 'ff02::81' }
  assert.deepEqual(decodeDaemon(message(vector('A18').bytes).payload), six)
})

test('timeouts and sync daemons survive encoding and decoding', () => {
  const seconds = fc.nat(0xffffffff)
  fc.assert(
    fc.property(record({ tcp: seconds, tcpFin: seconds, udp: seconds }), syncDaemon, (timeouts, daemon) => {
      assert.deepEqual(decodeTimeouts(encodeTimeouts(timeouts)), timeouts)
      assert.deepEqual(decodeDaemon(encodeNewDaemon(daemon)), daemon)
    }),
  )
})
