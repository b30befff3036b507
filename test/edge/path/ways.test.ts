/** The ways to real servers: asked of the kernel by `ip`, and remembered for a while. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Way } from '../../../src/edge/path/needs.ts'
import { openWays, readWays } from '../../../src/edge/path/ways.ts'
import { needs } from '../../needs.ts'

test('a way that is known is not asked for again, one that was missing is', async () => {
  const asked: string[][] = []
  const out: Way = { kind: 'out', device: 'eth1', source: '10.1.1.1' }
  const none: Way = { kind: 'none', text: 'there is no route' }
  const ways = openWays(async (addresses) => {
    asked.push([...addresses])
    return new Map(asked[asked.length - 1]?.map((address) => [address, address === '10.9.9.9' ? none : out]))
  })
  const expected = new Map<string, Way>([
    ['10.9.9.9', none],
    ['10.1.1.2', out],
  ])
  for (let i = 0; i < 2; i += 1) assert.deepEqual(await ways(['10.1.1.2', '10.9.9.9']), expected)
  assert.deepEqual(asked, [['10.1.1.2', '10.9.9.9'], ['10.9.9.9']])
  await ways(['10.1.1.3'])
  await ways(['10.1.1.2'])
  assert.deepEqual(asked.slice(2), [['10.1.1.3'], ['10.1.1.2']], 'what nobody asks for is forgotten')
})

test('the kernel is asked for many ways at once, in order and for each address once', needs('ip'), async () => {
  const addresses = Array.from(
    { length: 400 },
    (_, i) => `127.0.${i >> 8}.${(i & 255) + 1 > 254 ? 254 : (i & 255) + 1}`,
  )
  const ways = await readWays([...addresses, ...addresses, 'not an address'])
  assert.equal(ways.size, new Set(addresses).size)
  assert.deepEqual(new Set([...ways.values()].map(({ kind }) => kind)), new Set(['local']))
})
