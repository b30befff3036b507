import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { groupName, id, serviceKey, serviceName } from '../../src/model/names.ts'
import {
  ADDRESS_PATTERN,
  listIdHeader,
  machineHeaders,
  messageId,
  qualified,
  threadId,
  threadIds,
} from '../../src/wire/mail/mail-headers.ts'
import { failure, recovery } from './alert-message.ts'

const address = new RegExp(ADDRESS_PATTERN, 'u')

for (const good of [
  'root',
  'root@localhost',
  'a.b+c@mail.example.org',
  'x@[192.0.2.1]',
  'x@[IPv6:2001:db8::1]',
  'ü@exämple.de',
]) {
  test(`${good} may receive mail`, () => assert.match(good, address))
}
for (const bad of [
  '',
  '-f',
  '@example.org',
  'a@',
  'a b@c',
  'a@b,c@d',
  'a@b..c',
  'a@b\r\nBcc: c@d',
  'a@b\u202e',
  '<a@b>',
  'a@b\0',
  '"a"@b',
]) {
  test(`${JSON.stringify(bad)} may not`, () => assert.doesNotMatch(bad, address))
}

test('no text, however long, keeps the address pattern busy', { timeout: 10_000 }, () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '.', '@', '-', '[', ']', ' '), { maxLength: 5_000 }), (parts) => {
      address.test(parts.join(''))
    }),
  )
})

test('a bare name belongs to this host, as with sendmail', () => {
  assert.equal(qualified('root', 'lb1.example.org'), 'root@lb1.example.org')
  assert.equal(qualified('root@localhost', 'lb1'), 'root@localhost')
})

test('a message keeps its Message-ID, and all mails of one outage share a thread', () => {
  assert.equal(messageId(failure, 'lb1.example.org'), '<0197-42@lb1.example.org>')
  assert.notEqual(messageId(failure, 'lb1'), messageId(recovery, 'lb1'))
  assert.equal(threadId(failure, 'lb1'), threadId(recovery, 'lb1'))
})

test('an outage that has a name is known by it, and one that has none by its beginning', () => {
  assert.equal(threadId({ ...failure, outage: 'o-17' }, 'lb1'), '<outage.o-17@lb1>')
  assert.equal(threadId(failure, 'lb1'), `<outage.web-http.${failure.firstFailure}@lb1>`)
})

test('a message of several belongs to the thread of each, once, and to a bounded number', () => {
  const of = (outage: string) => ({ ...failure, outage })
  assert.deepEqual(threadIds({ ...failure, members: [of('a'), of('b'), of('a')] }, 'lb1'), [
    '<outage.a@lb1>',
    '<outage.b@lb1>',
  ])
  assert.deepEqual(threadIds({ ...of('a'), members: [] }, 'lb1'), ['<outage.a@lb1>'])
  const many = Array.from({ length: 99 }, (_, at) => of(`o${at}`))
  assert.equal(threadIds({ ...failure, members: many }, 'lb1').length, 20)
})

test('no name makes anything but one plain token in an id or a header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, hostname) => {
      const group = groupName(name)
      const message = { ...failure, id: id(name), group, key: serviceKey(group, serviceName(name)) }
      for (const one of [messageId(message, hostname), threadId(message, hostname)]) {
        assert.match(one, /^<[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*>$/)
      }
      assert.equal(threadIds({ ...message, outage: name }, hostname).length, 1)
      assert.match(threadId({ ...message, outage: name }, hostname), /^<outage\.[A-Za-z0-9._-]+@[A-Za-z0-9._-]+>$/)
      assert.match(listIdHeader(name), /^<[A-Za-z0-9._-]+>$/)
      for (const value of Object.values(machineHeaders(message))) assert.match(value, /^[A-Za-z0-9._-]+$/)
    }),
  )
})
