/** What an operator is told before a drain, for each switch and kind of service. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DrainedService, type DrainSysctls, drainAdvice } from '../../src/model/drain-advice.ts'

const good: DrainSysctls = { expireNodestConn: 1, expireQuiescentTemplate: 1, connReuseMode: 1 }
const off: DrainSysctls = { expireNodestConn: 0, expireQuiescentTemplate: 0, connReuseMode: 0 }
const unread: DrainSysctls = { expireNodestConn: null, expireQuiescentTemplate: null, connReuseMode: null }
const web: DrainedService = { protocol: 'tcp', persistenceSeconds: 0, onePacket: false, removedAtLimit: false }
const dns: DrainedService = { ...web, protocol: 'udp' }

interface Vector {
  readonly name: string
  readonly sysctls: DrainSysctls
  readonly service: DrainedService
  readonly says: readonly RegExp[]
  readonly commands: readonly string[]
}

const quiescent = 'sysctl -w net.ipv4.vs.expire_quiescent_template=1'
const nodest = 'sysctl -w net.ipv4.vs.expire_nodest_conn=1'
const reuse = 'sysctl -w net.ipv4.vs.conn_reuse_mode=1'

const vectors: readonly Vector[] = [
  { name: 'nothing stands against draining a plain TCP service', sysctls: good, service: web, says: [], commands: [] },
  {
    name: 'the kernel’s defaults let a plain TCP service drain',
    sysctls: { ...off, connReuseMode: 1 },
    service: web,
    says: [],
    commands: [],
  },
  {
    name: 'persistent clients keep coming unless templates of quiescent servers expire',
    sysctls: { ...good, expireQuiescentTemplate: 0 },
    service: { ...web, persistenceSeconds: 360 },
    says: [/in the last 360 s are still sent to it/],
    commands: [quiescent],
  },
  {
    name: 'a reused client port comes back to the drained server with conn_reuse_mode 0',
    sysctls: { ...good, connReuseMode: 0 },
    service: web,
    says: [/port it used a moment ago/],
    commands: [reuse],
  },
  {
    name: 'FIN_WAIT reuse as well is as good',
    sysctls: { ...good, connReuseMode: 2 },
    service: web,
    says: [],
    commands: [],
  },
  {
    name: 'connections left at the limit hang without expire_nodest_conn',
    sysctls: { ...good, expireNodestConn: 0 },
    service: { ...web, removedAtLimit: true },
    says: [/left when the server is removed at the limit hang/],
    commands: [nodest],
  },
  {
    name: 'a UDP stream stays as long as it sends, whatever is set',
    sysctls: good,
    service: dns,
    says: [/keeps sending UDP from one port stays .* moves to another one when the server is removed/],
    commands: [''],
  },
  {
    name: 'a UDP stream is dropped after the removal without expire_nodest_conn',
    sysctls: { ...good, expireNodestConn: 0 },
    service: dns,
    says: [/its packets are dropped, since net\.ipv4\.vs\.expire_nodest_conn is 0/],
    commands: [nodest],
  },
  {
    name: 'a UDP service with one-packet scheduling drains at once',
    sysctls: off,
    service: { ...dns, onePacket: true, removedAtLimit: true },
    says: [],
    commands: [],
  },
  {
    name: 'what becomes of a UDP stream is not guessed',
    sysctls: unread,
    service: { ...dns, removedAtLimit: true },
    says: [/not known what becomes of it after the removal/],
    commands: [''],
  },
  {
    name: 'a firewall mark is judged as TCP and as UDP',
    sysctls: off,
    service: { ...web, protocol: 'mark' },
    says: [/port it used a moment ago/, /keeps sending UDP/],
    commands: [reuse, nodest],
  },
  {
    name: 'what cannot be read is said, and not guessed',
    sysctls: unread,
    service: { ...web, persistenceSeconds: 60, removedAtLimit: true },
    says: [/expire_quiescent_template cannot be read/, /conn_reuse_mode cannot be read/, /expire_nodest_conn cannot/],
    commands: ['', '', ''],
  },
]

for (const { name, sysctls, service, says, commands } of vectors) {
  test(name, () => {
    const advice = drainAdvice(sysctls, service)
    assert.deepEqual(
      advice.map(({ command }) => command),
      commands,
    )
    for (const [i, pattern] of says.entries()) assert.match(advice[i]?.text ?? '', pattern)
  })
}
