/** What a service depends on: the expression as Perl would read it, and what is refused. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DependExpression, type Dependencies, noDependencies } from '../../src/model/dependency.ts'
import { readExpression } from '../../src/parse/resolve/depend.ts'
import { Report } from '../../src/parse/text/report.ts'
import { needs } from '../needs.ts'
import { resolveText, sliceOf } from './world.ts'

/** `and(a/b, not(c/d))` */
function shown(expression: DependExpression): string {
  if (expression.kind === 'service') return expression.service
  return `${expression.kind}(${(expression.kind === 'not' ? [expression.of] : expression.of).map(shown).join(', ')})`
}

function read(text: string) {
  const report = new Report()
  const { expression, services } = readExpression(sliceOf(text), 'web', report)
  return {
    text: expression === null ? null : shown(expression),
    expression,
    services: services.map(({ key }) => key),
    problems: report.problems,
  }
}

const expressions: readonly (readonly [text: string, meaning: string])[] = [
  ['a:b', 'a/b'],
  ['SELF:ping', 'web/ping'],
  ['MYSELF:ping', 'MYweb/ping'],
  ['a:b && c:d && e:f', 'and(a/b, c/d, e/f)'],
  ['a:b&&c:d', 'and(a/b, c/d)'],
  ['a:b || c:d && e:f', 'or(a/b, and(c/d, e/f))'],
  ['(a:b || c:d) && e:f', 'and(or(a/b, c/d), e/f)'],
  ['!a:b && c:d', 'and(not(a/b), c/d)'],
  ['!(a:b && c:d)', 'not(and(a/b, c/d))'],
  ['! ! a:b', 'not(not(a/b))'],
  ['not a:b && c:d', 'not(and(a/b, c/d))'],
  ['not a:b and c:d', 'and(not(a/b), c/d)'],
  ['a:b or c:d and e:f', 'or(a/b, and(c/d, e/f))'],
  ['a:b && c:d or e:f', 'or(and(a/b, c/d), e/f)'],
  ['a:b and c:d || e:f', 'and(a/b, or(c/d, e/f))'],
  ['a:b && not c:d || e:f', 'and(a/b, not(or(c/d, e/f)))'],
  ['not (a:b || c:d) && e:f', 'and(not(or(a/b, c/d)), e/f)'],
  ['not.a:or-b_1', 'not.a/or-b_1'],
]
for (const [text, meaning] of expressions) {
  test(`"${text}" means ${meaning}`, () => {
    const { text: found, problems } = read(text)
    assert.equal(found, meaning)
    assert.deepEqual(problems, [])
  })
}

const faults: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /a service is missing/],
  ['routers', /"routers" is not a service/],
  ['1', /"1" is not a service/],
  ['a:b &&', /a service is missing at the end/],
  ['&& a:b', /a service is missing before "&&"/],
  ['a:b c:d || e:f', /between "a:b" and "c:d" stands no operator/],
  ['(a:b', /not closed/],
  ['a:b)', /"\)" is out of place/],
  ['()', /missing before "\)"/],
  ['a:b, c:d', /"," means nothing/],
  ['a:b AND c:d', /"AND" means nothing/],
  ['a:b & c:d', /"&" means nothing/],
  ['a:b == 1', /"=" means nothing/],
  ['system("rm")', /"system" is not a service/],
  ['a:b:c', /":" means nothing/],
  [`${'('.repeat(101)}a:b${')'.repeat(101)}`, /more than 100 parentheses/],
  [`${'!'.repeat(101)}a:b`, /more than 100 parentheses and negations/],
  [Array.from({ length: 1001 }, (_, i) => `a:s${i}`).join(' && '), /more than 1000 services/],
]
for (const [text, message] of faults) {
  test(`"${text.slice(0, 40)}" is refused once, with its place`, () => {
    const { expression, problems } = read(text)
    assert.equal(expression, null)
    assert.equal(problems.length, 1)
    assert.match(problems[0]?.message ?? '', message)
  })
}

test('a plain list means all of its services, with a warning', () => {
  const { text, problems } = read('a:b c:d  e:f')
  assert.equal(text, 'and(a/b, c/d, e/f)')
  assert.deepEqual(
    problems.map(({ code, severity }) => `${severity} ${code}`),
    ['warning depend-list'],
  )
})

const sign = fc.constantFrom('&&', '||', 'and', 'or')
const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom('a:x', 'b:x', 'c:x'),
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.tuple(tie('tree'), sign, tie('tree')).map((parts) => parts.join(' ')),
    tie('tree').map((inside) => `(${inside})`),
    tie('tree').map((inside) => `! ${inside}`),
    tie('tree').map((inside) => `not ${inside}`),
  ),
}))

function value(expression: DependExpression, of: (key: string) => boolean): boolean {
  if (expression.kind === 'service') return of(expression.service)
  if (expression.kind === 'not') return !value(expression.of, of)
  return expression.kind === 'and'
    ? expression.of.every((part) => value(part, of))
    : expression.of.some((part) => value(part, of))
}

test('Perl makes the same of every expression', needs('perl'), () => {
  const cases = fc.sample(fc.tuple(tree, fc.nat(7)), { numRuns: 2000, seed: 1 }).map(([text, bits]) => {
    const of = (key: string) => (bits & (1 << 'abc'.indexOf(key[0] ?? 'a'))) !== 0
    const { expression } = read(text)
    assert.ok(expression, text)
    const perl = text.replace(/[abc]:x/g, (name) => (of(name) ? '1' : '0'))
    return { text, perl, ours: value(expression, of) ? '1' : '0' }
  })
  const program = 'while (<STDIN>) { my $v = eval $_; print $@ ne "" ? "error" : $v ? 1 : 0, "\\n" }'
  const { stdout } = spawnSync('perl', ['-e', program], {
    input: cases.map(({ perl }) => perl).join('\n'),
    encoding: 'utf8',
  })
  const answers = stdout.trim().split('\n')
  for (const [i, { text, perl, ours }] of cases.entries()) {
    assert.equal(ours, answers[i], `${text}: ${perl}`)
  }
})

const chain = (...lines: readonly (readonly [service: string, line: string])[]) =>
  lines
    .map(([name, line]) => {
      const [group, service] = name.split(':')
      return `hostgroup ${group} h1\n\nwatch ${group}\n service ${service}\n interval 1m\n monitor ping\n ${line}\n\n`
    })
    .join('')

const cycles: readonly (readonly [name: string, text: string, way: string])[] = [
  ['itself', chain(['web:http', 'depend SELF:http']), 'web/http -> web/http'],
  [
    'two services',
    chain(['web:http', 'depend db:sql'], ['db:sql', 'depend web:http']),
    'web/http -> db/sql -> web/http',
  ],
  [
    'three, behind one that is no part of it',
    chain(['a:a', 'depend b:b'], ['b:b', 'depend c:c || a:a'], ['c:c', 'depend d:d'], ['d:d', 'depend b:b && c:c']),
    'a/a -> b/b -> a/a',
  ],
  ['two keywords', chain(['a:a', 'alertdepend b:b'], ['b:b', 'depend a:a']), 'a/a -> b/b -> a/a'],
  ['monitors', chain(['a:a', 'monitordepend b:b'], ['b:b', 'depend a:a\n dep_behavior m']), 'a/a -> b/b -> a/a'],
]
for (const [name, text, way] of cycles) {
  test(`a dependency cycle of ${name} is an error that prints it`, () => {
    const { model, problems } = resolveText(text)
    assert.equal(model, null)
    assert.ok(problems.some(({ code, message }) => code === 'depend-cycle' && message.endsWith(`: ${way}`)))
    assert.equal(problems.filter(({ code }) => code === 'depend-cycle').length, 1)
  })
}

test('what goes round only by way of another sort is no cycle', () => {
  const text = chain(['a:a', 'depend b:b'], ['b:b', 'monitordepend a:a\n hostdepend a:a'])
  assert.ok(resolveText(text).model)
})

test('a chain longer than dep_recur_limit gets a warning, and one of thirty thousand is no burden', () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `s${i}`)
  const services = names.map(
    (name, i) => ` service ${name}\n interval 1m\n monitor ping\n${i === 0 ? '' : ` depend SELF:s${i - 1}\n`}`,
  )
  const { model, problems } = resolveText(`hostgroup g h\n\nwatch g\n${services.join('')}`)
  assert.ok(model)
  const [first] = problems.filter(({ code }) => code === 'depend-deep')
  assert.match(first?.message ?? '', /is 12 long, and dep_recur_limit is 10/)
})

test('a cycle of thirty thousand is printed in one line', () => {
  const services = Array.from(
    { length: 30_000 },
    (_, i) => ` service s${i}\n interval 1m\n monitor ping\n depend SELF:s${(i + 1) % 30_000}\n`,
  )
  const { problems } = resolveText(`hostgroup g h\n\nwatch g\n${services.join('')}`)
  const [cycle] = problems.filter(({ code }) => code === 'depend-cycle')
  assert.match(cycle?.message ?? '', /g\/s0 -> g\/s1 -> .* -> … \(29988 more\) -> g\/s0$/)
})

function dependenciesOf(lines: string, before = ''): Dependencies {
  const others = chain(['a:a', ''], ['b:b', ''], ['c:c', ''])
  const { model, problems } = resolveText(`${before}${others}${chain(['web:http', lines])}`)
  assert.deepEqual(problems, [])
  const service = model?.services.find(({ key }) => key === 'web/http')
  assert.ok(service)
  return service.dependencies
}

test('depend holds back what dep_behavior says, and there wins over the keyword of that sort', () => {
  const all = 'depend a:a\n alertdepend b:b\n monitordepend b:b\n hostdepend b:b c:c'
  const summary = ({ alerts, monitor, hosts }: Dependencies) => [
    alerts === null ? '' : `${alerts.text}${alerts.alone ? ' alone' : ''}`,
    monitor?.text ?? '',
    hosts?.services.join(' ') ?? '',
  ]
  assert.deepEqual(summary(dependenciesOf(all)), ['a:a', 'b:b', 'b/b c/c'])
  assert.deepEqual(summary(dependenciesOf(`${all}\n dep_behavior m`)), ['b:b alone', 'a:a', 'b/b c/c'])
  assert.deepEqual(summary(dependenciesOf(`${all}\n dep_behavior hm`)), ['b:b alone', 'b:b', 'a/a'])
  assert.deepEqual(summary(dependenciesOf('depend a:a', 'dep_behavior = m\n\n')), ['', 'a:a', ''])
  assert.deepEqual(summary(dependenciesOf('depend a:a\n dep_behavior a', 'dep_behavior = m\n\n')), ['a:a', '', ''])
  assert.deepEqual(dependenciesOf('dep_memory 5m'), noDependencies)
})

test('clients are told the words as written, and which services depend names', () => {
  const { written } = dependenciesOf('depend a:a && !b:b || a:a\n hostdepend c:c')
  assert.deepEqual(written, {
    depend: 'a:a && !b:b || a:a',
    alertdepend: '',
    monitordepend: '',
    hostdepend: 'c:c',
    services: ['a/a', 'b/b', 'a/a'],
  })
})

test('a service that is not there is an error with the nearest name, as expression and for hosts', () => {
  for (const word of ['depend', 'alertdepend', 'monitordepend', 'hostdepend']) {
    const { problems } = resolveText(chain(['routers:ping', ''], ['web:http', `${word} routers:pnig`]))
    assert.deepEqual(
      problems.map(({ code, hint }) => [code, hint.slice(0, 26)]),
      [['depend-unknown', 'did you mean routers:ping?']],
    )
  }
})
