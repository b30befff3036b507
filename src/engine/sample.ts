/** What is sent to try out a receiver: a message that looks like a failure's and says that it is none. */
import type { AlertMessage } from '../model/alert.ts'
import { groupName, host, type Id, serviceKey, serviceName } from '../model/names.ts'
import { milliseconds, type Now, wallTime } from '../model/units.ts'

export function sampleMessage(id: Id, kind: 'failure' | 'up', now: Now): AlertMessage {
  const group = groupName('upalert')
  const service = serviceName('test')
  const isUp = kind === 'up'
  const began = wallTime(now.wall - milliseconds(60_000))
  const summary = 'this is only a test of the notification; nothing has failed'
  return {
    ...{ id, kind, isTest: true, key: serviceKey(group, service), group, service },
    description: 'a test that an operator asked for',
    hosts: [host('192.0.2.1'), host('192.0.2.2')],
    failing: isUp ? [] : [{ host: host('192.0.2.1'), text: summary }],
    ...{ exit: isUp ? 0 : 1, summary, detail: '', output: `${summary}\n`, at: now.wall },
    ...{ firstFailure: began, lastFailure: began, lastSuccess: began, lasted: isUp ? milliseconds(60_000) : null },
    ...{ failures: isUp ? 0 : 1, acknowledged: null, environment: { MON_ALERTTYPE: isUp ? 'up' : 'test' } },
    pools: ['1 of 2 real servers of example is in use, the sorry server is not in use'],
    outage: `test-${id}`,
    remedy: 'one passing check; it is checked every 30 s',
    because: 'an operator tries out whether it arrives',
  }
}
