/** The webhook alert against real HTTP servers on loopback, with what goes wrong on the way. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { webhook } from '../../alerts/webhook.ts'
import type { AlertContext, AlertOutcome } from '../../src/model/alert.ts'
import { id } from '../../src/model/names.ts'
import { milliseconds, minutes, seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { ok, startReceiver } from '../peers/alertmanager.ts'
import { startSocket } from '../peers/relay.ts'
import { fresh } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const allow = ['127.0.0.0/8']
const SECRET_PATH = '/services/T0001/B0002/kJh3Lq9Zx7Wv5Yt1'
const context = (more: Partial<AlertContext> = {}): AlertContext => ({ ...alertContext('smtp://127.0.0.1:1'), ...more })
const file = (text: string): string => {
  const path = fresh('secret')
  writeFileSync(path, text)
  return path
}
const certificate = (name: string) => join(import.meta.dirname, '../certs', name)
const readCert = (name: string) => readFileSync(certificate(name), 'utf8')

function failed(outcome: AlertOutcome, text: RegExp, retry: boolean) {
  assert.ok(outcome.kind === 'failed', outcome.text)
  assert.match(outcome.text, text)
  assert.equal(outcome.retry, retry, outcome.text)
  return outcome
}

test('a message arrives as JSON, with its id, and the same id at the next attempt', async (t) => {
  const server = await startReceiver(t, (response, _heard, number) => {
    response.writeHead(number === 0 ? 500 : 202).end('all right')
  })
  const options = { url: `${server.url}/in?x=1`, allow, header: ['X-Team: web', 'x-upalert-id: mine'] }
  failed(await webhook.send(failure, options, context()), /answered 500: all right$/, true)
  const again = await webhook.send(failure, options, context({ attempt: 2 }))
  assert.deepEqual(again, { kind: 'sent', text: `${server.url}/*** answered 202: all right` })
  const [first, second] = server.heard
  assert.equal(first?.path, '/in?x=1')
  assert.equal(first?.method, 'POST')
  assert.equal(first?.headers['content-type'], 'application/json')
  assert.equal(first?.headers['x-team'], 'web')
  assert.equal(first?.headers['x-upalert-id'], 'mine', 'the operator has the last word')
  assert.equal(first?.headers['idempotency-key'], failure.id)
  assert.deepEqual(first, second)
  const body = JSON.parse(first?.body ?? '')
  assert.deepEqual(body.failing, [{ host: '10.1.1.3', text: 'answered 503 where 200-399 was expected' }])
  assert.equal(body.since, '2026-06-04T12:00:11.000Z')
})

for (const [name, status, header, after] of [
  ['429 in seconds', 429, '7', seconds(7)],
  ['503 with a date far away', 503, 'Fri, 31 Dec 2100 23:59:59 GMT', minutes(60)],
  ['408 without a word', 408, null, undefined],
] as const) {
  test(`${name} says when to come back`, async (t) => {
    const server = await startReceiver(t, (response) => {
      if (header !== null) response.setHeader('Retry-After', header)
      response.writeHead(status).end()
    })
    const outcome = failed(await webhook.send(failure, { url: server.url, allow }, context()), /answered \d+$/, true)
    assert.equal(outcome.after, after)
  })
}

test('a redirect is not followed: the other server hears nothing', async (t) => {
  const other = await startReceiver(t, ok)
  const server = await startReceiver(t, (response) => {
    response.writeHead(307, { Location: `${other.url}/stolen-key-of-somebody` }).end()
  })
  const outcome = await webhook.send(failure, { url: server.url, allow }, context())
  failed(outcome, /answered 307 and sends on to 127\.0\.0\.1:\d+; redirects are not followed/, false)
  assert.doesNotMatch(outcome.text, /stolen/)
  assert.equal(other.heard.length, 0)
})

test('of a huge answer no more is read than is shown, and its status counts', async (t) => {
  const server = await startReceiver(t, (response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const outcome = await webhook.send(failure, { url: server.url, allow }, context())
  assert.equal(outcome.kind, 'sent', outcome.text)
  assert.ok(outcome.text.length < 300)
})

test('an answer whose body breaks off was an answer', async (t) => {
  const server = await startReceiver(t, (response) => {
    response.writeHead(200, { 'Content-Length': '100' })
    response.write('half', () => response.destroy())
  })
  assert.equal((await webhook.send(failure, { url: server.url, allow }, context())).kind, 'sent')
})

const drip = (socket: { write(text: string): unknown; destroyed: boolean }): void => {
  socket.write('HTTP/1.1 2')
}
for (const [name, serve, text] of [
  ['silence', () => undefined, /did not answer within 0?\.?\d+ m?s$/],
  ['a slow drip', drip, /did not answer within/],
  [
    'a dropped connection',
    (socket: { destroy(): unknown }) => socket.destroy(),
    /broke off the connection before it answered$/,
  ],
  [
    'something that is no HTTP',
    (socket: { end(text: string): unknown }) => socket.end('220 mail ESMTP\r\n'),
    /answered something that is no HTTP$/,
  ],
] as const) {
  test(`${name} is tried again`, async (t) => {
    const server = await startSocket(t, (socket) => {
      socket.resume()
      serve(socket)
    })
    const limit = { timeout: milliseconds(400), signal: AbortSignal.timeout(400) }
    const url = `http://127.0.0.1:${server.port}${SECRET_PATH}`
    const outcome = await webhook.send(failure, { url, allow }, context(limit))
    failed(outcome, text, true)
    assert.doesNotMatch(outcome.text, /kJh3Lq9Zx7Wv5Yt1|T0001/)
    await server.quiet()
  })
}

test('nobody there, and a name that is not known, are tried again', async () => {
  failed(await webhook.send(failure, { url: 'http://127.0.0.1:1/', allow }, context()), /refused the connection$/, true)
  failed(await webhook.send(failure, { url: 'http://no.such.host.invalid/' }, context()), /name that/, true)
})

test('private addresses are refused unless they are allowed, also by name and in disguise', async (t) => {
  const server = await startReceiver(t, ok)
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '[::1]', '0']) {
    const outcome = await webhook.send(failure, { url: `http://${host}:${server.port}/` }, context())
    failed(outcome, /is not sent anything: .*allow its network with --allow or webhook_allow/, true)
  }
  assert.equal(server.heard.length, 0)
  const url = `http://localhost:${server.port}/`
  const allowed = await webhook.send(failure, { url }, context({ webhookAllow: ['127.0.0.0/8', '::1'] }))
  assert.equal(allowed.kind, 'sent', allowed.text)
})

for (const [name, ca, text] of [
  ['good.pem', undefined, /certificate that is not valid here/],
  ['good.pem', 'root.pem', null],
  ['expired.pem', 'root.pem', /certificate that is not valid here: certificate has expired/],
  ['self-signed.pem', undefined, /certificate that is not valid here/],
  ['bare.pem', 'root.pem', /certificate that is not valid here/],
] as const) {
  test(`TLS with ${name}${ca === undefined ? '' : ' and our authority'}: ${text === null ? 'sent' : 'refused'}`, async (t) => {
    const server = await startReceiver(t, ok, { cert: readCert(name), key: readCert('key.pem') })
    const options = { url: server.url, allow, ...(ca === undefined ? {} : { ca: certificate(ca) }) }
    const outcome = await webhook.send(failure, options, context())
    if (text === null) assert.equal(outcome.kind, 'sent', outcome.text)
    else {
      failed(outcome, text, true)
      assert.equal(server.heard.length, 0)
    }
  })
}

test('a URL from a file is in no text, not even where the receiver repeats it', async (t) => {
  const server = await startReceiver(t, (response, heard) => {
    response.writeHead(404).end(`Cannot POST ${heard.path}; token kJh3Lq9Zx7Wv5Yt1`)
  })
  const urlFile = file(`${server.url}${SECRET_PATH}\n`)
  const options = { preset: 'slack', urlFile, allow }
  const outcome = failed(
    await webhook.send(failure, options, context()),
    /answered 404: Cannot POST \*\*\*; token \*\*\*$/,
    false,
  )
  const render = webhook.render?.(failure, options, context()) ?? ''
  for (const text of [outcome.text, render, webhook.line?.(options), webhook.receiver?.(options)])
    assert.doesNotMatch(text ?? '', /kJh3Lq9Zx7Wv5Yt1|T0001/)
  assert.match(render, /^POST http:\/\/127\.0\.0\.1:\d+\/\*\*\*\nContent-Type: application\/json\n/)
  assert.equal(server.heard[0]?.path, SECRET_PATH)
})

test('a signed request is verified as the documentation says, by Node and by openssl', needs('openssl'), async (t) => {
  const server = await startReceiver(t, ok)
  const secretFile = file('s3cret-of-ours\n')
  const options = { url: server.url, allow, secretFile }
  assert.equal((await webhook.send(failure, options, context())).kind, 'sent')
  const { headers, body } = await server.nth(0)
  const timestamp = String(headers['x-upalert-timestamp'])
  assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 60)
  const wanted = createHmac('sha256', 's3cret-of-ours').update(`${timestamp}.${body}`).digest('hex')
  assert.equal(headers['x-upalert-signature'], `sha256=${wanted}`)
  const openssl = execFileSync('openssl', ['dgst', '-sha256', '-hmac', 's3cret-of-ours'], {
    input: `${timestamp}.${body}`,
  })
  assert.match(openssl.toString(), new RegExp(`${wanted}\\s*$`))
  assert.doesNotMatch(webhook.render?.(failure, options, context()) ?? '', /s3cret/)
})

test('a template of the line, of a file, and of the directory is used, and a wrong one costs no message', async (t) => {
  const server = await startReceiver(t, ok)
  const templates = fresh('templates')
  mkdirSync(templates)
  writeFileSync(join(templates, 'webhook.hbs'), '{"shared": "{{key}}"}')
  writeFileSync(join(templates, 'webhook.slack.hbs'), '{"text": "{{word}}! {{description}}"}')
  const url = server.url
  const bodies: readonly (readonly [object, unknown])[] = [
    [{ url, allow, body: '{"a": "{{{summary}}}"}' }, { a: '"} <!channel> \\' }],
    [{ url, allow, bodyFile: file('{"b": {{json failing}} }') }, { b: failure.failing }],
    [{ url, allow }, { shared: 'web/http' }],
    [{ url, allow, preset: 'slack' }, { text: 'ALERT! &lt;!channel&gt;' }],
    [
      { url, allow, preset: 'discord', body: '{"content": "{{key}}"}' },
      { content: 'web/http', allowed_mentions: { parse: [] }, flags: 4 },
    ],
  ]
  const message = { ...failure, summary: '"} <!channel> \\', description: '<!channel>' }
  for (const [options, body] of bodies) {
    const outcome = await webhook.send(message, options, context({ templates }))
    assert.equal(outcome.kind, 'sent', outcome.text)
    assert.deepEqual(JSON.parse(server.heard.at(-1)?.body ?? ''), body)
  }
  const wrong = await webhook.send(message, { url, allow, body: '{"a": {{key}} }' }, context())
  assert.equal(wrong.kind, 'sent')
  assert.match(wrong.text, /; the template is not used: it does not give JSON/)
  assert.match(JSON.parse(server.heard.at(-1)?.body ?? '').warning, /^the template is not used/)
  const contentType = 'text/plain'
  const gone = await webhook.send(message, { url, allow, contentType, bodyFile: '/nowhere/body' }, context())
  assert.equal(server.heard.at(-1)?.headers['content-type'], 'application/json')
  assert.match(gone.text, /answered 200: ok; the template is not used: the body file \/nowhere\/body cannot be read/)
  assert.equal(JSON.parse(server.heard.at(-1)?.body ?? '').key, 'web/http')
  const chat = await webhook.send(message, { url, allow, preset: 'mattermost', body: '[1]' }, context())
  assert.match(chat.text, /the template is not used: it gives no JSON object/)
  assert.match(JSON.parse(server.heard.at(-1)?.body ?? '').text, /Warning: the template is not used/)
})

test('methods and content types are the operator’s', async (t) => {
  const server = await startReceiver(t, ok)
  const common = { url: `${server.url}/x`, allow }
  await webhook.send(failure, { ...common, method: 'PUT', contentType: 'text/plain', body: '{{headline}}' }, context())
  await webhook.send(failure, { ...common, method: 'GET' }, context())
  const user = common.url.replace('http://', 'http://ann:p%40ss@')
  await webhook.send(failure, { ...common, url: user, tokenFile: file('t0ken') }, context())
  await webhook.send(failure, { ...common, url: user }, context())
  const [put, get, token, basic] = server.heard
  assert.equal(put?.method, 'PUT')
  assert.equal(put?.headers['content-type'], 'text/plain')
  assert.equal(put?.body, '10.1.1.3 answered 503 where 200-399 was expected')
  assert.equal(get?.method, 'GET')
  assert.equal(get?.body, '')
  assert.equal(token?.headers.authorization, 'Bearer t0ken')
  assert.equal(basic?.headers.authorization, `Basic ${btoa('ann:p@ss')}`)
})

test('each number gets its message once, also where another one is tried again', async (t) => {
  const refuse = new Set(['+491705550101'])
  const server = await startReceiver(t, (response, { body }) => {
    const to = new URLSearchParams(body).get('To') ?? ''
    response.writeHead(refuse.has(to) ? 500 : 201).end('{}')
  })
  const tokenFile = file(`AC${'a'.repeat(32)}:keykeykey`)
  const to = ['+491705550100', '+491705550101']
  const options = { preset: 'twilio', url: server.url, allow, tokenFile, from: '+4930555', to }
  const first = failed(await webhook.send(failure, options, context()), /\+491705550101: answered 500/, true)
  assert.deepEqual(first.reached, ['+491705550100'])
  refuse.clear()
  const second = await webhook.send(failure, options, context({ attempt: 2, reached: first.reached ?? [] }))
  assert.equal(second.kind, 'sent', second.text)
  const told = server.heard.map(({ body }) => new URLSearchParams(body).get('To'))
  assert.deepEqual(told, ['+491705550100', '+491705550101', '+491705550101'])
})

test('an answer of Telegram’s says in its body when to come back', async (t) => {
  const server = await startReceiver(t, (response) => {
    response.writeHead(429).end(JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: 11 } }))
  })
  const tokenFile = file('123456:kJh3Lq9Zx7Wv5Yt1')
  const options = { preset: 'telegram', url: server.url, allow, tokenFile, chat: '-1' }
  const outcome = failed(await webhook.send(failure, options, context()), /answered 429/, true)
  assert.equal(outcome.after, seconds(11))
  assert.equal(server.heard[0]?.path, '/bot123456:kJh3Lq9Zx7Wv5Yt1/sendMessage')
})

test('headers cannot be broken by a message', async (t) => {
  const server = await startReceiver(t, ok)
  const outcome = await webhook.send({ ...failure, id: id('a\r\nX-Evil: 1\0é') }, { url: server.url, allow }, context())
  assert.equal(outcome.kind, 'sent', outcome.text)
  assert.equal(server.heard[0]?.headers['x-upalert-id'], 'a??X-Evil:?1??')
  assert.equal(server.heard[0]?.headers['x-evil'], undefined)
})
