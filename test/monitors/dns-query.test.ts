/** mon's dns-query.monitor and our built-in, asked the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DnsQueryOptions, dnsQuery } from '../../monitors/dns-query.ts'
import { script } from '../../monitors/script.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { a, nameServer, type Zone } from './name-server.ts'

const timeout = seconds(30)
const context = (environment: Readonly<Record<string, string>> = {}) => ({
  signal: AbortSignal.timeout(timeout),
  timeout,
  environment,
})
const ask = (hosts: readonly string[], options: DnsQueryOptions) => dnsQuery.check(hosts.map(host), options, context())

const [good, without, empty] = ['127.0.0.21', '127.0.0.22', '127.0.0.23']
const world =
  (at: string): Zone =>
  ({ name }) => {
    if (at === good && name === 'www.example') return { answers: [a(name, '192.0.2.1')] }
    return at === empty ? {} : { rcode: 3 }
  }

for (const hosts of [[good], [without, good], [without, empty, good], [empty]]) {
  test(`dns-query.monitor and we say and exit the same of ${hosts.join(' ')}`, needs('mon', 'net-dns'), async (t) => {
    const { port } = await nameServer(t, [good, without, empty].map(String), world)
    const names = hosts.map(String)
    const command = ['/usr/lib/mon/mon.d/dns-query.monitor', '-n', 'www.example']
    const theirs = await script.check(names.map(host), { command }, context({ RES_OPTIONS: `port:${port}` }))
    const ours = await ask(names, { name: 'www.example', port })
    assert.deepEqual([ours.summary, ours.exit], [theirs.summary, theirs.exit])
    const verdicts = (result: typeof ours) => result.hosts.map((each) => [each.host, each.kind])
    assert.deepEqual(verdicts(ours), verdicts(theirs))
  })
}

test('a name that the server does not have is told', async (t) => {
  const { port } = await nameServer(t, [String(without)], world)
  const result = await ask([String(without)], { name: 'www.example', port })
  assert.equal(result.detail, `${without} answered NXDOMAIN for A of www.example\n`)
})
