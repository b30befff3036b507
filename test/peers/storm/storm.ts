/**
 * The storm: the real daemon, killed again and again while services change, the relay has its moods and PostgreSQL goes up
 * and down; then fair weather, until everything has been told and written; and what is to be seen of it afterwards.
 */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { DaemonProcess } from '../../daemon/daemon-process.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Cleaning } from './cleaning.ts'
import { StormDatabase } from './database.ts'
import { databaseRows, type Evidence, journalEntries } from './evidence.ts'
import { Farm } from './farm.ts'
import { type Moment, startAndKill } from './moments.ts'
import { doubles } from './promises.ts'
import { StormRelay } from './relay.ts'
import { type Weather, weatherOf } from './weather.ts'

export interface StormSetup {
  readonly seed: number
  readonly kills: number
  /** On a machine that is slow to start a daemon, fewer kills than that: in milliseconds. */
  readonly within: number
}

export interface Aftermath {
  readonly evidence: Evidence
  readonly figures: Readonly<Record<string, unknown>>
  /** All that the daemons said. */
  readonly output: string
}

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${String(i + 1).padStart(2, '0')}`)

/** Told by plain lines, by a receiver that groups, and by plain lines and a receiver with a rate. */
const plain = numbered('p', 8)
const grouped = numbered('g', 8)
const both = numbered('b', 4)
const services = [...plain, ...grouped, ...both]
/** Of each service. */
const CHANGES_A_SECOND = 1.5
/** After this part of the kills the relay stays well, so that nothing waits for minutes at the end (the wait doubles). */
const MOODY = 0.6
/** How long the fair weather may take until everything is told and written, in milliseconds. */
const PATIENCE = 120_000

const plainLines = `
            alert mail plain@localhost
            upalert mail plain@localhost`
const receiverLine = `
            alert to oncall`
const teamLine = `
            alert to team`

function toldBy(service: string): string[] {
  const name = service.replace('farm/', '')
  if (plain.includes(name)) return ['mail plain@localhost']
  return grouped.includes(name) ? ['mail oncall@localhost'] : ['mail plain@localhost', 'mail team@localhost']
}

const serviceText = (name: string, port: number, lines: string): string => `    service ${name}
        interval 0.2s
        timeout 5s
        monitor http -p ${port} --url /${name}
        period always:
            alertevery 1h${lines}
`

const configuration = (port: number, relay: number, database: string): string => `
database = ${database}
mailserver = smtp://127.0.0.1:${relay}
mailfrom = upalert@localhost

hostgroup farm 127.0.0.1

watch farm
${plain.map((name) => serviceText(name, port, plainLines)).join('')}${grouped
  .map((name) => serviceText(name, port, receiverLine))
  .join('')}${both.map((name) => serviceText(name, port, plainLines + teamLine)).join('')}
receiver oncall
    alert mail oncall@localhost
    second 4s mail second@localhost
    group_wait 1s
    group_by watch
    digest 10 4s

receiver team
    alert mail team@localhost
    rate 6 4s
`

export async function storm(t: Cleaning, { seed, kills, within }: StormSetup): Promise<Aftermath> {
  // Each has its own, so that how long one of them takes changes nothing for the others.
  const chance = (of: number): Chance => chanceOf(seed * 31 + of)
  const daemon = new DaemonProcess(t)
  const farm = await new Farm().start(t)
  const relay = await new StormRelay(chance(1)).start(t)
  const database = await StormDatabase.start(t, chance(2))
  daemon.configure(configuration(farm.port, relay.port, database.url))

  const began = performance.now()
  const spent = (): number => performance.now() - began
  let killed = 0
  const weather = weatherOf(
    relay,
    database,
    { relay: chance(3), database: chance(4) },
    () => killed < kills * MOODY && spent() < within * MOODY,
  )
  farm.blow(services, CHANGES_A_SECOND, chance(5))
  const moments: Partial<Record<Moment, number>> = {}
  const when = chance(6)
  try {
    for (; killed < kills && spent() < within; killed += 1) {
      const moment = await startAndKill({ daemon, relay, database, chance: when })
      moments[moment] = (moments[moment] ?? 0) + 1
    }
  } finally {
    farm.calm()
    await weather.clear()
  }
  const stormed = performance.now()

  const from = daemon.output.length
  daemon.start()
  await daemon.said(/ask it with/, from)
  await settled(daemon)
  assert.equal(await daemon.kill('SIGTERM'), 0)
  const calmed = performance.now()
  const evidence: Evidence = {
    entries: await journalEntries(`${daemon.directory}/var`),
    rows: await databaseRows(database),
    mails: relay.mails,
    calls: toldBy,
  }
  const times = { storm: seconds(stormed - began), calm: seconds(calmed - stormed) }
  return {
    evidence,
    output: daemon.output,
    figures: { kills: killed, ...times, ...figuresOf(evidence, weather), moments },
  }
}

/** Every service passes and has been seen to, nothing waits for delivery, and PostgreSQL has everything. */
async function settled(daemon: DaemonProcess): Promise<void> {
  const until = performance.now() + PATIENCE
  for (;;) {
    const status = await daemon.status()
    const history = status.doors.find(({ door }) => door === 'history')?.text ?? ''
    const allUp = status.services.every(({ verdict, checkedAgo }) => verdict === 'up' && checkedAgo !== null)
    if (allUp && status.outbox.length === 0 && /up to date/.test(history)) return
    if (performance.now() > until) throw new Error(`it has not come to rest: ${JSON.stringify(status)}`)
    await pause(100)
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

function figuresOf({ entries, rows, mails }: Evidence, { counts }: Weather): Record<string, unknown> {
  const kinds: Record<string, number> = {}
  for (const { entry } of entries) kinds[entry.kind] = (kinds[entry.kind] ?? 0) + 1
  const took = { mails: mails.length, doubles: doubles(mails), unanswered: mails.filter((m) => !m.answered).length }
  return { entries: kinds, rows: rows.length, ...took, weather: counts }
}
