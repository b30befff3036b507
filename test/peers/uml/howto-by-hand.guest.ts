/** Inside the guest, on the director: monitors and alerts run by hand, one after the other, without a daemon. */
import assert from 'node:assert/strict'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type { AlertKind, AlertMessage } from '../../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import { milliseconds, wallTime } from '../../../src/model/units.ts'
import { attempt } from './guest.ts'
import { MAILBOX, NOBODY, REAL1 } from './howto.config.ts'

/** The director has no web server of its own on port 80. */
const WITHOUT_WEB_SERVER = '10.1.1.1'

await attempt('1 built-in', async () => {
  assert.deepEqual(await check('ping', REAL1, {}), { exit: 0, summary: '' })
})

await attempt('2 built-in', async () => {
  assert.deepEqual(await check('ping', NOBODY, { count: 2, timeout: 0.5 }), { exit: 1, summary: NOBODY })
})

await attempt('8', async () => {
  for (const kind of ['failure', 'up'] as const) {
    const outcome = await alerts.get('mail')?.send(message(kind), { recipients: ['by-hand@example.com'] }, context())
    assert.equal(outcome?.kind, 'sent', outcome?.text)
  }
})

await attempt('9', async () => {
  assert.deepEqual(await check('tcp', REAL1, { port: 23 }), { exit: 0, summary: '' })
  assert.deepEqual(await check('tcp', NOBODY, { port: 23, timeout: 1 }), { exit: 1, summary: NOBODY })
})

await attempt('15', async () => {
  assert.deepEqual(await check('http', REAL1, { port: 80 }), { exit: 0, summary: '' })
  const dead = await check('http', WITHOUT_WEB_SERVER, { port: 80 })
  assert.deepEqual(dead, { exit: 1, summary: WITHOUT_WEB_SERVER })
})

async function check(name: string, address: string, options: object): Promise<{ exit: number; summary: string }> {
  const context = { signal: AbortSignal.timeout(10_000), timeout: milliseconds(10_000), environment: {} }
  const result = await monitors.get(name)?.check([host(address)], options, context)
  assert(result !== undefined)
  return { exit: result.exit, summary: result.summary }
}
function context() {
  return {
    signal: AbortSignal.timeout(10_000),
    timeout: milliseconds(10_000),
    attempt: 1,
    mail: { server: `smtp://${MAILBOX.address}:${MAILBOX.port}`, from: 'upalert@example.com', hostname: 'director' },
    table: openMemoryTable('no table is needed here'),
  }
}

function message(kind: AlertKind): AlertMessage {
  const [group, service, at] = [groupName('by'), serviceName('hand'), wallTime(Date.now())]
  return {
    id: id(`by-hand-${kind}`),
    kind,
    key: serviceKey(group, service),
    group,
    service,
    description: '',
    hosts: [host(REAL1)],
    failing: kind === 'failure' ? [{ host: host(REAL1), text: 'does not answer' }] : [],
    exit: kind === 'failure' ? 1 : 0,
    summary: REAL1,
    detail: '',
    output: `${REAL1}\n`,
    at,
    firstFailure: at,
    lastFailure: at,
    lastSuccess: null,
    lasted: kind === 'up' ? milliseconds(1000) : null,
    failures: 1,
    acknowledged: null,
    pools: [],
    environment: {},
  }
}
