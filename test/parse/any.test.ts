/** What holds for every input: a Model or a Problem, in a time that grows with its length. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadMon } from '../../src/parse/check.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { formatProblems, type Problem, recordOf } from '../../src/parse/problem.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { resolveBytes, resolveText, world } from './world.ts'

function assertJudged({ model, problems }: { readonly model: unknown; readonly problems: readonly Problem[] }): void {
  const failed = problems.some(({ severity }) => severity === 'error')
  assert.equal(model === null, failed)
  for (const problem of problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1)
    assert.ok(problem.span.start <= problem.span.end && problem.span.end <= problem.span.source.text.length)
  }
  formatProblems(problems)
}

/** With quirks and without. */
function judge(text: string): void {
  assertJudged(resolveText(text))
  assertJudged(resolve(parseMon({ file: 'mon.cf', text }, [], { wanted: 'mon-1.3' }), world))
}

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

const good =
  'undelivered = to a\npage_listen = 127.0.0.1:1\npage_url = https://a/b\nlist_id = a.b\ndkim = a.b c d\n' +
  'webhook_allow = 10.0.0.0/8 fd00::/8\nkeep_history = 9d\nmailserver = smtp://a smtps://b:1\ntemplates = t\n' +
  'receiver a\n  alert mail a@b\n  alert mail c@d\n  second 5m pager 1\n  group_wait 10s\n  group_by host\n' +
  '  digest 10 1m\n  rate 20 10m\n\nmaintenance m\n  cover web net/tcp virtual:w *\n  cron "0 2 * * 0"\n' +
  '  timezone Europe/Berlin\n  lasts 2h\n  reason why\n\nreport r\n  cron "0 7 1 * *"\n  span week\n' +
  '  service web/http\n  format html\n  alert mail a@b\n\n' +
  'statedir = var\nclientallow = 10.1.2.\\d+\ndep_behavior = m\nview v web\n  web:http\n\nalias a\n  text\n\n' +
  'hostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n  service ping\n    interval 1m\n    monitor ping\n' +
  '    traptimeout 5m\n    exclude_hosts 10.1.1.3\n    exclude_period wd {Sun}\n  service http\n' +
  '    interval 1m\n    monitor http -p 80\n    depend SELF:ping && !(web:ping or web:ping)\n    hostdepend web:ping\n' +
  '    period P: wd {Mon-Fri} hr {9-17}\n      alert mail a@b\n      alertevery 1h\n      alert exit=1-2 to a\n      escalate 15m to a\n\nvirtual w\n  address 192.0.2.1:80\n' +
  '  address 192.0.2.1:443\n  quorum 2\n  hysteresis 1\n  initial wait 5s\n  slow_start 5s\n  persistence 300 netmask 24\n' +
  '  sorry 192.0.2.9:80 forward tun tunnel gue tunnel_port 60 inhibit\n  alert mail a@b\n  ha_suspend yes\n' +
  '  real 10.1.1.2 weight 1 check web/http check net/tcp via vip\n  real @web:81 check web/http backup\n\n' +
  'hostgroup net h1\n\nwatch net\n  service tcp\n    interval 1m\n    fall 2\n    retry_interval 1s\n    monitor tcp -p 80\n'

test('a good file with one character changed gives a Model or a problem', () => {
  assert.ok(resolveText(good).model)
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  fc.assert(
    fc.property(change, ([at, by]) => judge(good.slice(0, at) + by + good.slice(at + 1))),
    { numRuns: 500 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
const channels = Array.from({ length: 20 }, (_, i) => ` alert mail a@b${i}\n`).join('')
const large: readonly (readonly [name: string, unit: string, before?: string])[] = [
  ['of lines nobody understands', 'garbage and more of it\n\n'],
  ['of empty lines', '\n'],
  ['of one line', 'x'],
  ['of one line of words', 'word '],
  ['of backslashes', '\\\n'],
  ['of blanks', ' '],
  ['of quotes', '"a b" ', 'hostgroup w h\n\nwatch w\n service s\n monitor http '],
  ['of unknown settings', 'maxproc = 1\n'],
  ['of mistyped keywords', 'intervall 5m\n', 'watch w\n service s\n'],
  ['of hostgroups', 'hostgroup a b\n\n'],
  ['of periods', 'period wd {Mon-Fri}, wd {Sat}\n', 'watch w\n service s\n'],
  ['of one period', 'wd {Mon},', 'watch w\n service s\n period '],
  ['of real servers', 'real @g:80 check g/s\n', 'hostgroup g 10.1.1.1 10.1.1.2\n\nvirtual v\n address 10.0.0.1:80\n'],
  ['of addresses of one pool', 'address 10.0.0.1:80\n', 'virtual v\n'],
  ['of checks of one real server', 'check a/b ', 'virtual v\n address 10.0.0.1:80\n real 10.1.1.1 '],
  [
    'of checks via vip',
    'real @g check g/s via vip\n',
    'hostgroup g 10.1.1.1 10.1.1.2\n\nwatch g\n service s\n interval 1m\n monitor tcp -p 80\n\nvirtual v\n address 10.0.0.1:80\n',
  ],
  ['of alerts of one pool', 'alert mail a@b\n', 'virtual v\n address 10.0.0.1:80\n'],
  ['of colons', ':', 'virtual v\n address '],
  ['of invisible characters', '\u00a0'],
  ['of one dependency', 'g:s && ', 'watch g\n service s\n depend '],
  ['of parentheses', '(', 'watch g\n service s\n depend '],
  ['of nots', 'not ', 'watch g\n service s\n depend '],
  ['of dependencies on one that is not there', 'service s\n depend g:x || x:g\n', 'watch g\n'],
  ['of one host dependency', 'g:s ', 'watch g\n service s\n hostdepend '],
  ['of excluded hosts', 'h9 ', 'hostgroup g h1 h2\n\nwatch g\n service s\n exclude_hosts '],
  ['of one view', 'web:htp ', 'view v '],
  ['of views', 'view v a\n'],
  ['of aliases', 'alias a\n text\n\n'],
  ['of settings for services', 'dep_memory = 5m\n'],
  ['of one regular expression', '(a*)*', 'clientallow = '],
  ['of regular expressions', '( ', 'clientallow = '],
  ['of receivers', 'receiver a\n alert mail a@b\n'],
  ['of channels of one receiver', 'alert mail a@b\n', 'receiver a\n'],
  ['of names of receivers', 'a b ', 'receiver a\n alert mail a@b\n\nundelivered = to '],
  ['of lines to a receiver', 'alert to a\n', `receiver a\n${channels}\nwatch g\n service s\n period\n`],
  ['of steps of one escalation', 'escalate 5m mail a@b\n', 'watch g\n service s\n period\n alert mail a@b\n'],
  ['of times of escalations', 'escalate 5.1m mail a@b\nescalate 5.2m mail a@b\n', 'watch g\n service s\n period\n'],
  ['of times of maintenance', 'maintenance a\n cover *\n cron "* * 29 2 1"\n lasts 1h\n'],
  ['of covered names', 'webb ', 'watch web\n service s\n\nmaintenance a\n cover '],
  ['of reports', 'report a\n cron "* * * * *"\n alert mail a@b\n'],
  ['of reported services', 'web/q ', 'watch web\n service s\n\nreport a\n service '],
  ['of networks', '10.0.0.0/8 ', 'webhook_allow = '],
  ['of relays', 'smtp://a ', 'mailserver = '],
  ['of one reason', 'x', 'maintenance a\n reason '],
  ['of digits', '9', 'watch g\n service s\n period\n numalerts '],
  ['of swallowed keywords', 'watch web\n', 'hostgroup g\n'],
  ["of m4's lines", '#line 5 "x"\n'],
]
for (const [name, unit, before = ''] of large) {
  test(`a file of two megabytes ${name} is judged`, () => {
    judge(before + unit.repeat(Math.ceil((SIZE - before.length) / unit.length)))
  })
}

test('thirty thousand watches are understood', () => {
  const blocks: string[] = []
  const block = good
    .slice(good.indexOf('hostgroup'), good.indexOf('virtual w\n'))
    .replace(/ +(alertevery|escalate).*\n/g, '')
  for (let i = 0; i < 30_000; i++) blocks.push(block.replaceAll(/\bweb\b/g, `web${i}`))
  const text = `receiver a\n  alert mail a@b\n\n${blocks.join('')}`
  assert.equal(resolveText(text).model?.services.length, 2 * blocks.length)
})

test('ten megabytes of noise are judged', () => {
  const bytes = new Uint8Array(10 * 1024 * 1024)
  let seed = 12345
  for (let i = 0; i < bytes.length; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    bytes[i] = 1 + ((seed >>> 16) % 255)
  }
  assertJudged(resolveBytes(bytes))
})
