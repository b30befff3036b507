import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPortText, parseHostPort } from '../../src/wire/host-port.ts'

const vectors: readonly (readonly [string, string | null])[] = [
  ['pager.example.com', 'pager.example.com:444'],
  ['pager.example.com:4444', 'pager.example.com:4444'],
  ['192.0.2.1', '192.0.2.1:444'],
  ['192.0.2.1:65535', '192.0.2.1:65535'],
  ['[2001:db8::1]:99', '[2001:db8::1]:99'],
  ['[2001:db8::1]', '[2001:db8::1]:444'],
  ['2001:db8::1', '[2001:db8::1]:444'],
  ['::1', '[::1]:444'],
  ['[fe80::1%eth0]:9', '[fe80::1%eth0]:9'],
  ['host:0', null],
  ['host:65536', null],
  ['host:99999', null],
  ['host:60000', 'host:60000'],
  ['host:', null],
  ['host:port', null],
  ['a b', null],
  ['', null],
  ['http://host', null],
]
for (const [text, is] of vectors) {
  test(`"${text}" is ${is ?? 'no host and port'}`, () => {
    const found = parseHostPort(text, 444)
    assert.equal(found === null ? null : hostPortText(found), is)
  })
}
