/** The first start, with one real server dead: nothing dead gets traffic, whatever the policy; recovery; slow start; backups. */
import assert from 'node:assert/strict'
import { next, until } from './director.ts'
import { PORTS } from './operate.config.ts'
import { begin, running, servers, untilWeights } from './operate-stage.ts'
import { changesFrom, hexEnd, watchTable } from './operate-tools.ts'

export async function first(): Promise<void> {
  await next('first start', async () => {
    for (const server of servers.slice(0, 2)) server.start()
    const watcher = watchTable()
    await begin()
    await until('all is known', async () =>
      (await running().status()).services.every(({ verdict }) => verdict !== 'untested'),
    )
    for (const name of ['web', 'lasting', 'waits', 'alpha'] as const) await untilWeights(name, '2=1 3=1')
    const seen = await watcher.stop()
    const dead = seen.flat().filter((line) => line.includes(` ${hexEnd('10.1.1.4:80')} `))
    assert.deepEqual(dead, [], 'the dead one was never in the table')
  })

  await next('slow start', async () => {
    await untilWeights('slow', '2=10 3=10')
    await untilWeights('spare', '2=1 3=1')
    const watcher = watchTable()
    const began = Date.now()
    servers[2]?.start()
    await untilWeights('slow', '2=10 3=10 4=10')
    const port = PORTS.slow.toString(16).padStart(4, '0').toUpperCase()
    const its = (line: string): boolean => line.includes(`:${port} ${hexEnd('10.1.1.4:80')} `)
    const seen = (await watcher.stop()).flatMap((state) => state.filter(its).map((line) => Number(line.split(' ')[3])))
    assert.equal(seen[0], 1)
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      seen,
      'never back',
    )
    const steps = new Set(seen)
    assert(steps.size >= 5, `the kernel had ${[...steps]}`)
    const changes = await changesFrom(running(), began)
    const done = changes.filter(({ virtual, change }) => virtual === 'slow' && change.includes('10.1.1.4:80'))
    assert.equal(done.length, 10, 'one command for each step')
  })

  await next('backup', async () => {
    await untilWeights('web', '2=1 3=1 4=1')
    await untilWeights('spare', '2=1 3=1 4=0')
    await servers[0]?.kill()
    await untilWeights('spare', '3=1 4=1')
    await servers[1]?.kill()
    await untilWeights('spare', '4=1')
    servers[0]?.start()
    servers[1]?.start()
    await untilWeights('spare', '2=1 3=1 4=0')
    await untilWeights('slow', '2=10 3=10 4=10')
  })
}
