/** The door of webhooks: one look-up decides where a request goes. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import dns from 'node:dns'
import dnsPromises from 'node:dns/promises'
import { mkdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { test } from 'node:test'
import { startAttempt } from '../../src/edge/probe/attempt.ts'
import { post } from '../../src/edge/webhook/post.ts'
import { readSecret, readText } from '../../src/edge/webhook/secret-file.ts'
import { sharedTemplateFaults } from '../../src/edge/webhook/shared-templates.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { parseNetwork } from '../../src/wire/webhook/network.ts'
import { startReceiver } from '../peers/alertmanager.ts'
import { fresh, shell } from '../scripts.ts'

const network = parseNetwork('127.0.0.1')
assert.ok(network !== null)
const allowed = [network]

test('a name server that changes its mind after the check changes nothing', async (t) => {
  const server = await startReceiver(t, (response) => response.end('right'))
  const asked: string[] = []
  const promised = t.mock.method(dnsPromises, 'lookup', async (host: string) => {
    asked.push(host)
    return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
  })
  const plain = t.mock.method(dns, 'lookup', () => assert.fail('the connection asks a name server of its own'))
  syncBuiltinESMExports()
  t.after(() => {
    promised.mock.restore()
    plain.mock.restore()
    syncBuiltinESMExports()
  })

  const url = new URL(`http://rebind.example:${server.port}/`)
  const send = async () => {
    const attempt = startAttempt(seconds(10), AbortSignal.timeout(10_000))
    const answer = await post({ url, method: 'POST', headers: {}, body: '{}' }, { allowed, ca: null }, attempt)
    attempt.end()
    return answer
  }
  const first = await send()
  assert.ok(first.kind === 'answered', JSON.stringify(first))
  assert.equal(first.body, 'right')
  const second = await send()
  assert.ok(second.kind === 'failed')
  assert.match(second.text, /127\.0\.0\.2 is this machine itself/)
  assert.deepEqual(asked, ['rebind.example', 'rebind.example'])
})

test('a look-up that hangs ends with the attempt', async (t) => {
  const hanging = t.mock.method(dnsPromises, 'lookup', () => new Promise(() => undefined))
  syncBuiltinESMExports()
  t.after(() => {
    hanging.mock.restore()
    syncBuiltinESMExports()
  })
  const attempt = startAttempt(milliseconds(50), AbortSignal.timeout(10_000))
  const url = new URL('http://hangs.example/')
  const answer = await post({ url, method: 'POST', headers: {}, body: '{}' }, { allowed, ca: null }, attempt)
  attempt.end()
  assert.deepEqual(answer, { kind: 'failed', text: 'did not answer within 50 ms' })
})

test('a key is the first line of its file, and whatever else stands there is told and not shown', () => {
  const path = fresh('key')
  const read = (text: string) => {
    writeFileSync(path, text)
    return readSecret('the key', path)
  }
  assert.deepEqual(read('abc\r\nsecond\n'), { kind: 'text', text: 'abc' })
  for (const text of ['', '\nabc', 'a b', 'ä', `a\0b`, 'x'.repeat(5000)]) {
    const got = read(text)
    assert.equal(got.kind, 'unreadable', text.slice(0, 9))
    assert.doesNotMatch(got.text.replace(path, ''), /abc|xxxx|ä/)
  }
})

test('a pipe that nobody writes to, a directory and a missing file are told, and wait for nothing', () => {
  const pipe = fresh('pipe')
  execFileSync('mkfifo', [pipe])
  assert.deepEqual(readText('the template', pipe), { kind: 'text', text: '' })
  assert.equal(readSecret('the key', pipe).kind, 'unreadable')
  assert.equal(readText('the template', '/').kind, 'unreadable')
  assert.equal(readText('the template', '/nowhere').kind, 'unreadable')
  assert.equal(readText('the template', shell('true')).kind, 'text')
})

test('a mistake in a template of the directory is found before anything is sent', () => {
  const directory = fresh('templates')
  mkdirSync(directory)
  const put = (name: string, text: string) => writeFileSync(`${directory}/${name}`, text)
  assert.deepEqual(sharedTemplateFaults(directory), [])
  put('webhook.hbs', '{{state}} {{key}}')
  put('webhook.slack.hbs', '{"text": "{{key}}"}')
  assert.deepEqual(sharedTemplateFaults(directory), [])
  put('webhook.hbs', '{"a": "{{kee}}"}')
  put('webhook.slack.hbs', '["{{key}}"]')
  put('webhook.irc.hbs', '{{of nobody}}')
  const [plain, slack, ...more] = sharedTemplateFaults(directory)
  assert.match(plain ?? '', /webhook\.hbs is wrong: there is no "kee"; did you mean key\?/)
  assert.match(slack ?? '', /webhook\.slack\.hbs is wrong: it gives no JSON object/)
  assert.deepEqual(more, [])
  assert.deepEqual(sharedTemplateFaults('/nowhere'), [])
})
