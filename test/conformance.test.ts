/**
 * What every monitor does, whatever it asks: keeps its deadline, stops when it is told to, never throws, names exactly the
 * hosts that failed, and leaves nothing open behind. A new monitor earns one line in `subjects`.
 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { agent } from '../monitors/agent.ts'
import { dns } from '../monitors/dns.ts'
import { dnsCheck } from '../monitors/dns-check.ts'
import { dnsQuery } from '../monitors/dns-query.ts'
import { expect } from '../monitors/expect.ts'
import { file } from '../monitors/file.ts'
import { fping } from '../monitors/fping.ts'
import { ftp } from '../monitors/ftp.ts'
import { http } from '../monitors/http.ts'
import { httpGet } from '../monitors/http-get.ts'
import { imap } from '../monitors/imap.ts'
import { ldap } from '../monitors/ldap.ts'
import { load } from '../monitors/load.ts'
import { misc } from '../monitors/misc.ts'
import { monHttp } from '../monitors/mon-http.ts'
import { monPhttp } from '../monitors/mon-phttp.ts'
import { monPing } from '../monitors/mon-ping.ts'
import { monSslcert } from '../monitors/mon-sslcert.ts'
import { monTcp } from '../monitors/mon-tcp.ts'
import { mysql } from '../monitors/mysql.ts'
import { nntp } from '../monitors/nntp.ts'
import { off } from '../monitors/off.ts'
import { pgsql } from '../monitors/pgsql.ts'
import { ping } from '../monitors/ping.ts'
import { pop3 } from '../monitors/pop3.ts'
import { radius } from '../monitors/radius.ts'
import { script } from '../monitors/script.ts'
import { sendProgram } from '../monitors/send-program.ts'
import { simpletcp } from '../monitors/simpletcp.ts'
import { sip } from '../monitors/sip.ts'
import { smtp } from '../monitors/smtp.ts'
import { ssl } from '../monitors/ssl.ts'
import { tcp } from '../monitors/tcp.ts'
import { telnet } from '../monitors/telnet.ts'
import { udp } from '../monitors/udp.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { host } from '../src/model/names.ts'
import type { CheckResult } from '../src/model/result.ts'
import { milliseconds, minutes } from '../src/model/units.ts'
import { fullListener } from './monitors/full-listener.ts'
import { peer } from './monitors/peers.ts'

interface Subject {
  readonly name: string
  readonly monitor: Monitor
  /** Runs against whatever host it is given, at once where nobody is there. */
  readonly options: unknown
  /** Options with which a check of 127.0.0.1 takes much longer than any test waits; `null` where there are none. */
  readonly slow: ((t: TestContext) => Promise<unknown>) | null
  /** The summary is a program's own first line. */
  readonly ownWords: boolean
}

const subject = <Options>(
  monitor: Monitor<Options>,
  options: Options,
  slow: ((t: TestContext) => Promise<Options>) | null,
  ownWords = false,
): Subject => ({
  name: monitor.name,
  // The table holds monitors of all kinds, each with options of its own kind beside it.
  monitor: { ...monitor, check: (hosts, given, context) => monitor.check(hosts, given as Options, context) },
  options,
  slow,
  ownWords,
})

/** Accepts, and never says a word. */
const silent = (t: TestContext): Promise<number> =>
  peer(t, (socket) => socket.resume().on('end', () => socket.destroy()))

const silentUdp = async (t: TestContext): Promise<number> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}

const dnsZone = { zone: ['a.example'], master: ['127.0.0.1'], port: 1, timeout: 0.2 }

const sqlLogin = { port: 1, login: 'anna', request: 'select 1' }
const radiusLogin = { port: 1, login: 'anna', secret: 'xyzzy', timeout: 0.2 }

const subjects: readonly Subject[] = [
  subject(tcp, { port: 1 }, async (t) => ({ port: await fullListener(t) })),
  subject(http, { port: 1 }, async (t) => ({ port: await silent(t) })),
  subject(httpGet, { port: 1 }, async (t) => ({ port: await silent(t), timeout: 600 })),
  subject(ssl, { port: 1 }, async (t) => ({ port: await silent(t) })),
  subject(ping, { count: 1 }, async () => ({ count: 100, interval: 10, maxLoss: 99 })),
  // The same engine as ping; whoever answers is up at once, and this machine always answers itself. It sorts its summary.
  subject(fping, { retries: 0, timeout: 50 }, null, true),
  // These sort their summaries, or say more in them than names.
  subject(monTcp, { port: 1 }, async (t) => ({ port: await fullListener(t) }), true),
  subject(monHttp, { port: 1 }, async (t) => ({ port: await silent(t) }), true),
  subject(monPhttp, { port: 1 }, async (t) => ({ port: await silent(t) }), true),
  subject(monPing, { count: 1 }, null),
  subject(monSslcert, { port: 1 }, async (t) => ({ port: await silent(t) }), true),
  subject(smtp, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  subject(pop3, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  subject(imap, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  subject(ftp, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  subject(nntp, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  subject(telnet, { port: '1' }, async (t) => ({ port: String(await silent(t)) }), true),
  // Its masters count as well, and the summary names zones beside hosts.
  subject(dns, dnsZone, async (t) => ({ ...dnsZone, port: await silent(t), timeout: 600, tcp: true }), true),
  subject(dnsQuery, { port: 1, timeout: 0.2 }, async (t) => ({ port: await silentUdp(t), timeout: 600 }), true),
  subject(dnsCheck, { port: 1, timeout: 0.2 }, async (t) => ({ port: await silentUdp(t), timeout: 600 })),
  subject(udp, { port: 1, timeout: 0.2 }, async (t) => ({ port: await silentUdp(t), timeout: 600 })),
  subject(ldap, { port: 1 }, async (t) => ({ port: await silent(t), timeout: 600 }), true),
  subject(mysql, sqlLogin, async (t) => ({ ...sqlLogin, port: await silent(t), timeout: 600 })),
  subject(pgsql, sqlLogin, async (t) => ({ ...sqlLogin, port: await silent(t), timeout: 600 })),
  subject(sip, { port: 1 }, async (t) => ({ port: await silent(t), timeout: 600 })),
  subject(radius, radiusLogin, async (t) => ({ ...radiusLogin, port: await silentUdp(t), timeout: 600 })),
  subject(simpletcp, { port: 1 }, async (t) => ({ port: await silent(t), timeout: 600 })),
  subject(script, { command: ['/bin/true'] }, async () => ({ command: ['/bin/sh', '-c', 'sleep 600'] }), true),
  subject(misc, { command: ['/bin/true'] }, async () => ({ command: ['/bin/sh', '-c', 'sleep 600'] })),
  subject(expect, { port: 1, step: ['expect 220'] }, async (t) => ({
    port: await silent(t),
    step: ['expect 220'],
    timeout: 600,
  })),
  subject(sendProgram, { command: ['/bin/true'] }, async () => ({ command: ['/bin/sh', '-c', 'sleep 600'] })),
  // What these learn nothing of does not fail, and is no part of the summary.
  subject(load, { command: ['/bin/true'] }, async () => ({ command: ['/bin/sh', '-c', 'sleep 600'] }), true),
  subject(agent, { port: 1 }, async (t) => ({ port: await silent(t), timeout: 600 }), true),
  subject(off, {}, null),
  // Looks at a file, and at no host.
  subject(file, { path: '/nonexistent' }, null),
]

test('every file in monitors/ is held to this', () => {
  const files = readdirSync(join(import.meta.dirname, '../monitors')).filter(
    (file) => file.endsWith('.ts') && file !== 'index.ts',
  )
  assert.deepEqual(files.map((file) => file.replace('.ts', '')).sort(), subjects.map(({ name }) => name).sort())
})

test('a monitor that starts programs says so, and so counts towards maxprocs', () => {
  for (const { name, monitor } of subjects) {
    const text = readFileSync(join(import.meta.dirname, `../monitors/${name}.ts`), 'utf8')
    assert.equal(monitor.startsPrograms === true, text.includes('/program/launch.ts'), name)
  }
})

const odd = [
  '',
  '::',
  '256.1.1.1',
  'x'.repeat(5000),
  'a b',
  ' ',
  '-p',
  '127.0.0.1\n',
  '\0',
  'ü.invalid',
  '[::1]',
  '%',
  '0',
  '127.0.0.1',
]
const LIMIT = { timeout: 30_000 }

for (const { name, monitor, options, ownWords } of subjects) {
  test(`${name}: any word may stand where a host should, and each is answered for once`, LIMIT, async () => {
    const hosts = odd.map(host)
    await leavesNothing(async () => {
      const result = await monitor.check(hosts, options, context(new AbortController().signal))
      wellFormed(result, hosts, ownWords)
    })
  })

  test(`${name}: a check that is over before it begins settles`, LIMIT, async () => {
    await leavesNothing(async () => {
      const hosts = [host('127.0.0.1'), host('::1'), host('localhost')]
      const result = await monitor.check(hosts, options, context(AbortSignal.abort()))
      wellFormed(result, hosts, ownWords)
      assert(
        result.hosts.every(({ kind }) => kind !== 'down'),
        'nobody was asked, so nobody is down',
      )
    })
  })

  test(`${name}: no hosts, no failure and no throw`, LIMIT, async () => {
    wellFormed(await monitor.check([], options, context(new AbortController().signal)), [], ownWords)
  })

  test(`${name}: what it says of its options holds together`, () => {
    const { properties } = monitor.schema
    const validate = addFormats.default(new Ajv({ strict: false })).compile(monitor.schema)
    assert(validate(options), JSON.stringify(validate.errors))
    for (const property of Object.values(monitor.flags)) assert(property in properties, property)
    for (const flag of Object.keys(monitor.flags)) assert.match(flag, /^[A-Za-z0-9]$/)
    const standard = Object.entries(properties).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value]],
    )
    const required = Object.fromEntries((monitor.schema.required ?? []).map((key) => [key, Object(options)[key]]))
    assert(validate({ ...required, ...Object.fromEntries(standard) }), JSON.stringify(validate.errors))
  })
}

for (const { name, monitor, slow: takesLong, ownWords } of subjects) {
  if (takesLong === null) continue
  test(`${name}: a check that is called off stops, and speaks against nobody`, LIMIT, async (t) => {
    const options = await takesLong(t)
    await leavesNothing(async () => {
      const reload = new AbortController()
      const pending = monitor.check([host('127.0.0.1')], options, context(reload.signal))
      setImmediate(() => reload.abort())
      const result = await pending
      wellFormed(result, [host('127.0.0.1')], ownWords)
      assert.equal(result.hosts[0]?.kind, 'unknown')
    })
  })

  test(`${name}: a check keeps its deadline`, LIMIT, async (t) => {
    const options = await takesLong(t)
    await leavesNothing(async () => {
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), 300)
      const given = { ...context(deadline.signal), timeout: milliseconds(300) }
      const result = await monitor.check([host('127.0.0.1')], options, given)
      clearTimeout(timer)
      wellFormed(result, [host('127.0.0.1')], ownWords)
    })
  })
}

const context = (signal: AbortSignal) => ({ signal, timeout: minutes(1), environment: {} })

/** `ownWords`: the summary is a program's own first line. */
function wellFormed(result: CheckResult, hosts: readonly Host[], ownWords: boolean): void {
  assert.deepEqual(result.hosts.map((each) => each.host).sort(), [...new Set(hosts)].sort())
  const failing = result.hosts.filter(({ kind }) => kind !== 'up')
  if (result.hosts.some(({ kind }) => kind === 'down')) assert.notEqual(result.exit, 0)
  if (!ownWords) assert.equal(result.summary, failing.map((each) => each.host).join(' '))
  for (const each of result.hosts) {
    assert.notEqual(each.text, '')
    assert(each.timings.total >= 0)
    if (each.kind !== 'up') assert.match(each.code, /^[a-z][a-z0-9-]*$/)
  }
}

/** Turns of the event loop that a closed handle may take to be gone. */
const MOST_TURNS = 100_000

async function leavesNothing(run: () => Promise<void>): Promise<void> {
  const before = open()
  await run()
  for (let turn = 0; turn < MOST_TURNS && !within(open(), before); turn += 1)
    await new Promise((next) => setImmediate(next))
  assert(within(open(), before), `open before: ${before}; open after: ${open()}`)
}

/** A finished lookup or read of a file is not a thing left open, and the test runner's own output comes and goes. */
const open = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => !/^(Immediate|PipeWrap|TTYWrap|FSReqCallback|FSReqPromise|MessagePort|Worker)$/.test(kind))
    .sort()

function within(now: readonly string[], before: readonly string[]): boolean {
  const left = [...before]
  return now.every((kind) => {
    const at = left.indexOf(kind)
    if (at !== -1) left.splice(at, 1)
    return at !== -1
  })
}
