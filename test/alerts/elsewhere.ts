/**
 * A place in which Debian's alert programs run as they are, and reach only what a test puts there: their sendmail and
 * qpage are small scripts, and the services `mon` and `snpp` have ports of this test. A Perl module that is loaded before
 * them (PERL5OPT) leads them there; not a byte of the programs is changed.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fresh } from '../scripts.ts'

/** What the programs of one event left behind; each list is sorted, since mon starts them all at once. */
export interface Traces {
  /** What file.alert wrote. */
  readonly file: string
  /** Lines in test.alert's own log that have this place's mark, which is left out. */
  readonly test: readonly string[]
  /** sendmail's words on the first line, then the mail. */
  readonly mail: readonly string[]
  readonly qpage: readonly string[]
  /** rec.alert's words on the first line, then the MON_ variables, then the input. */
  readonly rec: readonly string[]
  /** Each session's commands. */
  readonly snpp: readonly string[]
  readonly trap: readonly string[]
}

export interface Elsewhere {
  /** The service's variables, to be put into mon.cf or a message's environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly trapPort: number
  /** A word for test.alert, whose log is one for the whole machine. */
  readonly mark: string
  /** Where rec.alert is, which is no part of Debian. */
  readonly programs: string
  /** Where file.alert is to write a file called `told`. */
  readonly record: string
  /** Waits until there are at least as many traces as `wanted` says, then takes them away. Times become `T`. */
  collect(wanted: Readonly<Record<keyof Traces, number>>): Promise<Traces>
}

/** How long, in milliseconds, traces may take; reaching it is a failure. */
const PATIENCE = 20_000
const TEST_LOG = '/var/log/mon/test.alert.log'

const MODULE = `package Elsewhere;
use strict;
use Symbol ();
BEGIN {
  *CORE::GLOBAL::getservbyname = sub {
    my $port = $ENV{'ELSEWHERE_' . uc $_[0]};
    return wantarray ? ($_[0], '', $port, $_[1]) : $port;
  };
  *CORE::GLOBAL::open = sub (*;$@) {
    my ($name, @rest) = @_;
    $rest[0] =~ s{^\\| /usr/lib/sendmail\\b}{| sendmail} if @rest == 1;
    my $handle = defined $name && !ref $name ? Symbol::qualify_to_ref($name, scalar caller) : undef;
    return @rest == 1 ? CORE::open($handle // $_[0], $rest[0]) : CORE::open($handle // $_[0], $rest[0], @rest[1 .. $#rest]);
  };
}
1;
`

/** Keeps its words and its input; whole, or not at all. */
const keep = (name: string, words: string): string =>
  `#!/bin/sh\n{ ${words}; cat; } >"$RECORD/.${name}.$$" && mv "$RECORD/.${name}.$$" "$RECORD/${name}.$$"\n`

export async function elsewhere(t: TestContext): Promise<Elsewhere> {
  const [directory, record] = [fresh('elsewhere'), fresh('record')]
  for (const one of [directory, record]) mkdirSync(one)
  writeFileSync(join(directory, 'Elsewhere.pm'), MODULE)
  const scripts = {
    sendmail: keep('mail', 'echo "$@"'),
    qpage: keep('qpage', 'echo "$@"'),
    'rec.alert': keep('rec', `printf '%s|' "$@"; echo; env | grep '^MON_' | sort`),
  }
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), text)
    chmodSync(join(directory, name), 0o755)
  }
  const snpp = await pagingServer(t)
  const trap = await trapReceiver(t)
  const mark = `upalert-${process.pid}-${record.replaceAll('/', '-')}`
  const environment = {
    ...{ PERL5LIB: directory, PERL5OPT: '-MElsewhere', PATH: `${directory}:/usr/sbin:/usr/bin:/sbin:/bin` },
    ...{ RECORD: record, ELSEWHERE_MON: String(trap.port), ELSEWHERE_SNPP: String(snpp.port) },
  }
  let logged = testLog(mark).length
  const files = (prefix: string): string[] => readdirSync(record).filter((name) => name.startsWith(`${prefix}.`))
  const texts = (prefix: string): string[] =>
    files(prefix)
      .map((name) => timeless(readFileSync(join(record, name), 'utf8')))
      .sort()
  const found = (): Traces => ({
    file: readdirSync(record).includes('told') ? timeless(readFileSync(join(record, 'told'), 'utf8')) : '',
    test: testLog(mark).slice(logged).map(timeless),
    mail: texts('mail'),
    qpage: texts('qpage'),
    rec: texts('rec'),
    snpp: [...snpp.sessions].map(timeless).sort(),
    trap: [...trap.packets].map(timeless).sort(),
  })
  return {
    environment,
    trapPort: trap.port,
    mark,
    programs: directory,
    record,
    async collect(wanted) {
      const give = Date.now() + PATIENCE
      let traces = found()
      while (!isEnough(traces, wanted)) {
        if (Date.now() > give) throw new Error(`only this was left behind: ${JSON.stringify(traces, null, 2)}`)
        await sleep(5)
        traces = found()
      }
      for (const name of readdirSync(record)) if (!name.startsWith('.')) rmSync(join(record, name))
      logged += traces.test.length
      snpp.sessions.length = 0
      trap.packets.length = 0
      return traces
    },
  }
}

const isEnough = (traces: Traces, wanted: Readonly<Record<keyof Traces, number>>): boolean =>
  // A dot is the last that file.alert writes.
  (wanted.file === 0 || traces.file.endsWith('.\n')) &&
  (['test', 'mail', 'qpage', 'rec', 'snpp', 'trap'] as const).every((kind) => traces[kind].length >= wanted[kind])

/** Lines with this mark, without it and without the date at their beginning. */
function testLog(mark: string): readonly string[] {
  let text = ''
  try {
    text = readFileSync(TEST_LOG, 'utf8')
  } catch {
    // Nobody has run it yet.
  }
  const lines = text.split('\n').filter((line) => line.endsWith(mark))
  return lines.map((line) => line.slice(line.indexOf(' -s ')).replace(mark, 'MARK'))
}

/** Without instants, whether in seconds since 1970 or as Perl and file.alert write them. */
const timeless = (text: string): string =>
  text.replace(/\b\d{10}\b/g, 'T').replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d( \d{4})?/g, 'T')

/** RFC 1861: greets, says yes to everything, and says goodbye. */
async function pagingServer(t: TestContext): Promise<{ port: number; sessions: string[] }> {
  const sessions: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
    let said = ''
    let done = 0
    socket.write('220 ready\r\n')
    socket.setEncoding('utf8').on('data', (piece: string) => {
      said += piece
      for (let end = said.indexOf('\n', done); end >= 0; end = said.indexOf('\n', done)) {
        const isLast = said.slice(done, end).trim() === 'QUIT'
        done = end + 1
        if (!isLast) socket.write('250 OK\r\n')
        else socket.end('221 goodbye\r\n', () => sessions.push(said))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sessions }
}

async function trapReceiver(t: TestContext): Promise<{ port: number; packets: string[] }> {
  const packets: string[] = []
  const socket = createSocket('udp4', (packet) => packets.push(packet.toString())).bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return { port: socket.address().port, packets }
}
