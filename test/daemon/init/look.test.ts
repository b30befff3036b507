/** What init sees of what it is told: the real servers by their own checks, and the way to them. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { look, lookAtRelay, ownFindings, wayOut } from '../../../src/daemon/init/look.ts'
import { setupOf } from '../../../src/doctor/setup.ts'
import { understood } from '../../../src/write/init/judge.ts'
import { around } from '../../write/init/world.ts'
import { machine } from './machine.ts'
import { modelled } from './modelled.ts'

/** A port of 127.0.0.1 on which somebody listens, and one on which nobody does any more. */
async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { server, port: address.port }
}

async function nobody(): Promise<number> {
  const { server, port } = await listening()
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a real server that does not answer its check is told of with the reason, and one that does is not', async (t) => {
  const { server, port } = await listening()
  t.after(() => server.close())
  const text = (to: number) =>
    `hostgroup h 127.0.0.1\n\nwatch h\n  service s\n    interval 10s\n    monitor tcp -p ${to}\n`
  const findings = async (to: number) => {
    const { model } = understood(text(to), around)
    assert.ok(model)
    return (await look(model)).filter(({ code }) => code.startsWith('real-'))
  }
  assert.deepEqual(await findings(port), [])
  const [refused, more] = await findings(await nobody())
  assert.equal(more, undefined)
  assert.equal(refused?.code, 'real-refused')
  assert.match(refused?.text ?? '', /^The real server 127\.0\.0\.1 refused .* \(check: tcp -p \d+\)\.$/)
  assert.match(refused?.hint ?? '', /start the service there/)
})

test('a relay on which nobody listens is told of', async (t) => {
  const { server, port } = await listening()
  t.after(() => server.close())
  assert.deepEqual(await lookAtRelay(`smtp://127.0.0.1:${port}`), [])
  const [finding] = await lookAtRelay(`smtp://127.0.0.1:${await nobody()}`)
  assert.match(finding?.text ?? '', /^The mail relay 127\.0\.0\.1 refused/)
})

test('a machine without a default route is told so, for each family that it serves', () => {
  const setup = setupOf(modelled('nat', '192.0.2.10', ['10.1.1.2']))
  assert.deepEqual(wayOut(setup, machine({})), [])
  const [finding] = wayOut(setup, machine({ defaultRoute: false }))
  assert.match(finding?.text ?? '', /no default route for IPv4/)
})

test('a real server that is the director itself is told of', () => {
  const setup = setupOf(modelled('dr', '192.0.2.10', ['10.1.1.1']))
  assert.match(
    ownFindings(setup, machine({}))[0]?.text ?? '',
    /The real server web: 10\.1\.1\.1:80 is this machine itself/,
  )
  assert.deepEqual(ownFindings(setupOf(modelled('dr', '192.0.2.10', ['10.1.1.2'])), machine({})), [])
})
