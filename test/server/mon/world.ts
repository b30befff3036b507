/** The groups and services that the tests of mon's protocol talk about, and a server over them. */
import assert from 'node:assert/strict'
import type { Model, Service, Settings } from '../../../src/model/model.ts'
import { groupName, host } from '../../../src/model/names.ts'
import { minutes, seconds } from '../../../src/model/units.ts'
import { type ListenOptions, listenForClients, type MonListening } from '../../../src/server/mon/listener.ts'
import { alertCall, call, model, period, place, service, settings } from '../../engine/build.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'
import { openSession, type Session } from '../../peers/mon/session.ts'
import { FakeDaemon } from './fake-daemon.ts'

const solo = [host('h7')]

export const s = service({
  called: 'g/s',
  description: 'the "front" page',
  monitor: call('scr.monitor'),
  timing: { kind: 'every', interval: seconds(2), randskew: null },
  periods: [
    period({
      label: 'p1',
      text: 'wd {Mon-Fri}',
      alerts: [{ ...alertCall('/a/rec.alert'), argumentText: 'a b' }],
      ackalerts: [alertCall('/a/ack.alert')],
    }),
  ],
})
export const s2 = service({
  called: 'g/s2',
  periods: [period({ label: '', text: '', alertsDontCount: true })],
  traptimeout: minutes(5),
})
/** Its group is one host alone. */
export const lonely = service({ called: 'solo/s', hosts: solo })

export function world(
  services: readonly Service[] = [s, s2, lonely],
  clients: Partial<Settings['clients']> = {},
): Model {
  const made = model(services, [], { ...settings, clients: { ...settings.clients, ...clients } })
  const groups = [...new Map(made.groups.map((group) => [group.name, group])).values()]
  return {
    ...made,
    groups: [...groups, { name: groupName('nowatch'), hosts: [host('h9')], disabled: [], place }],
    views: [
      { name: 'front', members: ['g:s'] },
      { name: 'all', members: ['solo', 'g'] },
    ],
    aliases: [
      { name: 'help', lines: ['call Ann', '220 Broadway'] },
      { name: 'more', lines: [] },
    ],
  }
}

type Listening = Extract<MonListening, { kind: 'listening' }>

/** A server on loopback that ends with the test. */
export async function startServer(
  t: Cleaning,
  daemon: FakeDaemon,
  options: Partial<ListenOptions> = {},
): Promise<Listening & { connect(): Promise<Session> }> {
  const listening = await listenForClients(daemon, { bind: '127.0.0.1', port: 0, ...options })
  assert.ok(listening.kind === 'listening', listening.kind === 'failed' ? listening.text : '')
  t.after(() => listening.close())
  return { ...listening, connect: () => openSession(listening.port) }
}

/** A server over the world, and one client of it. */
export async function talk(t: Cleaning, daemon = new FakeDaemon(world())) {
  const server = await startServer(t, daemon)
  const session = await server.connect()
  return { daemon, server, session, ask: asking(session) }
}

/** Gives a request; answers with its data lines and status line in one list. */
export const asking =
  (session: Session) =>
  async (request: string): Promise<readonly string[]> => {
    const { lines, status } = await session.command(request)
    return [...lines, status]
  }
