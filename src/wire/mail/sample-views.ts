/** Views of every shape that a message takes, with every piece filled: what a template is tried with before it is used. */
import type { AlertMessage } from '../../model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../model/names.ts'
import { milliseconds, wallTime } from '../../model/units.ts'
import { type AlertView, alertView, type LocalTime } from './alert-view.ts'

const failure: AlertMessage = {
  id: id('sample'),
  kind: 'failure',
  key: serviceKey(groupName('web'), serviceName('http')),
  group: groupName('web'),
  service: serviceName('http'),
  description: 'the shop',
  hosts: ['10.1.1.2', '10.1.1.3', '10.1.1.4'].map(host),
  failing: ['10.1.1.2', '10.1.1.3'].map((name) => ({ host: host(name), text: 'answered 503' })),
  exit: 1,
  summary: 'two of three',
  detail: 'GET / 503',
  output: '',
  at: wallTime(0),
  firstFailure: wallTime(0),
  lastFailure: wallTime(0),
  lastSuccess: wallTime(0),
  lasted: null,
  failures: 2,
  acknowledged: 'ann: on my way',
  pools: ['1 of 3 real servers of web are in use'],
  outage: 'sample',
  remedy: '2 passing checks',
  others: ['boss by mail boss@example.com'],
  because: 'nobody acknowledged it within 15 min',
  environment: {},
}
const recovery: AlertMessage = {
  ...failure,
  kind: 'up',
  failing: [],
  lasted: milliseconds(270_000),
  traffic: 'clients noticed nothing',
}
const bare: AlertMessage = { ...failure, kind: 'trap', failing: [], pools: [], others: [], firstFailure: null }

const time: LocalTime = { full: () => '2026-06-04 14:02:11 UTC (UTC+00:00)', clock: () => '14:02' }

const view = (message: AlertMessage): AlertView =>
  alertView(message, 'lb1', time, { ack: 'https://lb1.example.com/ack/sample' })

export const sampleViews: readonly AlertView[] = [
  failure,
  recovery,
  bare,
  { ...failure, kind: 'test' as const },
  { ...failure, kind: 'ack' as const },
  { ...failure, members: [failure, recovery], omitted: 3 },
].map(view)
