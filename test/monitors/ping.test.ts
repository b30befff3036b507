/** Pings over real sockets: on the loopback where this user may, and in a network of namespaces where root may build one. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type PingOptions, ping } from '../../monitors/ping.ts'
import { openIcmpSocket } from '../../src/edge/ping/icmp-socket.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'

const run = promisify(execFile)
const here = fileURLToPath(new URL('./ping-here.ts', import.meta.url))

function check(hosts: readonly string[], options: PingOptions = {}, signal?: AbortSignal): Promise<CheckResult> {
  const timeout = seconds(20)
  return ping.check(hosts.map(host), options, {
    signal: signal ?? AbortSignal.timeout(timeout),
    timeout,
    environment: {},
  })
}
const verdicts = ({ hosts }: CheckResult): string[] =>
  hosts.map((one) => `${one.host} ${one.kind}${one.kind === 'up' ? '' : ` ${one.code}`}`)
const text = (result: CheckResult): string => result.hosts[0]?.text ?? ''

/** Where neither kind of ICMP socket may be opened, the sentence that says what to do is what remains to be tested. */
function permitted(): boolean {
  const socket = openIcmpSocket(4, { source: null })
  if ('step' in socket) return false
  socket.close()
  return true
}

if (permitted()) {
  test('this machine echoes on all its loopback addresses, and a round trip is measured', async () => {
    const result = await check(['127.0.0.1', '127.0.0.77', '::1', 'localhost'])
    assert.deepEqual(verdicts(result), ['127.0.0.1 up', '127.0.0.77 up', '::1 up', 'localhost up'])
    assert.equal(result.exit, 0)
    assert.match(text(result), /^answered a ping in \d+\.\d\d ms$/)
    assert.ok(result.hosts.every(({ timings }) => timings.total > 0))
  })

  test('a hundred hosts at once get their own answers', async () => {
    const hosts = Array.from({ length: 100 }, (_, index) => `127.0.1.${index}`)
    const result = await check(hosts.slice(1))
    assert.equal(result.exit, 0)
  })

  test('pings of other processes on this machine, which a raw socket hears too, confuse nobody', async () => {
    const several = Array.from({ length: 8 }, () => check(['127.0.0.1', '::1'], { maxLoss: 0, interval: 0.01 }))
    const child = run(process.execPath, ['--import', 'tsx', here, '{"maxLoss":0,"interval":0.01}', '127.0.0.1', '::1'])
    for (const result of await Promise.all(several)) assert.equal(result.exit, 0)
    assert.equal(JSON.parse((await child).stdout).exit, 0)
  })

  test('a size, and a source address', async () => {
    assert.equal((await check(['127.0.0.1'], { size: 8000 })).exit, 0)
    assert.equal((await check(['127.0.0.1'], { source: '127.0.0.9' })).exit, 0)
    const foreign = await check(['127.0.0.1'], { source: '192.0.2.9' })
    assert.deepEqual(verdicts(foreign), ['127.0.0.1 unknown source-unavailable'])
  })

  test('losses are not judged when the time of the check was too short to send all pings', async () => {
    const timeout = milliseconds(150)
    const context = { signal: AbortSignal.timeout(10_000), timeout, environment: {} }
    const result = await ping.check([host('127.0.0.1')], { count: 100, interval: 0.02, maxLoss: 50 }, context)
    assert.deepEqual(verdicts(result), ['127.0.0.1 unknown cut-short'])
  })

  test('-6 asks for IPv6 only', async () => {
    assert.deepEqual(verdicts(await check(['127.0.0.1', '::1'], { ipv6: true })), [
      '127.0.0.1 unknown wrong-family',
      '::1 up',
    ])
  })

  test('an abort ends it, and speaks against nobody', async () => {
    const result = await check(['127.0.0.1'], {}, AbortSignal.abort())
    assert.deepEqual(verdicts(result), ['127.0.0.1 unknown aborted'])
  })
} else {
  test('without the right to ping, nobody is called down, and the operator is told what to do', async () => {
    const result = await check(['127.0.0.1', '::1'])
    assert.deepEqual(verdicts(result), ['127.0.0.1 unknown not-permitted', '::1 unknown not-permitted'])
    assert.match(text(result), /sysctl -w net\.ipv4\.ping_group_range="0 2147483647"/)
    assert.match(text(result), /setcap cap_net_raw\+ep/)
  })
}

/**
 * A namespace with a router that swallows packets to 10.9.0.0/24 and refuses those to 10.7.0.0/16 and fd07::/32. It limits its own echo replies to a few a second, so that some are lost.
 */
const network = `
ip link set lo up
unshare -n sleep 600 & router=$!
while [ "$(readlink /proc/$router/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add v0 type veth peer name v1 && ip link set v1 netns $router
ip addr add 10.1.0.1/24 dev v0 && ip -6 addr add fd01::1/64 dev v0 nodad && ip link set v0 up
nsenter -t $router -n sh -c '
  ip link set lo up; ip link set v1 up; ip addr add 10.1.0.2/24 dev v1; ip -6 addr add fd01::2/64 dev v1 nodad
  sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  sysctl -qw net.ipv4.icmp_ratemask=1 net.ipv4.icmp_ratelimit=2000
  ip route add unreachable 10.7.0.0/16; ip route add blackhole 10.9.0.0/24; ip -6 route add unreachable fd07::/32'
ip route add 10.7.0.0/16 via 10.1.0.2; ip route add 10.9.0.0/24 via 10.1.0.2; ip -6 route add fd07::/32 via fd01::2
ip route add unreachable 10.6.0.0/16
"$@"; status=$?
kill $router
exit $status`

async function inNetwork(command: readonly string[]): Promise<string> {
  const words = ['-n', 'sh', '-c', network, 'network', ...command]
  return (await run('unshare', words).catch((error: { stdout: string }) => error)).stdout
}
async function checkInNetwork(
  hosts: readonly string[],
  options: PingOptions,
  before: readonly string[] = [],
): Promise<CheckResult> {
  const command = [...before, process.execPath, '--import', 'tsx', here, JSON.stringify(options), ...hosts]
  return JSON.parse(await inNetwork(command))
}

test('silence, a router that refuses, and no route are told apart', needs('ip', 'root'), async () => {
  const hosts = ['10.1.0.2', 'fd01::2', '10.9.0.2', '10.7.0.1', 'fd07::1', '10.6.0.1', '192.0.2.1']
  const result = await checkInNetwork(hosts, { interval: 0.05, timeout: 0.3 })
  assert.deepEqual(
    result.hosts.map(({ host, text }) => `${host} ${text.replace(/ping in [\d.]+ ms$/, 'ping in time')}`),
    [
      '10.1.0.2 answered a ping in time',
      'fd01::2 answered a ping in time',
      '10.9.0.2 did not answer 3 pings within 300 ms',
      '10.7.0.1 did not answer 3 pings: 10.1.0.2 says host unreachable',
      'fd07::1 did not answer 3 pings: fd01::2 says no route to the host',
      '10.6.0.1 cannot be reached: nobody on its network answers for its address',
      '192.0.2.1 cannot be reached: this machine has no route to its address',
    ],
  )
  assert.deepEqual(verdicts(result).slice(2), [
    '10.9.0.2 down no-answer',
    '10.7.0.1 down unreachable',
    'fd07::1 down unreachable',
    '10.6.0.1 down unreachable',
    '192.0.2.1 down no-route',
  ])
  assert.equal(result.exit, 1)
  assert.equal(result.summary, hosts.slice(2).join(' '))
})

test('losses count when a limit is set', needs('ip', 'root'), async () => {
  const many = { count: 40, interval: 0.01, timeout: 0.5 }
  const strict = await checkInNetwork(['10.1.0.2'], { ...many, maxLoss: 10 })
  assert.deepEqual(verdicts(strict), ['10.1.0.2 down loss'])
  assert.match(text(strict), /^answered \d+ of 40 pings; \d+ % were lost, and at most 10 % may be$/)
  const patient = await checkInNetwork(['10.1.0.2'], { ...many, maxLoss: 99 })
  assert.deepEqual(verdicts(patient), ['10.1.0.2 up'])
})

/** The rights go once everything is loaded: an ordinary user may not be able to read where the repository lies. */
const unprivileged = ['env', 'BECOME=65534']

test(
  'a user without rights pings through a datagram socket where the range of groups allows it',
  needs('ip', 'root'),
  async () => {
    const allowed = [
      'sh',
      '-c',
      'sysctl -qw net.ipv4.ping_group_range="0 2147483647"; exec "$@"',
      'sh',
      ...unprivileged,
    ]
    const result = await checkInNetwork(
      ['127.0.0.1', '::1', '10.1.0.2', '10.9.0.2'],
      { timeout: 0.3, interval: 0.05 },
      allowed,
    )
    assert.deepEqual(verdicts(result), ['127.0.0.1 up', '::1 up', '10.1.0.2 up', '10.9.0.2 down no-answer'])
  },
)

test('a user who may open no socket calls nobody down', needs('ip', 'root'), async () => {
  const refused = ['sh', '-c', 'sysctl -qw net.ipv4.ping_group_range="1 0"; exec "$@"', 'sh', ...unprivileged]
  const result = await checkInNetwork(['127.0.0.1', '::1'], {}, refused)
  assert.deepEqual(verdicts(result), ['127.0.0.1 unknown not-permitted', '::1 unknown not-permitted'])
  assert.equal(result.exit, 1)
  assert.match(text(result), /sysctl -w net\.ipv4\.ping_group_range="0 2147483647"/)
})

test('fping comes to the same verdicts', needs('ip', 'root', 'fping'), async () => {
  const hosts = ['127.0.0.1', '::1', '10.1.0.2', 'fd01::2', '10.9.0.2', '10.9.0.3', '10.7.0.1', '192.0.2.1']
  const ours = await checkInNetwork(hosts, { timeout: 0.3, interval: 0.05 })
  const alive = (await inNetwork(['fping', '-a', '-r', '1', '-t', '300', ...hosts])).trim().split('\n').sort()
  assert.deepEqual(
    ours.hosts
      .filter(({ kind }) => kind === 'up')
      .map(({ host }) => String(host))
      .sort(),
    alive,
  )
})
