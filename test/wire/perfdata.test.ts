/** Performance data as the Monitoring Plugins guidelines write it, and as plugins really do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readFigures, readPluginOutput } from '../../src/wire/program/perfdata.ts'

const empty = { unit: '', warn: '', critical: '', min: '', max: '' }
const vectors = [
  { text: 'time=0.5', is: [{ ...empty, label: 'time', value: 0.5 }] },
  {
    text: 'time=0.000413s;;;0.000000;10.000000 size=484B;;;0',
    is: [
      { ...empty, label: 'time', value: 0.000413, unit: 's', min: '0.000000', max: '10.000000' },
      { ...empty, label: 'size', value: 484, unit: 'B', min: '0' },
    ],
  },
  {
    text: "'/home used'=92%;80:;@10:20;0;100",
    is: [{ label: '/home used', value: 92, unit: '%', warn: '80:', critical: '@10:20', min: '0', max: '100' }],
  },
  { text: "'it''s'=-3c", is: [{ ...empty, label: "it's", value: -3, unit: 'c' }] },
  { text: 'rta=1,5ms;10;20', is: [{ ...empty, label: 'rta', value: 1.5, unit: 'ms', warn: '10', critical: '20' }] },
  { text: 'x=1e3', is: [{ ...empty, label: 'x', value: 1000 }] },
  {
    text: 'load1=0.1;5;10;0; load5=0.2;',
    is: [
      { ...empty, label: 'load1', value: 0.1, warn: '5', critical: '10', min: '0' },
      { ...empty, label: 'load5', value: 0.2 },
    ],
  },
  { text: 'unknown=U;;; good=1', is: [{ ...empty, label: 'good', value: 1 }] },
  { text: 'rubbish =3 a= b=x 1.2.3=4.5.6 good=1', is: [{ ...empty, label: 'good', value: 1 }] },
  { text: "'unclosed=1 b=2", is: [{ ...empty, label: 'b', value: 2 }] },
  { text: '', is: [] },
]
for (const { text, is } of vectors) {
  test(`figures in "${text}"`, () => assert.deepEqual(readFigures(text), is))
}

test('a plugin with long text and figures on several lines', () => {
  const output =
    'DISK OK - free space: / 3326 MB | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n/var 819 MB | /boot=68MB;88;93;0;98\n/home=69357MB\n'
  const { text, performance } = readPluginOutput(output)
  assert.equal(text, 'DISK OK - free space: / 3326 MB\n/ 15272 MB (77%);\n/var 819 MB ')
  assert.deepEqual(
    performance.map(({ label, value }) => `${label} ${value}`),
    ['/ 2643', '/boot 68', '/home 69357'],
  )
})

test('any text gives figures that are numbers, and no more of them than are kept', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."a=1.5;' |U%\n-e,") }), (text) => {
      assert.ok(readPluginOutput(text).performance.every(({ value }) => Number.isFinite(value)))
    }),
  )
  assert.equal(readFigures('x=1 '.repeat(5000)).length, 200)
})

test('a figure written by the guidelines is read back', () => {
  const label = fc.stringMatching(/^[a-z '=/]{1,20}$/)
  const value = fc.integer({ min: -1e9, max: 1e9 })
  fc.assert(
    fc.property(fc.array(fc.tuple(label, value), { maxLength: 5 }), (figures) => {
      const text = figures.map(([name, n]) => `'${name.replaceAll("'", "''")}'=${n}ms;1;2;3;4`).join(' ')
      assert.deepEqual(
        readFigures(text).map((figure) => [figure.label, figure.value]),
        figures,
      )
    }),
  )
})
