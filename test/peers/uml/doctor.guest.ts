/**
 * Inside the guest, in the director's namespace: the doctor with a real IPVS, and what it says of real servers behind
 * tunnels held against a client's traffic. Every printed command is run as it is printed.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examineDirector } from '../../../src/daemon/doctor.ts'
import type { Finding } from '../../../src/doctor/finding.ts'
import { CLIENT, real, VIRTUAL_ADDRESS } from './farm.ts'
import { attempt, run, scratch, tryRun } from './guest.ts'
import { webServer } from './servers.ts'

const here = (script: string) => run('sh', '-ec', script)
const at = (namespace: string, script: string) => run('ip', 'netns', 'exec', namespace, 'sh', '-ec', script)
const config = (text: string): string => {
  const file = join(scratch, 'doctor.cf')
  writeFileSync(file, text)
  return file
}

const FARM = `
virtual dns
    address ${VIRTUAL_ADDRESS}:53/udp
    scheduler rr
    real 10.1.1.2:53

virtual shop
    address ${VIRTUAL_ADDRESS}:443
    persistence 5m
    real 10.1.1.2:443

virtual tunnelled
    address ${VIRTUAL_ADDRESS}:80
    forward tun
    real 10.1.1.2
`

async function findings(text: string): Promise<readonly Finding[]> {
  const examined = await examineDirector(config(text), { standby: false })
  assert(examined.kind === 'examined', examined.kind === 'refused' ? examined.text : '')
  return examined.findings
}

/** Finds that code, runs what is printed with it, and finds it no more. */
async function mended(code: string, breaking: string): Promise<string> {
  here(breaking)
  const found = (await findings(FARM)).filter((finding) => finding.code === code)
  assert.equal(found.length, 1, `${code} is found ${found.length} times after: ${breaking}`)
  const [{ mend, text } = { mend: [], text: '' }] = found
  assert.notEqual(mend.length, 0, text)
  for (const line of mend) here(line)
  assert.deepEqual(
    (await findings(FARM)).filter((finding) => finding.code === code),
    [],
  )
  return text
}

await attempt('module', () => mended('ip-vs-module', 'true'))

await attempt('as the kernel comes', async () => {
  const codes = (await findings(FARM)).filter(({ severity }) => severity !== 'note').map(({ code }) => code)
  assert.deepEqual(codes, ['expire-nodest-conn', 'expire-quiescent-template'])
  return codes
})

const SWITCHES: Readonly<Record<string, string>> = {
  'expire-nodest-conn': 'sysctl -qw net.ipv4.vs.expire_nodest_conn=0',
  'expire-quiescent-template': 'sysctl -qw net.ipv4.vs.expire_quiescent_template=0',
  'conn-reuse-mode': 'sysctl -qw net.ipv4.vs.conn_reuse_mode=0',
  'drop-entry': 'sysctl -qw net.ipv4.vs.drop_entry=3',
  'drop-packet': 'sysctl -qw net.ipv4.vs.drop_packet=3',
  'secure-tcp': 'sysctl -qw net.ipv4.vs.secure_tcp=3',
  'sloppy-tcp': 'sysctl -qw net.ipv4.vs.sloppy_tcp=1',
  'pmtu-disc': 'sysctl -qw net.ipv4.vs.pmtu_disc=0',
  'snat-reroute': 'sysctl -qw net.ipv4.vs.snat_reroute=0; ip rule add from 10.1.1.2 table 100',
  'tunnel-mtu': 'ip link set dev inside mtu 1500',
}
await attempt('switches', async () => {
  // All at once: asking is slow in the guest.
  for (const breaking of Object.values(SWITCHES)) here(breaking)
  const ours = (found: readonly Finding[]) => found.filter(({ code }) => Object.hasOwn(SWITCHES, code))
  const found = ours(await findings(FARM))
  assert.deepEqual(found.map(({ code }) => code).sort(), Object.keys(SWITCHES).sort())
  for (const { mend, text } of found) {
    assert.notEqual(mend.length, 0, text)
    for (const line of mend) here(line)
  }
  assert.deepEqual(ours(await findings(FARM)), [])
  here('ip rule del from 10.1.1.2 table 100; ip link set dev inside mtu 1500')
  return found.map(({ text }) => text)
})

/** The doctor of a real server, in its namespace. */
function look(namespace: string, words: object): readonly Finding[] {
  return JSON.parse(run('ip', 'netns', 'exec', namespace, 'guest', 'look-real', JSON.stringify(words)))
}

await attempt('capability', () => {
  const drop = ['--bounding-set', '-net_admin', '--inh-caps', '-net_admin']
  const director = JSON.stringify({ kind: 'director', file: config(FARM) })
  // It needs a process of its own.
  const { stdout } = tryRun('setpriv', ...drop, 'guest', 'look', director)
  const found: readonly Finding[] = JSON.parse(stdout).findings
  assert.equal(found.find(({ code }) => code === 'cap-net-admin')?.severity, 'error')
})

webServer(real(1).name, 80).start()
webServer('director', 8081).start()

/** A client's request; its answer, or an empty text where none came. */
function asked(port: number): string {
  const request = `exec 3<>/dev/tcp/${VIRTUAL_ADDRESS}/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`
  return (
    tryRun('ip', 'netns', 'exec', CLIENT, 'timeout', '2', 'bash', '-c', request).stdout.trim().split('\n').at(-1) ?? ''
  )
}

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

await attempt('loopback', async () => {
  const written = (how: string) =>
    `virtual sorry\n    address ${VIRTUAL_ADDRESS}:8081\n    real 127.0.0.1:8081 forward ${how}\n`
  const service = ['-t', `${VIRTUAL_ADDRESS}:8081`]
  run('ipvsadm', '-A', ...service)
  run('ipvsadm', '-a', ...service, '-r', '127.0.0.1:8081', '-m')
  assert.equal(asked(8081), '', 'the kernel hands no packet from outside to loopback')
  assert.equal(
    (await findings(written('nat'))).some(({ code }) => code === 'nat-to-loopback'),
    true,
  )
  run('ipvsadm', '-d', ...service, '-r', '127.0.0.1:8081')
  run('ipvsadm', '-a', ...service, '-r', '127.0.0.1:8081', '-g')
  assert.equal(asked(8081), 'director')
  assert.equal(
    (await findings(written('local'))).some(({ code }) => code === 'nat-to-loopback'),
    false,
  )
})

// The web servers would keep this program.
process.exit(0)
