/** `upalert plan`: what it says is what the next pass, or a reload, does. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { next, onDirector, until, writeConfiguration } from './director.ts'
import { scratch } from './guest.ts'
import { configuration, serviceOf, url } from './operate.config.ts'
import { FILE, running, servers, untilWeights } from './operate-stage.ts'
import { changesFrom, command, hold, planOf, shell } from './operate-tools.ts'

const file = join(scratch, FILE)
const fresh = join(scratch, 'new.cf')

export async function plans(): Promise<void> {
  await next('plan', async () => {
    writeConfiguration(FILE, configuration({ settings: 'drift = observe' }))
    await command({ command: 'reload' })
    await untilWeights('web', '2=1 3=1 4=1')
    const none = await shell('plan', '-c', file)
    assert.equal(none.status, 0, `${none.out}${none.err}`)
    assert.match(none.out, /The table stands as it should: nothing would be changed\./)
    await onDirector('ipvsadm', '-e', ...serviceOf('web').split(' '), '-r', '10.1.1.2:80', '-m', '-w', '9')
    const edited = await shell('plan', '-c', file)
    assert.equal(edited.status, 2)
    assert.match(edited.out, /Changed by somebody else.*\n +web: set 10\.1\.1\.2:80 weight 9 -> 1/)
    writeConfiguration(FILE, configuration())
    await command({ command: 'reload' })
    await untilWeights('web', '2=1 3=1 4=1')
    return [none.out, edited.out]
  })

  await next('plan of a file', async () => {
    await servers[2]?.kill()
    await untilWeights('waits', '2=1 3=1')
    const held = await hold(url('waits'))
    writeConfiguration('new.cf', configuration({ without: ['waits', 'alpha'], weight: 3 }))
    const promised = await planOf('new.cf')
    const gone = promised.changes.find(({ change }) => change.startsWith('delete') && change.includes(':85'))
    assert.equal(gone?.atStake?.active, 1, `the connection that is held: ${JSON.stringify(gone)}`)
    const said = await shell('plan', '-c', fresh, '--socket', '/run/upalert/upalert.sock')
    assert.equal(said.status, 2)
    const at = Date.now()
    writeConfiguration(FILE, configuration({ without: ['waits', 'alpha'], weight: 3 }))
    await command({ command: 'reload' })
    const done = await until('it is done', async () => {
      const changes = await changesFrom(running(), at)
      return changes.length >= promised.changes.length && changes
    })
    assert.deepEqual(
      done.map(({ virtual, change }) => [virtual, change]),
      promised.changes.map(({ virtual, change }) => [virtual, change]),
    )
    held.close()
    servers[2]?.start()
    await untilWeights('web', '2=1 3=1 4=1')
    return said.out
  })

  await next('plan of a broken file', async () => {
    writeConfiguration('new.cf', `${configuration()}\nvirtual broken\n    adress 10.0.0.1:80\n`)
    const broken = await shell('plan', '-c', fresh, '--socket', '/run/upalert/upalert.sock')
    assert.equal(broken.status, 3)
    assert.match(broken.err, /new\.cf:\d+:\d+: .*adress/)
    const missing = await shell('plan', '-c', '/nonexistent.cf', '--socket', '/run/upalert/upalert.sock', '--json')
    assert.equal(missing.status, 3)
    return [broken.err, missing.err]
  })
}

/** With no daemon, after the others. */
export async function planAlone(): Promise<void> {
  await next('plan without a daemon', async () => {
    const alone = await shell('plan', '-c', file, '--json')
    assert.equal(alone.status, 2, alone.err)
    const plan: unknown = JSON.parse(alone.out)
    assert(typeof plan === 'object' && plan !== null && 'basis' in plan && 'changes' in plan)
    return plan.basis
  })
}
