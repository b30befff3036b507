/** docs/configuration.md against what the parser knows. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { GLOBAL_WORDS, PERIOD_WORDS, SERVICE_WORDS, VIRTUAL_WORDS } from '../../src/parse/mon/words.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { resolveText, shape, world } from './world.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const [works = '', later = ''] = page.split('## Recognised, not yet supported')

test('the page names every word of mon.cf, where it belongs', () => {
  for (const table of [GLOBAL_WORDS, SERVICE_WORDS, PERIOD_WORDS]) {
    for (const [word, standing] of Object.entries(table)) {
      assert.ok((standing === 'works' ? works : later).includes(`\`${word}\``), word)
    }
  }
  for (const word of VIRTUAL_WORDS) assert.ok(works.includes(`\`${word}\``), word)
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
