/** Reload, restart and crash: connections go on, the table never loses an entry, and who failed or came back meanwhile is seen. */
import assert from 'node:assert/strict'
import { checkedAgain, next, until, writeConfiguration } from './director.ts'
import { VIRTUAL_ADDRESS } from './farm.ts'
import { configuration, PORTS, url } from './operate.config.ts'
import { FILE, running, servers, start, stop, untilWeights } from './operate-stage.ts'
import { command, hexEnd, hold, watchTable } from './operate-tools.ts'
import { failed, keepVisiting } from './visits.ts'

const kill = async (): Promise<void> => {
  running().send('SIGKILL')
  await running().ended
}

/** `initial down` asks for a start that takes everybody out first; all others stay. */
const isKept = (line: string): boolean => !line.startsWith(`TCP ${hexEnd(`${VIRTUAL_ADDRESS}:${PORTS.alpha}`)} `)

export async function restarts(): Promise<void> {
  await next('live on', async () => {
    writeConfiguration(FILE, configuration())
    await command({ command: 'reload' })
    await untilWeights('other', '2=1 3=1 4=1')
    const [held, visitor, watcher] = [await hold(url('web')), keepVisiting(url('web'), 100), watchTable()]
    const first = await held.ask()
    const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['reload', async () => running().send('SIGHUP')],
      ['restart', () => stop().then(start)],
      ['crash', () => kill().then(start)],
    ]
    for (const [name, act] of ways) {
      await act()
      assert.equal(await held.ask(), first, name)
      await checkedAgain(running())
      assert.equal(await held.ask(), first, `after ${name}`)
    }
    const states = new Set((await watcher.stop()).map((state) => state.filter(isKept).sort().join('\n')))
    assert.equal(states.size, 1, `the table changed:\n${[...states].join('\n--\n')}`)
    assert.deepEqual((await visitor.stop()).filter(failed), [])
    held.close()
  })

  await next('meanwhile', async () => {
    const watcher = watchTable()
    await stop()
    await servers[0]?.kill()
    await start()
    const began = performance.now()
    await untilWeights('web', '3=1 4=1')
    const msToOut = Math.round(performance.now() - began)
    await kill()
    servers[0]?.start()
    await start()
    await untilWeights('web', '2=1 3=1 4=1')
    // During reloads that follow each other as fast as they can.
    const reloads = async (done: () => boolean): Promise<void> => {
      while (!done()) await command({ command: 'reload' })
    }
    let isOut = false
    const busy = reloads(() => isOut)
    await servers[1]?.kill()
    await untilWeights('web', '2=1 4=1')
    isOut = true
    await busy
    let isBack = false
    const again = reloads(() => isBack)
    servers[1]?.start()
    await untilWeights('web', '2=1 3=1 4=1')
    isBack = true
    await again
    await until(
      'no more than that happened',
      async () => (await running().status()).virtuals[0]?.standing === 'serving',
    )
    const seen = await watcher.stop()
    const real3 = (state: readonly string[]): boolean =>
      state.some((line) => line.includes(`:0050 ${hexEnd('10.1.1.4:80')} 1`))
    assert(seen.every(real3), 'the one that never failed never left')
    return { msToOut }
  })
}
