/**
 * docs/history.md, "When the disk is full", with the whole daemon: it goes on in memory, drives the table, tells people, says
 * so, and writes everything when there is room; nothing is lost while the process lives.
 */
import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { test } from 'node:test'
import { DaemonProcess } from '../../daemon/daemon-process.ts'
import { needs } from '../../needs.ts'
import { chanceOf } from './chance.ts'
import type { Cleaning } from './cleaning.ts'
import { StormDatabase } from './database.ts'
import { databaseRows, type Evidence, journalEntries } from './evidence.ts'
import { Farm } from './farm.ts'
import { brokenPromises } from './promises.ts'
import { StormRelay } from './relay.ts'
import { onSmallDisk } from './small-disk.ts'
import { until } from './until.ts'

const services = ['s1', 's2', 's3', 's4', 's5', 's6']

const configuration = (farm: Farm, relay: StormRelay, database: string): string => `
database = ${database}
mailserver = smtp://127.0.0.1:${relay.port}
mailfrom = upalert@localhost

hostgroup farm 127.0.0.1

watch farm
${services
  .map(
    (name) => `    service ${name}
        interval 0.2s
        timeout 5s
        monitor http -p ${farm.port} --url /${name}
        period always:
            alertevery 1h
            alert mail root@localhost
            upalert mail root@localhost
`,
  )
  .join('')}
virtual web
    address 192.0.2.80:80
    real 127.0.0.1:${farm.port} weight 3 check farm/s1
`

async function scene(t: Cleaning, database = 'none') {
  const daemon = new DaemonProcess(t)
  const farm = await new Farm().start(t)
  const relay = await new StormRelay(chanceOf(1)).start(t)
  const disk = onSmallDisk(t, daemon, 8)
  daemon.configure(configuration(farm, relay, database))
  const verdicts = async (): Promise<string> => (await daemon.status()).services.map(({ verdict }) => verdict).join(' ')
  const start = async (): Promise<void> => {
    const from = daemon.output.length
    daemon.start()
    await daemon.said(/ask it with/, from)
  }
  return {
    daemon,
    start,
    farm,
    relay,
    disk,
    all: (verdict: string) =>
      until(`all ${verdict}`, async () => ((await verdicts()) === services.map(() => verdict).join(' ') ? true : null)),
    mails: (count: number) => until(`${count} mails`, () => (relay.mails.length >= count ? relay.mails : null)),
    journal: async () => (await daemon.status()).doors.find(({ door }) => door === 'journal'),
  }
}

test(
  'with a full disk it checks, drives the table and tells people, and everything is written when there is room',
  needs('root', 'postgres'),
  async (t) => {
    const database = await StormDatabase.start(t, chanceOf(2))
    const { daemon, start, farm, relay, disk, all, mails, journal } = await scene(t, database.url)
    await start()
    await all('up')
    await daemon.said(/web serves/)

    disk.fill()
    farm.calm(services)
    await daemon.said(
      /The disk with \S+journal is full\. State and history are kept in memory meanwhile, and a crash now would forget them\./,
    )
    await daemon.said(/web: IPVS \([^)]*\) remove 127\.0\.0\.1:\d+/)
    await mails(services.length)
    const report = await journal()
    assert.equal(report?.well, false)
    assert.match(report?.text ?? '', /is full/)

    // What else is written besides the journal: the configuration that is in force from now on.
    const before = daemon.output.length
    appendFileSync(daemon.file, '\n# changed while there is no room\n')
    daemon.signal('SIGHUP')
    await daemon.said(/The configuration could not be kept as \S+: .*no space left/i, before)
    await daemon.said(/the configuration is [0-9a-f]+/, before)
    const storm = chanceOf(3)
    farm.blow(services, 3, storm)
    await mails(services.length + 30)
    disk.fill()
    farm.calm()
    await all('up')
    const ups = await until('the log', async () => {
      const { entries } = (await daemon.ask({ command: 'log', limit: 10_000, alerts: true })) as {
        entries: { kind: string; alert?: string }[]
      }
      return entries.filter(({ kind }) => kind === 'alert').length > 0 ? entries : null
    })
    await mails(ups.filter(({ kind }) => kind === 'alert').length)
    assert.equal((await journal())?.well, false)

    const full = daemon.output.length
    disk.clear()
    await daemon.said(/The journal in \S+ is written again\. Nothing was lost\./, full)
    assert.equal((await journal())?.well, true)
    await until('the history', async () => {
      const { doors } = await daemon.status()
      return /up to date/.test(doors.find(({ door }) => door === 'history')?.text ?? '') ? true : null
    })
    assert.equal(await daemon.kill('SIGTERM'), 0)
    const evidence: Evidence = {
      entries: await journalEntries(`${daemon.directory}/var`),
      rows: await databaseRows(database),
      mails: relay.mails,
      calls: () => ['mail root@localhost'],
    }
    assert.deepEqual(brokenPromises(evidence), [])
    t.diagnostic(`${evidence.entries.length} entries, ${relay.mails.length} mails`)
  },
)

test(
  'a crash while the disk is full forgets what came since; the next start works without room, too',
  needs('root'),
  async (t) => {
    const { daemon, start, farm, disk, all, mails, journal } = await scene(t)
    await start()
    await all('up')
    disk.fill()
    farm.calm(services)
    await daemon.said(/is full\. State and history/)
    await mails(services.length)
    await daemon.kill('SIGKILL')

    const from = daemon.output.length
    await start()
    await daemon.said(/it remembers its last run/, from)
    await daemon.said(/is full\. State and history/, from)
    await all('down')
    assert.equal((await journal())?.well, false)
    // What was forgotten is found, and told, again: better twice than not at all.
    await mails(2 * services.length)
    farm.calm()
    await all('up')
    await mails(3 * services.length)
    disk.clear()
    await daemon.said(/is written again/, from)
    assert.equal(await daemon.kill('SIGTERM'), 0)
  },
)

test('a first start on a full disk says so, and what to do', needs('root'), async (t) => {
  const { daemon, disk } = await scene(t)
  disk.fill()
  daemon.start()
  assert.equal(await daemon.exit(), 1)
  assert.match(daemon.output, /upalert cannot start: The disk with \S+ is full\. Make room, or set statedir/)
})
