/** Inside the guest: `upalert ipvs` and Debian's ipvsadm over the same random tables, word for word. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { ipvsCommands } from '../../../src/cli/ipvs/command.ts'
import { openKernelTable } from '../../../src/edge/table/kernel-table.ts'
import type { TableCommand } from '../../../src/model/table.ts'
import type { ControlDoor } from '../../../src/model/table-control.ts'
import { attempt, run } from './guest.ts'
import { tables } from './ipvs-tables.ts'

/** Thrown where the program would have ended. */
class Ended extends Error {}

const SEED = 4_711
const door = open()

const views: readonly (readonly string[])[] = [
  [],
  ['--stats'],
  ['--rate'],
  ['--thresholds'],
  ['--persistent-conn'],
  ['--tun-info'],
  ['--exact'],
  ['--stats', '--exact'],
  ['--nosort'],
]

await attempt('list', () => {
  let lines = 0
  for (const table of tables(16, SEED, { sayable: false })) {
    fill(table)
    for (const view of views) {
      const theirs = run('ipvsadm', '-Ln', ...view)
      assert.equal(ours('list', '-n', ...view).out, theirs, view.join(' '))
      lines += theirs.split('\n').length
    }
    const theirs = run('ipvsadm', '-Sn')
    assert.equal(asTheirs(ours('save', '-n').out), theirs)
  }
  return lines
})

await attempt('one service', () => {
  const [table = []] = tables(20, SEED, { sayable: true }).filter((one) => one.length > 12)
  fill(table)
  for (const line of run('ipvsadm', '-Sn')
    .split('\n')
    .filter((text) => text.startsWith('-A'))) {
    const [option = '', value = ''] = line.split(' ').slice(1)
    const six = / -6 /.test(line) ? ['-6'] : []
    assert.equal(ours('list', '-n', option, value, ...six).out, run('ipvsadm', '-Ln', option, value, ...six))
    assert.equal(ours('stats', option, value, ...six).out, run('ipvsadm', '-Ln', '--stats', option, value, ...six))
  }
  assert.deepEqual(ours('list', '-t', '203.0.113.9:9'), {
    out: '',
    said: "there is no virtual server tcp 203.0.113.9:9 in the kernel's table",
    status: 1,
  })
})

await attempt('save, ipvsadm restores', () => {
  for (const table of tables(10, SEED + 1, { sayable: true })) {
    fill(table)
    const listed = listing()
    const saved = ours('save').out
    run('ipvsadm', '-C')
    const read = spawnSync('ipvsadm', ['-R'], { input: saved, encoding: 'utf8' })
    assert.deepEqual([read.stderr, read.status], ['', saved === '' ? read.status : 0], saved)
    assert.equal(inOrder(listing()), inOrder(listed), saved)
  }
})

await attempt('ipvsadm saves, restore', () => {
  for (const table of tables(10, SEED + 2, { sayable: true })) {
    fill(table)
    const saved = run('ipvsadm', '-Sn')
    const own = ours('save').out
    run('ipvsadm', '-C')
    feed(saved)
    assert.equal(inOrder(run('ipvsadm', '-Sn')), inOrder(saved))
    run('ipvsadm', '-C')
    feed(own)
    assert.equal(inOrder(ours('save').out), inOrder(own))
    // Again: what is there stays, and is said to be there.
    assert.equal(ours('restore', '/run/rules').status, own === '' ? 0 : 1)
    assert.equal(inOrder(ours('save').out), inOrder(own))
  }
})

await attempt('every option', () => {
  const rules = [
    '-A -t 10.0.0.1:80',
    '-A -t 10.0.0.2:80 -p',
    '-A --tcp-service=10.0.0.3:80 --scheduler=sh -b sh-port,flag-3 -p600 -M255.255.255.0',
    '--add-service -u 10.0.0.4:5060 -s rr --pe sip --ops -p 30',
    '-A -t 10.0.0.5:80 -s rr --pe sip',
    '-A -f 7 -6 -s rr -o',
    '-A -f 7',
    '-A -t 10.0.0.6 -p 10',
    '-a -t 10.0.0.1:80 -r 10.1.1.1',
    '-a -t 10.0.0.1:80 -r 10.1.1.2:8080 -g',
    '-a -t 10.0.0.1:80 -r 10.1.1.3 -m -w 7 -x 100 -y 50',
    '-a -t 10.0.0.1:80 -r 10.1.1.4:81 -mw9',
    '-a -t 10.0.0.1:80 -r 10.1.1.5 -i --tun-type gue --tun-port 6080',
    '-a -t 10.0.0.1:80 -r 10.1.1.6 -i --tun-type gre --tun-csum',
    '-a -t 10.0.0.1:80 -r [2001:db8::7]:80 -i',
    '-a -f 7 -r 10.1.1.2:99 -g',
    '-a -f 7 -6 -r [2001:db8::7]:99 -g',
    '-E -t 10.0.0.2:80 -s wrr',
    '-e -t 10.0.0.1:80 -r 10.1.1.3 -m -w 0',
    '-d -t 10.0.0.1:80 -r 10.1.1.2:80',
    '-D -u 10.0.0.4:5060',
    '-Z',
    '-Z -t 10.0.0.1:80',
  ]
  run('ipvsadm', '-C')
  for (const rule of rules) run('ipvsadm', ...rule.split(' '))
  const theirs = listing()
  run('ipvsadm', '-C')
  const fed = feed(rules.join('\n'))
  assert.deepEqual([fed.said, fed.status], ['', 0])
  assert.equal(listing(), theirs)
  return theirs
})

await attempt('timeouts', () => {
  assert.equal(ours('timeouts').out, run('ipvsadm', '-Ln', '--timeout'))
  assert.equal(ours('timeouts', '901', '0', '301').out, 'Timeout (tcp tcpfin udp): 901 120 301\n')
  assert.equal(ours('list', '--timeout').out, run('ipvsadm', '-Ln', '--timeout'))
  assert.equal(feed('--set 0 77 0').status, 0)
  assert.equal(run('ipvsadm', '-Ln', '--timeout'), 'Timeout (tcp tcpfin udp): 901 77 301\n')
})

await attempt('sync', () => {
  // No sync daemon runs beside real servers of another family than their service's.
  run('ipvsadm', '-C')
  run('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
  for (const name of ['v0', 'v1']) run('ip', 'link', 'set', name, 'up')
  run('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'v0')
  assert.equal(ours('sync').out, '')
  const master = ours('sync', 'start', '--master', '--interface', 'v0', '--id', '5', '--port', '7777', '--ttl', '3')
  assert.equal(master.out, run('ipvsadm', '-Ln', '--daemon'))
  assert.match(
    master.out,
    /^master sync daemon \(mcast=v0, syncid=5, maxlen=\d+, group=224\.0\.0\.81, port=7777, ttl=3\)\n$/,
  )
  ours('sync', 'start', '--backup', '--interface', 'v0', '--group', 'ff02::81', '--max-length', '2000')
  assert.equal(ours('sync', 'show').out, run('ipvsadm', '-Ln', '--daemon'))
  assert.equal(ours('list', '--daemon').out, run('ipvsadm', '-Ln', '--daemon'))
  const twice = ours('sync', 'start', '--master', '--interface', 'v0')
  assert.deepEqual([twice.status, /one runs already; stop it first/.test(twice.said)], [1, true])
  assert.equal(ours('sync', 'stop', '--master').out, 'stopped the master sync daemon\n')
  assert.equal(ours('sync', 'stop', '--master').status, 1)
  assert.equal(ours('sync', 'stop').out, 'stopped the backup sync daemon\n')
  assert.equal(ours('sync', 'stop').out, 'no sync daemon runs\n')
  const nowhere = ours('sync', 'start', '--backup', '--interface', 'nope')
  assert.deepEqual([nowhere.status, /no such interface/.test(nowhere.said)], [1, true])
  const daemons = '--start-daemon backup --mcast-interface v0 --syncid 9\n--stop-daemon backup'
  assert.deepEqual(feed(daemons), { out: '', said: '', status: 0 })
})

await attempt('connections', async () => {
  run('ipvsadm', '-C')
  run('ipvsadm', '-A', '-u', '127.0.0.1:5300', '-s', 'rr', '-p', '50')
  run('ipvsadm', '-a', '-u', '127.0.0.1:5300', '-r', '192.0.2.1:5353', '-m')
  run('ipvsadm', '-A', '-u', '[::1]:5300', '-s', 'rr')
  run('ipvsadm', '-a', '-u', '[::1]:5300', '-r', '[::1]:5353', '-m')
  run('bash', '-c', 'echo x >/dev/udp/127.0.0.1/5300; echo x >/dev/udp/::1/5300')
  const theirs = run('ipvsadm', '-Lcn')
  assert.equal(withoutTime(ours('list', '-cn').out), withoutTime(theirs))
  assert.equal(theirs.split('\n').length, 6)
  // The kernel adds its counters up every two seconds.
  while (!/127\.0\.0\.1:5300 +1 /.test(run('ipvsadm', '-Ln', '--stats'))) await pause(100)
  for (const view of [[], ['--stats'], ['--persistent-conn']]) {
    assert.equal(ours('list', ...view).out, run('ipvsadm', '-Ln', ...view))
  }
  const refusal = ours('clear')
  assert.equal(refusal.status, 1)
  assert.match(refusal.said, /^2 virtual servers balance traffic, with 2 connections: nothing was removed; say --yes/)
  assert.match(
    feed('-C').said,
    /^2 virtual servers balance traffic, with 2 connections: nothing was removed; say --yes/,
  )
  assert.match(ours('clear', '--yes').out, /^removed udp \S+ \(1 real server, 1 connection\)\nremoved udp [^\n]+\n$/)
  assert.equal(run('ipvsadm', '-Sn'), '')
  assert.equal(ours('clear').out, 'there was no virtual server\n')
  return theirs
})

function open(): ControlDoor {
  const opened = openKernelTable({ loadModule: true })
  assert(opened.kind === 'open', JSON.stringify(opened))
  return opened.door
}

/** The kernel's table is made this one. */
function fill(table: readonly TableCommand[]): void {
  door.flush()
  for (const [i, answer] of door.applyAll(table).entries()) {
    assert.equal(answer.kind, 'ok', `${JSON.stringify(answer)} ${JSON.stringify(table[i])}`)
  }
}

/** Everything that ipvsadm shows of it. */
function listing(): string {
  return [['--thresholds'], ['--tun-info']].map((view) => run('ipvsadm', '-Ln', ...view)).join('')
}

function feed(rules: string) {
  spawnSync('tee', ['/run/rules'], { input: `${rules}\n` })
  return ours('restore', '/run/rules')
}

/** Without what ipvsadm forgets: thresholds, and the third flag of schedulers that have two. */
function asTheirs(text: string): string {
  return text.replaceAll(/ -[xy] \d+/g, '').replaceAll(/(-s [sm]h .*-b )(.*?),?flag-3$/gm, '$1$2')
}

/** Where addresses go round in a circle, ipvsadm's order depends on how the table came to be. */
function inOrder(text: string): string {
  return text.split('\n').sort().join('\n')
}

function withoutTime(text: string): string {
  return text
    .replaceAll(/^(\w+) +\d\d:\d\d/gm, '$1')
    .split('\n')
    .sort()
    .join('\n')
}

/** What the command prints, complains of and ends with. */
function ours(...words: readonly string[]): { out: string; said: string; status: number } {
  const result = { out: '', said: '', status: 0 }
  const say = (text: string) => {
    result.said += result.said === '' ? text : `\n${text}`
  }
  const ipvs = new Command('ipvs').exitOverride()
  ipvsCommands(ipvs, {
    open: () => ({ kind: 'open', door }),
    read: (file) => readFileSync(file ?? 0),
    connections: () => readFileSync('/proc/net/ip_vs_conn'),
    print: (lines) => {
      if (lines.length > 0) result.out += `${lines.join('\n')}\n`
    },
    complain: say,
    report: say,
    exit: (status) => {
      result.status = status
      throw new Ended()
    },
  })
  try {
    ipvs.parse([...words], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof Ended)) throw thrown
  }
  return result
}
