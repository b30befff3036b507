/** docs/history.md, "After a crash": one state directory has one daemon, may be moved, and must not be run from copies. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DaemonProcess } from '../../daemon/daemon-process.ts'
import { needs } from '../../needs.ts'
import { chanceOf } from './chance.ts'
import { StormDatabase } from './database.ts'
import { journalEntries } from './evidence.ts'
import { Farm } from './farm.ts'
import { StormRelay } from './relay.ts'
import { until } from './until.ts'

const configuration = (farm: Farm, relay: StormRelay, database: string): string => `
database = ${database}
mailserver = smtp://127.0.0.1:${relay.port}
mailfrom = upalert@localhost

hostgroup farm 127.0.0.1

watch farm
    service s1
        interval 0.2s
        timeout 5s
        monitor http -p ${farm.port} --url /s1
        period always:
            alertevery 1h
            alert mail root@localhost
            upalert mail root@localhost
`

async function scene(t: TestContext, database = 'none') {
  const farm = await new Farm().start(t)
  const relay = await new StormRelay(chanceOf(1)).start(t)
  const text = configuration(farm, relay, database)
  const daemon = (): DaemonProcess => {
    const one = new DaemonProcess(t)
    one.configure(text)
    return one
  }
  const mails = (count: number) => until(`${count} mails`, () => (relay.mails.length >= count ? relay.mails : null))
  return { farm, relay, text, daemon, mails }
}

const upToDate = (daemon: DaemonProcess) =>
  until('the history', async () => {
    const report = (await daemon.status()).doors.find(({ door }) => door === 'history')
    return /up to date/.test(report?.text ?? '') ? true : null
  })

test('a second daemon on the same state directory does not start, names the first, and does it no harm', async (t) => {
  const { farm, daemon, text, mails } = await scene(t)
  const first = daemon()
  first.start()
  await first.said(/farm\/s1 is UP/)
  const second = new DaemonProcess(t)
  second.configure(text.replace(/^/, `statedir = ${join(first.directory, 'var')}\n`))
  second.start()
  assert.equal(await second.exit(), 1)
  const refusal = /upalert cannot start: The upalert with process id (\d+) is using \S+\. Stop it first/.exec(
    second.output,
  )
  assert.ok(refusal !== null, second.output)
  // The first one still has its socket, and its journal.
  assert.equal((await first.status()).services[0]?.verdict, 'up')
  farm.calm(['s1'])
  await mails(1)
  process.kill(Number(refusal[1]), 'SIGTERM')
  assert.equal(await first.exit(), 0)
  const entries = await journalEntries(join(first.directory, 'var'))
  assert.equal(entries.filter(({ entry }) => entry.kind === 'alert').length, 1)
})

test(
  'a state directory that is copied after a stop goes on elsewhere: what fails is remembered, and its end is told',
  needs('postgres'),
  async (t) => {
    const database = await StormDatabase.start(t, chanceOf(2))
    const { farm, relay, daemon, mails } = await scene(t, database.url)
    const first = daemon()
    first.start()
    await first.said(/farm\/s1 is UP/)
    farm.calm(['s1'])
    await mails(1)
    await upToDate(first)
    assert.equal(await first.kill('SIGTERM'), 0)

    const moved = daemon()
    cpSync(join(first.directory, 'var'), join(moved.directory, 'var'), { recursive: true, filter: isNoSocket })
    moved.start()
    await moved.said(/ask it with/)
    assert.match(moved.output, /it remembers its last run/)
    assert.equal((await moved.status()).services[0]?.verdict, 'down')
    await moved.said(/ask it with/)
    assert.equal((await moved.status()).services[0]?.verdict, 'down')
    farm.calm()
    await mails(2)
    await upToDate(moved)
    assert.equal(await moved.kill('SIGTERM'), 0)
    assert.deepEqual(
      relay.mails.map(({ subject }) => /^(ALERT|UPALERT)/.exec(subject)?.[1]),
      ['ALERT', 'UPALERT'],
    )
    const [feeds] = await database.query('select count(*)::integer as count from upalert.feed')
    assert.equal(feeds?.count, 1)
    const entries = await journalEntries(join(moved.directory, 'var'))
    const rows = await database.query('select id from upalert.entry order by seq, position')
    assert.deepEqual(
      rows.map(({ id }) => id),
      entries.map(({ entry }) => String(entry.id)),
    )
  },
)

test(
  'two daemons from copies of one state directory both tell, and mix their histories under one name',
  needs('postgres'),
  async (t) => {
    const database = await StormDatabase.start(t, chanceOf(2))
    const { farm, daemon, mails } = await scene(t, database.url)
    const first = daemon()
    first.start()
    await first.said(/farm\/s1 is UP/)
    await upToDate(first)
    assert.equal(await first.kill('SIGTERM'), 0)
    const second = daemon()
    cpSync(join(first.directory, 'var'), join(second.directory, 'var'), { recursive: true, filter: isNoSocket })
    first.start()
    second.start()
    for (const one of [first, second]) await one.said(/it remembers its last run/)
    farm.calm(['s1'])
    await mails(2)
    for (const one of [first, second]) await until('the socket', () => (/ask it with/.test(one.output) ? true : null))
    for (const one of [first, second]) await upToDate(one)
    for (const one of [first, second]) assert.equal(await one.kill('SIGTERM'), 0)
    const [{ feeds, both } = {}] = await database.query(`
    select (select count(*)::integer from upalert.feed) as feeds,
      (select count(*)::integer from (select seq, position from upalert.entry group by 1, 2 having count(*) > 1) as twice) as both`)
    assert.equal(feeds, 1)
    assert.ok(Number(both) > 0, 'the same places in the history are taken twice')
  },
)

/** A socket cannot be copied, and is made anew. */
const isNoSocket = (path: string): boolean => !path.endsWith('.sock')
