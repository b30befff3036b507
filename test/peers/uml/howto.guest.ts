/**
 * Inside the guest, in the client's namespace: the tests of the LVS-HOWTO's section 11.5, in its order. A cable is pulled
 * at the switch: the real server's port there goes down.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import {
  checkedAgain,
  next,
  onDirector,
  reals,
  STATEDIR,
  startDaemon,
  table,
  until,
  writeConfiguration,
} from './director.ts'
import { DIRECTOR, real, VIRTUAL_ADDRESS } from './farm.ts'
import { run, startIn, tryRun } from './guest.ts'
import { configurations, LOCAL_PORT, MAILBOX, NOBODY, REAL1 } from './howto.config.ts'
import { openMailbox, webServer } from './servers.ts'
import { answers, failed, keepVisiting, visit } from './visits.ts'

const MON = '/usr/lib/mon'
/** Debian's test.alert writes to this name, and only there. */
const TEST_LOG = '/var/log/mon/test.alert.log'
const WEB = `-t ${VIRTUAL_ADDRESS}:80`
const TELNET = `-t ${VIRTUAL_ADDRESS}:23`
const MIXED = `-t ${VIRTUAL_ADDRESS}:${LOCAL_PORT}`
const url = `http://${VIRTUAL_ADDRESS}/`
/** Requests after a change, before it is said that none of them failed. */
const ENOUGH = 20

const mailbox = await openMailbox(MAILBOX.address, MAILBOX.port)
webServer(real(1).name, 80, LOCAL_PORT).start()
webServer(real(2).name, 80).start()
webServer(DIRECTOR, LOCAL_PORT).start()
await Promise.all([1, 2].map((number) => startIn(real(number).name, 'guest', 'login', real(number).name)))

const cable = (number: number, state: 'up' | 'down') => run('ip', '-n', 'switch', 'link', 'set', `p${number}`, state)
const unplug = (number: number) => cable(number, 'down')
const plug = (number: number) => cable(number, 'up')
const testLog = () => (existsSync(TEST_LOG) ? readFileSync(TEST_LOG, 'utf8').split('\n').filter(Boolean) : [])
const mails = (word: string, key: string) => mailbox.subjects.filter((one) => one.startsWith(`${word} ${key}:`)).length

await next('1', () => {
  const { status, stdout } = byHand(`${MON}/mon.d/fping.monitor`, '-r', '1', REAL1)
  assert.equal(status, 0)
  assert.equal(stdout.split('\n')[0], '', 'nobody is named')
})

await next('2', () => {
  const { status, stdout } = byHand(`${MON}/mon.d/fping.monitor`, '-r', '1', '-t', '200', NOBODY)
  assert.equal(status, 1)
  assert.equal(stdout.split('\n')[0], NOBODY)
})

await next('3', () => {
  byHand(`${MON}/alert.d/test.alert`, 'foo')
  assert.equal(testLog().length, 1)
  assert.match(testLog()[0] ?? '', /\d\d:\d\d:\d\d.* foo$/)
})

await next('by hand', async () => {
  await onDirector('guest', 'by-hand')
  assert.deepEqual(
    mailbox.subjects.map((subject) => subject.split(':')[0]),
    ['ALERT by/hand', 'UPALERT by/hand'],
  )
})

writeConfiguration('mon.cf', configurations.ping)
let daemon = await startDaemon('mon.cf')
let lines = 1

await next('4', async () => {
  await checkedAgain(daemon)
  assert.equal(testLog().length, 1, 'a healthy service is not told')
})

await next('5', async () => {
  unplug(1)
  await until('the test alert writes twice', () => testLog().length >= 3)
  for (const line of testLog().slice(1)) assert.match(line, /-s ping -g real1 -h 10\.1\.1\.2 -t \d+ foo$/)
})

await next('6', async () => {
  plug(1)
  await until('the end is told', () => testLog().some((line) => line.includes(' -u foo')))
  lines = testLog().length
  await checkedAgain(daemon)
  assert.equal(testLog().length, lines, 'silence after it')
  assert.equal(testLog().filter((line) => line.includes(' -u ')).length, 1)
})

await next('7', async () => {
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
  assert.equal(testLog().length, lines)
  assert.equal(existsSync(join(STATEDIR, 'upalert.sock')), false)
})

await next('10', async () => {
  writeConfiguration('mon.cf', configurations.telnet)
  daemon = await startDaemon('mon.cf')
  await checkedAgain(daemon)
  assert.deepEqual([mails('ALERT', 'real1/telnet'), mails('UPALERT', 'real1/telnet')], [0, 0])
  unplug(1)
  await until('mails tell of it, check for check', () => mails('ALERT', 'real1/telnet') >= 2)
  plug(1)
  await until('a mail tells of its end', () => mails('UPALERT', 'real1/telnet') === 1)
  await checkedAgain(daemon)
  assert.equal(mails('UPALERT', 'real1/telnet'), 1)
})

await next('11', async () => {
  await onDirector('ipvsadm', '-A', ...TELNET.split(' '), '-s', 'rr')
  await onDirector('ipvsadm', '-a', ...TELNET.split(' '), '-r', `${REAL1}:23`, '-m')
  assert.deepEqual(await rows(), [{ real: `${REAL1}:23`, weight: 1, active: 0, inactive: 0 }])
})

await next('12', async () => {
  const before = await table()
  await reload(configurations.lvs)
  await checkedAgain(daemon)
  assert.deepEqual(await table(), before)
})

await next('13', async () => {
  const alerts = mails('ALERT', 'real1/telnet')
  unplug(1)
  await until('a mail tells of it', () => mails('ALERT', 'real1/telnet') > alerts)
  await until('its row disappears', async () => (await reals(TELNET)).length === 0)
})

await next('14', async () => {
  plug(1)
  await until('a mail tells of its end', () => mails('UPALERT', 'real1/telnet') === 2)
  await until('its row is back', async () => (await reals(TELNET)).includes(`${REAL1}:23 -m -w 1`))
})

await next('16', async () => {
  await onDirector('ipvsadm', '-A', ...WEB.split(' '), '-s', 'rr')
  for (const number of [1, 2])
    await onDirector('ipvsadm', '-a', ...WEB.split(' '), '-r', `${real(number).address}:80`, '-m', '-w', String(number))
  await reload(configurations.full)
  await checkedAgain(daemon)
  const both = await reals(WEB)
  assert.equal(both.length, 2)
  for (const number of [1, 2]) {
    const other = real(3 - number)
    unplug(number)
    await until('the row is gone', async () => (await reals(WEB)).length === 1)
    await onlyPages([other.name])
    plug(number)
    await until('the row is back', async () => (await reals(WEB)).length === 2)
    assert.deepEqual(await reals(WEB), both)
    await onlyPages(['real1', 'real2'])
  }
  await until('every outage was told to its end', () =>
    [1, 2].every((number) => mails('ALERT', `real${number}/http`) >= 1 && mails('UPALERT', `real${number}/http`) === 1),
  )
})

await next('17', async () => {
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
  await onDirector('ipvsadm', '-D', ...WEB.split(' '))
  await onDirector('ipvsadm', '-D', ...TELNET.split(' '))
  assert.match(await visit(url), /^failed: .*ECONNREFUSED/)
  writeConfiguration('mon.cf', configurations.virtuals)
  daemon = await startDaemon('mon.cf')
  await until('every healthy real server appears', async () => (await reals(WEB)).length === 2)
  await onlyPages(['real1', 'real2'])
})

await next('18', async () => {
  await until('telnet has its rows', async () => (await reals(TELNET)).length === 2)
  const login = await new Promise<string>((resolve, reject) => {
    const socket = connect(23, VIRTUAL_ADDRESS)
    socket.once('error', reject)
    socket.once('data', (chunk) => resolve(chunk.toString('utf8')))
  })
  const [, name = ''] = /^(real\d) login: $/.exec(login) ?? []
  const number = name === 'real1' ? 1 : 2
  const active = (await rows()).filter((row) => row.active === 1)
  assert.deepEqual(
    active.map((row) => row.real),
    [`${real(number).address}:23`],
    login,
  )
  assert.match(run('ip', 'netns', 'exec', name, 'ss', '-Htn', 'sport = 23'), /ESTAB.* 10\.1\.1\.\d:23 +192\.168\.1\.1:/)
})

await next('19', async () => {
  const before = await connections()
  assert.deepEqual(await answers(url, 6), { real1: 3, real2: 3 })
  const pages = [await visit(url), await visit(url)]
  assert.deepEqual(pages.sort(), ['real1', 'real2'], 'one after the other')
  // The kernel adds its counters up every two seconds only.
  await until('both counters have grown', async () =>
    (await connections()).every((count, i) => count >= (before[i] ?? 0) + 4),
  )
})

await next('20', async () => {
  const mixed = `http://${VIRTUAL_ADDRESS}:${LOCAL_PORT}/`
  await until('both are there', async () => (await reals(MIXED)).length === 2)
  assert.deepEqual(await answers(mixed, 4), { director: 2, real1: 2 })
  unplug(1)
  await until('the remote row is gone', async () => (await reals(MIXED)).length === 1)
  assert.deepEqual(await answers(mixed, 4), { director: 4 })
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
})

process.exit(0)

function byHand(...words: readonly string[]): { status: number | null; stdout: string } {
  const { status, stdout } = tryRun('ip', 'netns', 'exec', DIRECTOR, ...words)
  return { status, stdout }
}

async function reload(text: string): Promise<void> {
  const count = async () =>
    (await daemon.log()).filter((one) => one.kind === 'daemon' && one.what === 'reloaded').length
  const before = await count()
  writeConfiguration('mon.cf', text)
  daemon.send('SIGHUP')
  await until('the file is read again', async () => (await count()) > before)
}

/** Clients that reload the page get one every time, from all of these servers and from no other. */
async function onlyPages(names: readonly string[]): Promise<void> {
  const visitor = keepVisiting(url)
  await until('clients went on', () => visitor.visits.length >= ENOUGH)
  const visits = await visitor.stop()
  assert.deepEqual(visits.filter(failed), [])
  assert.deepEqual([...new Set(visits.map(({ answer }) => answer))].sort(), names)
}

interface Row {
  readonly real: string
  readonly weight: number
  readonly active: number
  readonly inactive: number
}

/** `ipvsadm -Ln`: `  -> 10.1.1.2:23  Masq  1  0  0`. */
async function rows(): Promise<readonly Row[]> {
  const text = await onDirector('ipvsadm', '-Ln')
  return [...text.matchAll(/-> (\d\S+) +\S+ +(\d+) +(\d+) +(\d+)/g)].map(([, real = '', weight, active, inactive]) => ({
    real,
    weight: Number(weight),
    active: Number(active),
    inactive: Number(inactive),
  }))
}

/** All connections that the web service's rows have ever had. */
async function connections(): Promise<readonly number[]> {
  const stats = await onDirector('ipvsadm', '-Ln', '--stats', '--exact')
  const web = stats.matchAll(/^ +-> \S+:80 +(\d+) /gm)
  return [...web].map(([, count]) => Number(count))
}
