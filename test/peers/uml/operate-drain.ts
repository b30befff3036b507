/** Drains, with real connections: TCP that is held open, UDP, persistence, limits, times that are over, and sysctls. */
import assert from 'node:assert/strict'
import { next, onDirector, until } from './director.ts'
import { VIRTUAL_ADDRESS } from './farm.ts'
import { url } from './operate.config.ts'
import { running, untilWeights, weights } from './operate-stage.ts'
import { command, datagram, hold, holdTo, realView, statusText, whyText } from './operate-tools.ts'
import { failed, keepVisiting, visit } from './visits.ts'

const VS = 'net.ipv4.vs'
const set = (...switches: readonly string[]) => onDirector('sysctl', '-qw', ...switches.map((one) => `${VS}.${one}`))

export async function drains(): Promise<void> {
  await next('drain', async () => {
    const held = await holdTo('real1', url('web'))
    const visitor = keepVisiting(url('web'), 100)
    await until('clients come', () => visitor.visits.some(({ answer }) => answer === 'real1'))
    const asked = performance.now()
    const text = await command({ command: 'drain', subject: 'web/10.1.1.2:80', text: 'new kernel' })
    assert.match(text, /^10\.1\.1\.2:80 of web is drained by ann: new kernel, until "upalert enable"/)
    await untilWeights('web', '2=0 3=1 4=1')
    const drained = performance.now()
    assert.equal(await weights('other'), '2=1 3=1 4=1')
    assert.equal(await held.ask(), 'real1')
    await until(
      'its connection is counted',
      async () => (await realView(running(), 'web', '10.1.1.2:80')).draining?.active === 1,
    )
    const status = await statusText()
    assert.match(
      status,
      /-> 10\.1\.1\.2:80 +weight 0 +drained \(weight 0\) .*drained by ann: new kernel; 1 connection left/,
    )
    const why = await whyText('10.1.1.2:80')
    assert.match(why, /because drained by ann: new kernel; 1 connection left/)
    await until('clients went on', () => visitor.visits.filter(({ started }) => started > drained).length >= 20)
    assert.equal(await held.ask(), 'real1', 'and goes on')
    assert.equal(await weights('web'), '2=0 3=1 4=1', 'it waits for its last connection')
    held.close()
    await untilWeights('web', '3=1 4=1')
    const visits = await visitor.stop()
    assert.deepEqual(visits.filter(failed), [])
    assert.deepEqual(
      visits.filter(({ started, answer }) => started > drained && answer === 'real1'),
      [],
    )
    const view = await realView(running(), 'web', '10.1.1.2:80')
    assert.match(view.text, /it has no connections left/)
    assert.match(await command({ command: 'enable', subject: 'web/10.1.1.2:80' }), /10\.1\.1\.2:80 of web/)
    await untilWeights('web', '2=1 3=1 4=1')
    return { msToWeight0: Math.round(drained - asked), text, status, why }
  })

  await next('drains', async () => {
    // At once: one with a limit, one for a while, one of UDP, and one of a persistent service.
    await onDirector('ipvsadm', '--set', '0', '0', '4')
    const [held, kept] = [await holdTo('real2', url('other')), await hold(url('lasting'))]
    const template = await kept.ask()
    const last = `10.1.1.${Number(template.slice('real'.length)) + 1}:80`
    for (let i = 0; i < 3; i += 1) await datagram(VIRTUAL_ADDRESS, 53)
    const texts = await Promise.all([
      command({ command: 'drain', subject: 'other/10.1.1.3:80', most: 3_000 }),
      command({ command: 'drain', subject: 'names/10.1.1.2:53', text: '' }),
      command({ command: 'drain', subject: `lasting/${last}`, lasts: 6_000 }),
    ])
    await untilWeights('other', '2=1 3=0 4=1')
    const others = await until('it is drained', async () => (await weights('lasting')).includes('=0'))
    assert(others)
    // Without the switch a persistent client comes back to a drained server, as the answer said it would.
    assert.match(
      texts[2],
      /expire_quiescent_template is 0 \(mended by "sysctl -w net\.ipv4\.vs\.expire_quiescent_template=1"\)/,
    )
    assert.equal(await visit(url('lasting')), template)
    await set('expire_quiescent_template=1')
    assert.notEqual(await visit(url('lasting')), template)
    assert.equal(await kept.ask(), template)
    await until('the datagram is counted', async () => {
      const { draining, standing } = await realView(running(), 'names', '10.1.1.2:53')
      return draining?.active === 1 || standing === 'out'
    })
    await untilWeights('other', '2=1 4=1')
    const late = await realView(running(), 'other', '10.1.1.3:80')
    assert.match(late.text, /its time was over with 1 connection left/)
    await untilWeights('lasting', '2=1 3=1 4=1')
    assert.equal(await kept.ask(), template)
    const over = (await running().log()).find(({ sentence }) => sentence.includes('its time is over'))
    assert.equal(
      over?.sentence,
      `upalert: enable lasting/${last}: its time is over, and checks decide again: ${last} of lasting (drained by ann)`,
    )
    await untilWeights('names', '3=1 4=1')
    for (const one of [held, kept]) one.close()
    await command({ command: 'enable', subject: '10.1.1.3:80' })
    await command({ command: 'enable', subject: '10.1.1.2:53' })
    await untilWeights('other', '2=1 3=1 4=1')
    await untilWeights('names', '2=1 3=1 4=1')
    return { texts, late: late.text }
  })

  await next('contradictions', async () => {
    const ask = async (): Promise<string> => {
      const text = await command({ command: 'drain', subject: 'lasting/10.1.1.2:80', most: 60_000 })
      await command({ command: 'enable', subject: 'lasting/10.1.1.2:80' })
      return text
    }
    await set('expire_quiescent_template=0', 'expire_nodest_conn=0', 'conn_reuse_mode=0')
    const bad = await ask()
    for (const one of ['expire_quiescent_template', 'expire_nodest_conn', 'conn_reuse_mode'])
      assert.match(bad, new RegExp(`sysctl -w net\\.ipv4\\.vs\\.${one}=1`))
    await set('expire_quiescent_template=1', 'expire_nodest_conn=1', 'conn_reuse_mode=1')
    const good = await ask()
    assert.doesNotMatch(good, /sysctl/)
    return { bad, good }
  })
}
