/** Who asks for a user of the system while the user database answers, is silent, and answers again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { userDatabase } from '../../../src/edge/auth/account.ts'
import type { AccountQuestion } from '../../../src/edge/auth/account-words.ts'
import type { Asked } from '../../../src/edge/auth/child.ts'

const silent = { kind: 'failed', text: 'the user database does not answer' }
const none = { kind: 'none' }
const said = (value: unknown): Asked => ({ kind: 'said', text: JSON.stringify(value) })

/** Answers are given by hand, in the order of the questions. */
function database() {
  const open: { readonly question: AccountQuestion; readonly deadline: number; answer(asked: Asked): void }[] = []
  const accountOf = userDatabase(
    (question, deadline) => new Promise((answer) => void open.push({ question, deadline, answer })),
  )
  const answer = (asked: Asked): void => {
    const next = open.shift()
    assert.ok(next !== undefined, 'nobody asks')
    next.answer(asked)
  }
  return { open, answer, accountOf }
}

test('an account is handed on as it was found', async () => {
  const { accountOf, answer, open } = database()
  const found = { kind: 'account', hash: '$6$x', expired: true }
  const asked = accountOf('joe', 86_400, 5)
  await new Promise(setImmediate)
  assert.deepEqual(open[0]?.question, { name: 'joe', today: 86_400 })
  assert.equal(open[0]?.deadline, 5)
  answer(said(found))
  assert.deepEqual(await asked, found)
})

test('a process that ends without an answer, or says nonsense, lets nobody in', async () => {
  const ended = 'a name service ended the process that asked it'
  const vectors: readonly (readonly [Asked, string])[] = [
    [{ kind: 'said', text: '' }, ended],
    [{ kind: 'said', text: '{"kind":"account","ha' }, ended],
    [said({ kind: 'account', hash: 7, expired: false }), ended],
    [said(null), ended],
    [{ kind: 'unstartable', code: 'EAGAIN' }, 'the process for the user database cannot be started (EAGAIN)'],
  ]
  for (const [asked, text] of vectors) {
    const accountOf = userDatabase(async () => asked)
    assert.deepEqual(await accountOf('joe', 0), { kind: 'failed', text })
  }
})

test('names that no user can have are not asked for', async () => {
  const { accountOf, open } = database()
  for (const name of ['', 'a\0b', 'x'.repeat(257)]) assert.deepEqual(await accountOf(name, 0), none)
  assert.equal(open.length, 0)
})

test('at most two look-ups are under way, and of those that would wait too many are refused', async () => {
  const { accountOf, open, answer } = database()
  const asked = Array.from({ length: 20 }, (_, i) => accountOf(`user${i}`, 0))
  const full = { kind: 'failed', text: 'too many logins wait for the user database' }
  assert.deepEqual(await Promise.all(asked.slice(18)), [full, full])
  for (let i = 0; i < 18; i++) {
    await new Promise(setImmediate)
    assert.ok(open.length <= 2)
    answer(said(none))
    assert.deepEqual(await asked[i], none)
  }
})

test('once the user database was silent, one login at a time asks it, and the others are refused at once', async () => {
  const { accountOf, open, answer } = database()
  const asked = Array.from({ length: 6 }, (_, i) => accountOf(`user${i}`, 0))
  await new Promise(setImmediate)
  answer({ kind: 'late' })
  // The second one still asks, and those that waited do not.
  assert.deepEqual(await Promise.all([asked[0], ...asked.slice(2)]), Array(5).fill(silent))
  assert.deepEqual(await accountOf('next', 0), silent)
  assert.equal(open.length, 1)
  answer({ kind: 'late' })
  assert.deepEqual(await asked[1], silent)

  const probe = accountOf('probe', 0)
  await new Promise(setImmediate)
  assert.equal(open.length, 1)
  assert.deepEqual(await accountOf('next', 0), silent)
  answer(said(none))
  assert.deepEqual(await probe, none)

  const again = [accountOf('a', 0), accountOf('b', 0)]
  await new Promise(setImmediate)
  assert.equal(open.length, 2)
  answer(said(none))
  answer(said(none))
  assert.deepEqual(await Promise.all(again), [none, none])
})
