/** Checks that are proposed, and the short ways to write one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expanded, proposedCheck } from '../../../src/write/init/checks.ts'
import { readCheck } from '../../../src/write/init/fields.ts'
import { withPort } from '../../../src/write/init/judge.ts'
import { around } from './world.ts'

test('whatever the port is, the proposed check is one that is understood', () => {
  const ports = [
    21, 22, 23, 25, 53, 80, 110, 119, 123, 143, 389, 443, 465, 587, 993, 995, 3306, 5060, 8000, 8080, 8443, 65535,
  ]
  const wrong = (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) =>
    ports.flatMap((port) => {
      const read = readCheck(proposedCheck(port, protocol), around)
      return read.kind === 'value' ? [] : [`${protocol} ${port}: ${read.message}`]
    }),
  )
  assert.deepEqual(wrong, [])
})

for (const [typed, written] of [
  ['http', 'http'],
  ['http /', 'http --url /'],
  ['https', 'http --tls'],
  [' https /health  --status 200 ', 'http --tls --url /health  --status 200'],
  ['http --url /x', 'http --url /x'],
  ['http-get /x', 'http-get /x'],
  ['tcp -p 25', 'tcp -p 25'],
] as const)
  test(`"${typed}" is ${written}`, () => assert.equal(expanded(typed), written))

for (const [check, written] of [
  ['tcp', 'tcp -p 8080'],
  ['tcp -p 25', 'tcp -p 25'],
  ['tcp --port=25', 'tcp --port=25'],
  ['http --url "/a -p 3"', 'http -p 8080 --url "/a -p 3"'],
  ["expect --send 'a -p 1' --expect b", "expect -p 8080 --send 'a -p 1' --expect b"],
  ['ping', 'ping'],
  ['/opt/check -w 5', '/opt/check -w 5'],
] as const)
  test(`"${check}" of a real server with port 8080 is ${written}`, () => {
    assert.equal(withPort(check, 8080, around), written)
  })
