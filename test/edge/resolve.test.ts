import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAttempt } from '../../src/edge/probe/attempt.ts'
import { resolve } from '../../src/edge/probe/resolve.ts'
import type { Family } from '../../src/model/table.ts'
import { minutes } from '../../src/model/units.ts'

const vectors: { name: string; host: string; family: Family | null; gives: string }[] = [
  { name: 'an IPv4 address is itself', host: '127.0.0.1', family: null, gives: '127.0.0.1' },
  { name: 'an IPv6 address is itself', host: '::1', family: 6, gives: '::1' },
  { name: 'an IPv6 address with an interface is itself', host: 'fe80::1%lo', family: null, gives: 'fe80::1%lo' },
  { name: 'an IPv6 address is refused where IPv4 was asked for', host: '::1', family: 4, gives: 'wrong-family' },
  { name: 'a name is looked up in the family asked for', host: 'localhost', family: 4, gives: '127.0.0.1' },
  { name: 'an empty host is not looked up', host: '', family: null, gives: 'bad-host' },
  { name: 'an address with a slip is not looked up', host: '256.1.1.1', family: null, gives: 'bad-host' },
  { name: 'a shortened address is not guessed at', host: '127.1', family: null, gives: 'bad-host' },
  { name: 'a name with a blank is not looked up', host: 'web 1', family: null, gives: 'bad-host' },
  {
    name: 'a name longer than a name can be is not looked up',
    host: 'a.'.repeat(200),
    family: null,
    gives: 'bad-host',
  },
  { name: 'an option is not taken for a name', host: '-p', family: null, gives: 'bad-host' },
]
for (const { name, host, family, gives } of vectors) {
  test(name, async () => {
    const attempt = startAttempt(minutes(1), new AbortController().signal)
    const found = await resolve(host, family, attempt)
    attempt.end()
    assert.equal(found.kind === 'address' ? found.address : found.code, gives)
  })
}

test('a lookup that nobody waits for any more answers at once', async () => {
  const stop = new AbortController()
  const attempt = startAttempt(minutes(1), stop.signal)
  const found = resolve('localhost', null, attempt)
  stop.abort()
  const answer = await found
  attempt.end()
  assert.equal(answer.kind === 'failed' && answer.code, 'aborted')
})

test('a hundred lookups of different names all get their turn', async () => {
  const attempt = startAttempt(minutes(1), new AbortController().signal)
  // The case of a name does not matter to /etc/hosts, but the trailing dot makes a second text of it.
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => resolve(n % 2 ? 'localhost' : 'LOCALHOST.', n % 3 ? 4 : null, attempt)),
  )
  attempt.end()
  assert.equal(answers.length, 100)
})
