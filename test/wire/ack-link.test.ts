/** Links that acknowledge: what is in them, how long they are, and that nothing reads one for another. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ackUrl,
  type LinkSubject,
  linkParts,
  SIGNATURE_LENGTH,
  signatureText,
  signedText,
  subjectOf,
} from '../../src/wire/ack-link.ts'
import { alertView } from '../../src/wire/mail/alert-view.ts'
import { PAGE_LIMIT, pageTemplate, pageText } from '../../src/wire/mail/page-text.ts'
import { gsmPlaces } from '../../src/wire/mail/safe-text.ts'
import { failure } from './alert-message.ts'

const signature = signatureText(createHash('sha256').update('any').digest())
const usual: LinkSubject = {
  service: 'web/http',
  outage: 'mi9x8k2la1b2c3-812345678',
  message: 'mi9x8k2la1b2c3-812345678.3',
}

test('a link has the numbers of outage and message, and a signature that nothing escapes or cuts', () => {
  assert.match(signature, new RegExp(`^[a-z2-7]{${SIGNATURE_LENGTH}}$`))
  const url = `https://lb.example.com/upalert/ack/dfndxq/0.3/${signature}`
  assert.equal(ackUrl('https://lb.example.com/upalert', usual, signature), url)
  assert.equal(ackUrl('https://lb.example.com/upalert//', usual, signature), url)
  assert.equal(encodeURI(url), url)
})

test('a message of a later run has its whole id', () => {
  const later = { ...usual, message: 'mj0000000d4e5f6-7.1' }
  const url = ackUrl('http://lb', later, signature)
  assert.equal(url, `http://lb/ack/dfndxq/mj0000000d4e5f6-7.1/${signature}`)
  const parts = linkParts(new URL(url ?? '').pathname)
  assert.deepEqual(parts === null ? null : subjectOf(parts, 'web/http', usual.outage), later)
})

test('RFC 4648 letters of the first bits', () => {
  const hash = Uint8Array.from([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x55])
  assert.equal(signatureText(hash), 'aaaaaaaa77777777')
  assert.equal(signatureText(Buffer.from('fooba and more')), 'mzxw6ytbebqw4zba')
})

const run = fc.stringMatching(/^[0-9a-z]{8}[0-9a-f]{6}$/)
const count = fc.integer({ min: 1, max: 9_999_999_999 })
const subjects = fc
  .record({ service: fc.string(), begun: run, now: fc.option(run), first: count, later: count, n: count })
  .map(({ service, begun, now, first, later, n }) => ({
    service,
    outage: `${begun}-${first}`,
    message: `${now ?? begun}-${later}.${n}`,
  }))

test('what is written is read again, with any path in front of it', () => {
  fc.assert(
    fc.property(subjects, fc.constantFrom('', '/upalert', '/ack', '/ack/a/b/c'), (subject, path) => {
      const url = ackUrl(`https://lb.example.com${path}`, subject, signature)
      assert(url !== null)
      const parts = linkParts(new URL(url).pathname)
      assert(parts !== null)
      assert.deepEqual(subjectOf(parts, subject.service, subject.outage), subject)
      assert.equal(parts.signature, signature)
    }),
  )
})

test('the parts of what is signed cannot be shifted into each other', () => {
  fc.assert(
    fc.property(subjects, subjects, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      assert.equal(signedText(one) === signedText(other), same)
    }),
  )
  assert.notEqual(
    signedText({ ...usual, service: 'a","b', outage: 'c' }),
    signedText({ ...usual, service: 'a', outage: 'b","c' }),
  )
})

test('no cut and no other path is a link', () => {
  const path = `/upalert/ack/dfndxq/0.3/${signature}`
  assert(linkParts(path) !== null)
  for (let end = 0; end < path.length; end++) assert.equal(linkParts(path.slice(0, end)), null)
  const others = [`${path}/`, `${path}a`, `${path}.`, path.replace('ack', 'Ack'), path.replace('xq/', 'xq//')]
  const hostile = [
    '/ack/../../x',
    '/ack/%2e%2e/812.3/',
    `/ack/8 12/812.3/${signature}`,
    `/ack/dfndxq/0.3/${signature.toUpperCase()}`,
  ]
  for (const other of [...others, ...hostile, `/${'a'.repeat(100_000)}`, `${'/ack'.repeat(20_000)}/`])
    assert.equal(linkParts(other), null, other.slice(0, 60))
})

test('no link is made of ids that are not ours', () => {
  for (const odd of ['', '1', 'a b', 'run-ü', 'run-1/2', 'run-01', 'rün-1', `run-${'1'.repeat(81)}`])
    assert.equal(ackUrl('https://lb', { ...usual, outage: odd }, signature), null, odd)
})

test('a page on a phone has room for a usual link beside all that it says', () => {
  const link = ackUrl('https://director.example.com/upalert', usual, signature) ?? ''
  assert.equal(link.length, 68)
  const view = alertView(failure, 'lb1', { full: () => '2026-10-01 14:02:11', clock: () => '14:02' }, { ack: link })
  const { text } = pageText(pageTemplate, view, PAGE_LIMIT)
  assert.ok(text.endsWith(` ${link}`), text)
  assert.ok(gsmPlaces(text) <= PAGE_LIMIT)
  assert.match(text, /2 of 3 left/)
})
