/** Of what several files of other tools say about the daemon itself, the first counts, and the others are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import { emptyModel } from '../../../src/model/empty-model.ts'
import { joined } from '../../../src/parse/director/join.ts'
import type { Part } from '../../../src/parse/director/part.ts'
import { Services } from '../../../src/parse/director/services.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { parseLdirectord } from '../../../src/parse/ldirectord/parse.ts'
import { resolveLdirectord } from '../../../src/parse/ldirectord/resolve.ts'
import { parseLvs } from '../../../src/parse/lvs/parse.ts'
import { resolveLvs } from '../../../src/parse/lvs/resolve.ts'
import { parseMon } from '../../../src/parse/mon.ts'
import { settingsOf } from '../../../src/parse/resolve.ts'
import { placeOf } from '../../../src/parse/source.ts'

const surroundings = { monitors, alerts, addresses: new Map<string, never>(), scriptAccount: null }

/** The parts of these files, by the beginning of their names. */
function partsOf(files: Readonly<Record<string, string>>): readonly Part[] {
  const services = new Services()
  return Object.entries(files).map(([file, text]) => {
    if (file.startsWith('lvs')) return resolveLvs(parseLvs({ file, text }), surroundings, services)
    if (file.startsWith('keepalived')) {
      return resolveKeepalived(parseKeepalived({ file, text }), surroundings, services)
    }
    return resolveLdirectord(parseLdirectord({ file, text }), surroundings, services)
  })
}

/** An empty mon.cf. */
const empty = emptyModel(settingsOf(parseMon({ file: 'mon.cf', text: '' }), { environment: {}, hostname: 'director' }))

function join(files: Readonly<Record<string, string>>, said: readonly string[] = []) {
  const { model, problems } = joined(empty, partsOf(files), new Set(said))
  const told = problems.map(({ severity, message, span }) => {
    const { file, line } = placeOf(span.source, span.start)
    return `${severity} ${file}:${line}: ${message}`
  })
  return { settings: model.settings, told }
}

const ldirectord = (lines: string, address: string) => `${lines}\nvirtual=${address}:80\n\treal=10.0.0.1:80 gate\n`

const not = 'what stands here is not heard'

test('the first of two files counts, and each setting of the second is told at its line', () => {
  const { settings, told } = join({
    'ldirectord-1.cf': ldirectord(
      'maintenancedir=/one\nemailalertfrom=a@example.org\nsmtp=relay1\ncallback="/bin/one"\nautoreload=yes',
      '192.0.2.1',
    ),
    'ldirectord-2.cf': ldirectord(
      'maintenancedir=/two\nemailalertfrom=b@example.org\nsmtp=relay2\ncallback="/bin/two"',
      '192.0.2.2',
    ),
  })
  assert.equal(settings.table.maintenancedir, '/one')
  assert.equal(settings.mailfrom, 'a@example.org')
  assert.match(settings.mailserver, /relay1/)
  assert.equal(settings.reload.auto, true)
  assert.deepEqual(told, [
    `warning ldirectord-2.cf:3: the relay for mail counts already, from "ldirectord-1.cf"; ${not}`,
    `warning ldirectord-2.cf:2: the sender of mail counts already, from "ldirectord-1.cf"; ${not}`,
    `warning ldirectord-2.cf:4: what happens when the file changes counts already, from "ldirectord-1.cf"; ${not}`,
    `warning ldirectord-2.cf:1: the directory for maintenance counts already, from "ldirectord-1.cf"; ${not}`,
  ])
})

test('two files that say the same are no clash', () => {
  const lines = 'maintenancedir=/one\nsmtp=relay1'
  const { told } = join({
    'ldirectord-1.cf': ldirectord(lines, '192.0.2.1'),
    'ldirectord-2.cf': ldirectord(lines, '192.0.2.2'),
  })
  assert.deepEqual(told, [])
})

test('a file that is silent takes nothing from the one before it, nor from the one behind it', () => {
  const files = [
    ldirectord('', '192.0.2.1'),
    ldirectord('maintenancedir=/two', '192.0.2.2'),
    ldirectord('', '192.0.2.3'),
  ]
  const { settings, told } = join(Object.fromEntries(files.map((text, i) => [`ldirectord-${i}.cf`, text])))
  assert.equal(settings.table.maintenancedir, '/two')
  assert.deepEqual(told, [])
})

test('timeouts are joined one by one, and 0 says nothing', () => {
  const { settings, told } = join({
    'lvs.cf': 'tcp_timeout = 900\nudp_timeout = 0\n',
    'keepalived.conf':
      'global_defs {\n lvs_timeouts tcp 100 tcpfin 60 udp 300\n lvs_flush\n lvs_flush_on_stop\n router_id A\n}\n',
  })
  assert.deepEqual(settings.table.timeouts, { tcp: 900, tcpfin: 60, udp: 300 })
  assert.deepEqual([settings.table.onStart, settings.table.onStop, settings.routerId], ['clear', 'clear', 'A'])
  assert.deepEqual(told, [
    `warning keepalived.conf:2: the timeout of TCP connections counts already, from "lvs.cf"; ${not}`,
  ])
})

test('what a mon.cf says itself counts before all files, and then none of them is told', () => {
  const words = ['mailserver', 'mailfrom', 'router_id', 'autoreload', 'on_start', 'on_stop', 'ipvs_timeouts']
  const globals = (id: string) =>
    `global_defs {\n router_id ${id}\n smtp_server relay${id}\n notification_email_from ${id}@x.org\n lvs_timeouts tcp 1${id}\n lvs_flush\n}\n`
  const { settings, told } = join({ 'keepalived-1.conf': globals('1'), 'keepalived-2.conf': globals('2') }, words)
  assert.deepEqual(settings, empty.settings)
  assert.deepEqual(told, [])
})

test('a pipe of two files is one, with the first reader', () => {
  const globals = (path: string, reader: string) =>
    `global_defs {\n script_user root\n lvs_notify_fifo ${path}\n lvs_notify_fifo_script ${reader}\n}\n`
  const { settings, told } = join({
    'keepalived-1.conf': globals('/run/a', '/bin/one'),
    'keepalived-2.conf': globals('/run/a', '/bin/two'),
    'keepalived-3.conf': globals('/run/b', '/bin/three'),
  })
  assert.deepEqual(
    settings.table.fifos.map(({ path, reader }) => [path, reader?.command]),
    [
      ['/run/a', ['/bin/one']],
      ['/run/b', ['/bin/three']],
    ],
  )
  assert.deepEqual(told, [
    `warning keepalived-2.conf:3: who reads this pipe counts already, from "keepalived-1.conf"; ${not}`,
  ])
})
