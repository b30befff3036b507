/** What nobody's browser sends: names, comments and bodies that are meant to break something. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { groupName, host, serviceKey, serviceName } from '../../../src/model/names.ts'
import { ackUrl, signedText } from '../../../src/wire/ack-link.ts'
import { Rig, sign } from './rig.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A service of any name at all; more than mon.cf lets pass. */
function named(group: string, name: string): Rig {
  return new Rig({
    key: serviceKey(groupName(group), serviceName(name)),
    group: groupName(group),
    name: serviceName(name),
  })
}

test('services of any name have a link that is found, shown escaped, and acknowledged', async () => {
  const names = [
    '100%',
    '%2e%2e',
    '..',
    '.',
    'a b',
    'a?b#c',
    'ack',
    '<script>alert(1)</script>',
    '"\'&',
    'bücher-日本',
    '\u202egnp.exe',
    '\ud800',
    'x'.repeat(500),
  ]
  for (const name of names) {
    const rig = named(name, names[0] ?? '')
    const link = rig.fails()
    assert.match(link, /^http:\/\/lb\/ack\/[0-9a-z]+\/[0-9a-z.]+\/[a-z2-7]{16}$/)
    const page = await rig.get(link)
    assert.equal(page.status, 200, name)
    assert.ok(!page.text.includes('<script'))
    assert.ok(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(page.text.replaceAll('\n', '')), name)
    assert.equal((await rig.press(link)).status, 200, name)
    assert.notEqual(rig.state.ack, null)
  }
})

test('whatever is written is one short line, on the page and for others’ terminals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (who, comment) => {
      const rig = new Rig()
      const { status, text } = await rig.press(rig.fails(), { who, comment, lasts: '' })
      assert.equal(status, 200)
      const { ack } = rig.state
      for (const kept of [ack?.who ?? '', ack?.comment ?? '']) {
        assert.ok(!/[\p{C}\p{Zl}\p{Zp}]/u.test(kept))
        assert.ok(kept.length <= 320)
      }
      assert.ok(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text.replaceAll('\n', '')))
    }),
  )
  const rig = new Rig()
  const flood = { who: '\x1b[2J\x1b]0;x\x07root\r\nBcc: x', comment: '<b onclick=x>\u202e &amp; "\u0000' }
  const { text } = await rig.press(rig.fails(), flood)
  assert.deepEqual(
    [rig.state.ack?.who, rig.state.ack?.comment],
    ['?[2J?]0;x?root Bcc: x (by a link)', '<b onclick=x>? &amp; "?'],
  )
  assert.ok(text.includes('&lt;b onclick&#x3D;x&gt;? &amp;amp; &quot;?'))
})

test('bytes that are no UTF-8 and escapes that are none do no harm', async () => {
  for (const body of ['comment=%ff%fe%c0%80', 'comment=%', 'comment=%zz&&&=&', 'comment', '&'.repeat(8000), '\u0000']) {
    const rig = new Rig()
    const { status } = await rig.get(rig.fails(), { method: 'POST', headers: FORM, body })
    assert.equal(status, 200, body.slice(0, 20))
  }
})

test('a field that comes many times counts once', async () => {
  const rig = new Rig()
  const body = 'who=a&who=b&comment=x&comment=y&lasts=2h&lasts=8h'
  await rig.get(rig.fails(), { method: 'POST', headers: FORM, body })
  assert.deepEqual([rig.state.ack?.who, rig.state.ack?.comment], ['a (by a link)', 'x'])
})

test('an end that the form does not offer is refused', async () => {
  for (const lasts of ['3660d', '1s', '0', '-1h', '2h ', 'Infinity', '9'.repeat(400)]) {
    const rig = new Rig()
    assert.equal((await rig.press(rig.fails(), { lasts })).status, 400, lasts)
    assert.equal(rig.state.ack, null)
  }
})

test('only what a form sends acknowledges: no JSON, no parts, no text, nothing untyped', async () => {
  const multipart = new FormData()
  multipart.set('who', 'ann')
  const bodies: readonly RequestInit[] = [
    { body: '{"who":"ann"}', headers: { 'content-type': 'application/json' } },
    { body: multipart },
    { body: 'who=ann', headers: { 'content-type': 'text/plain' } },
    { body: new Uint8Array([119]) },
    { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
    {},
  ]
  for (const init of bodies) {
    const rig = new Rig()
    const { status, text } = await rig.get(rig.fails(), { method: 'POST', ...init })
    assert.equal(status, 415)
    assert.ok(text.includes('upalert ack'))
    assert.equal(rig.state.ack, null)
  }
  const rig = new Rig()
  const headers = { 'content-type': 'Application/X-WWW-Form-URLencoded; charset=UTF-8' }
  assert.equal((await rig.get(rig.fails(), { method: 'POST', headers, body: 'who=ann' })).status, 200)
})

test('a body that is too long is refused unread, with a length or without', async () => {
  const body = `comment=${'x'.repeat(1_000_000)}`
  const rig = new Rig()
  const link = rig.fails()
  assert.equal((await rig.get(link, { method: 'POST', headers: FORM, body })).status, 413)
  const stream = new Blob([body]).stream()
  const chunked = { method: 'POST', headers: FORM, body: stream, duplex: 'half' } as RequestInit
  assert.equal((await rig.get(link, chunked)).status, 413)
  assert.equal(rig.state.ack, null)
})

test('any path gives a page and changes nothing', async () => {
  const rig = new Rig()
  rig.fails()
  const before = rig.run.state
  const pieces = fc.constantFrom(
    '/ack/',
    '..',
    '%2e%2e',
    '%',
    '%00',
    '%ff',
    '\\',
    '//',
    'dfn',
    '0.1',
    'a'.repeat(16),
    '?',
    '#',
    ';',
    'ü',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 8 }), async (parts) => {
      rig.second += 10
      const url = new URL(`http://lb/${parts.join('')}`)
      const { status } = await rig.get(url.href)
      assert.ok([404, 410].includes(status))
      assert.equal(rig.run.state, before)
    }),
  )
})

test('a summary of a megabyte, and a thousand hosts that fail, make a page that can be read', async () => {
  const hosts = Array.from({ length: 1000 }, (_, i) => host(`10.1.${i >> 8}.${i & 255}`))
  const rig = new Rig({ hosts })
  const { status, text } = await rig.get(rig.fails('word\u001b[31m '.repeat(100_000)))
  assert.equal(status, 200)
  assert.ok(text.length < 10_000, String(text.length))
  assert.ok(text.includes('and 990 more'))
})

test('an outage of another service with the same number is another one', async () => {
  const rig = new Rig()
  const link = rig.fails()
  const [, outage = ''] = /-(\d+)$/.exec(rig.state.outage ?? '') ?? []
  const subject = { service: 'other/one', outage: `x-${outage}`, message: `x-${outage}.1` }
  const foreign = ackUrl('http://lb', subject, sign(signedText(subject))) ?? ''
  assert.equal(foreign.slice(0, -16), link.slice(0, -16).replace(/\d+\/$/, '1/'))
  assert.equal((await rig.get(foreign)).status, 410)
})
