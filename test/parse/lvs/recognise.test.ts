/** lvs.cf is known by what stands in it, and none of the other formats is taken for one. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isKeepalived } from '../../../src/parse/keepalived/recognise.ts'
import { isLvs } from '../../../src/parse/lvs/recognise.ts'
import { needs } from '../../needs.ts'

const yes = [
  'serial_no = 25\n',
  '# generated\n\nservice = lvs\n',
  'primary=10.0.0.1\n',
  'Primary = 10.0.0.1\n',
  'virtual web {\n}\n',
  'virtual "web farm" {\n}\n',
  'virtual web{\n}\n',
  'virtual web\n{\n}\n',
  'failover web {\n',
  'virtual web { # x\n',
  '\ufeffserial_no = 1\r\n',
  '\xef\xbb\xbfserial_no = 1\n',
  'serial_no = 1\rprimary = 10.0.0.1\r',
]
const no = [
  '',
  '# serial_no = 25\n',
  'virtual web\n  address 192.0.2.10:80\n',
  'virtual=192.0.2.10:80\n\treal=10.0.0.1:80 gate\n',
  'checktimeout = 3\nvirtual = 192.0.2.10:80\n',
  'hostgroup web 10.0.0.1\nservice = lvs\n',
  'statedir = /var/lib/upalert\nprimary = x\n',
  'maxprocs = 20\nhostgroup a b\n',
  'virtual_server 192.0.2.10 80 {\n}\n',
  'global_defs {\n}\nserial_no = 1\n',
  '$A=b\nserial_no = 1\n',
  'watch web\n  service http\n    service = lvs\n',
  'upstream a {\n server 10.0.0.1;\n}\n',
  'server {\n listen 80;\n}\n',
  'service = http\n',
  'command section\n',
  '{{ serial }}\n',
]
for (const text of yes) test(`${JSON.stringify(text)} is an lvs.cf`, () => assert.ok(isLvs(text)))
for (const text of no) test(`${JSON.stringify(text)} is no lvs.cf`, () => assert.ok(!isLvs(text)))

test('of the samples of all formats those of Piranha are lvs.cf, and no other', needs('corpus'), () => {
  const corpus = process.env.UPALERT_CORPUS ?? ''
  for (const folder of ['lvscf', 'keepalived', 'ldirectord', 'mon']) {
    for (const entry of readdirSync(join(corpus, folder), { withFileTypes: true })) {
      if (!entry.isFile()) continue
      const text = readFileSync(join(corpus, folder, entry.name), 'latin1')
      assert.equal(isLvs(text), folder === 'lvscf', entry.name)
      assert.ok(!isLvs(text) || !isKeepalived(text), entry.name)
    }
  }
})
