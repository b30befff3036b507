/** The load average in what uptime, rup, ruptime and scripts print, on several systems and in several languages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadAverage } from '../../../src/wire/talk/load-average.ts'

const vectors: readonly { readonly from: string; readonly output: string; readonly load: number | null }[] = [
  {
    from: 'uptime of procps',
    output: ' 10:02:11 up 12 days,  3:04,  2 users,  load average: 0.15, 0.10, 0.05\n',
    load: 0.15,
  },
  {
    from: 'uptime of procps in a language with decimal commas',
    output: ' 10:02:11 up 12 days,  3:04,  2 users,  load average: 0,15, 0,10, 0,05\n',
    load: 0.15,
  },
  { from: 'uptime of busybox', output: ' 10:02:11 up 3 min,  load average: 1.07, 0.44, 0.17\n', load: 1.07 },
  {
    from: 'uptime of FreeBSD',
    output: '10:02AM  up 1 day,  2:03, 1 user, load averages: 0.35, 0.28, 0.22\n',
    load: 0.35,
  },
  { from: 'uptime of macOS', output: '10:02  up 5 days,  1:11, 3 users, load averages: 2.41 2.12 1.98\n', load: 2.41 },
  {
    from: 'uptime of macOS with decimal commas',
    output: '10:02  up 5 days,  1:11, 3 users, load averages: 2,41 2,12 1,98\n',
    load: 2.41,
  },
  {
    from: 'uptime of Solaris',
    output: ' 10:02am  up 45 day(s),  3:04,  1 user,  load average: 12.01, 11.30, 9.88\n',
    load: 12.01,
  },
  { from: 'rup', output: '      node1   up  12 days,  3:04,    load average: 0.00, 0.01, 0.05\n', load: 0 },
  { from: 'ruptime', output: 'node1         up    12+03:04,     2 users,  load 0.10, 0.05, 0.01\n', load: 0.1 },
  { from: 'ruptime of a host that is down', output: 'node1         down   3+11:22\n', load: null },
  {
    from: 'rup of a host that does not answer',
    output: 'rup: node1: RPC: Rpcbind failure - RPC: Timed out\n',
    load: null,
  },
  { from: '/proc/loadavg', output: '0.20 0.18 0.12 1/80 11206\n', load: 0.2 },
  { from: 'a script that prints a number', output: '0.75\n', load: 0.75 },
  { from: 'a script that prints a whole number', output: '3', load: 3 },
  { from: 'a script that says load=', output: 'load: 4\n', load: 4 },
  { from: 'a banner in front', output: 'Welcome to node1.\n 10:02 up 1 day, load average: 7.50, 1, 1\n', load: 7.5 },
  { from: 'another word', output: 'workload: 3\n', load: null },
  { from: 'a negative number', output: 'load average: -1.00, 0, 0\n', load: null },
  { from: 'a number in another line', output: 'load average:\n3\n', load: null },
  { from: 'no number', output: 'load average: n/a\n', load: null },
  { from: 'a number without end', output: `load average: ${'9'.repeat(500)}\n`, load: null },
  { from: 'an address', output: 'load of 10.1.1.2 unknown\n', load: null },
  { from: 'nothing', output: '', load: null },
]
for (const { from, output, load } of vectors) {
  test(`${from}: ${load ?? 'none'}`, () => assert.equal(loadAverage(output), load))
}

test('a load average is a finite number from 0 on, whatever is printed', () => {
  const text = fc.string({
    unit: fc.constantFrom('load', 's', ' ', ':', '-', '.', ',', '0', '9', '\n', 'average', '\0'),
  })
  fc.assert(
    fc.property(text, (output) => {
      const load = loadAverage(output)
      assert.ok(load === null || (Number.isFinite(load) && load >= 0))
    }),
  )
})

test('a flood is looked at in its first part only', () => {
  assert.equal(loadAverage('load'.repeat(1_000_000)), null)
  assert.equal(loadAverage(`load${' '.repeat(1_000_000)}: 1`), null)
})
