/**
 * Inside the guest, in the client's namespace: config/examples/via-vip.cf in the daemon. The director lacks what the check
 * needs, is given it, and then a real server becomes a black hole and is mended.
 */
import assert from 'node:assert/strict'
import { PATH_MARKS } from '../../../src/edge/path/marks.ts'
import { next, onDirector, reals, startDaemon, table, until } from './director.ts'
import { real } from './farm.ts'
import { VIPS } from './forwarding.farm.ts'
import { run } from './guest.ts'
import { answers } from './visits.ts'

const SERVICE = `-t ${VIPS.dr}:80`
const { name, address } = real(4)
const lo = (word: 'add' | 'del') => run('ip', '-n', name, 'address', word, `${VIPS.dr}/32`, 'dev', 'lo')

// Whatever is in the table would stay there while nothing is known of it.
await onDirector('sysctl', '-qw', 'net.ipv4.conf.inside.accept_local=0')
await onDirector('ipvsadm', '-C')
const daemon = await startDaemon('via-vip.cf')

await next('via vip unmet', async () => {
  const services = await until('all have been checked', async () => {
    const found = (await daemon.status()).services
    return found.length === 3 && found.every(({ checkedAgo }) => checkedAgo !== null) && found
  })
  assert.equal(services.find(({ service }) => service === 'direct/http')?.verdict, 'up')
  assert.deepEqual(await reals(SERVICE), [], 'nobody is called up for lack of a verdict')
  const downs = (await daemon.log()).filter((entry) => entry.kind === 'real' && entry.reason === 'down')
  assert.deepEqual(downs, [], 'and nobody down')
})

await next('via vip met', async () => {
  await onDirector('sysctl', '-qw', 'net.ipv4.conf.inside.accept_local=1')
  await until('both are there', async () => (await reals(SERVICE)).length === 2)
  assert.deepEqual(await answers(`http://${VIPS.dr}/`, 4), { real3: 2, real4: 2 })
})

await next('via vip black hole', async () => {
  lo('del')
  await until('it is out', async () => !(await reals(SERVICE)).some((line) => line.startsWith(address)))
  assert.deepEqual(await answers(`http://${VIPS.dr}/`, 4), { real3: 4 })
  const { services } = await daemon.status()
  assert.equal(services.find(({ service }) => service === 'direct/http')?.verdict, 'up', 'its own address answers')
  lo('add')
  await until('it is back', async () => (await reals(SERVICE)).length === 2)
  assert.deepEqual(await answers(`http://${VIPS.dr}/`, 4), { real3: 2, real4: 2 })
})

await next('via vip repaired', async () => {
  await onDirector('ipvsadm', '-D', '-f', String(PATH_MARKS.base))
  await until('its path is back', async () =>
    (await table()).some((line) => line.startsWith(`-a -f ${PATH_MARKS.base} -r`)),
  )
})

daemon.send('SIGTERM')
assert.equal(await daemon.ended, 0)
process.exit(0)
