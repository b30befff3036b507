import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  depsLines,
  descriptionLine,
  disabledHostsLine,
  disabledServiceLine,
  disabledWatchLine,
  getLine,
  groupLine,
  monitorPidLine,
  serverPidLine,
  serverTimeLine,
  setLine,
  stateLine,
  statusLine,
  viewsLine,
  watchLine,
} from '../../../src/wire/mon/lists.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'

const november = { year: 2026, month: 11, day: 7, weekday: 6, hours: 3, minutes: 4, seconds: 5 }
const vectors: readonly { line: string | readonly string[]; is: string | readonly string[] }[] = [
  { line: statusLine(220, 'list state completed'), is: '220 list state completed' },
  { line: watchLine('g', 's'), is: 'g s' },
  { line: descriptionLine('g', 's', 'some "text" here'), is: 'g s some\\20\\22text\\22\\20here' },
  { line: descriptionLine('solo', 'p', ''), is: 'solo p ' },
  {
    line: groupLine('g', [
      { host: 'h1', disabled: true },
      { host: 'h2', disabled: false },
    ]),
    is: 'hostgroup g *h1 h2',
  },
  { line: disabledHostsLine('solo', ['h7', 'h8']), is: 'group solo: h7 h8' },
  { line: disabledWatchLine('solo'), is: 'watch solo' },
  { line: disabledServiceLine('g', 's'), is: 'watch g service s' },
  { line: serverPidLine(8654), is: 'server 8654' },
  { line: monitorPidLine('g', 's', 8659), is: 'g s 8659' },
  { line: stateLine(null), is: 'scheduler running' },
  { line: stateLine(atSecond(1795268012)), is: 'scheduler stopped since 1795268012' },
  { line: viewsLine(['z', 'a']), is: 'views a z' },
  { line: viewsLine([]), is: 'views ' },
  { line: depsLines('solo', 'p', ''), is: ["exp solo p 'NONE'", 'cmp solo p NONE'] },
  { line: depsLines('g', 's', 'a:b && !c:d-1'), is: ["exp g s 'a:b\\20&&\\20!c:d-1'", 'cmp g s a:b c:d-1'] },
  { line: serverTimeLine(atSecond(1795268017), november), is: '1795268017 Sat Nov  7 03:04:05 2026' },
  { line: setLine('g', 's', 'foo', "b z'\\"), is: "g s foo='b z'\\'" },
  { line: getLine('g', 's', 'foo', 'b z\\'), is: "g s foo='b\\20z\\\\'" },
]
for (const { line, is } of vectors) test(`${JSON.stringify(is)} is what mon says`, () => assert.deepEqual(line, is))

test('a group called as a status line begins does not end the answer', () => {
  for (const line of [
    watchLine('220', 's'),
    descriptionLine('520', 's', 'x'),
    monitorPidLine('504', 's', 7),
    getLine('220', 's', 'x', ''),
    setLine('220', 's', 'x', ''),
  ]) {
    assert.doesNotMatch(line, /^\d{3}\s/)
    assert.match(line, /^\\3\d\d\d s/)
  }
  assert.equal(watchLine('2200', 's'), '2200 s')
  assert.doesNotMatch(setLine('g', 's', 'x', 'a\n220 set completed'), /\n/)
})
