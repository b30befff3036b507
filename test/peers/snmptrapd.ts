/** Debian's snmptrapd on a port of its own, with our MIB: what it logs is what a manager would see. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fresh } from '../scripts.ts'

/** Where the standard's modules are found (a part of the npm package net-snmp), and ours. */
export const MIBS = ['../../node_modules/net-snmp/lib/mibs', '../../docs']
  .map((path) => join(import.meta.dirname, path))
  .join(delimiter)

export interface Trapd {
  readonly port: number
  /** The next notification's objects by name, `SNMPv2-MIB::snmpTrapOID.0` among them. */
  next(): Promise<ReadonlyMap<string, string>>
  /** What it complained of. */
  readonly complaints: () => string
  stop(): Promise<void>
}

const PATIENCE = 20_000

export async function startTrapd(t: TestContext, config: string, port = 0): Promise<Trapd> {
  const directory = fresh('snmptrapd')
  mkdirSync(directory)
  const path = join(directory, 'snmptrapd.conf')
  writeFileSync(path, `authCommunity log,execute,net tell\n${config}\n`)
  const words = [
    '-f',
    '-C',
    '-c',
    path,
    '-Lo',
    '-F',
    'NOTIFICATION\\t%v\\n',
    '-m',
    'SNMPv2-MIB:UPALERT-MIB',
    '-M',
    MIBS,
  ]
  const child = spawn('snmptrapd', [...words, `udp:127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${process.env.PATH}:/usr/sbin`, SNMP_PERSISTENT_DIR: directory, TZ: 'UTC' },
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  let complained = ''
  child.stderr.on('data', (chunk) => (complained += String(chunk)))
  child.stdout.on('data', (chunk) => (said += String(chunk)))
  const begun = Date.now()
  const wait = async (what: string): Promise<void> => {
    if (Date.now() - begun > PATIENCE || child.exitCode !== null) throw new Error(`no ${what}: ${said}${complained}`)
    await sleep(5)
  }
  let bound = portOf(child)
  for (; bound === null; bound = portOf(child)) await wait('port')
  return {
    port: bound,
    complaints: () => complained,
    async next() {
      for (;;) {
        const line = /^NOTIFICATION\t(.*)\n/m.exec(said)
        if (line !== null) {
          said = said.slice(line.index + line[0].length)
          return objects(line[1] ?? '')
        }
        await wait('notification')
      }
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

/** `name = TYPE: value`, tabs between. */
function objects(line: string): Map<string, string> {
  return new Map(
    line.split('\t').map((part) => {
      const [, name = '', value = ''] = /^(\S+) = (?:[A-Za-z0-9 ]+: )?(.*)$/s.exec(part) ?? []
      return [name, value]
    }),
  )
}

/** The UDP port of one of its sockets, from /proc. `null`: it has none yet. */
function portOf({ pid }: ChildProcess): number | null {
  const inodes = new Set<string>()
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode !== undefined) inodes.add(inode)
    }
  } catch {
    return null
  }
  for (const row of readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1)) {
    const fields = row.trim().split(/\s+/)
    if (inodes.has(fields[9] ?? '')) return Number.parseInt((fields[1] ?? '').split(':')[1] ?? '', 16)
  }
  return null
}
