/**
 * Inside the guest, in the client's namespace: the whole road. Real servers die and return, somebody meddles with the
 * table, the daemon is stopped, killed and told to read bad and good configurations, while a client keeps asking.
 */
import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Entry } from '../../../src/model/entry.ts'
import { configuration, MAILBOX, MARK, MARKED_PORT } from './daemon.config.ts'
import type { Daemon } from './director.ts'
import {
  checkedAgain,
  next,
  onDirector,
  reals,
  STATEDIR,
  startDaemon,
  table,
  until,
  upalert,
  writeConfiguration,
} from './director.ts'
import { real, VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from './farm.ts'
import { openMailbox, webServer } from './servers.ts'
import { answers, failed, keepVisiting } from './visits.ts'

const WEB = `-t ${VIRTUAL_ADDRESS}:80`
const DRAINED = `-t ${VIRTUAL_ADDRESS}:81`
const ours = [WEB, DRAINED, `-t [${VIRTUAL_ADDRESS6}]:80`, `-f ${MARK}`]
const urls = {
  web: `http://${VIRTUAL_ADDRESS}/`,
  drained: `http://${VIRTUAL_ADDRESS}:81/`,
  web6: `http://[${VIRTUAL_ADDRESS6}]/`,
  marked: `http://${VIRTUAL_ADDRESS}:${MARKED_PORT}/`,
}
/** Requests that a busy client makes after something has changed, before it is said that none of them failed. */
const ENOUGH = 30

const foreign = [
  `-A -t ${VIRTUAL_ADDRESS}:9999 -s wrr`,
  `-a -t ${VIRTUAL_ADDRESS}:9999 -r 10.9.9.9:9 -m -w 3`,
  `-a ${WEB} -r 10.1.1.99:80 -m -w 0`,
]
const servers = [1, 2, 3].map((number) => webServer(real(number).name, 80))
for (const server of servers) server.start()
const mailbox = await openMailbox(MAILBOX.address, MAILBOX.port)
const [addService = '', addDestination = '', addToOurs = ''] = foreign
await onDirector('ipvsadm', ...addService.split(' '))
await onDirector('ipvsadm', ...addDestination.split(' '))
writeConfiguration('mon.cf', configuration('all'))
let daemon = await startDaemon('mon.cf')

const told = (word: string) => mailbox.subjects.filter((subject) => subject.startsWith(`${word} web/http:`)).length
const inUse = (line: string): boolean => line.endsWith('-m -w 1')
const allInUse = () =>
  until('three real servers are in use everywhere', async () => {
    const pools = await Promise.all(ours.map(reals))
    return pools.every((lines) => lines.filter(inUse).length === 3)
  })
const outEverywhere = ({ address, address6 }: ReturnType<typeof real>) =>
  until(`${address} is out everywhere`, async () => {
    const pools = await Promise.all(ours.map(reals))
    const its = pools.flat().filter((line) => line.startsWith(`${address}:`) || line.startsWith(`[${address6}]:`))
    return !its.some(inUse)
  })

await next('balance', async () => {
  await until('all virtual servers serve', async () =>
    (await daemon.status()).virtuals.every(({ standing }) => standing === 'serving'),
  )
  await onDirector('ipvsadm', ...addToOurs.split(' '))
  await allInUse()
  for (const url of Object.values(urls)) assert.deepEqual(await answers(url, 6), { real1: 2, real2: 2, real3: 2 }, url)
})

await next('killed', async () => {
  const visitors = [keepVisiting(urls.web), keepVisiting(urls.drained)]
  await servers[1]?.kill()
  const killed = performance.now()
  const gone = async () => (await reals(WEB)).every((line) => !line.startsWith('10.1.1.3:'))
  const drained = async () => (await reals(DRAINED)).includes('10.1.1.3:80 -m -w 0')
  const out = await until('the dead server is out of both pools', async () => {
    // Seen at this moment: what begins later must not fail.
    return (await gone()) && (await drained()) && performance.now()
  })
  await until('clients went on', () =>
    visitors.every(({ visits }) => visits.filter(({ started }) => started > out).length >= ENOUGH),
  )
  for (const visitor of visitors) {
    const visits = await visitor.stop()
    assert.deepEqual(
      visits.filter((one) => one.started > out && failed(one)),
      [],
    )
    const served = new Set(visits.filter(({ started }) => started > out).map(({ answer }) => answer))
    assert.deepEqual([...served].sort(), ['real1', 'real3'])
  }
  const lost = await Promise.all(visitors.map(async (one) => (await one.stop()).filter(failed).length))
  return { msUntilOut: Math.round(out - killed), lost }
})

await next('told down', async () => {
  await until('the alert arrives', () => told('ALERT') === 1)
  const status = await upalert('mon.cf', 'status')
  assert.equal(status.status, 1)
  assert.match(status.text, /web\/http +DOWN .* 10\.1\.1\.3 refused the connection on port 80/)
})

await next('returns', async () => {
  const visitors = [keepVisiting(urls.web), keepVisiting(urls.drained)]
  servers[1]?.start()
  await allInUse()
  const back = performance.now()
  await until('clients went on', () =>
    visitors.every(({ visits }) => visits.filter(({ started }) => started > back).length >= ENOUGH),
  )
  for (const visitor of visitors) assert.deepEqual((await visitor.stop()).filter(failed), [])
  for (const url of Object.values(urls)) assert.deepEqual(await answers(url, 6), { real1: 2, real2: 2, real3: 2 }, url)
  await until('the upalert arrives', () => told('UPALERT') === 1)
  assert.equal(told('ALERT'), 1)
})

await next('drift', async () => {
  await onDirector('ipvsadm', '-d', ...WEB.split(' '), '-r', '10.1.1.2:80')
  await onDirector('ipvsadm', '-e', ...DRAINED.split(' '), '-r', '10.1.1.4:80', '-m', '-w', '5')
  await allInUse()
  const drift = await until('both are told as drift', async () => {
    const found = (await changesSince(daemon)).filter(({ reason }) => reason === 'drift')
    return found.length === 2 && found
  })
  assert.deepEqual(drift.map(({ change }) => change).sort(), [
    'add 10.1.1.2:80 masq weight 1',
    'set 10.1.1.4:80 weight 5 -> 1',
  ])
})

await next('stop', async () => {
  const before = await table()
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
  assert.deepEqual(await table(), before)
  assert.deepEqual(await answers(urls.web, 3), { real1: 1, real2: 1, real3: 1 })
})

await next('adopt', async () => {
  const before = await table()
  const connection = new Agent({ keepAlive: true, maxSockets: 1 })
  const first = await ask(connection)
  daemon = await startDaemon('mon.cf')
  await checkedAgain(daemon)
  assert.deepEqual(await table(), before)
  assert.deepEqual(await changesSince(daemon), [])
  assert.deepEqual(await ask(connection), first, 'the same connection leads to the same real server')
  connection.destroy()
})

await next('kill -9', async () => {
  await servers[2]?.kill()
  await until('the second alert arrives', () => told('ALERT') === 2)
  await outEverywhere(real(3))
  const before = await table()
  daemon.send('SIGKILL')
  assert.equal(await daemon.ended, 'SIGKILL')
  assert.deepEqual(await table(), before)
  daemon = await startDaemon('mon.cf')
  await checkedAgain(daemon)
  assert.deepEqual(await table(), before)
  assert.equal(told('ALERT'), 2, mailbox.subjects.join('\n'))
  servers[2]?.start()
  await allInUse()
  await until('its upalert arrives', () => told('UPALERT') === 2)
  assert.equal(told('ALERT'), 2)
})

await next('bad reload', async () => {
  const before = await table()
  writeConfiguration('mon.cf', `${configuration('all')}\nvirtual broken\n    adress 10.0.0.1:80\n`)
  daemon.send('SIGHUP')
  await until('it is refused', async () =>
    (await daemon.log()).some((one) => one.kind === 'daemon' && one.what === 'reload-refused'),
  )
  await checkedAgain(daemon)
  assert.deepEqual(await table(), before)
})

await next('good reload', async () => {
  const before = await table()
  writeConfiguration('mon.cf', configuration('without drained'))
  daemon.send('SIGHUP')
  await until('the service is gone', async () => !(await table()).some((line) => line.includes(DRAINED)))
  assert.deepEqual(
    await table(),
    before.filter((line) => !line.includes(DRAINED)),
  )
  assert.deepEqual(await answers(urls.web, 3), { real1: 1, real2: 1, real3: 1 })
  const { services } = await daemon.status()
  assert.equal(services.find(({ service }) => service === 'web/http')?.verdict, 'up', 'verdicts are kept')
})

await next('history', async () => {
  await until('the history is complete', async () => {
    const [host, port, user, database] = [join(STATEDIR, 'postgres', 'socket'), 5432, 'upalert', 'postgres']
    const client = new Client({ host, port, user, database })
    await client.connect()
    const { rows } = await client.query<{ line: string }>(
      `select concat_ws(' ', kind, was, became, call, outcome) as line from upalert.entry
       where service = 'web/http' and kind in ('service', 'alert', 'delivery') order by seq, position`,
    )
    const strange = await client.query(
      `select text from upalert.ipvs_change where concat(virtual, change) ~ '9999|10.9.9.9|10.1.1.99'`,
    )
    const drift = await client.query(`select text from upalert.ipvs_change where reason = 'drift'`)
    await client.end()
    const outage = [
      ...['service up down', 'alert mail oncall@example.com', 'delivery mail oncall@example.com sent'],
      ...['service down up', 'alert mail oncall@example.com', 'delivery mail oncall@example.com sent'],
    ]
    const seen = rows.map(({ line }) => line)
    if (seen.length < 13) return false
    assert.deepEqual(seen, ['service untested up', ...outage, ...outage])
    assert.deepEqual(strange.rows, [])
    assert.equal(drift.rows.length, 2)
    return true
  })
})

await next('foreign', async () => {
  const lines = await table()
  for (const line of foreign) assert(lines.includes(line), `${line} is not in:\n${lines.join('\n')}`)
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
  for (const line of foreign) assert((await table()).includes(line), line)
  assert.equal(existsSync(join(STATEDIR, 'postgres', 'cluster', 'postmaster.pid')), false, 'its PostgreSQL has ended')
})

await next('afresh', async () => {
  const before = await table()
  rmSync(STATEDIR, { recursive: true })
  writeConfiguration('mon.cf', `database = none\n${configuration('without drained')}`)
  daemon = await startDaemon('mon.cf')
  await checkedAgain(daemon)
  assert.deepEqual(await table(), before)
  assert.deepEqual(await changesSince(daemon), [])
  daemon.send('SIGTERM')
  assert.equal(await daemon.ended, 0)
})

process.exit(0)

async function changesSince({ log, since }: Daemon): Promise<Extract<Entry, { kind: 'ipvs' }>[]> {
  return (await log()).filter((one) => one.kind === 'ipvs').filter(({ at }) => at >= since)
}

/** One request on a connection that stays open. */
function ask(agent: Agent): Promise<{ page: string; port: number | undefined }> {
  return new Promise((resolve, reject) => {
    get(urls.web, { agent }, (response) => {
      const port = response.socket.localPort
      let page = ''
      response.on('data', (chunk: Buffer) => {
        page += chunk.toString('utf8')
      })
      response.on('end', () => resolve({ page, port }))
    }).on('error', reject)
  })
}
