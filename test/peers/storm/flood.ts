/**
 * A flood of transitions in the real daemon: a plugin whose checks ask nobody and answer otherwise each time, with nobody
 * there to be told and no database. How much memory the daemon takes is read from /proc (proc_pid_status(5), VmRSS).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DaemonProcess } from '../../daemon/daemon-process.ts'

export interface Flood {
  readonly services: number
  /** Of each service, in seconds. */
  readonly interval: number
  readonly mailserver: string
  readonly database: string
}

const plugin = `const asked = new Map()

export const monitor = {
  name: 'flip',
  question: 'what was it not last time?',
  schema: { type: 'object', properties: {}, additionalProperties: false },
  async check(hosts, _options, { environment }) {
    const isUp = asked.get(environment.MON_SERVICE) !== true
    asked.set(environment.MON_SERVICE, isUp)
    const timings = { connect: null, firstByte: null, total: 1 }
    const verdict = (host) => ({ kind: isUp ? 'up' : 'down', host, code: isUp ? 'up' : 'down', text: 'it flips', timings })
    const summary = isUp ? '' : hosts.join(' ')
    return { exit: isUp ? 0 : 1, summary, detail: '', hosts: hosts.map(verdict), performance: [], warnings: [] }
  },
}
`

export function configureFlood(daemon: DaemonProcess, { services, interval, mailserver, database }: Flood): void {
  writeFileSync(join(daemon.directory, 'flip.mjs'), plugin)
  const texts = Array.from(
    { length: services },
    (_, i) => `    service f${i}
        interval ${interval}s
        monitor flip
        period always:
            alertevery 1h
            alert mail root@localhost
            upalert mail root@localhost
            alert to oncall
`,
  )
  daemon.configure(`
database = ${database}
mailserver = ${mailserver}
mailfrom = upalert@localhost
plugin = flip.mjs

hostgroup farm 127.0.0.1

watch farm
${texts.join('')}
receiver oncall
    alert mail oncall@localhost
    second 1m mail second@localhost
    group_wait 5s
    group_by watch
    digest 10 1m
    rate 20 1m
`)
}

/** Bytes that the daemon has in memory; by its directory, since only it has that in its command line. */
export function residentBytes({ file }: DaemonProcess): number {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file)) continue
      const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      if (kilobytes !== undefined) return Number(kilobytes) * 1024
    } catch {
      // It has ended meanwhile.
    }
  }
  return 0
}
