/** Scenarios of what a virtual server and its rows can be: groups, marks, IPv6, persistence, other ways of forwarding. */
import type { Scenario } from './scenario.ts'
import { server, tcp, timed } from './words.ts'

const alive = { a: 'up', b: 'up' } as const
const web = { a: 'web', b: 'web' } as const
const both = { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] }
/** The first server dies and returns. */
const dies = {
  start: both,
  '1': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
  '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
} as const

export const FORMS: readonly Scenario[] = [
  {
    name: 'a group of addresses, a range and a mark goes up and down as one',
    besides: `virtual_server_group farm_$PORT {
    192.168.1.120 $PORT
    192.168.1.121-122 $PORT
    fwmark 120
}
`,
    virtual: 'group farm_$PORT',
    services: ['tcp 192.168.1.120:$PORT', 'tcp 192.168.1.121:$PORT', 'tcp 192.168.1.122:$PORT', 'fwmark 120'],
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'a virtual server by firewall mark',
    virtual: 'fwmark 77',
    services: ['fwmark 77'],
    config: `${timed.replace('protocol TCP', '')} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'IPv6',
    family: 6,
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'persistence by network, with thresholds of connections',
    config: `${timed} persistence_timeout 90
    persistence_granularity 255.255.255.0 ${tcp('$A', 'uthreshold 100\n lthreshold 50')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'direct routing',
    config: `${timed.replace('NAT', 'DR')} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'tunnels of three types, one method for each server',
    config: `${timed.replace('NAT', 'TUN')} ${tcp('$A', 'lvs_method TUN type gue port 6080 csum')} ${tcp('$B', 'lvs_method TUN type gre')} ${server('$C', '')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1 b=1 c=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1 c=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1 c=1'] },
    },
  },
  {
    name: 'a scheduler with flags: source hashing with fallback and port',
    config: `${timed.replace('lvs_sched rr', 'lvs_sched sh\n sh-fallback\n sh-port')} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: dies,
  },
  {
    name: 'direct routing to another port than the virtual one: the row has the virtual one, the check the written one',
    virtual: '192.168.1.131 18000',
    services: ['tcp 192.168.1.131:18000'],
    config: `${timed.replace('NAT', 'DR')} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: {
        does: { servers: alive },
        states: ['empty', '10.1.1.11:18000=1', '10.1.1.11:18000=1 10.1.1.12:18000=1'],
      },
      '1': { does: { servers: { b: 'refuse' } }, states: ['10.1.1.11:18000=1'] },
    },
  },
  {
    name: 'servers without a check are always in: SCTP',
    protocol: 'sctp',
    config: `${timed.replace('TCP', 'SCTP')} ${server('$A', 'weight 3')} ${server('$B', 'weight 2')}`,
    steps: { start: { states: ['empty', 'a=3', 'a=3 b=2'] } },
  },
]
