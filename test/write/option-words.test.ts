/** Options of every built-in module -> words of mon.cf -> the same options. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { alerts } from '../../alerts/index.ts'
import { monitors } from '../../monitors/index.ts'
import type { OptionProperty, OptionShape } from '../../src/model/module.ts'
import { eachLine, type LogicalLine, slice } from '../../src/parse/mon/lines.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { takesObjects } from '../../src/parse/option-json.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'
import { optionWords } from '../../src/write/option-words.ts'

/** Through the reader of lines, as in a file. */
function readBack(shape: OptionShape, words: readonly string[]): unknown {
  const report = new Report()
  const lines: LogicalLine[] = []
  const text = ['monitor', 'name', ...words].join(' ')
  eachLine({ file: 'mon.cf', text: `${text}\n` }, report, (line) => void lines.push(line))
  const [line] = lines
  assert.ok(line)
  assert.equal(lines.length, 1)
  const split = splitWords(slice(line, 8, line.text.length))
  assert.equal(split.kind, 'words')
  const [name, ...rest] = split.words
  assert.ok(name)
  const options = parseOptions(shape, name, rest, report)
  const failed = report.problems.filter(({ severity }) => severity === 'error')
  assert.ok(options !== null, `${text}\n${formatProblems(failed)}`)
  return options
}

const odd = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'\'"\\ -#;=\n\r\t{}[]$a\u00a0\u2028é'), maxLength: 8 }),
  fc.constantFrom(
    '-p',
    '--',
    '--options',
    'send a',
    '{"path":"/"}',
    "it's",
    'a\\',
    '10.1.1.1',
    '/p',
    'www.example.com',
    '200-299',
    'ok',
  ),
)

/** Values of the type; those that the schema refuses besides are thrown away with their whole object. */
function randomValue(property: OptionProperty): fc.Arbitrary<unknown> {
  const choices: unknown = property.enum
  if (Array.isArray(choices)) return fc.constantFrom(...choices)
  switch (property.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 65_535 }))
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.000001, max: 1e6, noNaN: true }))
    case 'array':
      return fc.array(takesObjects(property) ? fc.oneof(block, odd) : itemOf(property), { maxLength: 4 })
    default:
      return odd
  }
}

const block = fc.record(
  { path: odd, digest: fc.constant('0'.repeat(32)), statusCodes: fc.constant('200 302'), sni: fc.constant(null) },
  { requiredKeys: ['path'] },
)

function itemOf({ items }: OptionProperty): fc.Arbitrary<unknown> {
  const numbers = typeof items === 'object' && items !== null && 'type' in items && items.type === 'integer'
  return numbers ? fc.integer({ min: 1, max: 500 }) : odd
}

/** Each property on its own has a good chance to be valid; what is required takes part always. */
function optionsOf({ schema }: OptionShape): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const required = schema.required ?? []
  const values = Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, randomValue(one)]))
  return fc
    .tuple(fc.record(values), fc.subarray(Object.keys(values), { maxLength: Math.min(4, Object.keys(values).length) }))
    .map(([all, chosen]) => {
      const names = new Set([...required, ...chosen])
      return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
    })
}

for (const [kind, modules] of [['monitor', monitors] as const, ['alert', alerts] as const]) {
  for (const shape of modules.values()) {
    test(`options of the ${kind} ${shape.name} are read back from their words`, () => {
      fc.assert(
        fc.property(optionsOf(shape), (options) => {
          const { filled, faults } = faultsOf(shape, options)
          if (faults.length > 0 || (shape.optionFaults?.(filled) ?? []).length > 0) return
          if (
            shape.rest !== null &&
            (shape.restFaults?.([filled[shape.rest] ?? []].flat().map(String)) ?? []).length > 0
          )
            return
          assert.deepEqual(readBack(shape, optionWords(shape, filled)), filled)
        }),
        { numRuns: 300 },
      )
    })
  }
}

const vectors: readonly (readonly [module: string, options: object, words: string])[] = [
  ['tcp', { port: 25 }, '-p 25'],
  ['tcp', { port: 23 }, ''],
  ['http', { port: 8080, url: ['/a b'] }, "-p 8080 --url '/a b'"],
  ['http-get', { port: 80, url: [{ path: '/', statusCodes: '200' }] }, `--url '{"path":"/","statusCodes":"200"}'`],
  ['misc', { command: ['/bin/x', "it's", '-a'], dynamic: true }, '--dynamic /bin/x "it\'s" -a'],
  ['misc', { command: ['/bin/x', 'a\nb'] }, `--options '{"command":["/bin/x","a\\nb"]}'`],
  ['expect', { port: 25, step: ['expect 220', 'send QUIT\\r\\n'] }, "-p 25 --expect 220 --send 'QUIT\\r\\n'"],
]
for (const [module, options, words] of vectors) {
  test(`${JSON.stringify(options)} of ${module} is ${words}`, () => {
    const shape = monitors.get(module)
    assert.ok(shape)
    assert.equal(optionWords(shape, options).join(' '), words)
  })
}
