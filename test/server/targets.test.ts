import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import { type Found, targetNamed } from '../../src/server/targets.ts'
import { real, virtual } from '../engine/build.ts'

const six = { family: 6, address: '2001:db8::2', port: 80 } as const
const pools = [
  virtual([real('10.1.1.1'), real('10.1.1.2'), real('x', { id: six })], { name: 'web' }),
  virtual([real('10.1.1.1'), real('y', { id: { family: 4, address: '10.1.1.2', port: 8080 } })], { name: 'a/b' }),
].map(untestedPool)

const target = (virtualName: string | null, end: string | null): Found => ({
  kind: 'target',
  virtual: virtualName,
  real: end,
})

const vectors: { name: string; subject: string; within?: string; found: Found['kind'] | Found }[] = [
  { name: 'an address with its port, everywhere', subject: '10.1.1.1:80', found: target(null, '10.1.1.1:80') },
  { name: 'an address with one port', subject: '10.1.1.1', found: target(null, '10.1.1.1:80') },
  { name: 'an address with two ports is unclear', subject: '10.1.1.2', found: 'unclear' },
  {
    name: 'unless one virtual server is meant',
    subject: '10.1.1.2',
    within: 'web',
    found: target('web', '10.1.1.2:80'),
  },
  { name: 'a virtual server in front', subject: 'web/10.1.1.2', found: target('web', '10.1.1.2:80') },
  { name: 'IPv6 in brackets', subject: '[2001:db8::2]:80', found: target(null, '[2001:db8::2]:80') },
  { name: 'IPv6 without its port', subject: '2001:db8::2', found: target(null, '[2001:db8::2]:80') },
  { name: 'IPv6 as people write it', subject: '[2001:DB8:0::2]:80', found: target(null, '[2001:db8::2]:80') },
  { name: 'a virtual server', subject: 'web', found: target('web', null) },
  { name: 'a virtual server with a slash in its name', subject: 'a/b', found: target('a/b', null) },
  { name: 'and a real server of it', subject: 'a/b/10.1.1.1:80', found: target('a/b', '10.1.1.1:80') },
  { name: 'two virtual servers at once', subject: 'web/10.1.1.1', within: 'a/b', found: 'unclear' },
  { name: 'a virtual server that is not there', subject: '10.1.1.1', within: 'shop', found: 'unclear' },
  { name: 'nothing of that name', subject: '10.9.9.9:80', found: 'none' },
]
for (const { name, subject, within = null, found } of vectors) {
  test(`a target is named by ${name}`, () => {
    const answer = targetNamed({ pools }, subject, within)
    if (typeof found === 'string') assert.equal(answer.kind, found)
    else assert.deepEqual(answer, found)
  })
}
