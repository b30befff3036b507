/**
 * The signature of a mail, checked by hand against the public key (RFC 6376 §3.4, §3.7, §6.1.3), and keys that do not
 * serve. The canonical forms here are written from the RFC and share nothing with what signs.
 */
import assert from 'node:assert/strict'
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { mail } from '../../alerts/mail.ts'
import type { AlertContext } from '../../src/model/alert.ts'
import { alertContext } from '../alerts/context.ts'
import { startRelay } from '../peers/relay.ts'
import { failure } from '../wire/alert-message.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const options = { recipients: ['ops@example.org'] }

async function keyFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'upalert-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'key.pem'), text)
  return join(folder, 'key.pem')
}

const pkcs8 = (key: typeof rsa.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function signing(server: string, file: string): AlertContext {
  const context = alertContext(server)
  const dkim = { domain: 'example.org', selector: 'lb', keyFile: file }
  return { ...context, mail: { ...context.mail, listId: 'upalert.example.org', dkim } }
}

const relaxedHeader = (name: string, value: string): string =>
  `${name.toLowerCase()}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`

const relaxedBody = (body: string): string =>
  body
    .split('\r\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
    .join('\r\n')
    .replace(/(\r\n)*$/, '\r\n')

interface Field {
  readonly name: string
  readonly value: string
}

function fieldsOf(raw: string): Field[] {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n') + 2)
  return [...head.matchAll(/^([!-9;-~]+):((?:.|\r\n[ \t])*)\r\n/gm)].map(([, name = '', value = '']) => ({
    name,
    value,
  }))
}

/** The header fields that the signature covers; throws where it does not hold. */
function verified(raw: string): readonly string[] {
  const fields = fieldsOf(raw)
  const signature = fields.find(({ name }) => name === 'DKIM-Signature')
  assert.ok(signature !== undefined, raw)
  const tags = new Map(
    signature.value.split(';').map((tag) => {
      const [name = '', ...value] = tag.split('=')
      return [name.trim(), value.join('=').replace(/\s+/g, '')] as const
    }),
  )
  assert.deepEqual([tags.get('v'), tags.get('a'), tags.get('c')], ['1', 'rsa-sha256', 'relaxed/relaxed'])
  assert.deepEqual([tags.get('d'), tags.get('s')], ['example.org', 'lb'])
  const body = relaxedBody(raw.slice(raw.indexOf('\r\n\r\n') + 4))
  assert.equal(tags.get('bh'), createHash('sha256').update(body, 'latin1').digest('base64'))
  const signed = (tags.get('h') ?? '').split(':')
  const lines = signed.map((name) => {
    const field = fields.findLast((one) => one.name.toLowerCase() === name)
    assert.ok(field !== undefined, name)
    return relaxedHeader(name, field.value)
  })
  const own = relaxedHeader('dkim-signature', signature.value.replace(/(;\s*b=)[^;]*/, '$1'))
  const verify = createVerify('RSA-SHA256').update([...lines, own].join('\r\n'), 'latin1')
  assert.ok(verify.verify(rsa.publicKey, tags.get('b') ?? '', 'base64'), 'the signature does not hold')
  return signed
}

const messages = [
  { name: 'a failure', message: failure },
  { name: 'letters of many scripts', message: { ...failure, summary: 'Füße 日本 😀', description: 'ü  — ß\t' } },
  { name: 'a long output', message: { ...failure, detail: 'a line with blanks  at its end  \n\n\n'.repeat(200) } },
  { name: 'words that are given', message: { ...failure, mail: { subject: 'x', text: 'y\n\n\n' } } },
]
for (const { name, message } of messages) {
  test(`the signature of a mail of ${name} holds against the public key, and covers what readers trust`, async (t) => {
    const relay = await startRelay(t)
    const outcome = await mail.send(message, options, signing(relay.url, await keyFile(t, pkcs8(rsa.privateKey))))
    assert.equal(outcome.kind, 'sent', outcome.text)
    const signed = verified(Buffer.from(relay.mails[0]?.raw ?? '', 'utf8').toString('latin1'))
    for (const field of ['from', 'to', 'subject', 'date', 'message-id', 'content-type', 'list-id', 'references'])
      assert.ok(signed.includes(field), field)
  })
}

test('a signature holds for that mail alone', async (t) => {
  const relay = await startRelay(t)
  await mail.send(failure, options, signing(relay.url, await keyFile(t, pkcs8(rsa.privateKey))))
  const raw = relay.mails[0]?.raw ?? ''
  assert.throws(() => verified(raw.replace(/^Subject: ALERT/m, 'Subject: UPALERT')), /does not hold/)
  assert.throws(() => verified(raw.replace('answered 503', 'answered 200')))
})

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const locked = rsa.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
  .toString()
const useless = [
  { name: 'is no key', text: 'hello\n', says: /holds no private key in PEM/ },
  { name: 'is empty', text: '', says: /holds no private key in PEM/ },
  { name: 'is of another type', text: pkcs8(ec), says: /holds a key of type ec, and only RSA can be used/ },
  { name: 'wants a passphrase', text: locked, says: /holds no private key in PEM without a passphrase/ },
]
for (const { name, text, says } of useless) {
  test(`a key that ${name} holds the mail back until it is mended, and nothing goes unsigned`, async (t) => {
    const relay = await startRelay(t)
    const file = await keyFile(t, text)
    const outcome = await mail.send(failure, options, signing(relay.url, file))
    assert.ok(outcome.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, says)
    assert.ok(!outcome.text.includes('BEGIN'))
    assert.equal(relay.mails.length, 0)
    await writeFile(file, pkcs8(rsa.privateKey))
    assert.equal((await mail.send(failure, options, signing(relay.url, file))).kind, 'sent')
    verified(relay.mails[0]?.raw ?? '')
  })
}

test('a key that is not there holds the mail back, and is named', async (t) => {
  const relay = await startRelay(t)
  const outcome = await mail.send(failure, options, signing(relay.url, '/nonexistent/key.pem'))
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.match(
    outcome.text,
    /\/nonexistent\/key\.pem, which dkim names, cannot be read: ENOENT; no mail is sent unsigned/,
  )
})
