import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { type SnmpTrapOptions, snmptrap } from '../../alerts/snmptrap.ts'
import { hasSnmp, loadSnmp } from '../../src/edge/snmp/library.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { host, id } from '../../src/model/names.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { isOid, notification, UPALERT_OID } from '../../src/wire/snmp/notification.ts'
import { needs } from '../needs.ts'
import { MIBS, startTrapd } from '../peers/snmptrapd.ts'
import { fresh } from '../scripts.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const LIMIT = { timeout: 60_000 }
const real = { ...LIMIT, ...needs('snmptrapd') }
const send = (
  port: number,
  options: Partial<SnmpTrapOptions> = {},
  message: AlertMessage = failure,
  context = alertContext(''),
) => snmptrap.send(message, { hosts: ['127.0.0.1'], port, community: 'tell', ...options }, context)

function secret(text: string): string {
  const path = fresh('secret')
  writeFileSync(path, `${text}\nsecond line\n`, { mode: 0o600 })
  return path
}

test('snmptranslate reads our MIB without a complaint', real, () => {
  const words = ['-M', MIBS, '-m', 'UPALERT-MIB']
  for (const [name, oid] of [
    ['upalertDown', '.0.1'],
    ['upalertUp', '.0.2'],
    ['upalertNews', '.0.3'],
    ['upalertTest.0', '.1.11.0'],
  ]) {
    const ran = spawnSync('snmptranslate', [...words, '-On', `UPALERT-MIB::${name}`], { encoding: 'utf8' })
    // On a new machine it says that it has made its directories.
    const said = ran.stderr.replace(/^Created directory: .*\n/gm, '')
    assert.deepEqual([ran.stdout, said], [`.${UPALERT_OID}${oid}\n`, ''])
  }
})

test("snmptrapd reads a trap by our MIB's names", real, async (t) => {
  const trapd = await startTrapd(t, '')
  const outcome = await send(trapd.port, {}, { ...failure, outage: 'web/http@1' })
  assert.equal(outcome.text, `handed to the network for 127.0.0.1:${trapd.port}; nobody confirms a trap`)
  const { 'SNMPv2-MIB::sysUpTime.0': upTime, ...objects } = Object.fromEntries(await trapd.next())
  assert.match(upTime ?? '', /^\(\d+\) /)
  assert.deepEqual(objects, {
    'SNMPv2-MIB::snmpTrapOID.0': 'UPALERT-MIB::upalertDown',
    'UPALERT-MIB::upalertId.0': '0197-42',
    'UPALERT-MIB::upalertKey.0': 'web/http',
    'UPALERT-MIB::upalertKind.0': 'failure',
    'UPALERT-MIB::upalertHosts.0': '10.1.1.3',
    'UPALERT-MIB::upalertSummary.0': '10.1.1.3 answered 503 where 200-399 was expected',
    'UPALERT-MIB::upalertOutage.0': 'web/http@1',
    'UPALERT-MIB::upalertAt.0': '2026-6-4,12:2:11.0,+0:0',
    'UPALERT-MIB::upalertSince.0': '2026-6-4,12:0:11.0,+0:0',
    'UPALERT-MIB::upalertLasted.0': '0 seconds',
    'UPALERT-MIB::upalertPools.0': '2 of 3 real servers of web are in use',
    'UPALERT-MIB::upalertTest.0': 'false(2)',
  })
  await send(trapd.port, {}, { ...recovery, pools: ['größer'] })
  const up = await trapd.next()
  assert.equal(up.get('SNMPv2-MIB::snmpTrapOID.0'), 'UPALERT-MIB::upalertUp')
  assert.equal(up.get('UPALERT-MIB::upalertLasted.0'), '270 seconds')
  await send(trapd.port, { oid: '1.3.6.1.4.1.99999.7' }, { ...recovery, isTest: true })
  assert.match([...(await trapd.next()).values()].join('\n'), /enterprises\.99999\.7\.0\.3/)
  assert.equal(trapd.complaints(), '')
})

test('an inform is confirmed by snmptrapd, also one of a user with keys', real, async (t) => {
  const users = ['ann SHA-256 "authpass1" AES "privpass1"', 'bob SHA "authpass2"']
  const rights = ['authUser log,execute,net ann priv', 'authUser log,execute,net bob auth']
  const trapd = await startTrapd(t, [...users.map((user) => `createUser ${user}`), ...rights].join('\n'))
  const told = `confirmed by 127.0.0.1:${trapd.port}`
  assert.equal((await send(trapd.port, { inform: true })).text, told)
  assert.equal((await trapd.next()).get('UPALERT-MIB::upalertKey.0'), 'web/http')

  const v3 = { hosts: ['127.0.0.1'], port: trapd.port, inform: true }
  const ann = { ...v3, user: 'ann', authFile: secret('authpass1'), privFile: secret('privpass1') }
  assert.equal((await snmptrap.send(recovery, ann, alertContext(''))).text, told)
  assert.equal((await trapd.next()).get('UPALERT-MIB::upalertId.0'), '0197-43')
  const bob = { ...v3, user: 'bob', auth: 'sha' as const, authFile: secret('authpass2') }
  assert.equal((await snmptrap.send(failure, bob, alertContext(''))).text, told)
  assert.equal((await trapd.next()).get('UPALERT-MIB::upalertId.0'), '0197-42')

  for (const wrong of [
    { ...bob, authFile: secret('another-password') },
    { ...bob, user: 'nobody' },
  ]) {
    const outcome = await snmptrap.send(failure, wrong, alertContext(''))
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /^127\.0\.0\.1:\d+ did not take it: /)
    assert.doesNotMatch(outcome.text, /authpass|another-password/)
  }
})

test(
  'an inform that nobody confirms is failed at the deadline, and only that receiver is asked again',
  real,
  async (t) => {
    const trapd = await startTrapd(t, '')
    const silent = createSocket('udp4')
    t.after(() => silent.close())
    silent.bind(trapd.port, '127.0.0.2')
    await once(silent, 'listening')
    const short = { ...alertContext(''), timeout: milliseconds(500) }
    const options = { hosts: ['127.0.0.1', '127.0.0.2'], inform: true }
    const outcome = await send(trapd.port, options, failure, short)
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /^127\.0\.0\.2:\d+ had not confirmed it within 500 ms; confirmed by 127\.0\.0\.1:\d+$/)
    assert.deepEqual(outcome.reached, ['127.0.0.1'])
    const rest = { ...short, reached: ['127.0.0.1', '127.0.0.2'] }
    assert.deepEqual(await send(trapd.port, options, failure, rest), {
      kind: 'sent',
      text: 'all hosts had been sent it already',
    })
  },
)

test('nobody listens, nobody of that name, and an attempt that is over', LIMIT, async (t) => {
  for (const inform of [true, false]) {
    const outcome = await send(1, { inform })
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.equal(outcome.text, '127.0.0.1:1 refused it: no program listens on that UDP port')
  }
  const bad = await send(1, { hosts: ['1.2.3.4.5'] })
  assert.ok(bad.kind === 'failed' && !bad.retry)
  const over = await send(1, {}, failure, { ...alertContext(''), signal: AbortSignal.abort() })
  assert.ok(over.kind === 'failed' && over.retry)
  const silent = createSocket('udp4')
  t.after(() => silent.close())
  silent.bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const stop = new AbortController()
  silent.once('message', () => stop.abort())
  const broken = await send(silent.address().port, { inform: true }, failure, {
    ...alertContext(''),
    signal: stop.signal,
  })
  assert.match(broken.text, /had not confirmed it when the attempt was broken off$/)
})

test('a receiver that answers with rubbish is waited for, and not believed', LIMIT, async (t) => {
  const liar = createSocket('udp4')
  t.after(() => liar.close())
  liar.on('message', (bytes, { port, address }) => {
    for (const rubbish of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      bytes,
      bytes.subarray(0, 20),
      Buffer.alloc(2000, 0x30),
    ])
      liar.send(rubbish, port, address)
  })
  liar.bind(0, '127.0.0.1')
  await once(liar, 'listening')
  const outcome = await send(liar.address().port, { inform: true }, failure, {
    ...alertContext(''),
    timeout: milliseconds(500),
  })
  assert.ok(outcome.kind === 'failed' && outcome.retry, outcome.text)
})

test('a key file that cannot be used is told without the key', LIMIT, async () => {
  const v3 = { inform: true, user: 'ann', community: undefined }
  for (const authFile of ['/nowhere/key', secret('short')]) {
    const { community: _, ...options } = { ...v3, hosts: ['127.0.0.1'], port: 1, authFile }
    const outcome = await snmptrap.send(failure, options, alertContext(''))
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /^the authentication key file \S+ (cannot be read|has a key of less than 8)/)
    assert.doesNotMatch(outcome.text, /short/)
  }
})

test('where the library is missing, that is said', async () => {
  assert.equal(await loadSnmp(() => Promise.reject(new Error('not found'))), null)
  assert.equal(hasSnmp('no-such-package-of-npm'), false)
  assert.equal(hasSnmp(), true)
})

test('its options are checked by its schema, and what that cannot say by sentences', () => {
  const valid = new Ajv({ strict: false }).compile(snmptrap.schema)
  assert.ok(valid({ hosts: ['nms.example.com', '2001:db8::1'], oid: '1.3.6.1.4.1.99999.1' }))
  for (const bad of [{ hosts: [] }, { hosts: ['a b'] }, { hosts: ['a'], oid: '2.5.4' }, { hosts: ['a'], auth: 'x' }])
    assert.ok(!valid(bad))
  const faults = (options: Partial<SnmpTrapOptions>) => snmptrap.faults?.({ hosts: ['a'], ...options }) ?? []
  assert.deepEqual(faults({}), [])
  assert.deepEqual(faults({ user: 'ann', inform: true, authFile: '/a', privFile: '/b' }), [])
  assert.match(faults({ user: 'ann' })[0] ?? '', /as an inform only: add --inform/)
  assert.match(faults({ user: 'ann', inform: true, privFile: '/b' })[0] ?? '', /add --auth-file/)
  assert.match(faults({ authFile: '/a' })[0] ?? '', /name the user with --user/)
  assert.match(faults({ community: 'a', communityFile: '/a' })[0] ?? '', /leave one out/)
  assert.match(faults({ oid: '1.3.6.1.4.1.4294967296' })[0] ?? '', /above 4294967295/)
  assert.match(snmptrap.render?.(failure, { hosts: ['a'] }, alertContext('')) ?? '', /1\.2\.0 = web\/http\n/)
})

test('whatever is told, the objects are those of the MIB, and short', () => {
  const text = fc.string({ unit: 'binary', maxLength: 600 })
  fc.assert(
    fc.property(text, text, fc.nat(100), fc.double(), fc.double({ noNaN: true }), (a, b, many, at, lasted) => {
      const message = {
        ...failure,
        id: id(a),
        outage: b,
        failing: Array.from({ length: many }, (_, i) => ({ host: host(`${a.slice(0, 40)}${i}`), text: b })),
        pools: [a, b],
        at: wallTime(at),
        lasted: milliseconds(lasted),
      }
      const { objects } = notification(message, UPALERT_OID, 'lb1')
      assert.equal(objects.length, 11)
      for (const [index, { oid, value }] of objects.entries()) {
        assert.equal(oid, `${UPALERT_OID}.1.${index + 1}.0`)
        assert.ok(isOid(oid))
        if (value.kind === 'octets') {
          assert.ok(value.bytes.length <= 255)
          if (index === 6 || index === 7) assert.equal(value.bytes.length, 11)
          else assert.doesNotMatch(new TextDecoder('utf-8', { fatal: true }).decode(value.bytes), /[\p{C}]/u)
        } else assert.ok(value.number >= 0 && value.number < 2 ** 32 && Number.isInteger(value.number))
      }
    }),
  )
})

test('no default that the parser fills in is taken for an option that was given', () => {
  const { filled } = faultsOf(snmptrap, { hosts: ['a'] })
  assert.deepEqual(snmptrap.faults?.({ ...{ hosts: ['a'] }, ...filled }), [])
})
