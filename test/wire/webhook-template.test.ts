/** Templates of bodies: no value can break out of a string, whatever a real server said, and a mistake is found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withoutSecrets } from '../../src/wire/webhook/secrets.ts'
import { fill } from '../../src/wire/webhook/template.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '"',
    '\\',
    '"}',
    '\\"',
    '\n',
    '\r\n',
    '{{x}}',
    '{{{x}}}',
    '\u2028',
    '\ud800',
    '\0',
    '","a":"b',
    '\\u0022',
    '</script>',
  ),
)

for (const [template, what] of [
  ['{"a": "{{x}}"}', 'two braces'],
  ['{"a": "{{{x}}}"}', 'three braces'],
  ['{"a": "{{& x}}"}', 'an ampersand'],
  ['{"a": "{{#each l}}{{this}}{{/each}}"}', 'a list'],
  ['{"a": "{{#with o}}{{y}}{{/with}}"}', 'an object'],
  ['{"a": "{{lookup o "y"}}"}', 'a look-up'],
  ['{"a": {{json x}} }', 'json'],
] as const) {
  test(`whatever it is, a value by ${what} stays in its string`, () => {
    fc.assert(
      fc.property(text, (x) => {
        const filled = fill(template, { x, l: [x], o: { y: x } }, JSON_TYPE)
        assert.ok(filled.kind === 'filled', JSON.stringify(filled))
        assert.deepEqual(Object.keys(JSON.parse(filled.text)), ['a'])
        assert.equal(JSON.parse(filled.text).a, x)
        assert.equal(Buffer.from(filled.text, 'utf8').toString('utf8'), filled.text, 'well-formed')
      }),
    )
  })
}

test('json writes lists and objects as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ host: text, text, n: fc.integer(), is: fc.boolean() })), (failing) => {
      const filled = fill('{"f": {{json failing}} }', { failing }, JSON_TYPE)
      assert.ok(filled.kind === 'filled')
      assert.deepEqual(JSON.parse(filled.text).f, JSON.parse(JSON.stringify(failing)))
    }),
  )
})

test('a form and markup are escaped as they want it', () => {
  const view = { x: '<a href="x">&b=c' }
  assert.deepEqual(fill('m={{x}}', view, 'application/x-www-form-urlencoded'), {
    kind: 'filled',
    text: 'm=%3Ca+href%3D%22x%22%3E%26b%3Dc',
  })
  assert.deepEqual(fill('<p>{{{x}}}</p>', view, 'text/html'), {
    kind: 'filled',
    text: '<p>&#60;a href=&#34;x&#34;&#62;&#38;b=c</p>',
  })
  assert.deepEqual(fill('{{x}}', view, 'text/plain'), { kind: 'filled', text: view.x })
})

const faults = [
  { template: '{"a": "{{sumary}}"}', says: /there is no "sumary"; did you mean summary\? \(line 1\)/ },
  { template: '{"a": "{{#if x}}"}', says: /\{\{#if …\}\} of line 1 is never closed/ },
  { template: '{"a": {{x}} }', says: /does not give JSON/ },
  { template: '{"a": "{{> other}}"}', says: /partial other/ },
  { template: '{"a": "{{log x}}"}', says: /log/ },
  { template: '{"a": "{{#each x}}y{{/each}}"}', says: /\{\{#each\}\} is about a text/ },
]
for (const { template, says } of faults) {
  test(`${template} is found to be wrong`, () => {
    const tried = fill(template, { x: 'a "b"', summary: 's' }, JSON_TYPE)
    assert.match(tried.kind === 'wrong' ? tried.why : '', says)
  })
}

test('a template cannot get at what is no value', () => {
  for (const name of ['constructor', '__proto__', 'x.constructor', 'toString', 'x.__proto__'])
    assert.doesNotMatch(
      JSON.stringify(fill(`{"a": "{{${name}}}"}`, { x: {} }, JSON_TYPE)),
      /function|\[object|native/,
      name,
    )
})

test('a secret is taken out in each form that lets somebody use it', () => {
  const secret = 'Zx/9+a b'
  for (const form of [secret, encodeURIComponent(secret)]) {
    assert.equal(withoutSecrets(`bad ${form}!`, [encodeURIComponent(secret)]), 'bad ***!')
  }
  assert.equal(withoutSecrets('nothing', ['']), 'nothing')
})
