/** The words behind `upalert try`: which are ours, which the monitor's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTryWords } from '../../src/cli/try-words.ts'

const known = new Set(['http', 'expect', 'tcp'])

/** What it is, in few words. */
function read(text: string): string {
  const words = readTryWords(
    text.split(' ').filter((word) => word !== ''),
    (name) => known.has(name),
  )
  if (words.kind === 'help' || words.kind === 'misuse') return words.kind
  const { config, host, hex, json } = words.options
  const options = [
    config === undefined ? '' : `-c ${config}`,
    host === undefined ? '' : `host ${host}`,
    hex ? 'hex' : '',
    json ? 'json' : '',
  ]
  const given = options
    .filter((each) => each !== '')
    .map((each) => ` (${each})`)
    .join('')
  if (words.kind === 'monitor') return `monitor ${words.words.join(' ')}${given}`
  return `${words.name}${words.real === null ? '' : ` real ${words.real}`}${given}`
}

const vectors: readonly (readonly [words: string, is: string])[] = [
  ['http 10.0.0.1', 'monitor http 10.0.0.1'],
  ['expect -p 25 --expect 220 10.0.0.1', 'monitor expect -p 25 --expect 220 10.0.0.1'],
  ['--hex tcp -p 25 --hex -c x 10.0.0.1', 'monitor tcp -p 25 --hex -c x 10.0.0.1 (hex)'],
  ['http --help', 'monitor http --help'],
  ['web/http', 'web/http'],
  ['web/http --host 10.0.0.1', 'web/http (host 10.0.0.1)'],
  ['-c mon.cf web/http --json', 'web/http (-c mon.cf) (json)'],
  ['-cmon.cf web/http', 'web/http (-c mon.cf)'],
  ['--config=mon.cf --host=::1 web/http', 'web/http (-c mon.cf) (host ::1)'],
  ['www 10.0.0.1:80', 'www real 10.0.0.1:80'],
  ['www [2001:db8::1]:80 --hex', 'www real [2001:db8::1]:80 (hex)'],
  // A virtual server may have a monitor's name; no host looks like its real server.
  ['http 10.0.0.1:80', 'http real 10.0.0.1:80'],
  ['http -p 80 10.0.0.1', 'monitor http -p 80 10.0.0.1'],
  ['--help', 'help'],
  ['-h', 'help'],
  ['web/http --help', 'help'],
  ['', 'misuse'],
  ['--hex', 'misuse'],
  ['-c', 'misuse'],
  ['web/http --host', 'misuse'],
  ['--what web/http', 'misuse'],
  ['nothing -p 80 10.0.0.1', 'misuse'],
  ['one two three', 'misuse'],
]
for (const [words, is] of vectors) test(`upalert try ${words}: ${is}`, () => assert.equal(read(words), is))
