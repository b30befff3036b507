/** What people wait for comes by the wake alone, without anybody else asking for the time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../../src/model/event.ts'
import type { Service } from '../../src/model/model.ts'
import { minutes, seconds } from '../../src/model/units.ts'
import { createWake } from '../../src/runtime/wake.ts'
import { FakeTime } from '../runtime/fake-time.ts'
import { alertCall, checked, model, period, Run, result, service } from './build.ts'

/** An engine whose times are looked at by the wake alone, as in the daemon. */
class Daemon {
  readonly time = new FakeTime()
  readonly of: Service
  readonly told: string[] = []
  private readonly run: Run
  private readonly wake = createWake({
    now: this.time.now,
    after: this.time.after,
    state: () => this.run.state,
    post: (event) => this.post(event),
  })

  constructor(changes: Partial<Service>) {
    this.of = service(changes)
    this.run = new Run(model([this.of]))
  }

  private post(event: Parameters<Run['post']>[0]): void {
    for (const effect of this.run.post(event, this.time.now())) {
      if (effect.kind === 'wake') this.wake.ask(effect.at)
      if (effect.kind !== 'deliver') continue
      const { call, message } = effect.delivery
      this.told.push(`${this.time.now().uptime / 1000} ${call.text} ${message.kind}`)
    }
    this.wake.look()
  }

  command(command: Command): void {
    this.post({ kind: 'command', who: 'ann', command })
  }

  /** A check every ten seconds. */
  async checks(...passes: readonly boolean[]): Promise<void> {
    for (const isUp of passes) {
      this.post(checked(this.of, result(this.of.hosts, isUp ? [] : this.of.hosts)))
      await this.time.go(seconds(10))
    }
  }
}

test('the last state of what flapped is told when no change has come for the whole time, and not before', async () => {
  const daemon = new Daemon({ flap: { count: 3, within: minutes(10) }, periods: [period()] })
  await daemon.checks(true, false, true, false, true, false)
  assert.deepEqual(daemon.told, ['10 A failure', '20 U up', '30 A failure'])
  await daemon.time.go(minutes(10) - seconds(11))
  assert.equal(daemon.told.length, 3)
  await daemon.time.go(seconds(1))
  assert.deepEqual(daemon.told.slice(3), ['650 A failure'])
  assert.equal(daemon.time.pending(minutes(60)), 0, 'nothing is waited for any more')
})

test('a step of an escalation that was due while the service was disabled comes when it is enabled again', async () => {
  const alertevery = { every: minutes(60), unless: 'strict' } as const
  const escalations = [{ after: minutes(1), calls: [alertCall('boss')] }]
  const daemon = new Daemon({ periods: [period({ alertevery, escalations })] })
  await daemon.checks(false)
  daemon.command({ kind: 'disable', service: daemon.of.key, reason: '' })
  await daemon.time.go(minutes(5))
  daemon.command({ kind: 'enable', service: daemon.of.key })
  await daemon.checks(false)
  assert.deepEqual(daemon.told, ['0 A failure', '310.02 boss failure'])
})
