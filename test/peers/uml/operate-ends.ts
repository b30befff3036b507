/** on_stop and on_start, with a connection that is open. */
import assert from 'node:assert/strict'
import { next, onDirector, table, until, writeConfiguration } from './director.ts'
import { VIRTUAL_ADDRESS } from './farm.ts'
import { configuration, url } from './operate.config.ts'
import { FILE, running, start, stop, untilWeights } from './operate-stage.ts'
import { command, hold, watchTable } from './operate-tools.ts'

const FOREIGN = `-A -t ${VIRTUAL_ADDRESS}:9999 -s wrr`

const settle = async (settings: string): Promise<void> => {
  writeConfiguration(FILE, configuration({ settings }))
  await command({ command: 'reload' })
}

export async function ends(): Promise<void> {
  await next('on_stop drain', async () => {
    await onDirector('ipvsadm', ...FOREIGN.split(' '))
    await settle('on_stop = drain\ndrain_limit = 20s')
    await untilWeights('alpha', '2=1 3=1 4=1')
    const held = await hold(url('web'))
    const first = await held.ask()
    const asked = performance.now()
    running().send('SIGTERM')
    await untilWeights('web', '2=0 3=0 4=0')
    assert.equal(await held.ask(), first, 'it goes on')
    held.close()
    assert.equal(await running().ended, 0)
    const msDrained = Math.round(performance.now() - asked)
    assert(msDrained < 18_000, 'before the limit')
    assert.deepEqual(await table(), [FOREIGN], 'ours is gone, theirs stays')
    return { msDrained }
  })

  await next('on_stop drain, late', async () => {
    writeConfiguration(FILE, configuration({ settings: 'on_stop = drain\ndrain_limit = 2s' }))
    await start()
    await untilWeights('web', '2=1 3=1 4=1')
    const held = await hold(url('web'))
    const asked = performance.now()
    await stop()
    const msToEnd = Math.round(performance.now() - asked)
    assert.deepEqual(await table(), [FOREIGN])
    held.close()
    return { msToEnd }
  })

  await next('clear', async () => {
    writeConfiguration(FILE, configuration({ settings: 'on_stop = clear' }))
    await start()
    await untilWeights('web', '2=1 3=1 4=1')
    const full = await table()
    await stop()
    assert.deepEqual(await table(), [FOREIGN])
    // What a crash would have left.
    const lines = full.filter((one) => one !== FOREIGN).join('\n')
    await onDirector('sh', '-c', `echo '${lines}' | ipvsadm -R`)
    const watcher = watchTable()
    writeConfiguration(FILE, configuration({ settings: 'on_start = clear' }))
    await start()
    await untilWeights('web', '2=1 3=1 4=1')
    await until('all serve', async () =>
      (await running().status()).virtuals.every(({ standing }) => standing === 'serving'),
    )
    const states = await watcher.stop()
    assert(
      states.some((state) => state.length === 0),
      'it was empty for a moment',
    )
    assert((await table()).includes(FOREIGN))
    const said = (await running().log()).map(({ sentence }) => sentence).filter((one) => one.includes('on_start'))
    running().send('SIGKILL')
    await running().ended
    await onDirector('ipvsadm', '-C')
    return said
  })
}
