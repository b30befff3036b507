/** A conversation of steps: the same verdict in however many pieces the answers come, nothing waited for in vain. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Act, dialogue, LONGEST_ANSWER, MOST_HEARD } from '../../../src/wire/expect/dialogue.ts'
import { search, stepsOf } from './steps.ts'

interface Vector {
  readonly name: string
  readonly steps: readonly string[]
  /** What the other side says: at first, and after each `send`. */
  readonly says: readonly string[]
  /** `up`, a code, or `waits` for more. */
  readonly ends: string
  readonly datagrams?: true
}

const vectors: readonly Vector[] = [
  { name: 'an answer begins with the text', steps: ['expect 220'], says: ['220 mail'], ends: 'up' },
  { name: 'an answer does not begin with it', steps: ['expect 220'], says: ['554 no'], ends: 'wrong-answer' },
  { name: 'the text is further behind', steps: ['expect 220'], says: ['x220'], ends: 'wrong-answer' },
  { name: 'only a part of the text has come', steps: ['expect 220'], says: ['22'], ends: 'waits' },
  { name: 'nothing is expected of what is sent', steps: ['send x'], says: ['', ''], ends: 'up' },
  { name: 'any byte will do', steps: ['expect *'], says: ['\0'], ends: 'up' },
  { name: 'any byte has not come', steps: ['expect *'], says: [''], ends: 'waits' },
  { name: 'bytes are bytes', steps: ['expect \\x00\\xff\\0'], says: ['\0\xff\0'], ends: 'up' },
  {
    name: 'a session of SMTP',
    steps: ['expect 220', 'send QUIT\\r\\n', 'expect 221'],
    says: ['220 a\r\n', '221 b\r\n'],
    ends: 'up',
  },
  {
    name: 'the rest of a line comes late',
    steps: ['expect 220', 'send Q', 'expect 221'],
    says: ['220', ' a\r\n221 b\r\n'],
    ends: 'up',
  },
  {
    name: 'the rest of a line comes late, and then the wrong thing',
    steps: ['expect 220', 'send Q', 'expect 221'],
    says: ['220', ' a\r\n500 b\r\n'],
    ends: 'wrong-answer',
  },
  {
    name: 'a whole line came before, so that the next one counts',
    steps: ['expect 220', 'send Q', 'expect 221'],
    says: ['220 a\r\n', '500 b\r\n221 c'],
    ends: 'wrong-answer',
  },
  { name: 'there are no lines at all', steps: ['expect ab', 'send c', 'expect de'], says: ['ab', 'de'], ends: 'up' },
  { name: 'two texts one after the other', steps: ['expect ab', 'expect cd'], says: ['abcd'], ends: 'up' },
  {
    name: 'a text in the first line and one in the second',
    steps: ['expect 250-', 'expect 250 '],
    says: ['250-a\r\n250 b\r\n'],
    ends: 'up',
  },
  {
    name: 'two texts with something between may go on in the next line',
    steps: ['expect ab', 'expect cd'],
    says: ['ab cd\n'],
    ends: 'waits',
  },
  {
    name: 'two texts, and the next line is not the second',
    steps: ['expect ab', 'expect cd'],
    says: ['ab cd\nx'],
    ends: 'wrong-answer',
  },
  {
    name: 'what came before a send is no answer to it',
    steps: ['expect ab', 'send x', 'expect cd'],
    says: ['abcd', ''],
    ends: 'waits',
  },
  {
    name: 'a datagram is an answer of its own',
    steps: ['send a', 'expect b', 'send c', 'expect d'],
    says: ['', 'b', 'xx\nd'],
    ends: 'wrong-answer',
    datagrams: true,
  },
  { name: 'a pattern is found anywhere', steps: ['regex [0-9]+ users'], says: ['Hello\r\n12 users'], ends: 'up' },
  { name: 'a pattern is not found yet', steps: ['regex [0-9]+ users'], says: ['Hello\r\n12 use'], ends: 'waits' },
  { name: 'behind a pattern goes on what is behind it', steps: ['regex OK', 'expect !'], says: ['so OK!'], ends: 'up' },
  { name: 'a pattern that nothing can fail', steps: ['regex x*'], says: [''], ends: 'up' },
]

/** Says each answer in these pieces; the act at the end. */
function run({ steps, says, datagrams }: Vector, cut: (text: string) => readonly string[]): string {
  const talk = dialogue(stepsOf(...steps), { datagrams: datagrams === true })
  let at = 0
  let act: Act = talk.next()
  const hear = (): void => {
    const pieces = cut(says[at] ?? '')
    at += 1
    for (const piece of ['', ...pieces]) {
      talk.hear(Buffer.from(piece, 'latin1'))
      if (act.kind === 'listen') act = talk.look(search)
    }
  }
  if (act.kind === 'listen') hear()
  else at = 1
  while (act.kind === 'send') {
    act = talk.next()
    if (act.kind === 'listen') hear()
  }
  if (act.kind === 'listen') return 'waits'
  return act.verdict.kind === 'up' ? 'up' : act.verdict.code
}

for (const vector of vectors) {
  test(vector.name, () =>
    assert.equal(
      run(vector, (text) => [text]),
      vector.ends,
    ),
  )
  test(`${vector.name}, byte by byte`, () => {
    // In pieces the rest of a line is late, and what came before a send is not known to be all.
    if (vector.name.startsWith('a whole line') || vector.name.startsWith('what came before')) return
    if (vector.datagrams === true) return
    assert.equal(
      run(vector, (text) => [...text]),
      vector.ends,
    )
  })
}

const line = fc.string({ unit: fc.constantFrom('a', ' ', '5', '-', '\0', 'ÿ'), maxLength: 12 })
const bytes = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })

function cutBy(sizes: readonly number[]): (text: string) => readonly string[] {
  return (text) => {
    const out: string[] = []
    for (let from = 0, i = 0; from < text.length; i++) {
      const size = sizes[i % sizes.length] ?? 1
      out.push(text.slice(from, from + size))
      from += size
    }
    return out
  }
}

test('one expectation has one verdict, in however many pieces the answer comes', () => {
  fc.assert(
    fc.property(line, line, pieces, (wanted, said, sizes) => {
      fc.pre(wanted !== '')
      const steps = [`expect ${wanted.replaceAll('\0', '\\0').replaceAll('ÿ', '\\xff')}`]
      const vector = { name: '', steps, says: [bytes(said)], ends: '' }
      const ends = bytes(said).startsWith(bytes(wanted))
        ? 'up'
        : bytes(wanted).startsWith(bytes(said))
          ? 'waits'
          : 'wrong-answer'
      assert.equal(run(vector, cutBy(sizes)), ends)
    }),
  )
})

test('a conversation in lines goes through, however late the ends of the lines are', () => {
  const turns = fc.array(line, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(turns, fc.nat(20), (texts, late) => {
      const steps = texts.flatMap((_, i) => [`expect ${200 + i} `, `send ${i}`])
      const full = texts.map((text, i) => `${200 + i} ${text}\r\n`)
      // Of each line the last bytes come with the next answer, but what is expected comes in time.
      const cut = full.map((text) => Math.max(4, text.length - late))
      const says = full.map((text, i) => (full[i - 1]?.slice(cut[i - 1]) ?? '') + text.slice(0, cut[i]))
      assert.equal(
        run({ name: '', steps, says, ends: '' }, (text) => [text]),
        'up',
      )
    }),
  )
})

test('who floods instead of answering is told, and no more than the limits are kept', () => {
  const talk = dialogue(stepsOf('regex never'))
  talk.next()
  let act: Act = { kind: 'listen' }
  let fed = 0
  for (; act.kind === 'listen' && fed < MOST_HEARD * 2; fed += 8192) {
    talk.hear(Buffer.alloc(8192, 'x'))
    act = talk.look(search)
  }
  assert.equal(act.kind === 'end' && act.verdict.kind === 'down' ? act.verdict.code : '', 'too-much')
  assert.ok(fed <= LONGEST_ANSWER + 8192)
})

test('a text longer than an answer may be can still be expected', () => {
  const long = 'x'.repeat(LONGEST_ANSWER - 8)
  const vector = { name: '', steps: [`expect ${long}`], says: [long], ends: 'up' }
  assert.equal(run(vector, cutBy([1000])), 'up')
})

test('an end of the connection is told with what was expected and what came', () => {
  const talk = dialogue(stepsOf('expect 220', 'send x', 'expect 221'))
  talk.next()
  talk.hear(Buffer.from('22'))
  talk.look(search)
  const { text } = talk.over('closed-early', 'closed the connection')
  assert.equal(text, 'closed the connection where "220" was expected (step 1 of 3): only "22" came')
})
