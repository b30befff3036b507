/** Large inputs are judged in a time that grows with their length. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertJudged, good, judge } from './judge.ts'
import { resolveBytes, resolveText } from './world.ts'

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
