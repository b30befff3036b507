/** A message as the engine makes it, for tests to change. */
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { minutes, wallTime } from '../../src/model/units.ts'

const noon = Date.UTC(2026, 5, 4, 12, 2, 11)

export const failure: AlertMessage = {
  id: id('0197-42'),
  kind: 'failure',
  key: serviceKey(groupName('web'), serviceName('http')),
  group: groupName('web'),
  service: serviceName('http'),
  description: 'the shop',
  hosts: ['10.1.1.1', '10.1.1.2', '10.1.1.3'].map(host),
  failing: [{ host: host('10.1.1.3'), text: 'answered 503 where 200-399 was expected' }],
  exit: 1,
  summary: '10.1.1.3',
  detail: '10.1.1.3: GET /health -> 503\n',
  output: '10.1.1.3\n10.1.1.3: GET /health -> 503\n',
  at: wallTime(noon),
  firstFailure: wallTime(noon - minutes(2)),
  lastFailure: wallTime(noon),
  lastSuccess: wallTime(noon - minutes(3)),
  lasted: null,
  failures: 5,
  acknowledged: null,
  pools: ['2 of 3 real servers of web are in use'],
  environment: {},
}

export const recovery: AlertMessage = {
  ...failure,
  id: id('0197-43'),
  kind: 'up',
  failing: [],
  exit: 0,
  lasted: minutes(4.5),
  pools: ['3 of 3 real servers of web are in use'],
}
