/** Who may give a command, and whose traps are taken: mon's order, by a table and by properties. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { mayCommand, trapNames, trapRules, trapUserRule } from '../../src/engine/authority.ts'
import { type AuthFile, COMMAND_WORDS, NOBODY } from '../../src/model/auth.ts'
import { parseAuth } from '../../src/parse/auth.ts'
import { needs } from '../needs.ts'
import { startMon } from '../peers/mon/daemon.ts'

const read = (text: string): AuthFile => parseAuth({ file: 'auth.cf', text }).file

/** The line, and whether a stranger, joe and jane may. */
const lines: readonly (readonly [line: string, stranger: boolean, joe: boolean, jane: boolean])[] = [
  ['', false, false, false],
  ['list:', false, false, false],
  ['list: all', true, true, true],
  ['list: AUTH_ANY', false, true, true],
  ['list: joe', false, true, false],
  ['list: joe, jane', false, true, true],
  ['list: JOE', false, false, false],
  ['LiSt: joe', false, true, false],
  ['list: !joe', false, false, false],
  ['list: !joe, all', true, false, true],
  ['list: all, !joe', true, false, true],
  ['list: !joe, AUTH_ANY', false, false, true],
  ['list: joe, !joe', false, false, false],
  ['list: !AUTH_ANY', false, false, false],
  ['list: !AUTH_ANY, all', true, false, false],
  ['list: !AUTH_ANY, joe', false, false, false],
  ['list: !all', false, false, false],
  ['list: !all, AUTH_ANY', false, true, true],
  ['list: joe\nlist: jane', false, true, true],
  ['list: all\nlist: !joe', true, false, true],
  ['list: auth_any', false, false, false],
  ['list: All', false, false, false],
  ['reset: all', false, false, false],
]
for (const [line, stranger, joe, jane] of lines) {
  test(`"${line.replace('\n', '", "')}" allows ${[stranger, joe, jane].map((may) => (may ? 'yes' : 'no')).join(', ')}`, () => {
    const file = read(line)
    const found = [null, 'joe', 'jane'].map((user) => mayCommand(file, 'list', user).allowed)
    assert.deepEqual(found, [stranger, joe, jane])
  })
}

const users = fc.uniqueArray(fc.constantFrom('all', 'AUTH_ANY', '!AUTH_ANY', 'joe', '!joe', 'jane', '!jane', '!all'))
const user = fc.constantFrom(null, 'joe', 'jane')

test('a denial wins over everything, but only for who is logged in', () => {
  fc.assert(
    fc.property(users, user, (words, who) => {
      const { allowed } = mayCommand(read(`list: ${words.join(', ')}`), 'list', who)
      const denied = who !== null && (words.includes('!AUTH_ANY') || words.includes(`!${who}`))
      if (denied) assert.equal(allowed, false)
      else if (words.includes('all')) assert.equal(allowed, true)
      else if (who === null) assert.equal(allowed, false)
      else assert.equal(allowed, words.includes('AUTH_ANY') || words.includes(who))
    }),
  )
})

test('the order of users on a line, and their spreading over several lines, change nothing', () => {
  fc.assert(
    fc.property(users, user, (words, who) => {
      const one = mayCommand(read(`list: ${words.join(',')}`), 'list', who)
      const many = mayCommand(
        read(
          words
            .map((word) => `list: ${word}\n`)
            .toReversed()
            .join(''),
        ),
        'list',
        who,
      )
      assert.equal(one.allowed, many.allowed)
    }),
  )
})

/** checkauth takes any word for a command, so that one daemon answers for a whole table of lines. */
test(
  'the real mon decides the same for every line of the table, and for a hundred random ones',
  needs('mon'),
  async (t) => {
    const written = lines.map(([line]) => line).filter((line) => !line.startsWith('reset'))
    const random = fc.sample(users, { numRuns: 100, seed: 3 }).map((words) => `list: ${words.join(' , ')}`)
    const commands = [...written, ...random].map((line, i) => line.replaceAll(/^list/gim, `case${i}`))
    const auth = `${commands.join('\n')}\ntrap section\n* * *\n`
    const mon = await startMon(t, { config: 'hostgroup g h1\n', auth })
    const file = read(auth)
    let allowed = 0
    for (const who of [null, 'joe', 'jane']) {
      const session = await mon.connect()
      if (who !== null) assert.equal((await session.command(`login ${who}`)).status, '220 login accepted')
      for (let i = 0; i < commands.length; i++) {
        const { status } = await session.command(`checkauth case${i}`)
        const may = mayCommand(file, `case${i}`, who).allowed
        assert.equal(may, status === '220 command authorized', `${commands[i]} for ${who}: ${status}`)
        if (may) allowed += 1
      }
    }
    assert.ok(allowed > 50 && allowed < 2 * commands.length)
  },
)

test(
  'the real mon looks a command up in lower case, however auth.cf spells it, and so do we',
  needs('mon'),
  async (t) => {
    const auth = 'SERVERTIME: all\nList : joe\n\ntrap section\n'
    const mon = await startMon(t, { config: 'hostgroup g h1\n', auth })
    const file = read(auth)
    for (const command of ['servertime', 'SERVERTIME', 'List', 'list']) {
      const { status } = await mon.command(`checkauth ${command}`)
      assert.equal(mayCommand(file, command, null).allowed, status === '220 command authorized', command)
    }
    assert.match((await mon.command('SerVerTime')).status, /^220/)
  },
)

test('the real mon reads the shipped auth.cf, and permits the same with it', needs('mon'), async (t) => {
  const auth = readFileSync(new URL('../../config/auth.cf', import.meta.url), 'utf8')
  const mon = await startMon(t, { config: 'hostgroup g h1\n', auth })
  for (const user of [null, 'joe']) {
    if (user !== null) await mon.command(`login ${user}`)
    for (const command of [...COMMAND_WORDS, 'nonsense']) {
      const { status } = await mon.command(`checkauth ${command}`)
      const { allowed } = mayCommand(read(auth), command, user)
      assert.equal(allowed, status === '220 command authorized', `${command} for ${user}`)
    }
  }
})

test('why something is refused is said in words that hold no text of the client', () => {
  const file = read('list: joe')
  assert.equal(mayCommand(file, 'list', null).why, 'auth.cf asks for a login first')
  assert.equal(mayCommand(file, 'list', 'eve\u001b[2J').why, 'auth.cf does not name this user')
  assert.equal(mayCommand(file, 'eve', 'joe').why, 'auth.cf has no line for this command')
  assert.equal(mayCommand(NOBODY, '__proto__', 'constructor').allowed, false)
})

const hash = 'rqXexS6ZhobKA'
const other = 'abzlUXK5ed5rs'
const names = new Map([['router', ['192.0.2.7', '2001:db8::7']]])

test('a trap is judged by the entries for its sender, written as an address or as a name', () => {
  const file = read(`trap section\n192.0.2.1 mon ${hash}\n2001:db8::1 jane ${hash}\nRouter joe ${hash}\n`)
  const senders = (from: string) => trapRules(file, from, names).rules.map((rule) => rule.user)
  assert.deepEqual(senders('192.0.2.1'), ['mon'])
  assert.deepEqual(senders('::ffff:192.0.2.1'), ['mon'])
  assert.deepEqual(senders('2001:db8::1'), ['jane'])
  assert.deepEqual(senders('192.0.2.7'), ['joe'])
  assert.deepEqual(senders('2001:db8::7'), ['joe'])
  assert.deepEqual(senders('192.0.2.9'), [])
  assert.deepEqual(trapNames(file), ['router'])
})

test('one entry for host * puts all others out of force, as with mon', () => {
  const file = read(`trap section\n192.0.2.1 * *\n* mon ${hash}\n`)
  const found = trapRules(file, '192.0.2.1', names)
  assert.equal(found.anybody, false)
  assert.deepEqual(
    found.rules.map((rule) => rule.user),
    ['mon'],
  )
})

test('an entry for user * accepts whatever comes from its host, and from no other', () => {
  const file = read('trap section\n192.0.2.1 * *\n')
  assert.equal(trapRules(file, '192.0.2.1', names).anybody, true)
  assert.equal(trapRules(file, '192.0.2.2', names).anybody, false)
})

test('a packet that calls itself user * is nobody, wherever it comes from', () => {
  for (const text of [`192.0.2.1 mon ${hash}`, `* mon ${hash}`, `* * ${hash}`, '']) {
    const { rules } = trapRules(read(`trap section\n${text}\n`), '192.0.2.1', names)
    assert.equal(trapUserRule(rules, '*'), null)
  }
})

test('of two entries for a host and user the later one counts', () => {
  const file = read(`trap section\n* mon ${hash}\n* jane ${hash}\n* mon ${other}\n`)
  const { rules } = trapRules(file, '192.0.2.1', names)
  assert.equal(trapUserRule(rules, 'mon')?.hash, other)
  assert.equal(trapUserRule(rules, 'joe'), null)
})
