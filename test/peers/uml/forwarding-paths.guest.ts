/**
 * Inside the guest, in the director's namespace: checks down the client's path, by our own door and our own monitor. Each
 * reaches its one real server, whatever the pool's table says; and what clients would find broken, it finds broken,
 * where a check of the real server's own address finds nothing.
 */
import assert from 'node:assert/strict'
import { type HttpOptions, http } from '../../../monitors/http.ts'
import { endText, PATH_MARKS } from '../../../src/edge/path/marks.ts'
import type { PathAnswer } from '../../../src/edge/path/paths.ts'
import { openPaths } from '../../../src/edge/path/paths.ts'
import type { Path } from '../../../src/edge/path/wanted.ts'
import { openKernelTable } from '../../../src/edge/table/kernel-table.ts'
import { host } from '../../../src/model/names.ts'
import type { Family, Forward, TableTunnel } from '../../../src/model/table.ts'
import { seconds } from '../../../src/model/units.ts'
import { DIRECTOR, real } from './farm.ts'
import { GUE_PORT, VIPS } from './forwarding.farm.ts'
import { attempt, run, tryRun } from './guest.ts'

const opened = openKernelTable()
assert(opened.kind === 'open', JSON.stringify(opened))
const { door } = opened
const paths = openPaths(door)

/** Of every virtual server here. */
const PORT = 80
const gue: TableTunnel = { type: 'gue', port: GUE_PORT, checksum: 'none' }
const gre: TableTunnel = { type: 'gre', port: 0, checksum: 'none' }

interface Wanted {
  /** The machine that has to answer. */
  readonly name: string
  readonly vip: string
  readonly path: Path
}

function wanted(vip: string, number: number, forward: Forward, port: number, tunnel?: TableTunnel): Wanted {
  const family: Family = vip.includes(':') ? 6 : 4
  const { name, address, address6 } = real(number)
  const service = { kind: 'address', family, protocol: 'tcp', address: vip, port: PORT } as const
  const end = { family, address: family === 4 ? address : address6, port }
  const path = { mark: 0, service, real: end, forward }
  return { name, vip, path: tunnel === undefined ? path : { ...path, tunnel } }
}

const node = wanted(VIPS.local, 1, 'local', 80)
const local = { ...node, name: DIRECTOR, path: { ...node.path, real: { ...node.path.real, address: VIPS.local } } }
const all: readonly Wanted[] = [
  ...[1, 2].map((number) => wanted(VIPS.nat, number, 'masq', 80)),
  ...[1, 2].map((number) => wanted(VIPS['nat-remap'], number, 'masq', 8080)),
  ...[1, 2].map((number) => wanted(VIPS.nat6, number, 'masq', 8080)),
  ...[3, 4].map((number) => wanted(VIPS.dr, number, 'route', 80)),
  ...[3, 4].map((number) => wanted(VIPS.dr6, number, 'route', 80)),
  ...[5, 6].map((number) => wanted(VIPS.tun, number, 'tunnel', 80)),
  ...[5, 6].map((number) => wanted(VIPS.gue, number, 'tunnel', 80, gue)),
  ...[5, 6].map((number) => wanted(VIPS.gre, number, 'tunnel', 80, gre)),
  local,
].map((one, i) => ({ ...one, path: { ...one.path, mark: PATH_MARKS.base + i } }))

/** The kernel's own command, which is what a refusal names. */
const SYSCTL = 'net.ipv4.conf.inside.'

await attempt('needs', async () => {
  run('sysctl', '-qw', `${SYSCTL}rp_filter=1`)
  const refused = (await ensure()).filter(({ answer }) => answer.kind === 'refused')
  const names = new Set(refused.map(({ vip }) => vip))
  assert.deepEqual(names, new Set([VIPS.dr, VIPS.tun, VIPS.gue, VIPS.gre]), 'IPv4 that answers by itself')
  const [first] = refused
  assert(first?.answer.kind === 'refused')
  assert.deepEqual(first.answer.commands, [`sysctl -w ${SYSCTL}accept_local=1`, `sysctl -w ${SYSCTL}rp_filter=2`])

  // It is the truth: with one of the two alone the answer is still dropped.
  const direct = all.find(({ vip }) => vip === VIPS.dr)
  assert(direct !== undefined)
  const ways = openPaths(door, { surroundings: { sysctl: () => '1', hasAddress: () => true } })
  const [forced] = await ways.ensure([direct.path])
  assert(forced?.kind === 'ready', 'a machine that seems to have all it needs')
  assert.match(await ask(direct, forced.source, 0.7), /^down: did not accept a connection/)
  const [accept = '', loose = ''] = first.answer.commands
  command(accept)
  assert.match(await ask(direct, forced.source, 0.7), /^down: did not accept a connection/)
  command(loose)
  assert.equal(await ask(direct, forced.source), 'up')
  return first.answer.text
})

await attempt('reach', async () => {
  const answers = await ensure()
  for (const one of answers) {
    assert(one.answer.kind === 'ready', JSON.stringify(one.answer))
    // Twice: the pool would have sent one of the two elsewhere.
    for (let i = 0; i < 2; i += 1) assert.equal(await ask(one, one.answer.source), 'up', endText(one.path))
  }
  return answers.map(({ path, answer }) => `${endText(path)} ${answer.kind === 'ready' ? answer.source : ''}`)
})

await attempt('again', async () => {
  const before = run('ipvsadm', '-Sn')
  await ensure()
  assert.equal(run('ipvsadm', '-Sn'), before)
})

await attempt('apart from the pool', async () => {
  run('ipvsadm', '-d', '-t', `${VIPS.dr}:80`, '-r', `${real(3).address}:80`)
  assert.equal(await through(VIPS.dr, 'real3'), 'up')
  run('ipvsadm', '-e', '-t', `${VIPS.nat}:80`, '-r', `${real(1).address}:80`, '-m', '-w', '0')
  assert.equal(await through(VIPS.nat, 'real1'), 'up')
})

await attempt('a black hole', async () => {
  const { name, address } = real(4)
  assert.equal(await through(VIPS.dr, name), 'up')
  run('ip', '-n', name, 'address', 'del', `${VIPS.dr}/32`, 'dev', 'lo')
  assert.match(await through(VIPS.dr, name, 1), /^down: did not accept a connection on port 80/)
  assert.equal(await plain(address, name, 80), 'up', 'its own address answers')
  run('ip', '-n', name, 'address', 'add', `${VIPS.dr}/32`, 'dev', 'lo')
  assert.equal(await through(VIPS.dr, name), 'up')
})

await attempt('a black hole over IPv6', async () => {
  const { name, address6 } = real(4)
  run('ip', '-n', name, 'address', 'del', `${VIPS.dr6}/128`, 'dev', 'lo')
  assert.match(await through(VIPS.dr6, name, 1), /^down: /)
  assert.equal(await plain(address6, name, 80), 'up')
  run('ip', '-n', name, 'address', 'add', `${VIPS.dr6}/128`, 'dev', 'lo', 'nodad')
})

await attempt('a tunnel down', async () => {
  const { name, address } = real(6)
  run('ip', '-n', name, 'link', 'set', 'tunl0', 'down')
  assert.match(await through(VIPS.tun, name, 1), /^down: /)
  assert.equal(await plain(address, name, 80), 'up')
  run('ip', '-n', name, 'link', 'set', 'tunl0', 'up')
  assert.equal(await through(VIPS.tun, name), 'up')
})

await attempt('a wrong gateway', async () => {
  const { name, address } = real(2)
  run('ip', '-n', name, 'route', 'replace', 'default', 'via', '10.1.1.254')
  assert.match(await through(VIPS.nat, name, 1), /^down: did not accept a connection/)
  assert.equal(await plain(address, name, 8081), 'up', 'it answers who is on its own network')
  run('ip', '-n', name, 'route', 'replace', 'default', 'via', '10.1.1.1')
})

await attempt('a director in reserve', async () => {
  run('ip', 'address', 'del', `${VIPS.dr}/32`, 'dev', 'outside')
  run('ip', 'address', 'del', `${VIPS.nat}/32`, 'dev', 'outside')
  assert.equal(await through(VIPS.dr, 'real4'), 'up')
  assert.equal(await through(VIPS.nat, 'real1'), 'up')
  run('ip', 'address', 'add', `${VIPS.dr}/32`, 'dev', 'outside')
  run('ip', 'address', 'add', `${VIPS.nat}/32`, 'dev', 'outside')
})

await attempt('removed', async () => {
  const foreign = ['-f', String(PATH_MARKS.base + 500), '-s', 'wlc', '-p', '300']
  run('ipvsadm', '-A', ...foreign)
  const marks = all.map(({ path }) => path.mark)
  assert.deepEqual(paths.remove(new Set(marks.slice(0, 1))), { removed: all.length - 1, failures: [] })
  const [first] = all
  assert(first !== undefined)
  assert.equal(await ask(first, null), 'up')
  assert.deepEqual(paths.remove(), { removed: 1, failures: [] })
  const services = run('ipvsadm', '-Sn')
    .split('\n')
    .filter((line) => line.startsWith('-A'))
  assert.deepEqual(
    services.filter((line) => line.startsWith('-A -f')),
    [`-A ${foreign.join(' ')}`],
  )
  assert(services.length > 1, 'virtual servers of others stay')
  assert.equal(run('ip', 'rule', 'list').trim().split('\n').length, 3, 'no rule was made')
})

door.close()
process.exit(0)

async function ensure(): Promise<readonly (Wanted & { readonly answer: PathAnswer })[]> {
  const answers = await paths.ensure(all.map(({ path }) => path))
  return all.map((one, i) => {
    const answer = answers[i]
    assert(answer !== undefined)
    return { ...one, answer }
  })
}

/** What a check down the path to this virtual address says of this machine: `up`, or why not. */
async function through(vip: string, name: string, limit = 5): Promise<string> {
  const found = all.find((one) => one.name === name && one.vip === vip)
  assert(found !== undefined)
  const [answer] = await paths.ensure([found.path])
  assert(answer?.kind === 'ready', JSON.stringify(answer))
  return ask(found, answer.source, limit)
}

function ask({ path, name, vip }: Wanted, source: string | null, limit = 5): Promise<string> {
  const from = source === null ? {} : { source }
  return check(vip, name, { port: PORT, mark: path.mark, timeout: limit, ...from })
}

/** What a check of the real server's own address says. */
function plain(address: string, name: string, port: number): Promise<string> {
  return check(address, name, { port, timeout: 5 })
}

/** Our own monitor. Each machine answers with its name, so that an answer of another one is a failure. */
async function check(address: string, name: string, options: HttpOptions): Promise<string> {
  const context = { signal: AbortSignal.timeout(10_000), timeout: seconds(10), environment: {} }
  const { hosts } = await http.check([host(address)], { ...options, regex: `^${name}\\s*$` }, context)
  const [result] = hosts
  return result?.kind === 'up' ? 'up' : `${result?.kind}: ${result?.text}`
}

/** Runs a command as a refusal words it. */
function command(text: string): void {
  const [program = '', ...words] = text.split(' ')
  const { status, stderr } = tryRun(program, ...words)
  assert.equal(status, 0, stderr)
}
