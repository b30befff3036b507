/** An ldirectord.cf is known by what stands in it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLdirectord } from '../../../src/parse/ldirectord/recognise.ts'

const texts: readonly (readonly [name: string, text: string, is: boolean])[] = [
  ['a service', '# x\n\nvirtual=192.0.2.1:80\n', true],
  ['a service with blanks', 'virtual = 1\n', true],
  ['a service of IPv6', 'virtual6=[2001:db8::1]:80\n', true],
  ['a service behind a byte order mark', '\ufeffvirtual=192.0.2.1:80\n', true],
  ['a global directive of its own', 'checktimeout=3\r\n', true],
  ['another file alone', 'execute=other.cf\n', true],
  ['nothing', '', false],
  ['comments', '# virtual=192.0.2.1:80\n', false],
  ['settings that mon.cf has as well', 'autoreload = yes\ncallback = /bin/x\nmaintenancedir = /a\n', false],
  ['a mon.cf', 'mondir = /usr/lib/mon\nhostgroup web 10.0.0.1\nwatch web\n    service http\n', false],
  ['a mon.cf with a virtual server', 'virtual web\n    address 192.0.2.1:80\n', false],
  ['a mon.cf that loads one', 'ldirectord = ldirectord.cf\nwatch a\n', false],
  ['an lvs.cf', 'serial_no = 25\nprimary = 10.0.0.1\nvirtual http {\n     port = 80\n}\n', false],
  ['a keepalived.conf', 'virtual_server 192.0.2.1 80 {\n}\n', false],
  ['an indented service, which is none', '  virtual=192.0.2.1:80\n', false],
]
for (const [name, text, is] of texts) {
  test(`${name} ${is ? 'is' : 'is not'} an ldirectord.cf`, () => assert.equal(isLdirectord(text), is))
}
