/** The same datagrams to the real mon and to upalert: both take the same, for the same service, with the same text. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadMon } from '../../../src/parse/check.ts'
import { resolve } from '../../../src/parse/resolve.ts'
import { listenForTraps } from '../../../src/server/mon/traps.ts'
import { decodeOpstatus } from '../../../src/wire/mon/opstatus.ts'
import { needs } from '../../needs.ts'
import { world } from '../../parse/world.ts'
import { type Cleaning, startMon } from '../../peers/mon/daemon.ts'
import { FakeDaemon } from './fake-daemon.ts'
import { startServer } from './world.ts'

const service = (name: string) => `  service ${name}\n    period\n      alert nothing.alert\n`
const CONFIG = `
hostgroup g h1 h2

hostgroup nowatch h3

hostgroup default h4

watch g
${service('s')}${service('marker')}
watch default
${service('default')}${service('foo')}`

const head = "pro='0.3807'\n"
const trap = (group: string, name: string, rest: string): string => `${head}grp='${group}'\nsvc='${name}'\n${rest}`

const PACKETS: readonly (string | Uint8Array)[] = [
  trap('zz', 'ss', "sta='1'\nsum='intended for zz'\n"),
  trap('zz', 'foo', "sta='1'\nsum='intended for foo'\n"),
  trap('nowatch', 'q', "sta='2'\nsum='no watch'\n"),
  trap('default', 'unk', "sta='3'\nsum='straight'\n"),
  trap('g', 'unk', "sta='1'\nsum='dropped'\n"),
  trap('g', 's', "sum='no sta'\n"),
  trap('g', 's', "sta='1'\nsum='one\\0atwo'\ndtl='three\\0a'\n"),
  trap('g', 's', "sta=''\nsum='fine'\n"),
  trap('g', 's', "sta='fail'\nsum='a word'\n"),
  trap('g', 's', "sta='00'\nsum='still failing'\n"),
  trap('g', 's', "sta='0'\n"),
  trap('g', 's', 'sta=1\nsum=unquoted\ndtl=also so\n'),
  trap('g', 's', "sta='1'\nsum=''\n"),
  trap('g', 's', "sta='1'\nsta='0'\nsum='the last tag counts'\n"),
  trap('g', 's', "nonsense\nsta='4'\n=\nsum='odd \\41\\4g lines \\\\'\n\n"),
  trap('g', 's', "sta='5'\nsum='it's quoted'\ndtl='\"\\27\\22'"),
  "pro='0.37'\ngrp='g'\nsvc='s'\nsta='0'\nsum='too old'\n",
  "pro='9.99x'\ngrp='g'\nsvc='s'\nsta='6'\nsum='new'\n",
  'nonsense',
  '\n\n\n',
  new Uint8Array([0, 255, 10, 61, 10]),
]

interface Seen {
  readonly [name: string]: readonly (string | undefined)[]
}

/** What `list opstatus` tells of each service, without its times. */
function seen(lines: readonly string[]): Seen {
  const entries = lines.map((line): [string, (string | undefined)[]] => {
    const of = decodeOpstatus(line)
    const fields = ['opstatus', 'last_opstatus', 'exitval', 'last_check', 'last_summary', 'last_detail', 'alerts_sent']
    const trapped = of.get('last_trap') === '0' ? 'never' : 'trapped'
    return [`${of.get('group')}/${of.get('service')}`, [...fields.map((field) => of.get(field)), trapped]]
  })
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function upalert(t: Cleaning) {
  const loaded = loadMon('mon.cf', new TextEncoder().encode(CONFIG))
  assert.ok(loaded.kind === 'parsed')
  const programs = { monitors: new Map(), alerts: new Map([['nothing.alert', '/a/nothing.alert']]) }
  const { model, problems } = resolve(loaded.file, { ...world, programs })
  assert.ok(model !== null, JSON.stringify(problems))
  const daemon = new FakeDaemon(model)
  daemon.realTime = true
  const traps = await listenForTraps(daemon, { bind: '127.0.0.1', port: 0 })
  assert.ok(traps.kind === 'listening')
  t.after(() => traps.close())
  return { daemon, server: await startServer(t, daemon), trapPort: traps.port }
}

test('mon and upalert take the same traps', { ...needs('mon'), timeout: 120_000 }, async (t) => {
  const files = { 'alert.d/nothing.alert': '#!/bin/sh\ncat >/dev/null\n' }
  const mon = await startMon(t, { config: CONFIG, files })
  const ours = await upalert(t)
  const [session, theirSession] = [await ours.server.connect(), await mon.connect()]
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  for (const [number, packet] of PACKETS.entries()) {
    const marker = trap('g', 'marker', `sta='0'\nsum='marker ${number}'\n`)
    for (const port of [mon.trapPort, ours.trapPort]) {
      await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve))
      await new Promise((resolve) => socket.send(marker, port, '127.0.0.1', resolve))
    }
    const settled = async (ask: typeof session): Promise<Seen> => {
      for (;;) {
        const { lines } = await ask.command('list opstatus')
        if (lines.some((line) => line.includes(`last_summary=marker\\20${number} `))) return seen(lines)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const [theirs, our] = [await settled(theirSession), await settled(session)]
    assert.deepEqual(our, theirs, `packet ${number}: ${String(packet)}`)
  }
})

/** trap.alert asks the system for the port, and has no option for it. */
const PORT = `package Port;\nBEGIN { *CORE::GLOBAL::getservbyname = sub { $ENV{PORT} } }\n1;\n`

test("mon's trap.alert reaches upalert", { ...needs('mon', 'perl'), timeout: 60_000 }, async (t) => {
  const { daemon, trapPort } = await upalert(t)
  const directory = mkdtempSync(join(tmpdir(), 'upalert-trap-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'Port.pm'), PORT)
  const heard = new Promise<void>((resolve) => {
    const post = daemon.post.bind(daemon)
    daemon.post = (event) => {
      const entries = post(event)
      if (event.kind === 'trapped') resolve()
      return entries
    }
  })
  const words = ['-I', directory, '-MPort', '/usr/lib/mon/alert.d/trap.alert', '-s', 's', '-g', 'g', '-h', 'h1 h2']
  const child = spawn('perl', [...words, '-t', '1', '127.0.0.1'], {
    env: {
      ...{ PATH: process.env.PATH, PORT: String(trapPort) },
      ...{ MON_GROUP: 'g', MON_SERVICE: 's', MON_RETVAL: '3', MON_OPSTATUS: '0' },
    },
  })
  child.stdin.end('h1 is "gone": 100%\nit\'s\tall = lost\\\n')
  await Promise.all([heard, once(child, 'close')])
  const [event] = daemon.posted.filter((one) => one.kind === 'trapped')
  assert.equal(event?.service, 'g/s')
  const { status, summary, detail, hosts, intended } = event.trap
  assert.deepEqual([status, summary, intended], ['3', 'h1 is "gone": 100%', null])
  assert.match(detail, /^\nit's\tall = lost\\/)
  assert.deepEqual(
    hosts.map((one) => `${one.host} ${one.kind}`),
    ['h1 down', 'h2 up'],
  )
})
