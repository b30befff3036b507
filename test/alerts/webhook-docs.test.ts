/** docs/webhooks.md: each line of a configuration in it is taken, and the example that checks a signature does. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { alertmanager } from '../../alerts/alertmanager.ts'
import { webhook } from '../../alerts/webhook.ts'
import { signatureHeaders } from '../../src/edge/webhook/sign.ts'
import { wallTime } from '../../src/model/units.ts'
import type { NamedShape } from '../../src/parse/resolve.ts'
import { presets } from '../../src/wire/webhook/presets.ts'
import { needs } from '../needs.ts'
import { resolveText, world } from '../parse/world.ts'
import { fresh } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')
const lines = text.split('\n').filter((line) => /^(?:up)?alert +(?:webhook|alertmanager) /.test(line))
const alerts = new Map<string, NamedShape>([...world.alerts, ['webhook', webhook], ['alertmanager', alertmanager]])

test('there are lines of configuration, for each preset an entry', () => {
  assert.ok(lines.length >= 10)
  for (const name of presets.keys()) assert.match(text, new RegExp(`^\\| \`${name}\` \\|`, 'm'))
  for (const option of Object.keys(webhook.schema.properties)) {
    const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    assert.ok(text.includes(flag), flag)
  }
})

for (const line of lines) {
  test(line, () => {
    const config = `hostgroup g 10.0.0.1\n\nwatch g\n    service s\n        interval 1m\n        monitor ping\n        period wd {Sun-Sat}\n            ${line}\n`
    const { model, problems } = resolveText(config, { ...world, alerts })
    assert.deepEqual(
      problems.filter(({ code }) => !code.startsWith('period')).map(({ code, message }) => `${code}: ${message}`),
      [],
    )
    assert.ok(model !== null)
  })
}

test('the body without a template has the fields that are told, and no others', () => {
  const told = /^\{"version":1,.*?^ .*?\}$/ms.exec(text)?.[0] ?? ''
  const names = [...told.matchAll(/"(\w+)":/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'host' && name !== 'text')
  const rendered = webhook.render?.(failure, { url: 'https://x.example/' }, alertContext('smtp://x')) ?? ''
  assert.deepEqual(names, Object.keys(JSON.parse(rendered.slice(rendered.indexOf('{')))))
})

test('the example of JavaScript takes what we sign, and nothing else', async () => {
  const example = /```js\n(.*?)```/s.exec(text)?.[1] ?? ''
  const path = `${fresh('example')}.mjs`
  writeFileSync(path, `${example}\nexport { isOurs }\n`)
  const { isOurs } = await import(pathToFileURL(path).href)
  const headers = (at: number) =>
    Object.fromEntries(
      Object.entries(signatureHeaders('secret', '{"ä": 1}', wallTime(at))).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    )
  assert.equal(isOurs(headers(Date.now()), '{"ä": 1}', 'secret'), true)
  assert.equal(isOurs(headers(Date.now()), '{"ä": 2}', 'secret'), false)
  assert.equal(isOurs(headers(Date.now()), '{"ä": 1}', 'other'), false)
  assert.equal(isOurs(headers(Date.now() - 600_000), '{"ä": 1}', 'secret'), false)
  assert.equal(isOurs({}, '{"ä": 1}', 'secret'), false)
})

test('the example of a shell gives the same signature', needs('openssl'), () => {
  const example = /^printf .*openssl.*$/m.exec(text)?.[0] ?? ''
  const signed = signatureHeaders('a secret', '{"a": "b"}', wallTime(1_700_000_000_000))
  const environment = { timestamp: '1700000000', body: '{"a": "b"}', secret: 'a secret', PATH: process.env.PATH ?? '' }
  const printed = execFileSync('sh', ['-c', example], { env: environment, encoding: 'utf8' })
  assert.ok(printed.trim().endsWith(String(signed['X-Upalert-Signature']).slice('sha256='.length)), printed)
})
