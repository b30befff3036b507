/** Every mail and FIFO line that keepalived sent in two runs of its own (keepalived-2.2.7.txt) is one that we would send. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { quorumMail, serverMail } from '../../src/engine/keepalived-mail.ts'
import {
  realServerName,
  serverLine,
  virtualGroupName,
  virtualLine,
  virtualName,
} from '../../src/model/keepalived-names.ts'
import { type CheckedWords, checkWords, type MailedChecker } from '../../src/model/keepalived-words.ts'
import type { TableServiceId } from '../../src/model/table.ts'
import { bodiesOf } from './keepalived-bodies.ts'

const mark = (number: number, family: 4 | 6 = 4): TableServiceId => ({ kind: 'mark', family, mark: number })
const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 80 }
const udp: TableServiceId = { ...web, protocol: 'udp', address: '192.0.2.20' }
const sctp: TableServiceId = { kind: 'address', family: 6, protocol: 'sctp', address: '2001:db8::1', port: 443 }

/** As the file of that run had them: NAT for addresses, direct routing for marks. */
const farm = [
  {
    service: web,
    name: virtualName(web),
    servers: ['127.0.0.1 8080', '127.0.0.2 8080'],
    quorum: 3,
    hysteresis: 1,
    sum: 4,
  },
  { service: mark(42), name: virtualName(mark(42)), servers: ['127.0.0.1 8081'], portFollows: true },
  { service: mark(43, 6), name: virtualName(mark(43, 6)), servers: ['::1 8080'], portFollows: true },
  { service: udp, name: virtualGroupName('farm'), servers: ['127.0.0.1 8080'], inGroup: true, misc: true },
  { service: mark(7), name: virtualGroupName('marks'), servers: ['127.0.0.1 8082'], portFollows: true, inGroup: true },
  { service: sctp, name: virtualName(sctp), servers: ['::1 8080'] },
]

const ours = { mails: new Set<string>(), lines: new Set<string>() }
const routerId = 'LVS_MAIN'
for (const { service, name, servers, quorum = 1, hysteresis = 0, sum = 1, ...more } of farm) {
  for (const state of ['UP', 'DOWN'] as const) {
    const weight = state === 'UP' ? sum : 0
    for (const starting of [true, false])
      remember(quorumMail({ routerId, virtual: name, state, quorum, hysteresis, weight, starting, why: '' }))
    ours.lines.add(virtualLine(name, state))
    for (const text of servers) {
      const [address = '', port] = text.split(' ')
      const standing = { portFollows: more.portFollows === true, inGroup: more.inGroup === true }
      const server = realServerName({ address, port: Number(port) }, service, standing)
      const said = bodiesOf(more.misc === true ? 'MISC_CHECK' : 'TCP_CHECK')
      const words = checkWords(said, { end: state === 'UP' ? 'succeeded' : 'failed' })
      remember(serverMail({ routerId, server, virtual: name, state, words, why: '' }))
      ours.lines.add(serverLine(server, name, state))
    }
  }
}

/** A second run: a checker of each kind that fails, behind direct routing, so that port 8080 of the file follows the service. */
const failing: readonly (readonly [address: string, checker: MailedChecker, checked: CheckedWords])[] = [
  ['127.0.0.1', 'MISC_CHECK', { end: 'timed out' }],
  ['127.0.0.2', 'HTTP_GET', { end: 'failed' }],
  ['127.0.0.3', 'SMTP_CHECK', { end: 'failed', reason: 'Could not connect to server [127.0.0.3]:8080' }],
  ['127.0.0.4', 'DNS_CHECK', { end: 'failed' }],
  ['127.0.0.5', 'UDP_CHECK', { end: 'failed' }],
  ['192.0.2.99', 'PING_CHECK', { end: 'failed' }],
]
for (const [address, checker, checked] of failing) {
  const words = checkWords(bodiesOf(checker), checked)
  const server = realServerName({ address, port: 8080 }, web, { portFollows: true, inGroup: false })
  const virtual = virtualName(web)
  remember(serverMail({ routerId, server, virtual, state: 'DOWN', words, why: '' }))
  ours.lines.add(serverLine(server, virtual, 'DOWN'))
}

function remember({ subject, text }: { readonly subject: string; readonly text: string }): void {
  ours.mails.add(`${subject}\n${text.trimEnd()}`)
}

const rows = readFileSync(join(import.meta.dirname, 'keepalived-2.2.7.txt'), 'utf8').split('\n')
const seen = (letter: string) =>
  rows.flatMap((row, i) => (row.startsWith(`${letter} `) ? [{ text: row.slice(2), i }] : []))

test('each mail that keepalived sent has the subject and the body of one of ours', () => {
  const mails = seen('S').map(({ text, i }) => `${text}\n${rows[i + 1]?.slice(2)}`)
  assert.ok(mails.length > 20)
  assert.deepEqual(
    mails.filter((mail) => !ours.mails.has(mail)),
    [],
  )
})

test('each line that keepalived wrote to its FIFO is one of ours', () => {
  const lines = seen('F').map(({ text }) => text)
  assert.ok(lines.length > 20)
  assert.deepEqual(
    lines.filter((line) => !ours.lines.has(line)),
    [],
  )
})
