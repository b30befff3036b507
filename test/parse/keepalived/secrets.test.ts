/** A password of a configuration stands in no problem: they end up in logs and chats. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { formatProblems, recordOf } from '../../../src/parse/problem.ts'

const files: readonly (readonly [name: string, text: string])[] = [
  ['a comment glued to it', 'vrrp_instance A {\n authentication {\n  auth_pass hunter2!hunter2\n }\n}\n'],
  ['a brace behind it', 'vrrp_instance A {\n authentication { auth_pass hunter2} }\n}\n'],
  ['a quote that is not closed', 'vrrp_instance A {\n authentication {\n  auth_pass "hunter2\n }\n}\n'],
  ['a word too many', 'SSL {\n password "hunter2" hunter2x\n}\n'],
  ['an old condition before it', 'SSL {\n @host1 password hunter2 hunter2\n}\n'],
  ['a block that cannot have it', 'virtual_server 192.0.2.1 80 {\n password hunter2\n}\n'],
  ['a tab', 'SSL {\n\tpassword\thunter2#hunter2\n}\n'],
]
for (const [name, text] of files) {
  test(`with ${name}`, () => {
    const { problems } = parseKeepalived({ file: 'keepalived.conf', text }, { id: 'host1' })
    assert.ok(problems.length > 0)
    const told = formatProblems(problems) + JSON.stringify(problems.map(recordOf))
    assert.doesNotMatch(told, /hunter/)
  })
}

test('other words are shown as they are', () => {
  const { problems } = parseKeepalived({ file: 'keepalived.conf', text: 'global_defs {\n router_id a!b\n}\n' })
  assert.match(formatProblems(problems), /router_id a!b/)
})
