/** `upalert convert --from-kernel`, with a table and a terminal of the test's. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FromKernelDoors, fromKernel, type Terminal } from '../../src/daemon/from-kernel.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { TableCommand, TableDestinationSettings, TableServiceId } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import { findingLine } from '../../src/write/from-kernel/finding.ts'
import { tableWith } from '../write/from-kernel/tables.ts'

const service = (port: number, protocol: 'tcp' | 'udp' = 'tcp'): TableServiceId => ({
  kind: 'address',
  family: 4,
  protocol,
  address: '192.0.2.10',
  port,
})
const plain = { persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' }
const of = (id: TableServiceId, scheduler = 'wrr'): TableCommand => ({
  kind: 'new-service',
  service: id,
  settings: { ...plain, scheduler },
})
const real = (
  id: TableServiceId,
  address: string,
  port: number,
  more: Partial<TableDestinationSettings> = {},
): TableCommand => ({
  kind: 'new-destination',
  service: id,
  destination: { family: 4, address, port },
  settings: { forward: 'masq', weight: weight(3), upperThreshold: 0, lowerThreshold: 0, ...more },
})

const web = service(80)
const dns = service(53, 'udp')
const mark: TableServiceId = { kind: 'mark', family: 4, mark: 7 }
/** A farm as somebody made it with ipvsadm. */
const FARM = [
  of(web),
  real(web, '10.1.1.2', 8080),
  real(web, '10.1.1.3', 8080, { weight: weight(0) }),
  of(dns, 'rr'),
  real(dns, '10.1.1.4', 53, { forward: 'route' }),
  of(mark, 'wlc'),
  real(mark, '10.1.1.5', 0, { forward: 'route' }),
]

interface Told {
  readonly said: string[]
  readonly doors: FromKernelDoors
}

/** A terminal at which these lines are typed, one for each question. */
function at(commands: readonly TableCommand[], typed: readonly string[] | null = null): Told {
  const said: string[] = []
  const lines = [...(typed ?? [])]
  const terminal: Terminal = {
    say: (text) => void said.push(text),
    ask: async (text) => {
      said.push(text)
      return lines.shift() ?? null
    },
    close() {},
  }
  return { said, doors: { table: () => tableWith(commands), terminal: () => (typed === null ? null : terminal) } }
}

function answersFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-from-kernel-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'answers')
  writeFileSync(file, text)
  return file
}

const body = (text: string | null) =>
  (text ?? '')
    .split('\n')
    .filter((line) => !/^\s*#|^$/.test(line))
    .join('\n')

const FARM_BY_TCP = `hostgroup 192.0.2.10-80 10.1.1.2 10.1.1.3
watch 192.0.2.10-80
    service tcp
        interval 10s
        timeout 5s
        fall 2
        monitor tcp -p 8080
hostgroup 192.0.2.10-53-udp 10.1.1.4
watch 192.0.2.10-53-udp
    service dns-check
        interval 10s
        timeout 5s
        fall 2
        monitor dns-check -p 53
hostgroup fwmark-7 10.1.1.5
watch fwmark-7
    service ping
        interval 10s
        timeout 5s
        fall 2
        monitor ping
virtual 192.0.2.10:80
    address 192.0.2.10:80
    scheduler wrr
    forward nat
    real 10.1.1.2:8080 weight 3 check 192.0.2.10-80/tcp
    real 10.1.1.3:8080 weight 0 check 192.0.2.10-80/tcp
virtual 192.0.2.10:53/udp
    address 192.0.2.10:53/udp
    scheduler rr
    forward dr
    real 10.1.1.4 weight 3 check 192.0.2.10-53-udp/dns-check
virtual fwmark-7
    address fwmark 7 inet
    scheduler wlc
    forward dr
    real 10.1.1.5 weight 3 check fwmark-7/ping`

test('--check tcp is for all that TCP can ask, and what takes its place elsewhere is told', async () => {
  const { text, findings, exit } = await fromKernel({ to: 'mon', check: 'tcp' }, at(FARM).doors)
  assert.equal(body(text), FARM_BY_TCP)
  assert.match(text ?? '', /# 10\.1\.1\.3:8080 has weight 0 in the table: was it quiesced\?/)
  assert.deepEqual(findings.map(findingLine), [
    'note: 192.0.2.10:53/udp: tcp asks by TCP, and this is UDP: its check is dns-check',
    'warning: fwmark-7: nobody can tell which port of its real servers to ask: its check is ping; write tcp with -p and the port in the answers instead',
  ])
  assert.equal(exit, 1)
})

test('at a terminal it asks for each virtual server, proposes by its port, and takes * for the rest', async () => {
  const { said, doors } = at(FARM, ['', '* tcp -p 80'])
  const { text, exit } = await fromKernel({ to: 'mon' }, doors)
  assert.deepEqual(said.slice(1), [
    '\n192.0.2.10:80  wrr, NAT to 10.1.1.2:8080, 10.1.1.3:8080',
    '  check [http --url /]: ',
    '\n192.0.2.10:53/udp  rr, direct routing to 10.1.1.4:53',
    '  check [dns-check]: ',
  ])
  assert.match(body(text), /monitor http -p 8080 --url \/\n/)
  assert.match(body(text), /monitor dns-check -p 53\n/)
  assert.match(body(text), /monitor tcp -p 80\n/)
  assert.equal(exit, 0)
})

test('an answer that is no check is asked again, and whoever leaves gets nothing', async () => {
  const { said, doors } = at([of(web), real(web, '10.1.1.2', 80)], ['htpp'])
  const { text, exit, findings } = await fromKernel({ to: 'mon' }, doors)
  assert.equal(said.filter((line) => line.includes('check [')).length, 2)
  assert.ok(
    said.some((line) => /htpp.*http/.test(line)),
    said.join('\n'),
  )
  assert.deepEqual([text, exit], [null, 130])
  assert.match(findings.map(findingLine).join(), /nothing is written/)
})

test('without a terminal and without --check nothing is written, and it says what to do', async () => {
  const { text, exit, findings } = await fromKernel({ to: 'mon' }, at(FARM).doors)
  assert.deepEqual([text, exit], [null, 64])
  assert.match(findings.map(findingLine).join(), /--check tcp/)
})

test('answers come from a file; those that are missing or wrong are named', async (t) => {
  const whole = answersFile(t, '# all of them\n192.0.2.10:80 = https /health\nfwmark-7 = none\n* = ping\n')
  const { text, findings } = await fromKernel({ to: 'mon', answers: whole }, at(FARM).doors)
  assert.match(body(text), /monitor http -p 8080 --tls --url \/health\n/)
  assert.match(body(text), /real 10\.1\.1\.5 weight 3$/)
  assert.deepEqual(
    findings.map(({ about }) => about),
    ['fwmark-7'],
  )

  const half = answersFile(t, '192.0.2.10:80 = tcp\n')
  const missing = await fromKernel({ to: 'mon', answers: half }, at(FARM).doors)
  assert.equal(missing.exit, 2)
  assert.match(missing.findings.map(findingLine).join(), /no answer for 192\.0\.2\.10:53\/udp, fwmark-7/)

  const odd = answersFile(t, '192.0.2.10:81 = tcp\n192.0.2.10:80 = htpp\nwhat\n')
  const wrong = await fromKernel({ to: 'mon', answers: odd }, at(FARM).doors)
  const told = wrong.findings.map(findingLine).join()
  for (const code of ['answer-name', 'answer-check', '[answer]']) assert.ok(told.includes(code), told)

  const none = await fromKernel({ to: 'mon', answers: join(whole, 'nobody') }, at(FARM).doors)
  assert.match(none.findings.map(findingLine).join(), /cannot be read/)
})

test('the answers of the documentation are answers', async (t) => {
  const page = readFileSync(new URL('../../docs/from-kernel.md', import.meta.url), 'utf8')
  const [, example = ''] = /```text\n(# checks\.txt\n[^`]*)```/.exec(page) ?? []
  const v6: TableServiceId = { kind: 'address', family: 6, protocol: 'tcp', address: '2001:db8::10', port: 443 }
  const settings = { ...plain, prefix: 128, scheduler: 'rr' }
  const https: readonly TableCommand[] = [
    { kind: 'new-service', service: v6, settings },
    {
      kind: 'new-destination',
      service: v6,
      destination: { family: 6, address: '2001:db8::2', port: 443 },
      settings: { forward: 'masq', weight: weight(1), upperThreshold: 0, lowerThreshold: 0 },
    },
  ]
  const { text, findings } = await fromKernel(
    { to: 'mon', answers: answersFile(t, example) },
    at([...FARM, ...https]).doors,
  )
  assert.deepEqual(findings.map(findingLine), [])
  const monitors = [...(text ?? '').matchAll(/^ +monitor (.*)$/gm)].map(([, words]) => words)
  assert.deepEqual(monitors, [
    'http -p 8080 --url /health',
    'dns-check -p 53 --name www.example.com',
    'tcp -p 80',
    'http -p 443 --tls',
  ])
})

test('a table that is not the kernel’s is none, and why is said', async () => {
  const doors = { table: () => openMemoryTable('this user may not change it'), terminal: () => null }
  const { text, exit, findings } = await fromKernel({ to: 'mon', check: 'tcp' }, doors)
  assert.deepEqual([text, exit], [null, 2])
  assert.match(findings.map(findingLine).join(), /this user may not change it/)
})

test('an empty table leaves nothing to write', async () => {
  const { text, exit } = await fromKernel({ to: 'mon', check: 'tcp' }, at([]).doors)
  assert.deepEqual([text, exit], [null, 2])
})

test('for keepalived each real server has its check, and what weighs nothing is asked about', async () => {
  const { text, exit } = await fromKernel({ to: 'keepalived', check: 'tcp' }, at(FARM.slice(0, 3)).doors)
  const from = (text ?? '').indexOf('virtual_server')
  assert.equal(
    (text ?? '').slice(from),
    `virtual_server 192.0.2.10 80 {
    delay_loop 10
    lvs_sched wrr
    lvs_method NAT
    protocol TCP

    real_server 10.1.1.2 8080 {
        weight 3
        TCP_CHECK {
        }
    }

    # 10.1.1.3:8080 has weight 0 in the table: was it quiesced? Then write its weight here.
    real_server 10.1.1.3 8080 {
        weight 0
        TCP_CHECK {
        }
    }
}
`,
  )
  assert.equal(exit, 0)
})

test('a large table is written in little time', async () => {
  const reals = Array.from({ length: 20_000 }, (_, i) =>
    real(web, `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, 80),
  )
  const { text } = await fromKernel({ to: 'mon', check: 'tcp' }, at([of(web), ...reals]).doors)
  assert.equal((text ?? '').match(/^ {4}real /gm)?.length, 20_000)
})
