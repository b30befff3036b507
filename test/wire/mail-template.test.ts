/** What a template may do, and what becomes of one that has a mistake. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FILLED_LIMIT, render, TEMPLATE_LIMIT, templateProblem } from '../../src/wire/mail/template.ts'

const view = {
  name: '<b>&"\'',
  empty: '',
  list: [
    { host: 'a', text: 'x' },
    { host: 'b', text: 'y' },
  ],
  words: ['p', 'q'],
  members: [{ name: 'inner', list: [{ host: 'c', text: 'z' }] }],
}

const fine = [
  { template: '{{name}}', text: '<b>&"\'', html: '&lt;b&gt;&amp;&quot;&#x27;' },
  { template: '{{#if empty}}1{{else if words}}2{{/if}}', text: '2' },
  { template: '{{#each list}}{{host}}{{#unless @last}}, {{/unless}}{{/each}}', text: 'a, b' },
  { template: '{{#each words as |word at|}}{{at}}{{word}}{{/each}}', text: '0p1q' },
  { template: '{{#each members}}{{#each list}}{{host}}{{../name}}{{/each}}{{/each}}', text: 'cinner' },
  { template: '{{#list}}{{text}}{{/list}}', text: 'xy' },
  { template: '{{list.length}} {{words.[1]}} {{@root.empty}}{{lookup words 0}}', text: '2 q p' },
  { template: '{{#with members.[0]}}{{name}}{{/with}}', text: 'inner' },
  { template: '{{! a remark }}{{!-- {{nope}} --}}a {{~empty~}} b', text: 'ab' },
]
for (const { template, text, html = text } of fine) {
  test(`${template} is a template as good as any`, () => {
    assert.deepEqual(render(template, 'BUILT-IN', view), { text, problem: '' })
    assert.deepEqual(render(template, 'BUILT-IN', view, { html: true }), { text: html, problem: '' })
    assert.equal(templateProblem(template, [view]), '')
  })
}

const tooOften = `${'{{#each @root.list}}{{#each @root.list}}'.repeat(8)}x${'{{/each}}{{/each}}'.repeat(8)}`
const mistakes = [
  { template: '{{#if name}', says: /what stands in \{\{ \}\} cannot be read on line 1, near "\{\{#if name\}"/ },
  { template: 'a\n{{#if name}}\nb\n', says: /\{\{#if …\}\} of line 2 is never closed: \{\{\/if\}\} is missing/ },
  { template: '{{!-- {{#each x}} --}}{{#if name}}{{else}}', says: /\{\{#if …\}\} of line 1 is never closed/ },
  { template: '{{/if}}', says: /closes nothing that is open on line 1/ },
  { template: '{{else}}', says: /\{\{else\}\} stands in no block on line 1/ },
  { template: '\n{{}}', says: /something is missing before the \}\} on line 2/ },
  { template: '{{#if name}}{{/each}}', says: /\{\{#if\}\} of line 1 is closed by \{\{\/each\}\}/ },
  { template: '{{!-- x', says: /on line 1 cannot be read/ },
  { template: '{{lookup name}}', says: /a helper lacks what it is about/ },
  { template: '{{#with}}{{/with}}', says: /\{\{#with …\}\} takes exactly one name/ },
  { template: '\n{{nmae}}', says: /there is no "nmae"(; did you mean name\?)? \(line 2\)/ },
  { template: '{{> other}}', says: /includes no other one/ },
  { template: '{{#> other}}x{{/other}}', says: /includes no other one/ },
  { template: '{{#*inline "x"}}{{/inline}}', says: /is not to be had/ },
  { template: '{{log name}}', says: /there is no helper "log"/ },
  { template: '{{shout name}}', says: /there is no helper "shout"/ },
  { template: '{{#shout name}}x{{/shout}}', says: /there is no helper "shout"/ },
  { template: '{{#if (shout name)}}x{{/if}}', says: /there is no helper "shout"/ },
  { template: '{{@level}}', says: /there is no "@level"/ },
  { template: '{{#each}}x{{/each}}', says: /does not say of what/ },
  { template: tooOften, says: /repeats a text more than 5000 times/ },
  { template: 'x'.repeat(TEMPLATE_LIMIT + 1), says: /more than 65536 characters/ },
  { template: `${'{{#if name}}'.repeat(900)}${'{{/if}}'.repeat(90)}`, says: /\{\{#if …\}\} of line 1 is never closed/ },
  { template: `${'{{#if name}}'.repeat(501)}${'{{/if}}'.repeat(501)}`, says: /has \{\{ more than 1000 times/ },
]
for (const { template, says } of mistakes) {
  test(`${JSON.stringify(template.slice(0, 50))} is a mistake, and the built-in template speaks`, () => {
    const { text, problem } = render(template, '{{words.[0]}}', view, { name: 'mail.txt.hbs' })
    assert.equal(text, 'p')
    assert.match(problem, /^the template mail\.txt\.hbs is not valid: /)
    assert.match(problem, says)
    assert.match(templateProblem(template, [view]), says)
  })
}

const unseen = [
  { template: '{{#if empty}}{{nope}}{{/if}}', says: /there is no "nope"/ },
  { template: '{{#if nope}}x{{/if}}', says: /there is no "nope"/ },
  { template: '{{#each list}}{{hots}}{{/each}}', says: /there is no "hots"; did you mean host\? \(line 1\)/ },
  { template: '{{#each name}}x{{/each}}', says: /"name" is no list .* as are list, members, words \(line 1\)/ },
  { template: '{{#each members}}{{#each name}}x{{/each}}{{/each}}', says: /"name" is no list/ },
  { template: '{{name.constructor}}', says: /there is no "constructor"/ },
]
for (const { template, says } of unseen)
  test(`a check finds ${template}`, () => assert.match(templateProblem(template, [view]), says))

for (const template of ['{{{name}}}', '{{& name}}', '{{#if name}}{{{name}}}{{/if}}']) {
  test(`${template} gets nothing into HTML unescaped`, () => {
    const { text, problem } = render(template, 'BUILT-IN', view, { html: true })
    assert.equal(text, 'BUILT-IN')
    assert.match(problem, /let in what a server answered/)
  })
}

for (const path of [
  'constructor',
  '__proto__',
  'constructor.constructor',
  'list.constructor',
  'toString',
  'list.push',
]) {
  for (const template of [`{{${path}}}`, `{{#with ${path}}}{{name}}found{{/with}}`, `{{lookup this "${path}"}}`]) {
    test(`${template} reaches no prototype`, () => {
      const { text } = render(template, '', view)
      assert.doesNotMatch(text, /function|native|object|found/)
    })
  }
}

test('a template that multiplies a long piece is ended at a limit', () => {
  const long = { piece: 'x'.repeat(FILLED_LIMIT / 8), list: Array(100).fill('y') }
  for (const template of ['{{piece}}'.repeat(20), '{{#each list}}{{@root.piece}}{{/each}}'])
    assert.match(render(template, 'BUILT-IN', long).problem, /makes more than \d+ characters/)
})

test('a helper that is handed in is one more, for this filling alone', () => {
  const helpers = { shout: (text: unknown) => String(text).toUpperCase() }
  assert.equal(render('{{shout words.[0]}}', '', view, { helpers }).text, 'P')
  assert.match(render('{{shout words.[0]}}', '', view).problem, /there is no helper "shout"/)
})

test('whatever a template is, filling it neither throws nor leaves HTML unescaped', () => {
  const piece = fc.constantFrom(
    ...['{{', '}}', '{{{', '}}}', '{{#each list}}', '{{/each}}', '{{#if name}}', '{{else}}', '{{/if}}', '{{name}}'],
    ...[
      '{{> x}}',
      '{{../name}}',
      '{{this}}',
      '{{&name}}',
      '{{^}}',
      '{{!--',
      '--}}',
      'as |x|',
      '(',
      ')',
      '"',
      '\\',
      '.',
    ],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { text } = render(pieces.join(''), 'BUILT-IN', view, { html: true })
      assert.ok(!text.includes('<b>'), pieces.join(''))
      templateProblem(pieces.join(''), [view])
    }),
  )
})
