/** Who opens mon's ports, and what of auth.cf is told where. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { loadConfiguration } from '../../../src/daemon/configuration.ts'
import { authProblems } from '../../../src/daemon/mon/auth-check.ts'
import { openSession } from '../../peers/mon/session.ts'
import { CONFIG, freePort, freeTrapPort, Place, Program, run } from './process.ts'

const withoutAuthfile = (place: Place): void =>
  place.write('mon.cf', place.read('mon.cf').replace(/^authfile.*\n/m, ''))

async function withPorts(t: Parameters<typeof run>[0], options?: { readonly auth?: string }) {
  const [port, trapPort] = [await freePort(), await freeTrapPort()]
  const place = new Place(t, `serverport = ${port}\ntrapport = ${trapPort}\n${CONFIG}`, options)
  return { place, port }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.destroy() !== null)).once('error', () => resolve(false))
  })

test('under upalert run a written authfile opens the ports to mon’s clients', async (t) => {
  const { place, port } = await withPorts(t)
  const program = new Program(t, place, ['run', '-c', 'mon.cf'])
  await program.says(/upalert runs/)
  const session = await openSession(port)
  t.after(() => session.close())
  assert.deepEqual((await session.command('list watch')).lines, ['g s'])
  await session.command('disable service g s')
  assert.equal(await place.shows('state/disabled', /./), 'disable service g s\n')
  // By its reading of the manual, not by mon's quirks.
  place.write('mon.cf', place.read('mon.cf').replace('scr.monitor', 'none.monitor'))
  assert.match((await session.command('reset keepstate')).status, /^520/)
})

test('under upalert run without an authfile no port is open', async (t) => {
  const { place, port } = await withPorts(t)
  withoutAuthfile(place)
  const program = new Program(t, place, ['run', '-c', 'mon.cf'])
  await program.says(/upalert runs/)
  assert.equal(await accepts(port), false)
  program.child.kill('SIGTERM')
  assert.equal(await program.ended, 0)
  assert.equal(place.read('state/opstatus'), '', 'mon’s files are not written either')
})

test('upalert mon needs an auth.cf, written or not', async (t) => {
  const { place } = await withPorts(t)
  withoutAuthfile(place)
  place.write('mon.cf', place.read('mon.cf').replace(/^cfbasedir.*\n/m, 'cfbasedir = nowhere\n'))
  const { status, output } = await run(t, place, 'mon', '-c', 'mon.cf')
  assert.equal(status, 1)
  assert.match(output, /nowhere\/auth\.cf: this file cannot be read: ENOENT/)
  assert.match(output, /cannot start: nobody could be let in without \S+auth\.cf/)
})

async function problemsOf(place: Place, how = {}): Promise<readonly string[]> {
  const configuration = await loadConfiguration(place.path('mon.cf'))
  assert.notEqual(configuration.model, null, JSON.stringify(configuration.problems.map(({ message }) => message)))
  return (await authProblems(configuration, how)).map(({ severity, code }) => `${severity} ${code}`)
}

test('problems of the auth file that mon.cf names are found with the configuration', async (t) => {
  const well = new Place(t, CONFIG)
  assert.deepEqual(await problemsOf(well), [])
  assert.deepEqual(await problemsOf(new Place(t, CONFIG, { auth: 'command section\nnonsense\n' })), [
    'error auth-no-colon',
  ])
})

test('an auth file that nobody wrote down is of importance to upalert mon only', async (t) => {
  const place = new Place(t, CONFIG, { auth: 'nonsense\n' })
  withoutAuthfile(place)
  assert.deepEqual(await problemsOf(place), [])
  assert.deepEqual(await problemsOf(place, { standard: true }), ['error auth-no-colon'])
})

test('a way of logging in that cannot work is a warning', async (t) => {
  const place = new Place(t, `userfile = users\nauthtype = userfile trustlocal\n${CONFIG}`)
  place.write('users', 'nonsense without a colon\n')
  assert.deepEqual(await problemsOf(place), [])
  place.configure(`authtype = userfile\n${CONFIG}`)
  assert.deepEqual(await problemsOf(place), ['warning userfile'])
})
