/**
 * Inside the guest, in the director's namespace: what the doctor says of a real server behind a tunnel, held against a
 * client's traffic. Every printed command is run as it is printed.
 */
import assert from 'node:assert/strict'
import type { Finding } from '../../../src/doctor/finding.ts'
import { asked } from './doctor.asked.ts'
import { real, VIRTUAL_ADDRESS } from './farm.ts'
import { attempt, run, tryRun } from './guest.ts'
import { webServer } from './servers.ts'

const here = (script: string) => run('sh', '-ec', script)
const at = (namespace: string, script: string) => run('ip', 'netns', 'exec', namespace, 'sh', '-ec', script)

/** The doctor of a real server, in its namespace. */
function look(namespace: string, words: object): readonly Finding[] {
  return JSON.parse(run('ip', 'netns', 'exec', namespace, 'guest', 'look-real', JSON.stringify(words)))
}

webServer(real(1).name, 80).start()

const question = {
  addresses: [VIRTUAL_ADDRESS],
  forward: 'tun',
  director: '10.1.1.1',
  tunnel: 'ipip',
  port: 6080,
  ports: [80],
}

/** Clients get no answer, the doctor of real1 names it, and after what it prints they get one. */
function servedAgain(code: string, breaking: string, more: object = {}): string {
  at(real(1).name, breaking)
  assert.equal(asked(80), '', `clients are served although: ${breaking}`)
  const found = look(real(1).name, { ...question, ...more }).filter((finding) => finding.code === code)
  assert.equal(found.length, 1, `${code} is found ${found.length} times after: ${breaking}`)
  for (const line of found[0]?.mend ?? []) at(real(1).name, line)
  assert.equal(asked(80), real(1).name, `no answer after: ${found[0]?.mend.join('; ')}`)
  return found[0]?.text ?? ''
}

await attempt('tunnel device', () => {
  run('ipvsadm', '-A', '-t', `${VIRTUAL_ADDRESS}:80`, '-s', 'rr')
  run('ipvsadm', '-a', '-t', `${VIRTUAL_ADDRESS}:80`, '-r', '10.1.1.2:80', '-i')
  return servedAgain('tunnel-device', 'true')
})
await attempt('tunnel down', () => servedAgain('tunnel-device', 'ip link set tunl0 down'))
const filter = (value: number) =>
  `sysctl -qw net.ipv4.conf.all.rp_filter=${value} net.ipv4.conf.tunl0.rp_filter=${value}`
await attempt('tunnel rp_filter', () => {
  // Debian's systemd sets 2 everywhere, and the virtual address is on lo.
  const loose = servedAgain('tunnel-rp-filter', filter(2))
  const strict = servedAgain('tunnel-rp-filter', filter(1))
  at(real(1).name, `${filter(1)}; ip addr del ${VIRTUAL_ADDRESS}/32 dev tunl0`)
  const both = servedAgain('tunnel-rp-filter', 'true')
  at(real(1).name, `${filter(0)}; ip addr del ${VIRTUAL_ADDRESS}/32 dev tunl0`)
  return [loose, strict, both]
})
await attempt('virtual address', () => servedAgain('real-vip-absent', `ip addr del ${VIRTUAL_ADDRESS}/32 dev lo`))
await attempt('gue', () => {
  run(
    'ipvsadm',
    '-e',
    '-t',
    `${VIRTUAL_ADDRESS}:80`,
    '-r',
    '10.1.1.2:80',
    '-i',
    '--tun-type',
    'gue',
    '--tun-port',
    '6080',
  )
  return servedAgain('gue-port', 'true', { tunnel: 'gue' })
})
await attempt('gre', () => {
  run('ipvsadm', '-e', '-t', `${VIRTUAL_ADDRESS}:80`, '-r', '10.1.1.2:80', '-i', '--tun-type', 'gre')
  return servedAgain('tunnel-device', 'true', { tunnel: 'gre' })
})
await attempt('sound', () => {
  const found = look(real(1).name, question)
  for (const { mend } of found) for (const line of mend) at(real(1).name, line)
  assert.deepEqual(look(real(1).name, question), [])
  return found.map(({ code }) => code)
})

/** Whether a third machine on the real servers' wire is told by real1 that the address is there. */
function answersArp(): boolean {
  at(real(2).name, 'ip neigh flush all')
  return tryRun('ip', 'netns', 'exec', real(2).name, 'ping', '-c', '1', '-W', '2', VIRTUAL_ADDRESS).status === 0
}
await attempt('ARP', () => {
  // The director must not answer in its place, and the third machine must ask.
  here('sysctl -qw net.ipv4.conf.inside.arp_ignore=1')
  at(real(2).name, `ip addr del ${VIRTUAL_ADDRESS}/32 dev lo; ip route replace ${VIRTUAL_ADDRESS} dev eth0`)
  assert.equal(answersArp(), false)
  at(real(1).name, 'sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.eth0.arp_ignore=0')
  assert.equal(answersArp(), true)
  const found = look(real(1).name, { ...question, forward: 'dr' }).find(({ code }) => code === 'arp-ignore')
  for (const line of found?.mend ?? []) at(real(1).name, line)
  assert.equal(answersArp(), false)
  return found?.text
})

// The web servers would keep this program.
process.exit(0)
