/** Each thing broken on a real machine (a network namespace) is found, and the printed command mends it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needs } from '../needs.ts'
import type { Question } from './look.ts'
import { admit, brokenAndMended, type Patient } from './namespaces.ts'

const VIP = '10.1.1.100'

interface Vector {
  readonly name: string
  readonly breaking: string
  readonly code: string
}

describe('a real server by direct routing', needs('ip', 'root'), () => {
  let patient: Patient
  const question: Question = {
    ...{ kind: 'real', addresses: [VIP, '2001:db8::100'], forward: 'dr', director: '10.1.1.1' },
    ...{ tunnel: 'ipip', port: 6080, ports: [] },
  }
  before(async () => {
    patient = await admit('dr')
    patient.sh(`
      sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
      ip addr add ${VIP}/32 dev lo
      ip addr add 2001:db8::100/128 dev lo preferred_lft 0 nodad`)
  })
  after(() => patient?.end())

  test('has nothing wrong once it is set up as the HOWTO says', () => {
    assert.deepEqual(patient.look(question).findings, [])
  })

  const vectors: readonly Vector[] = [
    { name: 'that lost the virtual address', breaking: `ip addr del ${VIP}/32 dev lo`, code: 'real-vip-absent' },
    {
      name: 'that lost the IPv6 virtual address',
      breaking: 'ip addr del 2001:db8::100/128 dev lo',
      code: 'real-vip-absent',
    },
    { name: 'that answers ARP for it', breaking: 'sysctl -qw net.ipv4.conf.all.arp_ignore=0', code: 'arp-ignore' },
    { name: 'that speaks in its name', breaking: 'sysctl -qw net.ipv4.conf.all.arp_announce=0', code: 'arp-announce' },
    {
      name: 'that has it on the wire',
      breaking: `ip addr del ${VIP}/32 dev lo; ip addr add ${VIP}/24 dev eth0`,
      code: 'real-vip-on-wire',
    },
    {
      name: 'that took a whole network for its own',
      breaking: `ip addr del ${VIP}/32 dev lo; ip addr add ${VIP}/24 dev lo`,
      code: 'real-vip-network',
    },
    {
      name: 'that may send from the IPv6 virtual address',
      breaking: 'ip addr change 2001:db8::100/128 dev lo preferred_lft forever',
      code: 'real-vip-preferred',
    },
    {
      name: 'that filters strictly where the director hands packets in',
      breaking: 'sysctl -qw net.ipv4.conf.eth0.rp_filter=1; ip route replace default via 10.2.2.254',
      code: 'rp-filter',
    },
  ]
  for (const { name, breaking, code } of vectors)
    test(`${name} is told so, and mended by what is printed`, () => brokenAndMended(patient, question, breaking, code))

  test('that routes through the director is told so, and that no command here helps', () => {
    patient.sh('ip route replace default via 10.1.1.1')
    const found = patient.look(question).findings.find(({ code }) => code === 'gateway-director')
    assert.match(found?.hint ?? '', /ip route replace default via ROUTER/)
  })
})

describe('a real server by NAT', needs('ip', 'root'), () => {
  let patient: Patient
  const question: Question = {
    ...{ kind: 'real', addresses: [VIP], forward: 'nat', director: '10.1.1.1', tunnel: 'ipip', port: 6080, ports: [] },
  }
  before(async () => {
    patient = await admit('nat')
    patient.sh('ip route replace default via 10.1.1.1')
  })
  after(() => patient?.end())

  test('has nothing wrong with the director as its gateway', () => {
    assert.deepEqual(patient.look(question).findings, [])
  })

  const vectors: readonly Vector[] = [
    { name: 'with another gateway', breaking: 'ip route replace default via 10.1.1.254', code: 'gateway' },
    { name: 'without a gateway', breaking: 'ip route del default', code: 'gateway' },
    { name: 'with the virtual address', breaking: `ip addr add ${VIP}/32 dev lo`, code: 'real-vip-present' },
  ]
  for (const { name, breaking, code } of vectors)
    test(`${name} is told so, and mended by what is printed`, () => brokenAndMended(patient, question, breaking, code))
})

describe('a director', needs('ip', 'root'), () => {
  let patient: Patient
  let question: Question
  before(async () => {
    patient = await admit('director')
    patient.sh(`
      ip addr add ${VIP}/32 dev eth0
      ip -6 addr add 2001:db8::100/128 dev eth0 nodad
      ip -6 addr add 2001:db8:2::1/64 dev eth1 nodad
      sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0`)
    question = { kind: 'director', file: patient.file('mon.cf', CONFIGURATION) }
  })
  after(() => patient?.end())

  const vectors: readonly Vector[] = [
    { name: 'without the virtual address', breaking: `ip addr del ${VIP}/32 dev eth0`, code: 'virtual-address-absent' },
    { name: 'without forwarding', breaking: 'sysctl -qw net.ipv4.ip_forward=0', code: 'ip-forward' },
    {
      name: 'without forwarding behind',
      breaking: 'sysctl -qw net.ipv4.conf.eth1.forwarding=0',
      code: 'ip-forward',
    },
    {
      name: 'without forwarding of IPv6',
      breaking: 'sysctl -qw net.ipv6.conf.all.forwarding=0',
      code: 'ipv6-forward',
    },
    {
      name: 'that hides the virtual address on lo',
      breaking: `ip addr del ${VIP}/32 dev eth0; ip addr add ${VIP}/32 dev lo; sysctl -qw net.ipv4.conf.all.arp_ignore=1`,
      code: 'virtual-address-silent',
    },
    {
      name: 'that tells real servers of a shorter way',
      breaking: 'sysctl -qw net.ipv4.conf.eth0.send_redirects=1',
      code: 'send-redirects',
    },
    {
      name: 'that routes to a server of direct routing',
      breaking: 'ip route add 10.1.1.3/32 via 10.2.2.254',
      code: 'direct-route-via-gateway',
    },
    {
      name: 'with the interface of the virtual address down',
      breaking: 'ip link set eth0 down',
      code: 'virtual-address-down',
    },
    {
      name: 'that filters strictly where clients come in',
      breaking: 'sysctl -qw net.ipv4.conf.eth0.rp_filter=1; ip route replace default via 10.2.2.254',
      code: 'rp-filter',
    },
  ]
  for (const { name, breaking, code } of vectors)
    test(`${name} is told so, and mended by what is printed`, () => brokenAndMended(patient, question, breaking, code))

  test('with no route to a real server is told which', () => {
    patient.sh('ip route add unreachable 10.2.2.3/32')
    const found = patient.look(question).findings.find(({ code }) => code === 'no-route')
    assert.match(found?.text ?? '', /10\.2\.2\.3 \(web: 10\.2\.2\.3:80\)/)
  })

  test('that stands by is told to drop the virtual address', () => {
    brokenAndMended(
      patient,
      { ...question, standby: true } as Question,
      `ip addr replace ${VIP}/32 dev eth0`,
      'virtual-address-twice',
    )
  })
})

const CONFIGURATION = `
virtual web
    address ${VIP}:80
    forward nat
    real 10.2.2.3:80
    real 10.1.1.4:80

virtual direct
    address ${VIP}:81
    forward direct
    real 10.1.1.3:81

virtual six
    address [2001:db8::100]:80
    forward nat
    real [2001:db8:2::3]:80
`

describe('an ordinary user', needs('ip', 'root'), () => {
  test('is told what could not be seen, by the exit status too', async () => {
    const patient = await admit('user')
    try {
      const file = patient.file('mon.cf', 'virtual web\n    address fwmark 42\n    real 10.2.2.3:80\n')
      const words = ['--import', 'tsx', join(import.meta.dirname, '../../src/main.ts'), 'doctor', '-c', file]
      const drop = { env: { ...process.env, HOME: '/' } }
      patient.sh(`chmod 755 ${join(file, '..')}`)
      const { status, stdout, stderr } = spawnSync(
        'setpriv',
        ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...words],
        { encoding: 'utf8', ...drop },
      )
      assert.match(stdout, /no CAP_NET_ADMIN: a daemon that is started like it/, stderr)
      assert.match(stdout, /\d errors?, \d warnings?, \d notes?$/m)
      assert.equal(status === 1 || status === 2, true)
    } finally {
      patient.end()
    }
  })
})
