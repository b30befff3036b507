/** Programs as monitors: what mon's convention and Nagios' make of their output, and what broken ones must never do. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { script as monitor, type ScriptOptions } from '../../monitors/script.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { milliseconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { alive, folder, fresh, pidsIn, script, shell } from '../scripts.ts'

interface Ask {
  readonly hosts?: readonly string[]
  readonly timeout?: number
  readonly environment?: Readonly<Record<string, string>>
  readonly withHosts?: boolean
  readonly signal?: AbortSignal
}

function check(options: ScriptOptions, ask: Ask = {}): Promise<CheckResult> {
  const { hosts = ['web1', 'web2'], timeout = 30_000, environment = {}, withHosts = true } = ask
  const signal = ask.signal ?? AbortSignal.timeout(timeout)
  return monitor.check(hosts.map(host), options, { signal, timeout: milliseconds(timeout), environment, withHosts })
}
const run = (command: readonly string[], ask: Ask = {}) => check({ command }, ask)
const plugin = (command: readonly string[], ask: Ask = {}) => check({ command, nagios: true }, ask)

/** `web1 down check-failed, web2 up` */
const verdicts = ({ hosts }: CheckResult): string =>
  hosts.map((one) => `${one.host} ${one.kind}${one.kind === 'up' ? '' : ` ${one.code}`}`).join(', ')

test('the hosts follow the arguments, and mon’s variables are in the environment', async () => {
  const command = [shell('echo "$MON_GROUP|$*"'), '-p', 'a b']
  const { summary } = await run(command, { environment: { MON_GROUP: 'web' } })
  assert.equal(summary, 'web|-p a b web1 web2')
})

test('behind ;; the program is given no hosts and still speaks for them', async () => {
  const result = await run([shell('echo "$# web2"; exit 1')], { withHosts: false })
  assert.equal(result.summary, '0 web2')
  assert.equal(verdicts(result), 'web1 up, web2 down check-failed')
})

test('standard input is empty', async () => {
  assert.equal((await run([shell('wc -c')])).summary, '0')
})

const judged = [
  { name: 'exit status 0 is up for all', body: 'echo fine', exit: 0, says: 'web1 up, web2 up' },
  {
    name: 'a named host is down, the other up',
    body: 'echo web2; exit 1',
    exit: 1,
    says: 'web1 up, web2 down check-failed',
  },
  {
    name: 'both named',
    body: 'echo web1 web2; exit 3',
    exit: 3,
    says: 'web1 down check-failed, web2 down check-failed',
  },
  {
    name: 'web10 is not web1',
    body: 'echo web10; exit 1',
    exit: 1,
    says: 'web1 unknown names-no-host, web2 unknown names-no-host',
  },
  {
    name: 'names in the detail do not count',
    body: 'echo; echo web1; exit 1',
    exit: 1,
    says: 'web1 unknown names-no-host, web2 unknown names-no-host',
  },
  { name: 'a success that names a host is a success', body: 'echo web1', exit: 0, says: 'web1 up, web2 up' },
  {
    name: 'death by a signal says nothing about hosts, even those it named',
    body: 'echo web1; kill -9 $$',
    exit: 137,
    says: 'web1 unknown signalled, web2 unknown signalled',
  },
]
for (const { name, body, exit, says } of judged) {
  test(`mon's convention: ${name}`, async () => {
    const result = await run([shell(body)])
    assert.equal(result.exit, exit)
    assert.equal(verdicts(result), says)
  })
}

test('with one host, a failure is that host’s', async () => {
  const result = await run([shell('echo no luck; exit 2')], { hosts: ['web1'] })
  assert.equal(verdicts(result), 'web1 down check-failed')
  assert.match(result.hosts[0]?.text ?? '', /^failed .*test\.monitor: no luck$/)
})

for (const { status, body } of [
  { status: 127, body: 'no-such-command-anywhere; exit $?' },
  { status: 126, body: 'cd /; exec /tmp' },
]) {
  test(`a script that ends with ${status}, since a command of its own is missing, speaks against nobody`, async () => {
    for (const hosts of [['web1'], ['web1', 'web2']]) {
      const result = await run([shell(body)], { hosts })
      assert.equal(result.exit, status)
      assert.equal(verdicts(result), hosts.map((name) => `${name} unknown program-broken`).join(', '))
      assert.match(result.hosts[0]?.text ?? '', /^was not checked: .*test\.monitor broke \(exit status 12[67]\): .{5}/)
    }
    const named = await run([shell(`echo web1; exit ${status}`)])
    assert.equal(verdicts(named), 'web1 down check-failed, web2 up')
  })
}

test('with one host, death by a signal speaks against nobody', async () => {
  const result = await run([shell('echo oops; kill -SEGV $$')], { hosts: ['web1'] })
  assert.equal(verdicts(result), 'web1 unknown signalled')
})

test('the reason for a host is the line of the detail that is about it, without its name', async () => {
  const result = await run([shell('echo web1 web2; echo; echo web1 refused; echo "web2: no answer"; exit 1')])
  assert.match(result.hosts[0]?.text ?? '', /^failed \S+: refused$/)
  assert.match(result.hosts[1]?.text ?? '', /^failed \S+: no answer$/)
  assert.equal(result.detail, '\nweb1 refused\nweb2: no answer\n')
})

test('names of hosts alone are no reason', async () => {
  const result = await run([shell('echo web1 web2; exit 1')])
  assert.match(result.hosts[0]?.text ?? '', /^failed \S+: it printed no reason$/)
})

test('what was printed is passed on unchanged, so that alerts get it on their input; naming silence is left to others', async () => {
  const silent = await run([shell('exit 1')], { hosts: ['web1'] })
  assert.deepEqual([silent.exit, silent.summary, silent.detail], [1, '', ''])
  assert.match(silent.hosts[0]?.text ?? '', /: it printed no reason$/)
  const spaced = await run([shell('printf " web1  web2 \\n\\n  x\\n"; exit 1')])
  assert.equal(`${spaced.summary}\n${spaced.detail}`, ' web1  web2 \n\n  x\n')
})

const broken = [
  { name: 'a missing program', path: () => '/nonexistent/x.monitor', says: /could not be started: there is no file/ },
  { name: 'a program that is not executable', path: () => script('#!/bin/sh\n', 0o644), says: /not executable/ },
  { name: 'a directory', path: () => folder, says: /is a directory/ },
  { name: 'a missing interpreter', path: () => script('#!/no/such/perl\n'), says: /\/no\/such\/perl, does not exist/ },
]
for (const { name, path, says } of broken) {
  test(`${name} fails the service, and never a host`, async () => {
    for (const ask of [{}, { hosts: ['web1'] }]) {
      for (const result of [await run([path()], ask), await plugin([path()], ask)]) {
        assert.notEqual(result.exit, 0)
        assert.match(`${result.summary}\n${result.detail}`, says)
        assert.ok(result.hosts.every(({ kind }) => kind === 'unknown'))
      }
    }
  })
}

test('at the deadline one host is down, and its program with its children is gone', async () => {
  const list = fresh('pids')
  const body = `sleep 600 & echo $$ $! >${list}.new; mv ${list}.new ${list}; wait`
  const abort = new AbortController()
  const running = run([shell(body)], { hosts: ['web1'], timeout: 300, signal: abort.signal })
  const result = await running
  assert.equal(verdicts(result), 'web1 down timed-out')
  assert.match(result.summary, /^web1: .* did not end within 300 ms and was stopped$/)
  assert.equal(result.exit, 1)
  if (existsSync(list)) assert.deepEqual((await pidsIn(list)).map(alive), [false, false])
})

test('at the deadline several hosts are unknown', async () => {
  const result = await run([shell('sleep 600')], { timeout: 100 })
  assert.equal(verdicts(result), 'web1 unknown timed-out, web2 unknown timed-out')
})

test('an abort before the deadline speaks against nobody', async () => {
  const result = await run([shell('sleep 600')], { hosts: ['web1'], signal: AbortSignal.abort() })
  assert.equal(verdicts(result), 'web1 unknown aborted')
})

test('a first line of a megabyte is cut, and hosts that may be on its rest are unknown', async () => {
  const result = await run([shell('printf "web1 "; head -c 1000000 /dev/zero | tr "\\0" x; exit 1')])
  assert.equal(verdicts(result), 'web1 down check-failed, web2 unknown output-cut')
  assert.ok(result.summary.length <= 4096)
  assert.match(result.warnings[0] ?? '', /printed more than 65536 bytes/)
})

test('an endless flood ends at the deadline, and the daemon lives', async () => {
  const result = await run([shell('exec yes web1')], { timeout: 200 })
  assert.equal(verdicts(result), 'web1 unknown timed-out, web2 unknown timed-out')
})

test('invalid UTF-8 and escapes are printed as something harmless', async () => {
  const result = await run([shell("printf 'web1 \\377\\033[2J\\nx\\033y\\n'; exit 1")])
  assert.equal(verdicts(result), 'web1 down check-failed, web2 up')
  assert.equal(result.summary, 'web1 \ufffd?[2J')
  assert.equal(result.detail, 'x\ufffdy\n')
})

test('a process left behind is ended, and mentioned', async () => {
  const result = await run([shell('sleep 600 & echo web1; exit 1')])
  assert.equal(result.summary, 'web1')
  assert.match(result.warnings.join(), /left processes behind in its process group, which were ended/)
})

test('a program in Perl is a program', needs('perl'), async () => {
  const path = script(
    '#!/usr/bin/perl -w\nmy @bad = grep { $_ ne \'web1\' } @ARGV; print "@bad\\n"; exit(@bad ? 1 : 0);\n',
  )
  assert.equal(verdicts(await run([path])), 'web1 up, web2 down check-failed')
})

test('a user that does not exist is a reason in words', async () => {
  const result = await check({ command: ['/bin/true'], user: 'nobody-at-all' })
  assert.match(result.summary, /could not be started: there is no user nobody-at-all in \/etc\/passwd/)
})

test('a program may run as another user', needs('root'), async () => {
  const { summary } = await check({ command: [shell('echo "$(id -un) $HOME"')], user: 'nobody' })
  assert.equal(summary, 'nobody /nonexistent')
})

const statuses = [
  { status: 0, exit: 0, says: 'web1 up', warns: false },
  { status: 1, exit: 0, says: 'web1 up', warns: true },
  { status: 2, exit: 2, says: 'web1 down critical', warns: false },
  { status: 3, exit: 3, says: 'web1 unknown plugin-unknown', warns: false },
  { status: 127, exit: 3, says: 'web1 unknown plugin-broken', warns: false },
]
for (const { status, exit, says, warns } of statuses) {
  test(`Nagios: exit status ${status} is ${says.replace('web1 ', '')}`, async () => {
    const body = `echo "HTTP says $* | time=0.5s;1;2;0;10"; echo long text; exit ${status}`
    const result = await plugin([shell(body)], { hosts: ['web1'] })
    assert.equal(result.exit, exit)
    assert.equal(verdicts(result), says)
    assert.equal(result.summary, 'HTTP says -H web1')
    assert.equal(result.detail, 'long text\n')
    assert.equal(result.warnings.length > 0, warns)
    const time = { label: 'time', value: 0.5, unit: 's', warn: '1', critical: '2', min: '0', max: '10' }
    assert.deepEqual(result.performance, [time])
  })
}

test('Nagios: one run a host; the summary names those that fail', async () => {
  const body = 'case $1 in *web2) echo "bad | t=2"; exit 2;; *web3) exit 3;; *) echo "good | t=1";; esac'
  const result = await plugin([shell(body), 'http://{host}'], { hosts: ['web1', 'web2', 'web3'] })
  assert.equal(verdicts(result), 'web1 up, web2 down critical, web3 unknown plugin-unknown')
  assert.deepEqual([result.exit, result.summary], [2, 'web2 web3'])
  assert.deepEqual(
    result.performance.map(({ label, value }) => `${label} ${value}`),
    ['web1 t 1', 'web2 t 2'],
  )
})

test('Nagios: {host} and %h are replaced wherever they stand', async () => {
  const result = await plugin([shell('echo "$*"'), '-u', 'x{host}y{host}', '%h'], { hosts: ['$&'] })
  assert.equal(result.summary, '-u x$&y$& $&')
})

test('Nagios: a hundred hosts are run a few at a time', async () => {
  const hosts = Array.from({ length: 100 }, (_, index) => `h${index}`)
  const result = await plugin([shell('exit 0')], { hosts })
  assert.equal(result.hosts.length, 100)
  assert.equal(result.exit, 0)
})

test('Nagios: a plugin that hangs blames the hosts it was asked about in time, and no others', async () => {
  const hosts = Array.from({ length: 10 }, (_, index) => `h${index}`)
  const result = await plugin([shell('sleep 600')], { hosts, timeout: 300 })
  assert.equal(result.hosts.filter(({ kind }) => kind === 'down').length, 8)
  assert.equal(result.hosts.filter(({ kind }) => kind === 'unknown').length, 2)
})

test('Nagios: behind ;; one run speaks for all', async () => {
  const result = await plugin([shell('echo "web2 is bad $#"; exit 2')], { withHosts: false })
  assert.equal(verdicts(result), 'web1 up, web2 down check-failed')
  assert.deepEqual([result.exit, result.summary], [2, 'web2 is bad 0'])
})

const mon = '/usr/lib/mon/mon.d'

test('mon’s own tcp.monitor judges a listener and a closed port', needs('mon'), async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? String(address.port) : ''
  const result = await run([`${mon}/tcp.monitor`, '-p', port], { hosts: ['127.0.0.1', '127.0.0.2'] })
  assert.equal(verdicts(result), '127.0.0.1 up, 127.0.0.2 down check-failed')
  assert.equal(result.summary, '127.0.0.2')
  server.close()
  assert.match(result.hosts[1]?.text ?? '', /^failed tcp\.monitor: could not connect/)
})

test('mon’s own fping.monitor judges this machine', needs('mon', 'fping', 'root'), async () => {
  const result = await run([`${mon}/fping.monitor`], { hosts: ['127.0.0.1', '127.0.0.2'] })
  assert.equal(verdicts(result), '127.0.0.1 up, 127.0.0.2 up')
  assert.match(result.detail, /reachable hosts/)
})

test('the output goes on to the byte, with what people must not be shown', async () => {
  const { output, summary } = await run([shell("printf '\\033[1mweb\\374\\r\\n\\377\\n'; exit 1")])
  assert.equal(output, '\x1b[1mweb\udcfc\r\n\udcff\n')
  assert.equal(summary, '?[1mweb\ufffd')
})

test('a program that printed nothing, and one that was ended at its deadline, has no output of its own', async () => {
  assert.equal((await run([shell('exit 1')])).output, undefined)
  const late = await run([shell('echo begun; sleep 60')], { timeout: 300 })
  assert.equal(late.output, undefined)
  assert.match(late.summary, /did not end within/)
})

test('a death by a signal is told as such', async () => {
  const killed = await run([shell('echo web1; kill -9 $$')])
  assert.deepEqual([killed.signalled, killed.output], [true, 'web1\n'])
  assert.equal((await run([shell('exit 137')])).signalled, undefined)
})

test('the process that is started is told', async () => {
  const pids: number[] = []
  const context = { signal: AbortSignal.timeout(30_000), timeout: milliseconds(30_000), environment: {} }
  const started = (pid: number) => void pids.push(pid)
  const { summary } = await monitor.check([host('web1')], { command: [shell('echo $$')] }, { ...context, started })
  assert.deepEqual(pids, [Number(summary)])
})

test('a program that is not there has no process and has failed', async () => {
  const pids: number[] = []
  const context = { signal: AbortSignal.timeout(30_000), timeout: milliseconds(30_000), environment: {} }
  const started = (pid: number) => void pids.push(pid)
  const { exit } = await monitor.check([host('web1')], { command: [fresh('nowhere')] }, { ...context, started })
  assert.deepEqual([exit, pids], [1, []])
})
