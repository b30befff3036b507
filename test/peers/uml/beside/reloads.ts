/** Scenarios of what changes beside the servers: the file, and the table behind the daemon's back. */
import type { Scenario } from './scenario.ts'
import { http, server, tcp, timed } from './words.ts'

const alive = { a: 'up', b: 'up' } as const
const web = { a: 'web', b: 'web' } as const
const both = { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] }

/** Each reload shows in it, and no other row ever has its last weight. */
export const WEIGHT_CHANGE: Scenario = {
  name: 'a reload that changes a weight, and another scheduler',
  config: [
    `${timed} ${tcp('$A')} ${tcp('$B')}`,
    `${timed} ${tcp('$A', 'weight 4')} ${tcp('$B')}`,
    `${timed.replace('rr', 'wlc')} ${tcp('$A', 'weight 5')} ${tcp('$B')}`,
    // The file that is mended.
    `${timed.replace('rr', 'wlc')} ${tcp('$A', 'weight 6')} ${tcp('$B')}`,
  ],
  servers: web,
  steps: {
    start: both,
    reload: { states: ['a=4 b=1'] },
    'reload 2': { states: ['a=5 b=1'] },
  },
}

export const RELOADS: readonly Scenario[] = [
  {
    name: 'a reload that adds a server, and one that removes another',
    config: [
      `${timed} ${tcp('$A')} ${tcp('$B')}`,
      `${timed} ${tcp('$A')} ${tcp('$B')} ${tcp('$C')}`,
      `${timed} ${tcp('$B')} ${tcp('$C')}`,
    ],
    servers: { ...web, c: 'web' },
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, c: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      reload: { states: ['a=1 b=1 c=1'] },
      'reload 2': { states: ['b=1 c=1'] },
      '7': { does: { servers: { c: 'refuse' } }, states: ['b=1'] },
      '8': { does: { servers: { c: 'up' } }, states: ['b=1 c=1'] },
    },
  },
  {
    name: 'a reload that adds a server which does not work',
    config: [`${timed} ${tcp('$A')}`, `${timed} ${tcp('$A')} ${tcp('$B')}`],
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'] },
      reload: { states: ['a=1 b=1', 'a=1'] },
      '5': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['before the first check'],
      steps: {
        reload: [],
      },
    },
  },
  {
    name: 'a server that is down stays out over a reload, and returns by itself after it',
    config: [`${timed} ${tcp('$A')} ${tcp('$B')}`, `${timed} ${tcp('$A', 'weight 2')} ${tcp('$B')}`],
    servers: web,
    steps: {
      start: both,
      '4': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      reload: { states: ['a=2'] },
      '5': { does: { servers: { b: 'up' } }, states: ['a=2 b=1'] },
    },
  },
  {
    name: 'a server that is down stays out over a reload that changes its check',
    config: [
      `${timed} ${tcp('$A')} ${tcp('$B')}`,
      `${timed} ${tcp('$A')} ${server('$B', 'TCP_CHECK {\n connect_timeout 4\n }')}`,
    ],
    servers: web,
    steps: {
      start: both,
      '4': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      // The changed check is a new one, and a new one starts up.
      reload: { states: ['a=1 b=1', 'a=1'] },
      '6': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['a changed checker at reload'],
      steps: {
        reload: [],
      },
    },
  },
  {
    name: 'the weight that a reload gave a server which is down counts when it returns',
    config: [`${timed} ${tcp('$A')} ${tcp('$B')}`, `${timed} ${tcp('$A')} ${tcp('$B', 'weight 7')}`],
    servers: web,
    steps: {
      start: both,
      '3': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '5': { does: { servers: { b: 'up' } }, states: ['a=1 b=7'] },
    },
  },
  {
    name: 'a reload that adds inhibit_on_failure while the server is down',
    config: [`${timed} ${tcp('$A')} ${tcp('$B')}`, `${timed} ${tcp('$A')} ${tcp('$B', 'inhibit_on_failure')}`],
    servers: web,
    steps: {
      start: both,
      '3': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      reload: { states: ['a=1 b=0'] },
      '5': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'a reload while the sorry server serves',
    config: [`${timed} sorry_server $S ${tcp('$A')}`, `${timed} sorry_server $S ${tcp('$A')} ${tcp('$B')}`],
    servers: { ...web, s: 'web' },
    steps: {
      start: { does: { servers: { a: 'up', s: 'up' } }, states: ['empty', 'a=1'] },
      '4': { does: { servers: { a: 'refuse' } }, states: ['empty', 's=1'] },
      // The new server, which does not work, counts as up until its first check: quorum is gained and lost again.
      reload: { states: ['b=1 s=1', 'b=1', 'empty', 's=1'] },
      '5': { does: { servers: { b: 'up' } }, states: ['empty', 'b=1'] },
      '6': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['before the first check', 'losing the quorum with a sorry server'],
      steps: {
        '4': ['a=1 s=1', 's=1'],
        reload: [],
        '5': ['b=1 s=1', 'b=1'],
      },
    },
  },
]

/** The table changed behind the daemon's back. */
export const DRIFT: readonly Scenario[] = [
  {
    name: 'drift: a row that somebody deleted',
    config: `${timed} ${http('$A')} ${http('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { ipvsadm: '-d -t $V -r $B' }, states: ['a=1'] },
      '2': { does: { servers: { a: 'wrong' } }, states: ['empty'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1'] },
      // It comes back with its next recovery, for which it must fail.
      '5': { does: { wrongFor: ['b', 3] }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['what others change later'],
      steps: {
        '1': ['a=1', 'a=1 b=1'],
        '2': ['b=1'],
        '3': ['a=1 b=1'],
        '5': ['a=1', 'a=1 b=1'],
      },
    },
  },
  {
    name: 'drift: a weight that somebody changed',
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { ipvsadm: '-e -t $V -r $B -m -w 9' }, states: ['a=1 b=9'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['what others change later'],
      steps: {
        '1': ['a=1 b=9', 'a=1 b=1'],
      },
    },
  },
  {
    name: 'drift: a real server that somebody put into the virtual server',
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { ipvsadm: '-a -t $V -r $C -m -w 1' }, states: ['a=1 b=1 c=1'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['a=1 c=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=1 b=1 c=1'] },
    },
  },
  {
    name: 'drift: a virtual server that somebody deleted',
    config: `${timed} ${http('$A')} ${http('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { ipvsadm: '-D -t $V' }, states: ['absent'] },
      '2': { does: { wrongFor: ['b', 3] }, states: [] },
      '3': { does: { checked: ['b', 3] }, states: [] },
    },
    differs: {
      rows: ['what others change later'],
      steps: {
        '1': ['absent', 'empty', 'a=1', 'a=1 b=1'],
        '2': ['a=1', 'a=1 b=1'],
      },
    },
  },
]
