/** docs/weights.md against what is done: its example, and its tables of steps. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { monitors } from '../../../monitors/index.ts'
import { doubledShare } from '../../../src/engine/pool/doubling.ts'
import { loadStep } from '../../../src/engine/pool/load.ts'
import { type Weight, wallTime, weight } from '../../../src/model/units.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { resolveText, world } from '../../parse/world.ts'
import { at } from '../build.ts'

const page = readFileSync(new URL('../../../docs/weights.md', import.meta.url), 'utf8')

/** The cells of a table's rows, by its heading's first words. */
function rows(heading: string): string[][] {
  const [, table = ''] = page.split(`\n| ${heading}`)
  const [text = ''] = table.split('\n\n')
  const cells = text.split('\n').slice(2)
  return cells.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const numbers = (text: string): number[] => [...text.matchAll(/[\d.]+/g)].map(([one]) => Number(one))

test('the example is a configuration without an error, and says what the page says of it', () => {
  const [, example = ''] = page.split('```text\n')
  const { model, problems } = resolveText(`${example.split('```')[0]}\n`, { ...world, monitors })
  assert.equal(formatProblems(problems.filter(({ severity }) => severity === 'error')), '')
  const [shop] = model?.virtuals ?? []
  assert.deepEqual(shop?.doubling, { share: 32, every: 20_000 })
  assert.deepEqual(shop?.loadFeedback, { every: 20_000 })
  assert.equal(shop?.onStop, 'drain')
  assert.deepEqual(
    shop?.reals[0]?.checks.map(({ service, advice = false }) => [service, advice]),
    [
      ['farm/http', false],
      ['farm/agent', true],
      ['farm/load', true],
    ],
  )
})

test('the table of doublings is what comes', () => {
  const doubling = { share: 32, every: 1 as never }
  const table = rows('weight | by way of')
  assert.equal(table.length, 4)
  for (const [whole = '', steps = ''] of table) {
    const came = numbers(steps).map((_, i) => {
      const { weight: reached } = doubledShare(weight(Number(whole)), wallTime(0), doubling, {
        ...at(0),
        wall: wallTime(i),
      })
      return reached
    })
    assert.deepEqual(came, numbers(steps))
    assert.equal(came.at(-1), Number(whole))
  }
})

/** From one weight on, to where it rests. */
function climb(whole: Weight, from: Weight, load: number): Weight[] {
  const steps = [from]
  for (let next = loadStep(whole, from, load); next !== steps.at(-1); next = loadStep(whole, next, load))
    steps.push(next)
  return steps
}

test('the table of loads is what comes of them', () => {
  const table = rows('weight | load | steps')
  assert.equal(table.length, 5)
  for (const [words = '', load = '', steps = '', end = ''] of table) {
    const [whole = 0, from = whole] = numbers(words)
    const came = climb(weight(whole), weight(from), Number(load))
    assert.deepEqual(came.slice(0, numbers(steps).length), numbers(steps))
    assert.deepEqual([came.at(-1), came.length - 1], numbers(end))
  }
})
