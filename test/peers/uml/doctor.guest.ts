/**
 * Inside the guest, in the director's namespace: the doctor of a director with a real IPVS. Every printed command is run as
 * it is printed.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examineDirector } from '../../../src/daemon/doctor.ts'
import type { Finding } from '../../../src/doctor/finding.ts'
import { readDrainSysctls } from '../../../src/edge/facts/ip-vs-sysctls.ts'
import { drainAdvice } from '../../../src/model/drain-advice.ts'
import { asked } from './doctor.asked.ts'
import { real, VIRTUAL_ADDRESS } from './farm.ts'
import { attempt, run, scratch, tryRun } from './guest.ts'
import { webServer } from './servers.ts'

const here = (script: string) => run('sh', '-ec', script)
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

await attempt('capability', () => {
  const drop = ['--bounding-set', '-net_admin', '--inh-caps', '-net_admin']
  const director = JSON.stringify({ kind: 'director', file: config(FARM) })
  // It needs a process of its own.
  const { stdout } = tryRun('setpriv', ...drop, 'guest', 'look', director)
  const found: readonly Finding[] = JSON.parse(stdout).findings
  assert.equal(found.find(({ code }) => code === 'cap-net-admin')?.severity, 'error')
})

const PERSISTENT = { protocol: 'tcp', persistenceSeconds: 300, onePacket: false } as const

webServer('director', 8081).start()

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

await attempt('drain', () => {
  for (const number of [1, 2]) webServer(real(number).name, 80).start()
  const service = ['-t', `${VIRTUAL_ADDRESS}:80`]
  run('ipvsadm', '-A', ...service, '-s', 'rr', '-p', '300')
  for (const number of [1, 2]) run('ipvsadm', '-a', ...service, '-r', `${real(number).address}:80`, '-m')
  const [drained, other] = asked(80) === real(1).name ? [real(1), real(2)] : [real(2), real(1)]
  run('ipvsadm', '-e', ...service, '-r', `${drained.address}:80`, '-m', '-w', '0')
  const advice = () => drainAdvice(readDrainSysctls(), { ...PERSISTENT, removedAtLimit: false })

  here('sysctl -qw net.ipv4.vs.expire_quiescent_template=0')
  assert.equal(asked(80), drained.name)
  const [first, ...others] = advice()
  assert.deepEqual(others, [])
  here(first?.command ?? '')
  assert.equal(asked(80), other.name)
  assert.deepEqual(advice(), [])
  return first?.text
})

// The web servers would keep this program.
process.exit(0)
