/** A history that is known by heart, as the journal of a daemon, for reports of October 2026 in Berlin. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Journal, openJournal } from '../../src/edge/journal/journal.ts'
import type { Commit } from '../../src/model/commit.ts'
import { emptyPatch } from '../../src/model/commit.ts'
import type { Entry, Verdict } from '../../src/model/entry.ts'
import { groupName, host, id, type ServiceKey, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'

export const key = (text: string): ServiceKey => {
  const [group = '', service = ''] = text.split('/')
  return serviceKey(groupName(group), serviceName(service))
}

export type Body = Entry extends infer E ? (E extends Entry ? Omit<E, 'id' | 'at' | 'cause'> : never) : never

const became = (service: string, from: Verdict, to: Verdict, summary = ''): Body => ({
  ...{ kind: 'service', service: key(service), from, to, reason: 'x', summary, lasted: null },
})
const fell = (service: string, name: string): Body => ({
  ...{ kind: 'host', service: key(service), host: host(name), from: 'up', to: 'down', reason: 'x', text: 'refused' },
  lasted: null,
})
const maintained = (service: string, began: boolean): Body => ({
  ...{ kind: 'maintenance', service: key(service), began, window: 'backup', text: 'the weekly backup' },
})

/** Berlin is at +02:00 until 25 October 01:00 UTC. */
export const story: readonly (readonly [string, ...Body[]])[] = [
  ['2026-09-20T10:00:00Z', became('web/http', 'untested', 'up'), became('db/sql', 'untested', 'up')],
  ['2026-09-30T21:50:00Z', fell('web/http', '10.1.1.2'), became('web/http', 'up', 'down', 'connection refused')],
  ['2026-09-30T21:55:00Z', { kind: 'command', who: 'joe', command: 'ack web/http', outcome: 'done', text: 'on it' }],
  ['2026-09-30T22:10:00Z', became('web/http', 'down', 'up')],
  ['2026-10-10T08:00:00Z', { kind: 'daemon', what: 'started', text: 'upalert runs' }],
  ['2026-10-25T00:00:00Z', maintained('db/sql', true)],
  ['2026-10-25T00:30:00Z', fell('db/sql', '10.1.1.9'), became('db/sql', 'up', 'down', '10.1.1.9')],
  ['2026-10-25T01:30:00Z', became('db/sql', 'down', 'up')],
  ['2026-10-25T03:00:00Z', maintained('db/sql', false)],
  [
    '2026-10-30T02:00:00Z',
    { kind: 'gap', from: wallTime(Date.parse('2026-10-30T00:00:00Z')), text: 'nobody watched for 2 h' },
  ],
  ['2026-10-31T22:40:00Z', fell('web/http', '10.1.1.3'), became('web/http', 'up', 'down', '=1+1')],
  ['2026-10-31T23:10:00Z', became('web/http', 'down', 'up')],
  ['2026-11-02T00:00:00Z', { kind: 'daemon', what: 'reloaded', text: 'read again' }],
]

/** In minutes: up, down, down in maintenance, not observed; and incidents that began. */
export const october = {
  'web/http': { up: 745 * 60 - 10 - 120 - 20, down: 30, maintenance: 0, unseen: 120, incidents: 1 },
  'db/sql': { up: 745 * 60 - 60 - 120, down: 0, maintenance: 60, unseen: 120, incidents: 0 },
} as const

const asCommits = (told: typeof story): readonly Commit[] =>
  told.map(([time, ...bodies], index) => ({
    seq: index + 1,
    at: wallTime(Date.parse(time)),
    patch: emptyPatch,
    entries: bodies.map((body, i) => ({
      ...body,
      id: id(`e${index}.${i}`),
      at: wallTime(Date.parse(time)),
      cause: id(`e${index}`),
    })),
  }))

export const commits = asCommits(story)

/** The same with a scheduler that is stopped in November. */
export const withStop = asCommits([
  ...story.slice(0, -1),
  ['2026-11-01T11:00:00Z', { kind: 'command', who: 'joe', command: 'stop scheduler', outcome: 'done', text: '' }],
  ...story.slice(-1),
])

/** A directory that other users may pass through, with a mon.cf that knows the two services. */
export async function directoryWith(t: TestContext, database: string): Promise<{ file: string; statedir: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-report-'))
  await chmod(directory, 0o711)
  // A PostgreSQL in it is stopped by whoever started it, before.
  t.after(() => rm(directory, { recursive: true, force: true }))
  const file = join(directory, 'mon.cf')
  await writeFile(
    file,
    `basedir = .
statedir = var
database = ${database}
hostgroup web 10.1.1.2 10.1.1.3
hostgroup db 10.1.1.9

watch web
    service http
        interval 1m
        monitor tcp -p 80

watch db
    service sql
        interval 1m
        monitor tcp -p 5432
`,
  )
  return { file, statedir: join(directory, 'var') }
}

export async function journalIn(statedir: string): Promise<Journal> {
  const opened = await openJournal({ statedir, feeds: false, notice: () => {} })
  if (opened.kind === 'failed') throw new Error(opened.text)
  return opened.journal
}

/** Writes the story down as a daemon does. */
export async function written(statedir: string, what: readonly Commit[] = commits): Promise<void> {
  const journal = await journalIn(statedir)
  for (const commit of what) await journal.append(commit)
  await journal.close()
}
