/** What holds for every input: a Model or a Problem. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadMon } from '../../src/parse/check.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { assertJudged, good, judge } from './judge.ts'
import { resolveBytes, resolveText, world } from './world.ts'

test('any text gives a Model or a problem', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judge))
})

test('any bytes give a Model or a problem, also as what m4 wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assertJudged(resolveBytes(bytes))
      const loaded = loadMon('mon.m4', bytes, { fromM4: true, options: { quirks: 'mon-1.3' } })
      assertJudged(loaded.kind === 'unreadable' ? { model: null, ...loaded } : resolve(loaded.file, world))
    }),
  )
})

const words =
  'hostgroup watch service period virtual alias view web http interval monitor alert upalert mail tcp ping script ' +
  'alertevery alertafter numalerts timeout cron fall rise address scheduler forward persistence quorum sorry on_fail ' +
  'real weight check via upper lower @web 10.1.1.2 10.1.1.2:80 [::1]:80 fwmark nat dr tun 5m 1h 3 0 -p --port 80 ' +
  'depend alertdepend monitordepend hostdepend dep_behavior dep_memory hm && || ! ( ) and or not web:http SELF:http ' +
  'traptimeout trapduration failure_interval exclude_period exclude_hosts unack_summary yes redistribute startupalert ' +
  'ackalert disablealert alertexitrange no_comp_alerts upalertafter quirks mon-1.3 authtype clientallow #line 3 "f" ' +
  'hysteresis backup_below slow_start initial last-known wait ha_suspend driftalert one_packet engine sip netmask sh ' +
  'sh-port backup inhibit tunnel gue tunnel_port checksum remote vip first_fall retry_interval drift = own keepalived ' +
  'pathmarks receiver maintenance report oncall to second group_wait group_by host digest rate cover * virtual:web lasts ' +
  '2h reason timezone Europe/Berlin Europe/Berlni "0 2 * * 0" span month format html escalate flap undelivered ' +
  'page_listen page_url https://a/b templates list_id a.b dkim webhook_allow 10.0.0.0/8 keep_history forever ' +
  'exit=1-2 ;; wd {Mon-Fri} hr {9-17} L: maxprocs = database A=b " \' \\ # , \n \n \n \n \n\n \\\n \t \u00e9'

test('any order of the words of mon.cf gives a Model or a problem', () => {
  const text = fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 80 }).map((list) => list.join(' '))
  fc.assert(fc.property(text, judge), { numRuns: 500 })
})

test('a good file with one character changed gives a Model or a problem', () => {
  assert.ok(resolveText(good).model)
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  fc.assert(
    fc.property(change, ([at, by]) => judge(good.slice(0, at) + by + good.slice(at + 1))),
    { numRuns: 500 },
  )
})
