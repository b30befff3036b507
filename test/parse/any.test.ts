/** What holds for every input: a Model or a Problem, in a time that grows with its length. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadMon } from '../../src/parse/check.ts'
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

test('any text gives a Model or a problem', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => assertJudged(resolveText(text))))
})

test('any bytes give a Model or a problem', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assertJudged(resolveBytes(bytes))))
})

const words =
  'hostgroup watch service period virtual alias view web http interval monitor alert upalert mail tcp ping script ' +
  'alertevery alertafter numalerts timeout cron fall rise address scheduler forward persistence quorum sorry on_fail ' +
  'real weight check via upper lower @web 10.1.1.2 10.1.1.2:80 [::1]:80 fwmark nat dr tun 5m 1h 3 0 -p --port 80 ' +
  'exit=1-2 ;; wd {Mon-Fri} hr {9-17} L: maxprocs = database A=b " \' \\ # , \n \n \n \n \n\n \\\n \t \u00e9'

test('any order of the words of mon.cf gives a Model or a problem', () => {
  const text = fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 80 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(text, (one) => assertJudged(resolveText(one))),
    { numRuns: 500 },
  )
})

const good =
  'statedir = var\nhostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n  service http\n    interval 1m\n    monitor http -p 80\n' +
  '    period P: wd {Mon-Fri} hr {9-17}\n      alert mail a@b\n      alertevery 1h\n\nvirtual w\n  address 192.0.2.1:80\n' +
  '  quorum 2\n  real 10.1.1.2 weight 1 check web/http\n  real @web:81 check web/http\n'

test('a good file with one character changed gives a Model or a problem', () => {
  assert.ok(resolveText(good).model)
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  fc.assert(
    fc.property(change, ([at, by]) => assertJudged(resolveText(good.slice(0, at) + by + good.slice(at + 1)))),
    { numRuns: 500 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
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
  ['of colons', ':', 'virtual v\n address '],
  ['of invisible characters', '\u00a0'],
]
for (const [name, unit, before = ''] of large) {
  test(`a file of two megabytes ${name} is judged`, () => {
    const text = before + unit.repeat(Math.ceil((SIZE - before.length) / unit.length))
    assertJudged(resolveText(text))
  })
}

test('thirty thousand watches are understood', () => {
  const blocks: string[] = []
  for (let i = 0; i < 30_000; i++)
    blocks.push(good.slice(good.indexOf('hostgroup'), good.indexOf('virtual')).replaceAll(/\bweb\b/g, `web${i}`))
  const text = blocks.join('')
  assert.equal(resolveText(text).model?.services.length, blocks.length)
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

const corpus = process.env.UPALERT_CORPUS ?? ''
const missing = corpus === '' || !existsSync(corpus) ? 'UPALERT_CORPUS=<folder of mon.cf files> is not set' : false

test('real files are judged, and what they call is all that is missing', { skip: missing }, () => {
  for (const name of readdirSync(corpus).filter((one) => one.endsWith('.cf'))) {
    const loaded = loadMon(name, readFileSync(join(corpus, name)))
    assert.ok(loaded.kind === 'parsed', name)
    const judged = resolve(loaded.file, world)
    assertJudged(judged)
    // Files of mon's monitors lie among the configurations; they have no watch.
    if (loaded.file.watches.length === 0) continue
    const errors = judged.problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)
    const expected = new Set(['monitor-unknown', 'alert-unknown', 'no-interval', 'no-monitor'])
    assert.deepEqual(
      errors.filter((code) => !expected.has(code)),
      [],
      name,
    )
  }
})
