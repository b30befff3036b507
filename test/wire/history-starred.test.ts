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
  [`monitor ldap --options '{"password":"x y","port":389}'`, `monitor ldap --options '{"password":***,"port":389}'`],
  ['monitor ldap --options "{\\"password\\": \\"xyz"', 'monitor ldap --options "{\\"password\\": ***"'],
  ['passwd = "genericpassword"', 'passwd = ***'],
  ['monitor imap -u a --pass geheim', 'monitor imap -u a --pass ***'],
  ['MON_API_KEY=abc def', 'MON_API_KEY=*** def'],
  ['alert snmptrap --community public 10.1.1.1', 'alert snmptrap --community *** 10.1.1.1'],
  [
    'alert webhook --preset slack --url https://hooks.slack.com/services/T0/B0/xyz --x 1',
    'alert webhook --preset slack --url https://hooks.slack.com/*** --x 1',
  ],
  ['monitor http -u /login?token=abc&x=1', 'monitor http -u /login?token=***&x=1'],
  [
    'alert webhook --preset slack \\\n  --url https://hooks.slack.com/services/T0/B0/xyz --x 1',
    'alert webhook --preset slack \\\n  --url https://hooks.slack.com/*** --x 1',
  ],
  ['alert webhook \\  \n\t--url https://own.example/xyz', 'alert webhook \\  \n\t--url https://own.example/***'],
  ['monitor imap --pass \\\r\n  geheim -p 1', 'monitor imap --pass \\\r\n  *** -p 1'],
  ['monitor imap --pass ge\\\n  he\\\n  im -p 1', 'monitor imap --pass \\\n  \\\n  *** -p 1'],
  ['HOOK=https://hooks.slack.com/services/T0/xyz', 'HOOK=https://hooks.slack.com/***'],
  ["define(`CHAT', `https://hooks.slack.com/services/T0/xyz')", "define(`CHAT', `https://hooks.slack.com/***')"],
  ['x = https://discord.com/api/webhooks/1/xyz', 'x = https://discord.com/***'],
  ['x = https://a.webhook.office.com:443/webhookb2/1', 'x = https://a.webhook.office.com:443/***'],
  ['x = https://prod-1.logic.azure.com/workflows/1', 'x = https://prod-1.logic.azure.com/***'],
  ['x = https://api.telegram.org/bot1:xyz/sendMessage', 'x = https://api.telegram.org/***'],
  ['x = https://chat.example.com/hooks/xyz', 'x = https://chat.example.com/***'],
  ['x = https://api.telegram.org.example.com/a', 'x = https://api.telegram.org.example.com/a'],
  ['alert webhook --header "Authorization: Bearer a b" --x 1', 'alert webhook --header "Authorization: ***" --x 1'],
  [`-H "Authorization: Digest u=\\"a\\", r='b'" --x 1`, '-H "Authorization: ***" --x 1'],
  [`-H 'Cookie: a="b c"; d=e' --x 1`, `-H 'Cookie: ***' --x 1`],
  ['-H "proxy-authorization: \\\n  Basic dXNlcjpwYXNz"', '-H "proxy-authorization: \\\n  ***"'],
  ['AUTH=Basic dXNlcjpwYXNz', 'AUTH=Basic ***'],
  ['--header "X-Api-Key: abc"', '--header "X-Api-Key: ***"'],
  ['alert snmptrap -c geheim -p 1 10.1.1.1', 'alert snmptrap -c *** -p 1 10.1.1.1'],
  ['alert trap -P geheim 10.1.1.1', 'alert trap -P *** 10.1.1.1'],
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

test('wherever a line goes on, no part of a secret is left, and nothing else is changed', () => {
  const seam = /\\[ \t\r]*\n[ \t]*/g
  const lines = vectors.filter(([text]) => !text.includes('\\'))
  const cut = fc.tuple(fc.nat(120), fc.constantFrom('\\\n', '\\ \n  ', '\\\r\n\t'))
  fc.assert(
    fc.property(fc.constantFrom(...lines), fc.array(cut, { maxLength: 4 }), ([text, starred], cuts) => {
      // Blanks behind a seam are the next line's indentation, and count for nothing.
      const at = (i: number) => (text[i] === ' ' ? '' : (cuts.find(([place]) => place === i)?.[1] ?? ''))
      const whole = [...text].map((letter, i) => `${at(i)}${letter}`).join('')
      const kept = starPasswords(whole)
      assert.equal(kept.replace(seam, ''), starred)
      assert.deepEqual(kept.match(seam), whole.match(seam))
    }),
  )
})

test('a megabyte of anything is starred in no time', () => {
  for (const piece of [
    'password',
    'a://b',
    '"\\',
    'webhook http://',
    '-pass',
    'x=',
    'a-b_',
    ' \t',
    '\\ \n ',
    '\\',
    'cookie:',
    'basic ',
    'https://',
    '-c ',
    'snmptrap -c a\\\n',
  ])
    assert.ok(starPasswords(piece.repeat(1_000_000 / piece.length)).length > 0)
})
