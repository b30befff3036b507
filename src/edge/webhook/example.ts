/** A message that nobody sends: what templates are tried on when a configuration is checked. */
import type { AlertMessage } from '../../model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../model/names.ts'
import { minutes, wallTime } from '../../model/units.ts'
import { type WebhookView, webhookView } from '../../wire/webhook/view.ts'
import { localTime } from '../local-time.ts'

const AT = wallTime(Date.UTC(2026, 0, 2, 3, 4, 5))

/** With a quote, a line break and a backslash in it, so that a template which escapes nothing is found out. */
const example: AlertMessage = {
  id: id('example-1'),
  kind: 'failure',
  key: serviceKey(groupName('web'), serviceName('http')),
  group: groupName('web'),
  service: serviceName('http'),
  description: 'the "shop"',
  hosts: [host('10.1.1.2'), host('10.1.1.3')],
  failing: [{ host: host('10.1.1.3'), text: 'answered "503" \\ and closed' }],
  exit: 1,
  summary: '10.1.1.3 answered "503"',
  detail: 'GET "/"\n503 \\\n',
  output: '10.1.1.3\n',
  at: AT,
  firstFailure: wallTime(AT - minutes(2)),
  lastFailure: AT,
  lastSuccess: wallTime(AT - minutes(3)),
  lasted: null,
  failures: 3,
  acknowledged: 'on my way',
  pools: ['1 of 2 real servers of web are in use'],
  outage: 'example',
  remedy: '1 of 2 passing checks',
  others: ['ops@example.com'],
  traffic: 'clients noticed nothing',
  because: 'an example',
  environment: {},
}

export const webhookExample = (): WebhookView =>
  webhookView({ ...example, members: [example], omitted: 1 }, 'lb1', localTime, { ack: 'https://example.com/ack' })
