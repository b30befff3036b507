import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OptionShape } from '../../src/model/module.ts'
import { slice } from '../../src/parse/mon/lines.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'
import { httpShape, scriptShape, shape, sliceOf, tcpShape } from './world.ts'

function read(of: OptionShape, text: string) {
  const part = sliceOf(`name ${text}`)
  const report = new Report()
  const { words } = splitWords(slice(part.line, 5, part.to))
  const options = parseOptions(of, slice(part.line, 0, 4), words, report)
  return { options, codes: report.problems.map(({ code }) => code) }
}

const hinted = shape('ssl', {
  warnDays: { type: 'integer', description: 'days' },
  port: { type: 'integer', minimum: 1, description: 'port' },
  source: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }], description: 'local address' },
  digest: { type: 'string', pattern: '^[0-9a-f]{32}$', form: '32 hex digits', description: 'of the body' },
})
const letters: OptionShape = {
  ...shape('letters', { file: { type: 'boolean', description: '' }, group: { type: 'string', description: '' } }),
  flags: { f: 'file', g: 'group' },
}
const blocks = shape('blocks', {
  page: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'object' }] }, description: '' },
})
const http = { port: 80, path: ['/'], method: 'GET', tls: false }
const vectors: readonly (readonly [name: string, shape: OptionShape, text: string, options: object])[] = [
  ['defaults are filled in', httpShape, '', http],
  ['a short flag', httpShape, '-p 81', { ...http, port: 81 }],
  ['a short flag with its value attached', httpShape, '-p81', { ...http, port: 81 }],
  ['a long flag', httpShape, '--port 81', { ...http, port: 81 }],
  ['a long flag with "="', httpShape, '--port=81', { ...http, port: 81 }],
  ['a long flag with one dash, as Getopt::Long has it', httpShape, '-port 81', { ...http, port: 81 }],
  ['a flag of two words', httpShape, '--status-codes 200', { ...http, statusCodes: [200] }],
  ['a flag as the property is called', httpShape, '--statusCodes 200', { ...http, statusCodes: [200] }],
  ['an array is repeated', httpShape, '-u /a -u /b', { ...http, path: ['/a', '/b'] }],
  ['a boolean takes no value', httpShape, '--tls -p 81', { ...http, tls: true, port: 81 }],
  ['letters bundled as by getopt', letters, '-fg group', { file: true, group: 'group' }],
  ['letters bundled with a value attached', letters, '-fggroup', { file: true, group: 'group' }],
  ['a boolean is switched off', httpShape, '--no-tls', http],
  ['a value may begin with a dash', httpShape, '-u -x', { ...http, path: ['-x'] }],
  ['a value in quotes', httpShape, '-u "/a b"', { ...http, path: ['/a b'] }],
  [
    'the words of a program are its own',
    scriptShape,
    '/p -w 5 --nagios',
    { command: ['/p', '-w', '5', '--nagios'], nagios: false },
  ],
  ['flags before the program are ours', scriptShape, '--nagios /p -w', { command: ['/p', '-w'], nagios: true }],
  ['a block is a word of JSON', blocks, `--page '{"path": "/"}' --page /b`, { page: [{ path: '/' }, '/b'] }],
  ['what is no JSON is text', blocks, "--page '{path: 1}'", { page: ['{path: 1}'] }],
  ['only where blocks are taken', httpShape, "-u '{}'", { ...http, path: ['{}'] }],
  [
    'all options as JSON',
    httpShape,
    `--options '{"port": 81, "path": ["/a\\nb"]}' -u /c`,
    { ...http, port: 81, path: ['/a\nb', '/c'] },
  ],
  [
    'options as JSON before verbatim words',
    scriptShape,
    `--options='{"nagios": true}' /p -w`,
    { command: ['/p', '-w'], nagios: true },
  ],
  ['-- ends our flags', scriptShape, '-- --nagios', { command: ['--nagios'], nagios: false }],
]
for (const [name, of, text, options] of vectors) {
  test(`${name}: ${text}`, () => assert.deepEqual(read(of, text), { options, codes: [] }))
}

const mistakes: readonly (readonly [name: string, shape: OptionShape, text: string, codes: readonly string[]])[] = [
  ['options that are no JSON', httpShape, '--options 1', ['option-value']],
  ['no options behind --options', httpShape, '--options', ['option-value']],
  ['an option of JSON that nobody knows', httpShape, `--options '{"frobnicate": 1}'`, ['option-unknown']],
  ['a value of JSON that is wrong', httpShape, `--options '{"port": 0}'`, ['option-value']],
  ['an item of JSON that is wrong', httpShape, `--options '{"statusCodes": [200, "x"]}'`, ['option-value']],
  ['an option nobody knows', httpShape, '--frobnicate', ['option-unknown']],
  ['names from the prototype of objects', httpShape, '--constructor', ['option-unknown']],
  ['__proto__', httpShape, '--__proto__=1', ['option-unknown']],
  ['a missing value', httpShape, '-p', ['option-value']],
  ['a port beyond the last', httpShape, '-p 65536', ['option-value']],
  ['not a number', httpShape, '-p http', ['option-value']],
  ['no number at all', httpShape, '--port=', ['option-value']],
  ['one of several is wrong', httpShape, '--status-codes 200 --status-codes x', ['option-value']],
  ['what is required is missing', tcpShape, '', ['option-missing']],
  ['a word too many', tcpShape, '-p 25 26', ['option-unexpected']],
  [
    'all mistakes of a line are told',
    httpShape,
    '-p x --method y -z',
    ['option-value', 'option-value', 'option-unknown'],
  ],
  ['a program is missing', scriptShape, '', ['option-missing']],
]
for (const [name, of, text, codes] of mistakes) {
  test(`${name}: ${text}`, () => assert.deepEqual(read(of, text), { options: null, codes }))
}

const hints: readonly (readonly [text: string, hint: string])[] = [
  ['--warn 3', 'did you mean --warn-days?'],
  ['--ports 3', 'did you mean --port?'],
  ['--source x', 'write an IPv4 address or an IPv6 address (local address)'],
  ['--digest x', 'write 32 hex digits (of the body)'],
  ['--port 0', 'at least 1 (port)'],
]
for (const [text, hint] of hints) {
  test(`"${text}" is answered: ${hint}`, () => {
    const report = new Report()
    const part = sliceOf(`ssl ${text}`)
    parseOptions(hinted, slice(part.line, 0, 3), splitWords(slice(part.line, 4, part.to)).words, report)
    assert.equal(report.problems[0]?.hint, hint)
  })
}

test('a plugin whose schema is wrong is a problem, not an exception', () => {
  const broken = shape('plugin', { x: { type: 'string', description: '', pattern: '(' } })
  assert.deepEqual(read(broken, ''), { options: null, codes: ['module-schema'] })
})

test('any words give options or a problem', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('-p', '--port', '--port=', '--no-tls', '-u', '--', '-', '80'))
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  fc.assert(
    fc.property(fc.array(word), fc.constantFrom(httpShape, tcpShape, scriptShape), (words, of) => {
      const { options, codes } = read(of, words.map(quote).join(' '))
      if (options === null) assert.ok(codes.some((code) => code !== 'option-twice'))
    }),
  )
})
