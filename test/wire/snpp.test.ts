import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Judgement, judgement, parseReply } from '../../src/wire/snpp/reply.ts'
import { type Page, type Paged, session } from '../../src/wire/snpp/session.ts'

const codes: readonly (readonly [Judgement, readonly number[]])[] = [
  ['done', [214, 218, 220, 221, 250, 850, 860, 861, 880, 950, 960]],
  ['over', [421, 354, 100, 600, 0, 499]],
  ['later', [503, 552, 554, 754]],
  ['refused', [500, 550, 551, 700, 750]],
]
for (const [kind, all] of codes) {
  test(`${all.join(', ')} means ${kind}`, () =>
    assert.deepEqual(
      all.map(judgement),
      all.map(() => kind),
    ))
}

test('a reply begins with three digits, and a hyphen or HELP says that more follows', () => {
  assert.deepEqual(parseReply('250 Pager ID Accepted'), { code: 250, more: false })
  assert.deepEqual(parseReply('250'), { code: 250, more: false })
  assert.deepEqual(parseReply('250-and'), { code: 250, more: true })
  assert.deepEqual(parseReply('214 PAGEr'), { code: 214, more: true })
  for (const line of ['', '25', '2500 x', 'HTTP/1.1 200 OK', ' 250 ok', '²50 ok']) assert.equal(parseReply(line), null)
})

interface Talk {
  readonly said: readonly string[]
  readonly told: readonly Paged[]
  readonly trouble: string | null
}

/** Answers are taken one after the other; when none is left, the gateway has closed. */
function talk(page: Partial<Page>, answers: readonly string[]): Talk {
  const told: Paged[] = []
  const said: string[] = []
  const going = session({ pagers: ['5551'], text: 'DOWN web', level: null, caller: null, ...page }, told)
  let step = going.next()
  for (let index = 0; step.done !== true; index += 1) {
    if (step.value.say !== null) said.push(step.value.say)
    step = going.next(answers[index] ?? null)
  }
  return { said, told, trouble: step.value }
}

const ok = '250 OK'

test('a session pages one after the other, each in a transaction of its own', () => {
  const answers = ['220 ready', ok, ok, '250 Queued', ok, ok, ok, '960 12 34 queued']
  const { said, told, trouble } = talk({ pagers: ['5551', 'ann'] }, answers)
  assert.deepEqual(said, ['PAGE 5551', 'MESS DOWN web', 'SEND', 'RESE', 'PAGE ann', 'MESS DOWN web', 'SEND'])
  assert.equal(trouble, null)
  assert.deepEqual(told, [
    { kind: 'taken', pager: '5551', text: 'answered "250 Queued"' },
    { kind: 'taken', pager: 'ann', text: 'answered "960 12 34 queued"' },
  ])
})

test('a gateway that does not know levels and callers pages all the same', () => {
  const no = '500 Command Not Implemented, Try Again'
  const { said, told } = talk({ level: 0, caller: '4711' }, ['220 ready', no, no, ok, ok, ok])
  assert.deepEqual(said, ['LEVE 0', 'CALL 4711', 'PAGE 5551', 'MESS DOWN web', 'SEND'])
  assert.equal(told[0]?.kind, 'taken')
})

const refusals: readonly {
  name: string
  answers: readonly string[]
  told: readonly (readonly [string, boolean | null])[]
  trouble: RegExp | null
}[] = [
  {
    name: 'an id that is not known is refused for good, and the next is paged',
    answers: ['220 hi', '550 Error, Invalid Pager ID', ok, ok, ok, ok],
    told: [
      ['5551', false],
      ['5552', null],
    ],
    trouble: null,
  },
  {
    name: 'technical trouble with one is tried again, and the next is paged',
    answers: ['220 hi', ok, ok, '554 Message Failed', ok, ok, ok, ok],
    told: [
      ['5551', true],
      ['5552', null],
    ],
    trouble: null,
  },
  {
    name: 'a gateway that goes down in the middle has paged the first',
    answers: ['220 hi', ok, ok, ok, ok, '421 Gateway Service Unavailable'],
    told: [['5551', null]],
    trouble: /^sent "421 Gateway Service Unavailable" as its answer to PAGE 5552$/,
  },
  {
    name: 'one that hangs up behind SEND may have paged',
    answers: ['220 hi', ok, ok],
    told: [],
    trouble: /^closed the connection instead of sending its answer to SEND; it may have paged all the same/,
  },
  {
    name: 'one that refuses us',
    answers: ['421 too busy'],
    told: [],
    trouble: /^sent "421 too busy" as its greeting$/,
  },
  {
    name: 'one that hangs up at once',
    answers: [],
    told: [],
    trouble: /^closed the connection instead of sending its greeting$/,
  },
  { name: 'a web server', answers: ['HTTP/1.1 400 Bad Request'], told: [], trouble: /which is no reply of SNPP$/ },
  {
    name: 'a reply without end',
    answers: Array.from({ length: 200 }, () => '214 help'),
    told: [],
    trouble: /^sent more than 50 lines as its greeting$/,
  },
]
for (const { name, answers, told, trouble } of refusals) {
  test(name, () => {
    const was = talk({ pagers: ['5551', '5552'] }, answers)
    const came = was.told.map((one) => [one.pager, one.kind === 'taken' ? null : one.retry])
    assert.deepEqual(came, told)
    if (trouble === null) assert.equal(was.trouble, null)
    else assert.match(was.trouble ?? '', trouble)
  })
}

const line = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 0, max: 999 }).map((code) => `${String(code).padStart(3, '0')} x`),
  fc.constantFrom(ok, '220 hi', '214 more', '250-more', '421 bye'),
)

test('whatever comes back, a session ends, says one line at a time, and calls nobody paged without an answer to SEND', () => {
  const pagers = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), pagers, fc.string({ unit: 'binary' }), (answers, names, text) => {
      const { said, told } = talk({ pagers: names, text, level: 1, caller: 'a\r\nSEND' }, answers)
      for (const one of said) assert.doesNotMatch(one, /[\r\n\0]/)
      const taken = told.filter(({ kind }) => kind === 'taken').length
      assert.ok(taken <= said.filter((one) => one === 'SEND').length)
      for (const { text: words } of told) assert.doesNotMatch(words, /[\p{C}]/u)
    }),
  )
})
