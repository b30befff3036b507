/**
 * A table of servers that speak a text protocol, well or badly, and what a monitor says of each. The same table is shown to
 * mon's own script: its first line and its exit status are ours.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { script } from '../../monitors/script.ts'
import type { Monitor } from '../../src/model/monitor.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { seconds } from '../../src/model/units.ts'
import type { NeedsOptions } from '../needs.ts'
import { optionsOf, wordsOf } from './options-of.ts'
import { type Behaviour, peer } from './peers.ts'

export interface TalkVector {
  readonly name: string
  /** What stands behind the monitor's name, besides the port. */
  readonly words?: string
  readonly server: Behaviour
  /** `null`: the host is up. */
  readonly code: string | null
  /** A sentence's tail, `PORT` where the port stands. */
  readonly text: string
  /** Why mon's script says something else; the row is not shown to it. */
  readonly unlikeMon?: string
}

interface Subject<Options> {
  readonly monitor: Monitor<Options>
  /** `smtp.monitor`. */
  readonly script: string
  readonly needs: NeedsOptions
  readonly vectors: readonly TalkVector[]
}

/** Only 127.0.0.1 has a server, unless the row says so. */
const SOME = ['127.0.0.3', '127.0.0.1', '127.0.0.2']
const timeout = seconds(60)

export function testTable<Options>({ monitor, script: name, needs, vectors }: Subject<Options>): void {
  for (const { name: what, words = '', server, code, text, unlikeMon } of vectors) {
    test(`${monitor.name}: ${what}`, async (t) => {
      const port = await peer(t, server)
      const result = await ours(monitor, `-p ${port} ${words}`, ['127.0.0.1'])
      const [only] = result.hosts
      assert.equal(only?.text, text.replace('PORT', String(port)))
      assert.equal(only?.kind === 'up' ? null : only?.code, code)
      assert.deepEqual(result.exit, code === null ? 0 : 1)
    })

    if (unlikeMon !== undefined) continue
    test(`${name} and ${monitor.name} say and exit the same: ${what}`, needs, async (t) => {
      const port = await peer(t, server)
      for (const hosts of [['127.0.0.1'], SOME]) await alike(monitor, name, `-p ${port} ${words}`, hosts)
    })
  }
}

export async function alike<Options>(
  monitor: Monitor<Options>,
  name: string,
  words: string,
  hosts: readonly string[],
): Promise<CheckResult> {
  const [theirs, result] = await Promise.all([monsOwn(name, words, hosts), ours(monitor, words, hosts)])
  assert.deepEqual([result.exit, result.summary], [theirs.exit, theirs.summary], `${theirs.detail}\n${result.detail}`)
  return result
}

export function ours<Options>(
  monitor: Monitor<Options>,
  words: string,
  hosts: readonly string[],
): Promise<CheckResult> {
  return monitor.check(hosts.map(host), optionsOf(monitor, words), context())
}

/**
 * mon's scripts hand arguments to hostname(), by an oversight. Perl dropped these when the scripts were written; newer
 * ones, 5.36 among them, die instead, so that smtp, pop3, imap and nntp.monitor call every host down. With this module they run as they were
 * meant to.
 */
const TOLERANT_HOSTNAME = `package Sys::Hostname;
use Exporter 'import';
use POSIX ();
our @EXPORT = ('hostname');
sub hostname { (POSIX::uname())[1] }
1;
`

let perlModules: string | null = null
after(() => {
  if (perlModules !== null) rmSync(perlModules, { recursive: true })
})

function tolerantPerl(): string {
  if (perlModules === null) {
    perlModules = mkdtempSync(join(tmpdir(), 'upalert-perl-'))
    mkdirSync(join(perlModules, 'Sys'))
    writeFileSync(join(perlModules, 'Sys/Hostname.pm'), TOLERANT_HOSTNAME)
  }
  return [perlModules, ...(process.env.PERL5LIB?.split(delimiter) ?? [])].join(delimiter)
}

/** As mon starts it: a write to a closed connection is an error to the script, and no signal that ends it. */
export function monsOwn(name: string, words: string, hosts: readonly string[]): Promise<CheckResult> {
  const command = ['/bin/sh', '-c', 'trap "" PIPE; exec "$0" "$@"', `/usr/lib/mon/mon.d/${name}`, ...wordsOf(words)]
  return script.check(hosts.map(host), { command }, { ...context(), environment: { PERL5LIB: tolerantPerl() } })
}

const context = () => ({ signal: AbortSignal.timeout(timeout), timeout, environment: {} })

/** What a server says to a command; `{ last }`: and then closes. */
type Answer = string | { readonly last: string }

/** Greets, and answers each command by its first word in small letters, as `answers` has it; an unknown one with nothing. */
export function speaking(greeting: Answer, answers: Readonly<Record<string, Answer>> = {}, wordAt = 0): Behaviour {
  return (socket) => {
    let rest = ''
    const say = (answer: Answer): void => {
      if (typeof answer === 'string') socket.write(answer, 'latin1')
      else socket.end(answer.last, 'latin1')
    }
    say(greeting)
    socket.on('end', () => socket.end())
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const answer = answers[line.trim().toLowerCase().split(' ')[wordAt] ?? '']
        if (answer !== undefined && socket.writable) say(answer)
      }
    })
  }
}

/** One byte in each packet. */
export function dripping(text: string): Behaviour {
  return (socket) => {
    const bytes = Buffer.from(text, 'latin1')
    let at = 0
    const next = (): void => {
      if (at >= bytes.length || socket.destroyed) return
      socket.write(bytes.subarray(at, at + 1), next)
      at += 1
    }
    socket.setNoDelay(true).resume()
    next()
  }
}

/** Never stops, and never ends a line. */
export const flooding: Behaviour = (socket) => {
  const flood = Buffer.alloc(16_384, 'x')
  const pour = (): void => {
    while (!socket.destroyed && socket.write(flood));
  }
  socket.on('drain', pour).resume()
  pour()
}

/** Takes the connection, and resets it. */
export const resetting: Behaviour = (socket) => socket.resetAndDestroy()

export const silent: Behaviour = (socket) => socket.resume()
