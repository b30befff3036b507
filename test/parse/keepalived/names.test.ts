/** What the checks of a real server are called: after what they ask, wherever they stand among the others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Service } from '../../../src/model/model.ts'
import { checkOf, realText, sound, virtualText } from './world.ts'

/** Each asks something else. */
const questions = [
  'TCP_CHECK {\n}',
  'TCP_CHECK {\n connect_port 90\n}',
  'TCP_CHECK {\n connect_ip 10.9.9.9\n}',
  'TCP_CHECK {\n bindto 10.1.1.1\n}',
  'HTTP_GET {\n url {\n path /\n }\n}',
  'HTTP_GET {\n url {\n path /a\n }\n}',
  'HTTP_GET {\n url {\n path /a\n status_code 200\n }\n}',
  'HTTP_GET {\n url {\n path /a\n }\n url {\n path /b\n }\n}',
  'HTTP_GET {\n virtualhost www.example.org\n url {\n path /\n }\n}',
  'SSL_GET {\n url {\n path /\n }\n}',
  'SMTP_CHECK {\n}',
  'SMTP_CHECK {\n helo_name lb.example.org\n}',
  'DNS_CHECK {\n}',
  'DNS_CHECK {\n name example.org\n}',
  'UDP_CHECK {\n}',
  'UDP_CHECK {\n payload 0d\n}',
  'PING_CHECK {\n}',
  'MISC_CHECK {\n misc_path "/bin/true a"\n}',
  'MISC_CHECK {\n misc_path "/bin/true b"\n}',
]
/** Words that change when it is asked and what its answers do, and not the question. */
const manners = ['', 'retry 4', 'delay_loop 9', 'warmup 1', 'rise 3']

const written = (question: string, manner = ''): string => question.replace(/\}$/, ` ${manner}\n}`)

/** The name that each question has, in a server with these checkers. */
function namesIn(checkers: readonly (readonly [question: string, manner: string])[]): ReadonlyMap<string, string> {
  const text = checkers.map(([question, manner]) => written(question, manner)).join('\n')
  const { services, virtuals } = sound(virtualText('', realText(text)))
  const checks = virtuals[0]?.reals[0]?.checks ?? []
  assert.deepEqual(
    checks.map(({ service }) => service),
    services.map(({ key }) => key),
  )
  assert.equal(checks.length, checkers.length)
  return new Map(checkers.map(([question], i) => [question, checks[i]?.service ?? '']))
}

const checkers = fc
  .uniqueArray(fc.constantFrom(...questions), { minLength: 1, maxLength: 8 })
  .chain((some) => fc.tuple(...some.map((one) => fc.tuple(fc.constant(one), fc.constantFrom(...manners)))))

test('adding, removing and reordering checkers, and changing their times, leaves each question its name', () => {
  fc.assert(
    fc.property(checkers, checkers, (before, after) => {
      const [old, fresh] = [namesIn(before), namesIn(after)]
      assert.equal(new Set(fresh.values()).size, fresh.size)
      for (const [question, name] of fresh) assert.equal(name, old.get(question) ?? name)
      const owners = new Map([...old].map(([question, name]) => [name, question]))
      for (const [question, name] of fresh) assert.equal(owners.get(name) ?? question, question)
    }),
    { numRuns: 300 },
  )
})

test('a checker put in front does not inherit the verdict of another', () => {
  const [a, b] = ['HTTP_GET {\n url {\n path /a\n }\n}', 'HTTP_GET {\n url {\n path /b\n }\n}'] as const
  const alone = namesIn([[a, '']]).get(a)
  const behind = namesIn([
    [b, ''],
    [a, ''],
  ])
  assert.equal(behind.get(a), alone)
  assert.notEqual(behind.get(b), alone)
})

const nameOf = (text: string, virtual = ''): string => checkOf(text, virtual).name

const plain = ['TCP_CHECK', 'SMTP_CHECK', 'DNS_CHECK', 'UDP_CHECK', 'PING_CHECK']
for (const kind of plain) {
  test(`a ${kind} that asks nothing of its own is called by its keyword`, () => {
    for (const manner of ['', 'connect_port 8080', 'connect_timeout 2', 'retry 3', 'alpha'])
      assert.equal(nameOf(`${kind} {\n ${manner}\n}`), kind)
  })
}

test('what a checker asks is a suffix of six letters and digits, the same on all servers', () => {
  const text = 'MISC_CHECK {\n misc_path "/bin/true a"\n}'
  const name = nameOf(text)
  assert.match(name, /^MISC_CHECK\.[0-9a-f]{6}$/)
  const reals = `${realText(text)}\n real_server 10.1.1.3 90 {\n${text}\n }`
  const keys = sound(virtualText('', reals)).services.map(({ key }) => key)
  assert.deepEqual(keys, [`10.1.1.2:8080/${name}`, `10.1.1.3:90/${name}`])
})

test('a suffix does not change with the version of upalert', () => {
  assert.equal(nameOf('HTTP_GET {\n url {\n path /health\n status_code 200\n }\n}'), 'HTTP_GET.46e411')
  assert.equal(nameOf('TCP_CHECK {\n connect_port 90\n}'), 'TCP_CHECK.a8ad7a')
})

test('a word that says what is so anyway changes no name', () => {
  assert.equal(nameOf('UDP_CHECK {\n min_reply_length 0\n}'), 'UDP_CHECK')
  assert.equal(nameOf('SMTP_CHECK {\n helo_name smtpchecker.keepalived.org\n}'), 'SMTP_CHECK')
})

test('a new certificate or password of SSL changes no name', () => {
  const text = virtualText('', realText('SSL_GET {\n url {\n path /\n }\n}'))
  const of = (ssl: string) => sound(`${ssl}${text}`).services.map(({ name }) => name)
  assert.deepEqual(of('SSL {\n certificate /etc/c.pem\n key /etc/k.pem\n password x\n}\n'), of(''))
})

test('the same question at other times is another check, whose name does not depend on a third', () => {
  const times = [3, 4, 5].map((seconds) => `TCP_CHECK {\n connect_timeout ${seconds}\n}`)
  const [three = '', four = '', five = ''] = times
  const namesOf = (...some: readonly string[]): readonly Service['name'][] =>
    sound(virtualText('', realText(some.join('\n')))).services.map(({ name }) => name)
  const [first, second, third] = namesOf(three, four, five)
  assert.equal(first, 'TCP_CHECK')
  assert.match(`${second} ${third}`, /^TCP_CHECK\.[0-9a-f]{6} TCP_CHECK\.[0-9a-f]{6}$/)
  assert.deepEqual(namesOf(three, five), [first, third])
})
