/** The page behind a link: looking changes nothing, one press acknowledges, and what no link means is said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minutes } from '../../../src/model/units.ts'
import { WRONG_LINKS_PER_SECOND } from '../../../src/server/page/guesses.ts'
import { Rig } from './rig.ts'

test('looking shows the failure and changes nothing, however often and however it is done', async () => {
  const rig = new Rig({ description: 'the shop' })
  const link = rig.fails('h1 h2')
  const before = rig.run.state
  const page = await rig.get(link)
  assert.equal(page.status, 200)
  for (const shown of [
    'web/http fails',
    'the shop',
    'h1 h2',
    'h1 refused',
    '2026-10-01T12:00:00.000Z',
    'one passing check',
  ])
    assert.ok(page.text.includes(shown), shown)
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'BREW']) {
    const { status, text } = await rig.get(link, { method })
    assert.equal(status, ['GET', 'HEAD'].includes(method) ? 200 : 405, method)
    if (method === 'HEAD') assert.equal(text, '')
  }
  assert.equal(rig.run.state, before)
  assert.equal(rig.posted, 0)
})

test('one press acknowledges, with name, comment and end; the link is used, and others are told by whom', async () => {
  const rig = new Rig()
  const [link, second] = [rig.fails(), rig.fails()]
  const done = await rig.press(link, { who: 'Ann', comment: 'on it', lasts: '2h', until: 'change' })
  assert.equal(done.status, 200)
  for (const shown of [
    'Acknowledged',
    'Ann (by a link)',
    'on it',
    '2026-10-01T14:00:00.000Z',
    'or what the check says changes',
    'or the service has recovered',
  ])
    assert.ok(done.text.includes(shown), shown)
  const { ack } = rig.state
  assert.deepEqual(
    [ack?.who, ack?.comment, (ack?.until ?? 0) - (ack?.at ?? 0), ack?.by],
    ['Ann (by a link)', 'on it', 7_200_000, 'change'],
  )
  for (const [url, status, title] of [
    [link, 410, 'This link has been used'],
    [second, 409, 'Acknowledged already'],
  ] as const) {
    for (const reply of [await rig.get(url), await rig.press(url)]) {
      assert.equal(reply.status, status)
      for (const shown of [title, 'Ann (by a link)', 'on it']) assert.ok(reply.text.includes(shown), shown)
      assert.ok(!reply.text.includes('<form'))
    }
  }
  assert.equal(rig.posted, 1)
})

test('of two presses at once exactly one counts', async () => {
  const rig = new Rig()
  const link = rig.fails()
  const replies = await Promise.all([rig.press(link, { who: 'a' }), rig.press(link, { who: 'b' }), rig.press(link)])
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409])
  assert.equal(rig.state.usedLinks.length, 1)
})

test('nothing written at all is somebody by a link', async () => {
  const rig = new Rig()
  const { status } = await rig.press(rig.fails(), {})
  assert.equal(status, 200)
  assert.deepEqual([rig.state.ack?.who, rig.state.ack?.comment], ['somebody by a link', ''])
})

test('what was acknowledged in memory only is said', async () => {
  const rig = new Rig()
  const link = rig.fails()
  rig.trouble = 'the disk is full'
  const { status, text } = await rig.press(link)
  assert.equal(status, 200)
  assert.ok(text.includes('BUT: it is in memory only, and a crash forgets it: the disk is full'))
})

test('a link that was used says so after the acknowledgement was taken back', async () => {
  const rig = new Rig()
  const link = rig.fails()
  await rig.press(link)
  rig.post({ kind: 'command', who: 'bob', command: { kind: 'unack', service: rig.of.key } })
  const { status, text } = await rig.press(link)
  assert.equal(status, 410)
  assert.ok(text.includes('Use the link of a newer message'))
  assert.equal((await rig.press(rig.fails())).status, 200)
})

test('links of failures that are over, altered, cut, or not ours are no links, and all look the same', async () => {
  const rig = new Rig()
  const link = rig.fails()
  const [begin, signature = ''] = [link.slice(0, -16), link.slice(-16)]
  const foreign = new Rig({ called: 'web/other' })
  const other = foreign.fails()
  const letter = signature.startsWith('a') ? 'b' : 'a'
  const wrong = [
    `${begin}${letter}${signature.slice(1)}`,
    `${begin}${'a'.repeat(16)}`,
    link.replace('/0.', '/1.'),
    link.replace(/\/ack\/\w+/, '/ack/zz'),
    other.replace(/\/ack\/\w+/, link.match(/\/ack\/\w+/)?.[0] ?? ''),
  ]
  rig.passes()
  wrong.push(link)
  rig.fails()
  wrong.push(link)
  const pages = new Set<string>()
  for (const url of wrong) {
    for (const { status, text } of [await rig.get(url), await rig.press(url)]) {
      assert.equal(status, 410, url)
      pages.add(text)
    }
  }
  assert.equal(pages.size, 1)
  for (const url of [
    link.slice(0, -1),
    link.slice(0, -17),
    'http://lb/',
    'http://lb/ack',
    'http://lb/favicon.ico',
    `${link}/x`,
  ])
    for (const { status } of [await rig.get(url), await rig.press(url)]) assert.equal(status, 404, url)
  assert.equal(rig.posted, 0)
})

test('a link of a service that a reload took away is one of a failure that is over', async () => {
  const rig = new Rig()
  const link = rig.fails()
  rig.run.state = {
    ...rig.run.state,
    services: [],
    model: { ...rig.run.state.model, services: [], serviceIndex: new Map() },
  }
  assert.equal((await rig.press(link)).status, 410)
})

test('what others acknowledged on the command line is said, and stands', async () => {
  const rig = new Rig()
  const link = rig.fails()
  rig.post({ kind: 'command', who: 'bob', command: { kind: 'ack', service: rig.of.key, comment: 'mine' } })
  const { status, text } = await rig.press(link)
  assert.equal(status, 409)
  for (const shown of ['bob', 'mine', 'the service has recovered']) assert.ok(text.includes(shown), shown)
  assert.equal(rig.state.ack?.who, 'bob')
})

test('a service that flaps and works at this moment is not acknowledged', async () => {
  const rig = new Rig({ flap: { count: 3, within: minutes(10) } })
  rig.passes()
  rig.fails()
  rig.passes()
  const link = rig.fails()
  rig.passes()
  const { status, text } = await rig.press(link)
  assert.equal(status, 409)
  assert.ok(text.includes('works at this moment'))
  assert.equal(rig.state.ack, null)
})

test('any path in front of the link is page_url’s, whether a proxy keeps it or takes it away', async () => {
  const rig = new Rig()
  const link = rig.fails()
  const path = new URL(link).pathname
  for (const base of ['', '/upalert', '/a/b%20c/ack', '/ack/x/y'])
    assert.equal((await rig.get(`http://other.example.com:81${base}${path}?utm_source=chat#top`)).status, 200, base)
})

test('an unack_summary that ends it in any case is not asked for', async () => {
  const asks = async (unackSummary: boolean) => {
    const rig = new Rig({ unackSummary })
    return (await rig.get(rig.fails())).text.includes('name="until"')
  }
  assert.deepEqual([await asks(false), await asks(true)], [true, false])
})

test('every answer forbids scripts, frames, caching and telling others of the link', async () => {
  const rig = new Rig()
  const link = rig.fails()
  for (const reply of [
    await rig.get(link),
    await rig.get('http://lb/none'),
    await rig.press(link),
    await rig.get(link, { method: 'PUT' }),
  ]) {
    const of = (name: string) => reply.headers.get(name)
    assert.match(
      of('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
    assert.deepEqual(
      [
        'cache-control',
        'referrer-policy',
        'x-content-type-options',
        'x-frame-options',
        'x-robots-tag',
        'content-type',
      ].map(of),
      ['no-store', 'no-referrer', 'nosniff', 'DENY', 'noindex', 'text/html; charset=UTF-8'],
    )
    assert.ok(!/<script|\bon\w+=|style=|https?:/i.test(reply.text))
  }
  assert.equal((await rig.get(link, { method: 'PUT' })).headers.get('allow'), 'GET, HEAD, POST')
})

test('whoever guesses is answered so often a second, and everybody again in the next', async () => {
  const rig = new Rig()
  const link = rig.fails()
  const wrong = `${link.slice(0, -16)}${'a'.repeat(16)}`
  for (let n = 0; n < WRONG_LINKS_PER_SECOND; n++) assert.equal((await rig.get(wrong)).status, 410)
  for (const reply of [await rig.get(wrong), await rig.get(link), await rig.press(link)]) {
    assert.equal(reply.status, 429)
    assert.equal(reply.headers.get('retry-after'), '1')
  }
  assert.equal(rig.state.ack, null)
  rig.second = 1
  for (let n = 0; n < 2 * WRONG_LINKS_PER_SECOND; n++) assert.equal((await rig.get(link)).status, 200)
  assert.equal((await rig.press(link)).status, 200)
})
