/** Debian's Alertmanager as a receiver's channel: it forgets what is not repeated, and the daemon may be away meanwhile. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { needs } from '../../needs.ts'
import { firing, ok, startAlertmanager, startReceiver } from '../../peers/alertmanager.ts'
import { eventually, type Farm, farm } from './rig.ts'

/** What Alertmanager hands on to its own receiver. */
interface HandedOn {
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly endsAt: string }[]
}

async function watched(t: TestContext) {
  const hook = await startReceiver(t, ok)
  const { url } = await startAlertmanager(t, hook.url)
  const configuration = (one: Farm, services: readonly string[]): string => `
receiver prometheus
    alert alertmanager --label severity=page ${url}

${one.watch(services, 'alert to prometheus\nalertevery 1h')}
`
  const it = await farm(t, (one) => configuration(one, ['a', 'b']))
  const handed = async (number: number): Promise<HandedOn> => JSON.parse((await hook.nth(number)).body)
  return { it, url, handed, configuration }
}

test(
  'Alertmanager keeps an alert over a restart of the daemon, and ends it when the service works',
  needs('alertmanager'),
  async (t) => {
    const { it, url, handed } = await watched(t)
    const { daemon } = it
    await daemon.said(/web\/b is UP/)
    it.fail()
    const keys = [await handed(0), await handed(1)].map(({ status, alerts }) => `${status} ${alerts[0]?.labels.key}`)
    assert.deepEqual(keys.sort(), ['firing web/a', 'firing web/b'])
    const before = await firing(url)
    await daemon.kill('SIGKILL')

    const from = daemon.output.length
    daemon.start()
    await daemon.said(/it remembers its last run/, from)
    // Said again soon after the start, each time for five minutes from then.
    const last = new Map(before.map(({ labels, endsAt }) => [labels.key, Date.parse(endsAt)]))
    await eventually('a later end of both alerts', async () => {
      const now = await firing(url)
      return now.length === 2 && now.every(({ labels, endsAt }) => Date.parse(endsAt) > (last.get(labels.key) ?? 0))
    })

    it.mend()
    const ends = [await handed(2), await handed(3)].map(({ status, alerts }) => `${status} ${alerts[0]?.labels.key}`)
    assert.deepEqual(ends.sort(), ['resolved web/a', 'resolved web/b'])
    assert.deepEqual(await firing(url), [])
  },
)

test('Alertmanager ends the alert of a service that a reload takes away', needs('alertmanager'), async (t) => {
  const { it, url, handed, configuration } = await watched(t)
  await it.daemon.said(/web\/b is UP/)
  it.fail()
  await Promise.all([handed(0), handed(1)])
  await it.reload((one) => configuration(one, ['a']))
  const { status, alerts } = await handed(2)
  assert.deepEqual([status, alerts[0]?.labels.key], ['resolved', 'web/b'])
  assert.deepEqual(
    (await firing(url)).map(({ labels }) => labels.key),
    ['web/a'],
  )
})
