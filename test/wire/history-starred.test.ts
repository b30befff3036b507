import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { starPasswords } from '../../src/wire/history/starred.ts'

const vectors = [
  [
    'database = postgres://upalert:s3cret@db.example.org/upalert',
    'database = postgres://upalert:***@db.example.org/upalert',
  ],
  [
    'mailserver = smtps://u:p%40ss@a.example smtp://v:q@b.example',
    'mailserver = smtps://u:***@a.example smtp://v:***@b.example',
  ],
  ['    auth_pass 1234', '    auth_pass ***'],
  ['monitor ldap --password "two words" --port 389', 'monitor ldap --password *** --port 389'],
  ["monitor x --password='two words' -p 1", 'monitor x --password=*** -p 1'],
  ['monitor imap -u a --pass geheim', 'monitor imap -u a --pass ***'],
  ['MON_API_KEY=abc def', 'MON_API_KEY=*** def'],
  ['alert snmptrap --community public 10.1.1.1', 'alert snmptrap --community *** 10.1.1.1'],
  [
    'alert webhook --preset slack --url https://hooks.slack.com/services/T0/B0/xyz --x 1',
    'alert webhook --preset slack --url https://hooks.slack.com/*** --x 1',
  ],
  ['monitor http -u /login?token=abc&x=1', 'monitor http -u /login?token=***&x=1'],
  // Where a secret is read from is none.
  ['alert webhook --url-file /etc/upalert/slack', 'alert webhook --url-file /etc/upalert/slack'],
  ['monitor ldap --password-file /etc/upalert/ldap', 'monitor ldap --password-file /etc/upalert/ldap'],
  ['monitor http --url https://www.example.com/a:b@c', 'monitor http --url https://www.example.com/a:b@c'],
  ['hostgroup pass 10.1.1.2', 'hostgroup pass ***'],
  ['    bypass_rules on', '    bypass_rules on'],
] as const

for (const [text, starred] of vectors)
  test(`${text} is kept as ${starred}`, () => assert.equal(starPasswords(text), starred))

test('any text keeps its lines, and what was starred stays as it is', () => {
  const word = fc.constantFrom('password', 'secret=', ' ', '\n', '"', "'", 'x', 'https://a:b@c/', 'webhook', '\\', '#')
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
      const text = words.join('')
      const starred = starPasswords(text)
      assert.equal(starred.split('\n').length, text.split('\n').length)
    }),
  )
})

test('a megabyte of anything is starred in no time', () => {
  for (const piece of ['password', 'a://b', '"\\', 'webhook http://', '-pass', 'x=', 'a-b_', ' \t'])
    assert.ok(starPasswords(piece.repeat(1_000_000 / piece.length)).length > 0)
})
