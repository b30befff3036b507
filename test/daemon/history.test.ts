/** The daemon and its PostgreSQL: nothing is lost or doubled while the database is away, and nobody waits for it. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { startEmbedded } from '../../src/edge/postgres/embedded.ts'
import { needs } from '../needs.ts'
import { DaemonProcess, Mailbox, Web } from './daemon-process.ts'

const config = (web: Web, mail: Mailbox, database: string) => `
database = ${database}
mailserver = smtp://127.0.0.1:${mail.port}
hostgroup web 127.0.0.1

watch web
    service http
        interval 1s
        timeout 0.8s
        monitor http -p ${web.port} --url /
        period always:
            alert mail root@localhost
            upalert mail root@localhost
            alertevery 1h
`

async function rows(url: string): Promise<{ kind: string; id: string; detail: string }[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query('select kind, id from upalert.entry order by seq, id')).rows
  } finally {
    await client.end()
  }
}

const kinds = async (url: string, ...of: string[]): Promise<string[]> =>
  (await rows(url)).map(({ kind }) => kind).filter((kind) => of.includes(kind))

test(
  'with no database named, an own PostgreSQL keeps the failure, the alert, the recovery and the upalert',
  needs('postgres'),
  async (t) => {
    const web = await new Web('127.0.0.1').start(t)
    const mail = await new Mailbox().start(t)
    const daemon = new DaemonProcess(t)
    daemon.configure(config(web, mail, 'embedded'))
    daemon.start()
    await daemon.said(/web\/http is UP/)
    web.answer = 500
    const down = await daemon.said(/is done/)
    web.answer = 200
    await daemon.said(/is done/, down)
    const url = `postgres://upalert@/postgres?host=${join(daemon.directory, 'var/postgres/socket')}`
    await upToDate(daemon)
    assert.deepEqual(await kinds(url, 'service', 'alert'), ['service', 'service', 'alert', 'service', 'alert'])
    assert.equal(await daemon.kill('SIGTERM'), 0)
    await assert.rejects(rows(url), 'it ends with the daemon')
  },
)

test(
  'while the database is away everything goes on, and it gets each entry once when it is back',
  needs('postgres'),
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'upalert-'))
    // Run by root, PostgreSQL is another user's process, which must be able to enter.
    await chmod(directory, 0o711)
    const start = async () => {
      const server = await startEmbedded({ dataDir: directory, log: () => {} })
      assert.equal(server.kind, 'ready')
      return server.kind === 'ready' ? server : assert.fail()
    }
    let server = await start()
    t.after(async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    })
    const { host, user, database } = server.connection
    const url = `postgres://${user}@/${database}?host=${host}`
    const web = await new Web('127.0.0.1').start(t)
    const mail = await new Mailbox().start(t)
    const daemon = new DaemonProcess(t)
    daemon.configure(config(web, mail, url))
    daemon.start()
    await daemon.said(/web\/http is UP/)
    await upToDate(daemon)

    await server.stop()
    web.answer = 500
    let from = await daemon.said(/is done/)
    web.answer = 200
    from = await daemon.said(/is done/, from)
    await daemon.said(/The history waits in the journal, and nothing is lost/)
    assert.match(
      (await daemon.status()).doors.find(({ door }) => door === 'history')?.text ?? '',
      /commits wait in the journal/,
    )
    // Even a crash meanwhile takes nothing away.
    await daemon.kill('SIGKILL')
    daemon.start()
    await daemon.said(/it remembers its last run/, from)
    server = await start()
    await upToDate(daemon)
    const all = await rows(url)
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
    assert.deepEqual(await kinds(url, 'service', 'alert'), ['service', 'service', 'alert', 'service', 'alert'])
    // What the daemon says of the database that is back may come after either was read.
    const log = (await daemon.ask({ command: 'log', limit: 1000 })) as { entries: { id: string }[] }
    const inJournal = log.entries.map(({ id }) => id)
    await upToDate(daemon)
    const inDatabase = (await rows(url)).map(({ id }) => id)
    const without = (some: readonly string[], others: readonly string[]) => some.filter((id) => !others.includes(id))
    assert.deepEqual(without(inJournal, inDatabase), [], 'each entry of the journal is in the database')
    assert.deepEqual(
      without(
        all.map(({ id }) => id),
        inJournal,
      ),
      [],
      'and each of the database is in the journal',
    )
  },
)

/** Waits, question by question, until the history is written as far as anything has happened. */
async function upToDate(daemon: DaemonProcess): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const report = (await daemon.status()).doors.find(({ door }) => door === 'history')
    if (report?.well && /up to date/.test(report.text)) return
    if (Date.now() > until) throw new Error(`the history never caught up: ${report?.text}\n${daemon.output}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
