/** What becomes of a check on its way along a path. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { alongPaths } from '../../../src/edge/path/along.ts'
import { PATH_MARKS } from '../../../src/edge/path/marks.ts'
import { openPaths } from '../../../src/edge/path/paths.ts'
import { checkResult } from '../../../src/edge/probe/each-host.ts'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type { Monitor } from '../../../src/model/monitor.ts'
import { host } from '../../../src/model/names.ts'
import { seconds } from '../../../src/model/units.ts'

const base = PATH_MARKS.base
const context = { signal: new AbortController().signal, timeout: seconds(1), environment: {} }

/** Remembers the options that it was run with. */
function recorder(): { readonly monitor: Monitor; readonly ran: unknown[] } {
  const ran: unknown[] = []
  const check: Monitor['check'] = async (_, options) => {
    ran.push(options)
    return checkResult([])
  }
  const schema = { type: 'object', properties: {}, additionalProperties: false } as const
  return { monitor: { name: 'web', question: 'well?', schema, flags: {}, rest: null, check }, ran }
}

const answers = new Map([
  [base, { kind: 'ready', mark: base, source: null } as const],
  [base + 1, { kind: 'ready', mark: base + 1, source: '10.1.1.1' } as const],
])
const vectors = [
  { name: 'without a mark goes as it is', options: { port: 80 }, runs: { port: 80 } },
  { name: "with the operator's own mark goes as it is", options: { mark: 7 }, runs: { mark: 7 } },
  { name: 'of a monitor without options goes as it is', options: null, runs: null },
  { name: 'by NAT chooses no address', options: { mark: base }, runs: { mark: base } },
  {
    name: 'by direct routing leaves from the address on the way to the real server',
    options: { mark: base + 1, port: 80 },
    runs: { mark: base + 1, port: 80, source: '10.1.1.1' },
  },
  {
    name: 'leaves from the address that the operator chose, where he chose one',
    options: { mark: base + 1, source: '10.1.1.9' },
    runs: { mark: base + 1, source: '10.1.1.9' },
  },
]
describe('a check', () => {
  for (const { name, options, runs } of vectors) {
    test(name, async () => {
      const { monitor, ran } = recorder()
      await alongPaths(monitor, (mark) => answers.get(mark) ?? null).check([host('10.1.1.4')], options, context)
      assert.deepEqual(ran, [runs])
    })
  }

  test('whose path was never set up, or could not be, asks nobody and calls nobody down', async () => {
    const { monitor, ran } = recorder()
    const paths = openPaths(openMemoryTable('no IPVS here'))
    const along = alongPaths(monitor, paths.answerFor)
    const ask = async () => (await along.check([host('10.1.1.4')], { mark: base }, context)).hosts
    const [before] = await ask()
    assert(before?.kind === 'unknown')
    assert.equal(before.text, 'could not be checked via vip: the way to it is not set up yet')

    const service = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 } as const
    const real = { family: 4, address: '10.1.1.4', port: 80 } as const
    await paths.ensure([{ mark: base, service, real, forward: 'masq' }])
    const [after] = await ask()
    assert(after?.kind === 'unknown')
    assert.match(after.text, /^could not be checked via vip: the virtual server table is only in memory/)
    assert.deepEqual(ran, [])
    assert.equal(paths.answerFor(7), null, 'a mark of the operator is none of a path')
  })
})
