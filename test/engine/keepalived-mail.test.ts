/** keepalived's mails, names and FIFO lines, as keepalived 2.2.7 was seen to write them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quorumMail, REMOVING, SHUTTING_DOWN, serverMail } from '../../src/engine/keepalived-mail.ts'
import {
  protocolWord,
  serverLine,
  serverName,
  virtualGroupName,
  virtualLine,
  virtualName,
} from '../../src/model/keepalived-names.ts'
import { type CheckedWords, checkWords, type MailedChecker } from '../../src/model/keepalived-words.ts'
import type { TableServiceId } from '../../src/model/table.ts'
import { bodiesOf, mailBodiesIn } from './keepalived-bodies.ts'

const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 80 }
const v6: TableServiceId = { kind: 'address', family: 6, protocol: 'tcp', address: '2001:db8::1', port: 443 }
const mark: TableServiceId = { kind: 'mark', family: 4, mark: 42 }
const real = { address: '10.1.1.2', port: 8080 }

const names = [
  { what: 'a server', name: serverName(real, protocolWord(web)), is: '[10.1.1.2]:tcp:8080' },
  { what: 'a server of UDP', name: serverName(real, 'udp'), is: '[10.1.1.2]:udp:8080' },
  { what: 'a server of SCTP', name: serverName(real, 'sctp'), is: '[10.1.1.2]:sctp:8080' },
  { what: 'a server behind a mark', name: serverName(real, protocolWord(mark)), is: '[10.1.1.2]:none:8080' },
  { what: 'a server by IPv6', name: serverName({ address: 'fe80::2', port: 0 }, 'tcp'), is: '[fe80::2]:tcp:0' },
  { what: 'a virtual server', name: virtualName(web), is: '[192.0.2.10]:tcp:80' },
  { what: 'a virtual server by IPv6', name: virtualName(v6), is: '[2001:db8::1]:tcp:443' },
  { what: 'a mark', name: virtualName(mark), is: 'FWM 42' },
  { what: 'a mark by IPv6', name: virtualName({ ...mark, family: 6 }), is: 'FWM 42' },
  { what: 'a group', name: virtualGroupName('farm'), is: '[farm]:0' },
  { what: 'a group with a port', name: virtualGroupName('farm', 80), is: '[farm]:80' },
  {
    what: 'a FIFO line of a server',
    name: serverLine('[10.1.1.2]:tcp:8080', '[192.0.2.10]:tcp:80', 'DOWN'),
    is: 'RS [10.1.1.2]:tcp:8080 [192.0.2.10]:tcp:80 DOWN',
  },
  {
    what: 'a FIFO line of a virtual server',
    name: virtualLine('[192.0.2.10]:tcp:80', 'UP'),
    is: 'VS [192.0.2.10]:tcp:80 UP',
  },
]
for (const { what, name, is } of names) test(`${what} is called as keepalived calls it`, () => assert.equal(name, is))

const words: readonly (CheckedWords & { readonly checker: MailedChecker; readonly is: string })[] = [
  { checker: 'TCP_CHECK', end: 'succeeded', is: 'TCP CHECK succeed on service' },
  { checker: 'TCP_CHECK', end: 'failed', reason: 'refused', is: 'TCP CHECK failed on service' },
  { checker: 'HTTP_GET', end: 'succeeded', is: 'CHECK succeed on service' },
  { checker: 'HTTP_GET', end: 'failed', is: 'CHECK failed on service : HTTP request failed' },
  { checker: 'SSL_GET', end: 'failed', is: 'CHECK failed on service : HTTP request failed' },
  { checker: 'SMTP_CHECK', end: 'succeeded', is: 'CHECK succeed on service' },
  { checker: 'SMTP_CHECK', end: 'failed', is: 'CHECK failed on service' },
  { checker: 'SMTP_CHECK', end: 'failed', reason: 'read timeout', is: 'CHECK failed on service : read timeout' },
  { checker: 'DNS_CHECK', end: 'succeeded', is: 'DNS_CHECK: succeed on service' },
  { checker: 'DNS_CHECK', end: 'timed out', is: 'DNS_CHECK: failed on service' },
  { checker: 'UDP_CHECK', end: 'succeeded', is: 'UDP CHECK succeed on service' },
  { checker: 'UDP_CHECK', end: 'failed', is: 'UDP CHECK failed on service' },
  { checker: 'PING_CHECK', end: 'succeeded', is: 'ICMP CHECK succeed on service' },
  { checker: 'PING_CHECK', end: 'failed', is: 'ICMP CHECK failed on service' },
  { checker: 'MISC_CHECK', end: 'succeeded', is: 'MISC CHECK succeeded on service' },
  { checker: 'MISC_CHECK', end: 'failed', is: 'MISC CHECK failed on service' },
  { checker: 'MISC_CHECK', end: 'timed out', is: 'MISC CHECK timed out on service' },
]
for (const { is, checker, ...checked } of words) {
  const { end, reason = '' } = checked
  test(`the mail of a ${checker} that ${end}${reason && ` with "${reason}"`} has keepalived's words`, () =>
    assert.equal(checkWords(bodiesOf(checker), checked), is))
}

test('a FILE_CHECK has no words, since keepalived sends no mail of it', () => {
  assert.equal(mailBodiesIn('track_file load {\n file /run/load\n}\n', 'FILE_CHECK {\n track_file load\n}'), null)
})

const server = {
  routerId: 'LVS_MAIN',
  server: '[10.1.1.2]:tcp:8080',
  virtual: '[192.0.2.10]:tcp:80',
  state: 'DOWN',
  words: bodiesOf('TCP_CHECK').down,
  why: '',
} as const
const realSubject = '[LVS_MAIN] Realserver [10.1.1.2]:tcp:8080 of virtual server [192.0.2.10]:tcp:80 -'
const quorum = { routerId: 'LVS_MAIN', virtual: 'FWM 42', quorum: 3, hysteresis: 1, starting: false, why: '' } as const
const virtualSubject = '[LVS_MAIN] Virtualserver FWM 42 -'

const mails = [
  {
    name: 'a server that fails',
    mail: serverMail(server),
    is: { subject: `${realSubject} DOWN`, text: '=> TCP CHECK failed on service <=\n\n' },
  },
  {
    name: 'a server that is back',
    mail: serverMail({ ...server, state: 'UP', words: bodiesOf('TCP_CHECK').up }),
    is: { subject: `${realSubject} UP`, text: '=> TCP CHECK succeed on service <=\n\n' },
  },
  {
    name: 'a server that a reload removes',
    mail: serverMail({ ...server, words: REMOVING }),
    is: { subject: `${realSubject} DOWN`, text: '=> Removing <=\n\n' },
  },
  {
    name: 'a server at a stop with omega',
    mail: serverMail({ ...server, words: SHUTTING_DOWN }),
    is: { subject: `${realSubject} DOWN`, text: '=> Shutting down <=\n\n' },
  },
  {
    name: 'a server with the reason, below what keepalived says',
    mail: serverMail({ ...server, why: 'refused the connection' }),
    is: {
      subject: `${realSubject} DOWN`,
      text: '=> TCP CHECK failed on service <=\n\nrefused the connection\n',
    },
  },
  {
    name: 'a quorum gained',
    mail: quorumMail({ ...quorum, state: 'UP', weight: 4 }),
    is: { subject: `${virtualSubject} UP`, text: '=> Gained quorum 3+1=4 <= 4 <=\n\n' },
  },
  {
    name: 'a quorum at the start',
    mail: quorumMail({ ...quorum, state: 'UP', weight: 4, starting: true }),
    is: { subject: `${virtualSubject} UP`, text: '=> Starting with quorum up 3+1=4 <= 4 <=\n\n' },
  },
  {
    name: 'a quorum lost, with its odd sum',
    mail: quorumMail({ ...quorum, state: 'DOWN', weight: 0 }),
    is: { subject: `${virtualSubject} DOWN`, text: '=> Lost quorum 3+1=2 <= 0 <=\n\n' },
  },
  {
    name: 'no quorum at the start',
    mail: quorumMail({ ...quorum, state: 'DOWN', weight: 0, starting: true }),
    is: { subject: `${virtualSubject} DOWN`, text: '=> Starting with quorum down 3+1=2 <= 0 <=\n\n' },
  },
]
for (const { name, mail, is } of mails) {
  test(`the mail of ${name} is keepalived's`, () => assert.deepEqual(mail, is))
}
