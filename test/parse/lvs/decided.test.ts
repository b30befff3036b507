/**
 * An lvs.cf from its text to what is wanted of the table: the words by which nanny decided, fed to the engine check by check.
 * Each comes with a clock that the test sets, so that seconds are seconds.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wantedTable } from '../../../src/engine/pool/wanted.ts'
import { statusView } from '../../../src/engine/view.ts'
import type { Service } from '../../../src/model/model.ts'
import type { WeightSaid } from '../../../src/model/result.ts'
import { endpointText } from '../../../src/model/table.ts'
import { at, checked, model, Run, result } from '../../engine/build.ts'
import { fileText, sound } from './world.ts'

/** One real server, 10.1.1.2, and its checks as the file has them. */
class Farm extends Run {
  private readonly services: readonly Service[]

  constructor(lines: string, server = 'address = 10.1.1.2', warnings: readonly string[] = []) {
    const { services, virtuals } = sound(fileText(lines, server), warnings)
    super(model(services, virtuals))
    this.services = services
  }

  /** Every check that can take the server out says so at this second; those that only advise are silent, or tell a load. */
  said(verdict: '+' | '-', second: number, load: WeightSaid | null = null): string {
    for (const of of this.services) {
      const advises = of.monitor?.module === 'load'
      if (advises && load === null) continue
      const one = result(of.hosts, verdict === '-' && !advises ? of.hosts : [])
      const hosts = one.hosts.map((each) => (each.kind === 'up' && advises && load ? { ...each, share: load } : each))
      this.post(checked(of, { ...one, hosts }), at(second))
    }
    return this.at(second)
  }

  /** The weight that is wanted at this second; `-`: no row. */
  at(second: number): string {
    this.post({ kind: 'time' }, at(second))
    const [only] = wantedTable(this.state.model, this.state.pools)
    return (only?.destinations ?? [])
      .map((one) => `${endpointText(one.id)}=${one.kind === 'present' ? one.settings.weight : one.kind}`)
      .join()
  }
}
/** What comes of a check every `step` seconds, `+` or `-` each, from `second` on: the row behind each. */
const story = (farm: Farm, verdicts: string, step: number, second = 0): string =>
  [...verdicts]
    .map((one, i) => farm.said(one === '+' ? '+' : '-', second + i * step).replace('10.1.1.2:80=', ''))
    .join(' ')

test('reentry: after a failure a server is used again with the last of its good answers, as many as fit into the time', () => {
  // The row is back 15 seconds after the last bad answer.
  assert.equal(story(new Farm('timeout = 5\n reentry = 15'), '++-++++', 5), '1 1 absent absent absent 1 1')
  // As nanny divides: 15 / 6 are two.
  assert.equal(story(new Farm('timeout = 6\n reentry = 15'), '++-+++', 6), '1 1 absent absent 1 1')
})

test('reentry: a bad answer in between begins the count anew', () => {
  const farm = new Farm('timeout = 5\n reentry = 15')
  assert.equal(story(farm, '+-++-+++', 5), '1 absent absent absent absent absent absent 1')
})

test('reentry: at the start one good answer is enough, and a server that begins with a bad one waits', () => {
  assert.equal(story(new Farm('timeout = 5\n reentry = 15'), '+', 5), '1')
  assert.equal(story(new Farm('timeout = 5\n reentry = 15'), '-+++', 5), 'absent absent absent 1')
})

test('quiesce_server: a server that fails stays in the table with weight 0, so that connections to it can end', () => {
  assert.equal(story(new Farm('quiesce_server = 1\n timeout = 5\n reentry = 5'), '+-+', 5), '1 0 1')
  assert.equal(story(new Farm('quiesce_server = 0\n timeout = 5\n reentry = 5'), '+-+', 5), '1 absent 1')
})

for (const monitor of ['rup', 'ruptime', 'uptime']) {
  test(`load_monitor = ${monitor}: the weight follows the load, and both weights are shown`, () => {
    const farm = new Farm(`load_monitor = ${monitor}`, 'address = 10.1.1.2\n weight = 4')
    const weights = [0.1, 0.1, 0.1, 0.1, 0.1, 3].map((load, i) =>
      Number(farm.said('+', i * 20, { kind: 'load', value: load }).split('=')[1]),
    )
    // 1, 2 and 4 are the ramp of a server that has just come in; then it is idle, and then busy.
    assert.deepEqual(weights, [1, 2, 4, 5, 6, 4])
    const [shown] = statusView(farm.state, at(101)).virtuals[0]?.reals ?? []
    assert.deepEqual([shown?.weight, shown?.configuredWeight], [weights[5], 4])
  })
}

test('a load that nobody knows takes no server out, and changes no weight', () => {
  const farm = new Farm('load_monitor = rup', 'address = 10.1.1.2\n weight = 4')
  assert.equal(story(farm, '++++', 20), '1 2 4 4')
})
