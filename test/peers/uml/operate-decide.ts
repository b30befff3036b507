/** Disable, weight and enable, the maintenance directory, and what decisions outlive. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { next, until, writeConfiguration } from './director.ts'
import { scratch } from './guest.ts'
import { configuration, MAINTENANCE } from './operate.config.ts'
import { FILE, mailbox, running, servers, start, stop, untilWeights, weights } from './operate-stage.ts'
import { command, refused, shell, statusText } from './operate-tools.ts'

const file = join(scratch, FILE)
const notice = join(MAINTENANCE, '10.1.1.4')

export async function decisions(): Promise<void> {
  await next('decide', async () => {
    const mails = mailbox.subjects.length
    const texts = [
      await command({ command: 'disable', subject: 'other/10.1.1.2:80', text: 'disk is full' }),
      await command({ command: 'weight', subject: 'web/10.1.1.3:80', share: 5 }),
    ]
    await untilWeights('other', '3=1 4=1')
    await untilWeights('web', '2=1 3=5 4=1')
    texts.push(await command({ command: 'disable', subject: '10.1.1.4:80' }))
    for (const name of ['lasting', 'waits', 'alpha'] as const) await untilWeights(name, '2=1 3=1')
    texts.push(await refused({ command: 'disable', subject: 'lasting' }))
    texts.push(await refused({ command: 'drain', subject: 'other/10.1.1.3:80' }))
    assert.match(texts[3] ?? '', /^lasting would have no usable server left; add --force/)
    assert.match(texts[4] ?? '', /^other would have no usable server left; add --force/)
    assert.equal(await weights('other'), '3=1')
    texts.push(await command({ command: 'disable', subject: 'other', force: true }))
    await untilWeights('other', '')
    texts.push(await command({ command: 'enable', subject: 'other' }))
    await untilWeights('other', '2=1 3=1')
    texts.push(await command({ command: 'enable', subject: '10.1.1.4:80' }))
    await untilWeights('other', '2=1 3=1 4=1')
    assert.deepEqual(mailbox.subjects.slice(mails), [], 'nobody is woken for what somebody meant')
    return texts
  })

  await next('maintenance', async () => {
    writeFileSync(notice, '')
    writeFileSync(join(MAINTENANCE, '10.1.1.44'), '')
    await untilWeights('other', '2=1 3=1')
    assert.equal(await weights('web'), '2=1 3=5', 'the weight stays beside it')
    const said = (await running().log()).filter(({ kind }) => kind === 'daemon').map(({ sentence }) => sentence)
    assert(
      said.some((one) => one.includes('10.1.1.4 is there, and disables')),
      said.join('\n'),
    )
    assert(said.some((one) => one.includes('10.1.1.44 is there, BUT NO REAL SERVER')))
    rmSync(join(MAINTENANCE, '10.1.1.44'))
    return said
  })

  await next('survive', async () => {
    await command({ command: 'disable', subject: 'lasting/10.1.1.2:80', text: 'fan', lasts: 3_600_000 })
    await untilWeights('lasting', '3=1')
    const shown: string[] = []
    for (const how of ['SIGKILL', 'SIGTERM', 'reload'] as const) {
      if (how === 'reload') {
        writeConfiguration(FILE, configuration({ weight: 2 }))
        await command({ command: 'reload' })
        await untilWeights('other', '2=1 3=2')
      } else {
        if (how === 'SIGTERM') await stop()
        else {
          running().send(how)
          await running().ended
        }
        await start()
        await until('all is known', async () =>
          (await running().status()).virtuals.every(({ standing }) => standing === 'serving'),
        )
      }
      assert.deepEqual([await weights('web'), await weights('lasting')], ['2=1 3=5', '3=1'], how)
      const { decisions: listed, maintenance } = await running().status()
      assert.deepEqual(
        listed.map(({ target, left }) => [target, left === null]),
        [
          ['10.1.1.3:80 of web', true],
          ['10.1.1.2:80 of lasting', false],
        ],
      )
      assert.deepEqual(maintenance, ['10.1.1.4'])
    }
    const status = await statusText()
    shown.push(status)
    assert.match(status, /Decided by operators:\n +10\.1\.1\.3:80 of web +given weight 5 by ann/)
    return shown
  })

  await next('two daemons', async () => {
    const before = await Promise.all([weights('web'), weights('lasting')])
    const second = await shell('run', '-c', file)
    assert.equal(second.status, 1)
    assert.deepEqual(await Promise.all([weights('web'), weights('lasting')]), before)
    assert((await running().status()).virtuals.length > 0, 'the first one answers')
    return second.err
  })

  await next('ended', async () => {
    rmSync(notice)
    await command({ command: 'enable', subject: 'web', virtual: 'web' })
    await command({ command: 'enable', subject: '10.1.1.2:80' })
    await untilWeights('web', '2=1 3=1 4=1')
    await untilWeights('lasting', '2=1 3=1 4=1')
    assert.deepEqual((await running().status()).decisions, [])
    assert.equal(servers.length, 3)
  })
}
