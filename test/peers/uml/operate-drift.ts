/** Somebody else edits the table with ipvsadm, under each policy. */
import assert from 'node:assert/strict'
import { checkedAgain, next, onDirector, reals, table, until, writeConfiguration } from './director.ts'
import { VIRTUAL_ADDRESS } from './farm.ts'
import { configuration, serviceOf } from './operate.config.ts'
import { driftMails, FILE, running, servers, untilWeights, weights } from './operate-stage.ts'
import { changesFrom, command, statusText } from './operate-tools.ts'

/** Within this, in milliseconds, what others change is noticed; an idle machine takes five seconds. */
const NOTICED = 6_000
/** A busy one is slower at everything. */
const SLACK = 4_000

const ipvsadm = (line: string): Promise<string> => onDirector('ipvsadm', ...line.split(' '))

const WEB = serviceOf('web')
/** A service and destinations that nobody has configured, and a marked service as a check down the client's path has it. */
const FOREIGN = [`-A -t ${VIRTUAL_ADDRESS}:9999 -s wrr`, `-a -t ${VIRTUAL_ADDRESS}:9999 -r 10.9.9.9:9 -m -w 3`]
const GUEST = `-a ${WEB} -r 10.1.1.99:80 -m -w 0`
const PATH = ['-A -f 1970274311 -s rr', '-a -f 1970274311 -r 10.1.1.2:0 -g -w 1']

const policy = async (drift: string): Promise<void> => {
  writeConfiguration(FILE, configuration({ settings: `drift = ${drift}` }))
  await command({ command: 'reload' })
}

const drifts = async (at: number) => (await changesFrom(running(), at)).filter(({ reason }) => reason === 'drift')

export async function drift(): Promise<void> {
  await next('repair', async () => {
    const before = [...(await table())]
    const at = Date.now()
    for (const line of [
      `-d ${WEB} -r 10.1.1.2:80`,
      `-e ${WEB} -r 10.1.1.3:80 -m -w 7`,
      `-E ${serviceOf('lasting')} -s wlc -p 300`,
      ...FOREIGN,
      GUEST,
    ])
      await ipvsadm(line)
    const edited = performance.now()
    await until('it is put back', async () => (await drifts(at)).length === 3)
    const noticed = performance.now() - edited
    assert(noticed < NOTICED + SLACK, `noticed after ${noticed} ms`)
    assert.deepEqual(await table(), [...before, ...FOREIGN, GUEST].sort(), 'ours as it was, theirs left')
    await until('one mail comes', () => driftMails() === 1)
    const told = (await drifts(at)).map(({ sentence }) => sentence)
    // The whole table, by somebody who meant another machine.
    await ipvsadm('-C')
    await until('all is back', async () => (await table()).join() === before.join())
    assert.equal(driftMails(), 1, 'nobody is told again within ten minutes')
    return { noticed: Math.round(noticed), told, flushed: (await drifts(at)).length }
  })

  await next('observe', async () => {
    await policy('observe')
    for (const line of [...FOREIGN, GUEST]) await ipvsadm(line)
    const at = Date.now()
    await ipvsadm(`-d ${WEB} -r 10.1.1.2:80`)
    await ipvsadm(`-e ${serviceOf('other')} -r 10.1.1.2:80 -m -w 4`)
    await until('it is told', async () => (await drifts(at)).length === 2)
    const left = await table()
    await checkedAgain(running())
    assert.deepEqual(await table(), left)
    const told = (await drifts(at)).map(({ sentence }) => sentence)
    assert.equal(told.length, 2)
    // A verdict still acts, and only on what it is about.
    await servers[2]?.kill()
    await until('the dead one goes', async () => !(await reals(WEB)).some((line) => line.startsWith('10.1.1.4:')))
    assert.equal(await weights('web'), '3=1 99=0')
    servers[2]?.start()
    await until('it is back', async () => (await reals(WEB)).some((line) => line.startsWith('10.1.1.4:')))
    const status = await statusText()
    assert.match(status, /^IPVS: the kernel's table; OTHERS HAVE CHANGED IT in 2 places/m)
    return { told }
  })

  await next('own', async () => {
    for (const line of PATH) await ipvsadm(line)
    const at = Date.now()
    await policy('own')
    await untilWeights('web', '2=1 3=1 4=1')
    await untilWeights('other', '2=1 3=1 4=1')
    await until('nothing foreign is left', async () => !(await table()).some((line) => /9999|10\.1\.1\.99/.test(line)))
    const paths = (await table()).filter((line) => line.includes('-f 1970274311'))
    assert.equal(paths.length, 2, 'the way of a check stays')
    const told = (await drifts(at)).map(({ sentence }) => sentence)
    await ipvsadm('-D -f 1970274311')
    await policy('repair')
    return told
  })
}
