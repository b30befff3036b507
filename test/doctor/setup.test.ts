/** What the doctor takes from a configuration. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { directorQuestions } from '../../src/doctor/director.ts'
import { allServers, setupOf, virtualAddresses } from '../../src/doctor/setup.ts'

const TEXT = `
hostgroup web 10.1.1.2

watch web
    service ping
        interval 1m
        monitor ping

virtual web
    address 192.0.2.10:80
    address 192.0.2.10:443
    scheduler mh
    real 10.1.1.2 forward dr check web/ping
    real 10.1.1.3 forward tun tunnel gre
    sorry 127.0.0.1 forward local

virtual mail
    address [2001:DB8::10]:25
    persistence 5m
    real [2001:db8:1::2]:2525

virtual marked
    address fwmark 42
    real 10.1.1.4:0
`

test('every service, server, way of forwarding and address of a configuration is asked for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-setup-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'mon.cf')
  writeFileSync(file, TEXT)
  const { model, problems } = await loadConfiguration(file)
  assert(model !== null, problems.map(({ message }) => message).join('\n'))
  const setup = setupOf(model)

  assert.equal(setup.pings, true)
  assert.deepEqual(
    virtualAddresses(setup).map(({ address, names }) => [address, [...new Set(names)]]),
    [
      ['192.0.2.10', ['web']],
      ['2001:db8::10', ['mail']],
    ],
  )
  const servers = allServers(setup).map(({ text, forward, tunnel, sorry }) => [
    text,
    forward,
    tunnel?.type ?? '',
    sorry,
  ])
  assert.deepEqual(servers, [
    ['web: 10.1.1.2:80', 'route', '', false],
    ['web: 10.1.1.3:80', 'tunnel', 'gre', false],
    ['web: 127.0.0.1:80', 'local', '', true],
    ['web: 10.1.1.2:443', 'route', '', false],
    ['web: 10.1.1.3:443', 'tunnel', 'gre', false],
    ['web: 127.0.0.1:443', 'local', '', true],
    ['mail: [2001:db8:1::2]:2525', 'masq', '', false],
    ['marked: 10.1.1.4:0', 'masq', '', false],
  ])
  const questions = directorQuestions(setup)
  assert.deepEqual(questions.modules, ['ip_vs', 'ip_vs_mh', 'ip_vs_wlc'])
  assert.equal(questions.marks, true)
  assert.equal(questions.addresses.length, 7)
})
