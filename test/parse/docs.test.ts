/** docs/configuration.md against what the parser knows. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { asMon13 } from '../../src/model/quirks.ts'
import {
  GLOBAL_WORDS,
  MAINTENANCE_WORDS,
  PERIOD_WORDS,
  RECEIVER_WORDS,
  REPORT_WORDS,
  SERVICE_WORDS,
  VIRTUAL_WORDS,
} from '../../src/parse/mon/words.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { resolveText, shape, world } from './world.ts'

const pageOf = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const page = pageOf('configuration.md')

/** The part under a heading, up to the next one of its rank. */
function section(heading: string): string {
  const start = page.indexOf(`\n## ${heading}`)
  assert.ok(start >= 0, heading)
  const end = page.indexOf('\n## ', start + 1)
  return page.slice(start, end < 0 ? page.length : end)
}

/** The words that the first column of the tables explains. */
const explained = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z_]+)(?: [a-z]+)?`/g)].map(([, word = '']) => word),
    ),
  )

const tables: readonly (readonly [heading: string, words: Iterable<string>])[] = [
  ['Settings', GLOBAL_WORDS],
  ['`service NAME`', SERVICE_WORDS],
  ['`period ', PERIOD_WORDS],
  ['`receiver NAME`', RECEIVER_WORDS],
  ['`maintenance NAME`', MAINTENANCE_WORDS],
  ['`report NAME`', REPORT_WORDS],
  ['`virtual NAME`', VIRTUAL_WORDS],
]
for (const [heading, words] of tables) {
  test(`the tables under "${heading}" explain every word that is read there`, () => {
    const text = section(heading)
    const known = explained(text)
    // dep_recur_limit has a sentence of its own.
    for (const word of words) assert.ok(known.has(word) || (word === 'dep_recur_limit' && text.includes(word)), word)
  })
}

test('the tables explain no word that is not read', () => {
  for (const [heading, words] of tables.slice(0, 6)) {
    const more = ['inet', 'yr', 'mo', 'wk', 'yd', 'md', 'wd', 'hr', 'min', 'sec', 'period', 'mail', 'pager', 'ipvs']
    const known = new Set([...words, ...more])
    for (const word of explained(section(heading))) assert.ok(known.has(word), `${heading} ${word}`)
  }
})

test('the section about quirks has a row for each of them', () => {
  const [table = ''] = section('`quirks = mon-1.3`').split('It also takes')
  const rows = table.split('\n').filter((line) => line.startsWith('| ')).length - 1
  // One more: the deadline of monitor programs, which the parser sets.
  assert.equal(rows, Object.keys(asMon13).length + 1)
})

test('the first example of the page has no problems', () => {
  const example = page.split('```').find((block) => block.startsWith('text\nhostgroup'))
  assert.ok(example)
  const http = shape(
    'http',
    { port: { type: 'integer', description: '' }, status: { type: 'string', description: '' } },
    { flags: { p: 'port' } },
  )
  const { problems } = resolveText(example.slice(5), { ...world, monitors: new Map([['http', http]]) })
  assert.equal(formatProblems(problems), '')
})

test('the settings and the dependency of the examples have no problems', () => {
  const examples = page.split('```').filter((_, i) => i % 2 === 1)
  const settings = examples.find((block) => block.includes('clientallow'))?.slice(5) ?? ''
  const service = examples.find((block) => block.includes('depend routers:ping'))?.slice(5) ?? ''
  const checked = 'interval 1m\n monitor ping\n'
  const watch = (group: string, name: string) => `watch ${group}\n service ${name}\n ${checked}`
  const groups = 'hostgroup routers r1\n\nhostgroup backup b1\n\nhostgroup web w1\n\n'
  const text = `${settings}\n${groups}${watch('routers', 'ping')}\n${watch('backup', 'running')}\n${watch('web', 'ping')}${service}`
  assert.equal(formatProblems(resolveText(text).problems), '')
})

const watched = (group: string, hosts: string, ...monitors: readonly string[]) =>
  `hostgroup ${group} ${hosts}\n\nwatch ${group}\n${monitors.map((name) => ` service ${name}\n interval 9s\n monitor ${name} -p 80\n`).join('')}\n`
const pools: readonly (readonly [name: string, text: string, watches: string])[] = [
  [
    'docs/configuration.md',
    page,
    watched('web', '10.1.1.2 10.2.1.3', 'http', 'tcp') + watched('farm', '10.1.2.1', 'http'),
  ],
  ['docs/ipvs.md', pageOf('ipvs.md'), watched('web', '10.1.1.2 10.1.1.3 10.1.9.2', 'http')],
]
for (const [name, text, watches] of pools) {
  test(`the example of a virtual block in ${name} has no problems`, () => {
    const blocks = text.split('```').filter((_, i) => i % 2 === 1)
    const example = blocks.find((block) => block.includes('backup_below'))?.slice(5)
    assert.ok(example)
    assert.equal(formatProblems(resolveText(watches + example).problems), '')
  })
}

test('the examples of receivers, maintenance and reports have no problems', () => {
  const blocks = page.split('```').filter((_, i) => i % 2 === 1)
  const examples = ['receiver oncall', 'maintenance backup', 'report monthly'].map((begin) => {
    const example = blocks.find((block) => block.startsWith(`text\n${begin}`))
    assert.ok(example, begin)
    return example.slice(5)
  })
  const shop = 'virtual shop\n  address 192.0.2.110:80\n  real 10.1.1.2 check web/http\n'
  const sql = watched('db', '10.1.1.9', 'tcp').replace('service tcp', 'service sql')
  const text = [...examples, 'hostgroup web 10.1.1.2\n', shop, sql].join('\n')
  assert.equal(formatProblems(resolveText(text).problems), '')
})
