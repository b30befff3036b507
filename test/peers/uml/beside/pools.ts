/** Scenarios of pools: which real servers are in, with which weight, and what happens when too few are left. */
import type { Scenario } from './scenario.ts'
import { http, tcp, timed } from './words.ts'

/** A server that tells of itself. */
const telling = (letter: 'a' | 'b', inside = ''): string =>
  tcp(
    `$${letter.toUpperCase()}`,
    `${inside}
        notify_up "\${TELL} ${letter} up"
        notify_down "\${TELL} ${letter} down"`,
  )

const quorumTelling = `quorum_up "\${TELL} quorum up"
    quorum_down "\${TELL} quorum down"`

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
    config: `${timed} ${quorumTelling}
    alpha ${telling('a')} ${telling('b')}`,
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'], told: ['a up', 'b down', 'quorum up'] },
      '1': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'], told: ['b up'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=1'], told: ['a down'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'], told: ['a up'] },
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
    config: `${timed} ${quorumTelling}
    omega ${telling('a')} ${telling('b')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'], told: ['quorum up'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=1'], told: ['a down'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'], told: ['a up'] },
    },
  },
  {
    name: 'quorum with hysteresis and no sorry server: those who live serve also below it',
    config: `${timed} ${quorumTelling}
    quorum 3
    hysteresis 1 ${telling('a', 'weight 2')} ${telling('b', 'weight 2')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=2', 'a=2 b=2'], told: ['quorum up'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=2'], told: ['b down'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['empty'], told: ['a down', 'quorum down'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=2'], told: ['a up'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=2 b=2'], told: ['b up', 'quorum up'] },
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
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '3': ['a=1 s=1', 's=1'],
        '6': ['a=1 s=1', 'a=1 b=1 s=1', 'a=1 b=1 c=1 s=1', 'a=1 b=1 c=1'],
      },
    },
  },
  {
    name: 'a sorry server serves when the last server is gone, and leaves when one returns',
    config: `${timed} ${quorumTelling}
    sorry_server $S ${telling('a')} ${telling('b')}`,
    servers: withSorry,
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'], told: ['quorum up'] },
      '1': { does: { servers: { a: 'refuse' } }, states: ['b=1'], told: ['a down'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['empty', 's=1'], told: ['b down', 'quorum down'] },
      '3': { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'], told: ['a up', 'quorum up'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'], told: ['b up'] },
    },
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '2': ['b=1 s=1', 's=1'],
        '3': ['a=1 s=1', 'a=1'],
      },
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
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '1': ['a=1 b=1 s=1', 'b=1 s=1', 's=1'],
        '4': ['a=1 s=1', 'a=1 b=1 s=1', 'a=1 b=1'],
      },
    },
  },
  {
    name: 'sorry_server_inhibit: the sorry server stays in the table with weight 0',
    config: `${timed} sorry_server $S
    sorry_server_inhibit ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    visited: true,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1 b=1 s=0'] },
      '1': { does: { servers: { b: 'refuse' } }, states: ['a=1 s=0'] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['s=0', 's=1'] },
      '3': { does: { servers: { b: 'up' } }, states: ['s=0', 'b=1 s=0'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1 s=0'] },
    },
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '2': ['a=1 s=1', 's=1'],
        '3': ['b=1 s=1', 'b=1 s=0'],
      },
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
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '2': ['a=1 b=0 s=1', 'a=0 b=0 s=1'],
        '3': ['a=0 b=1 s=1', 'a=0 b=1'],
      },
    },
  },
  {
    name: 'inhibit_on_failure: a dead server stays in the table with weight 0',
    config: `${timed} ${tcp('$A', 'weight 2')} ${tcp('$B', 'weight 3\n inhibit_on_failure')}`,
    servers: web,
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
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '3': ['a=0 b=1 s=1', 'b=1 s=1', 's=1'],
        '4': ['a=0 s=1', 'a=0 b=1 s=1', 'a=0 b=1'],
      },
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
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '2': ['a=1 b=1', 'b=1'],
        '3': [],
      },
    },
  },
  {
    name: 'alpha with a sorry server: it serves until the first success',
    config: `${timed} alpha
    sorry_server $S ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { s: 'up' } }, states: ['empty', 's=1'] },
      '1': { does: { servers: { a: 'up' } }, states: ['empty', 'a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '1': ['a=1 s=1', 'a=1'],
      },
    },
  },
  {
    name: 'a quorum that no sum of weights can reach counts as that sum',
    config: `${timed} quorum 5
    sorry_server $S ${tcp('$A')} ${tcp('$B')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { a: 'refuse' } }, states: ['b=1', 'empty', 's=1'] },
      '2': { does: { servers: { a: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
    },
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '1': ['a=1 b=1 s=1', 'b=1 s=1', 's=1'],
        '2': ['a=1 s=1', 'a=1 b=1 s=1', 'a=1 b=1'],
      },
    },
  },
  {
    name: 'a hysteresis as large as the quorum counts as one less',
    config: `${timed} weight 2
    quorum 2
    hysteresis 2
    sorry_server $S ${tcp('$A')} ${tcp('$B', 'weight 1')}`,
    servers: withSorry,
    steps: {
      start: { does: { servers: { ...alive, s: 'up' } }, states: ['empty', 'a=2', 'a=2 b=1'] },
      '1': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '2': { does: { servers: { b: 'refuse' } }, states: ['empty', 's=1'] },
      '3': { does: { servers: { a: 'up' }, checked: ['a', 2] }, states: [] },
      '4': { does: { servers: { b: 'up' } }, states: ['empty', 'a=2', 'a=2 b=1'] },
    },
    differs: {
      rows: ['losing the quorum with a sorry server'],
      steps: {
        '2': ['b=1 s=1', 's=1'],
        '4': ['a=2 s=1', 'a=2 b=1 s=1', 'a=2 b=1'],
      },
    },
  },
  {
    name: 'ha_suspend: nothing is checked while the virtual address is elsewhere',
    virtual: '192.168.1.130 $PORT',
    services: ['tcp 192.168.1.130:$PORT'],
    config: `${timed} ha_suspend ${tcp('$A')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { b: 'refuse' } }, states: [] },
      '3': { does: { address: ['add', '192.168.1.130'] }, states: ['a=1'] },
      '4': { does: { address: ['del', '192.168.1.130'] }, states: [] },
      '5': { does: { servers: { b: 'up' } }, states: [] },
      '7': { does: { address: ['add', '192.168.1.130'] }, states: ['a=1 b=1'] },
    },
  },
]
