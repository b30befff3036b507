/** Scenarios of pools: which real servers are in, with which weight, and what happens when too few are left. */
import type { Scenario } from './scenario.ts'
import { http, tcp, timed } from './words.ts'

const alive = { a: 'up', b: 'up' } as const
const web = { a: 'web', b: 'web' } as const
const withSorry = { a: 'web', b: 'web', s: 'web' } as const

export const POOLS: readonly Scenario[] = [
  {
    name: 'a dead server leaves the pool and returns when it works again',
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    visited: true,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'without a sorry server the pool may become empty, and fills again',
    config: `${timed} ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['empty'] },
      '3': { does: { servers: { b: 'up' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'alpha: a server is not in before its first success',
    config: `${timed} alpha ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'] },
      '1': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'alpha with inhibit_on_failure: it waits for its first success with weight 0',
    config: `${timed} alpha
    inhibit_on_failure ${tcp('$A', 'weight 3')} ${tcp('$B', 'weight 3')}`,
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['empty', 'a=0', 'a=0 b=0', 'a=3 b=0'] },
      '1': { does: { servers: { b: 'up' } }, states: ['a=3 b=3'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['a=3 b=0'] },
    },
  },
  {
    name: 'omega changes nothing in the table while the daemon runs',
    config: `${timed} omega ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'quorum with hysteresis and no sorry server: those who live serve also below it',
    config: `${timed} quorum 3
    hysteresis 1 ${tcp('$A', 'weight 2')} ${tcp('$B', 'weight 2')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=2', 'a=2 b=2'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=2'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['empty'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=2'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=2 b=2'] },
    },
  },
  {
    name: 'quorum with hysteresis and a sorry server: the band between is left as it is, in both directions',
    config: `${timed} quorum 2
    hysteresis 1
    sorry_server $S ${tcp('$A')} ${tcp('$B')} ${tcp('$C')}`,
    servers: { ...withSorry, c: 'web' },
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, c: 'up', s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1 b=1 c=1'] },
      // W = 2: below 2 + 1, not below 2 - 1.
      '1': { does: { servers: { c: 'refuse' } }, states: ['a=1 b=1'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      // W = 0.
      '3': { does: { servers: { a: 'refuse' } }, states: ['empty', 's=1'] },
      // W = 1, then 2 and at last 3: regained at 2 + 1.
      '4': { does: { servers: { a: 'up' }, checked: ['a', 2] }, states: [] },
      '5': { does: { servers: { b: 'up' }, checked: ['b', 2] }, states: [] },
      '6': { does: { servers: { c: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1 b=1 c=1'] },
    },
  },
  {
    name: 'a sorry server serves when the last server is gone, and leaves when one returns',
    config: `${timed} sorry_server $S ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['empty', 's=1'] },
      '3': { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'quorum 2 and a sorry server: a single server left is taken out for it',
    config: `${timed} quorum 2
    sorry_server $S ${http('$A')} ${http('$B')}`,
    servers: withSorry,
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1', 'empty', 's=1'] },
      '2': { does: { servers: { a: 'wrong' }, checked: ['a', 3] }, states: [] },
      '3': { does: { servers: { a: 'up' }, checked: ['a', 4] }, states: [] },
      '4': { does: { servers: { b: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
    },
  },
  {
    name: 'sorry_server_inhibit: the sorry server stays in the table with weight 0',
    config: `${timed} sorry_server $S
    sorry_server_inhibit ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1 b=1 s=0'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1 s=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['s=0', 's=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['s=0', 'b=1 s=0'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1 s=0'] },
    },
  },
  {
    name: 'inhibit_on_failure with a sorry server: those out of service keep their rows',
    config: `${timed} sorry_server $S
    inhibit_on_failure ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1 b=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['a=0 b=0', 'a=0 b=0 s=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['a=0 b=0', 'a=0 b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'inhibit_on_failure: a dead server stays in the table with weight 0',
    config: `${timed} ${tcp('$A', 'weight 2')} ${tcp('$B', 'weight 3\n inhibit_on_failure')}`,
    servers: web,
    visited: true,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=2', 'a=2 b=3'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=2 b=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=0'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=2 b=0'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=2 b=3'] },
    },
  },
  {
    name: 'a server of weight 0 is in the table and carries no quorum',
    config: `${timed} sorry_server $S ${tcp('$A', 'weight 0')} ${tcp('$B')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=0', 'a=0 b=1'] },
      '1': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '2': { does: { servers: { a: 'up' } }, states: ['a=0 b=1'] },
      '3': { does: { servers: { b: 'refuse' } }, states: ['a=0', 'empty', 's=1'] },
      '4': { does: { servers: { b: 'up' } }, states: ['empty', 'a=0', 'a=0 b=1'] },
    },
  },
  {
    name: 'a sorry server that is also a real server',
    config: `${timed} sorry_server $B ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['empty', 'b=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['empty', 'b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
]
