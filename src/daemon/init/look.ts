/**
 * What can be seen from here of what init was told: the doctor's findings, and the answer of every real server to its
 * check, asked once by the very monitor that will ask it. Findings are told; an answer is never lost for them.
 */
import { monitors } from '../../../monitors/index.ts'
import { directorFindings, directorQuestions } from '../../doctor/director.ts'
import { type Finding, finding, listed } from '../../doctor/finding.ts'
import { defaultRoutes } from '../../doctor/routes.ts'
import { allServers, type Setup, setupOf, virtualAddresses } from '../../doctor/setup.ts'
import { readFacts } from '../../edge/facts/facts.ts'
import type { Facts } from '../../model/facts.ts'
import type { Model, Service } from '../../model/model.ts'
import { type Host, host } from '../../model/names.ts'
import type { HostResult } from '../../model/result.ts'
import { type Milliseconds, seconds } from '../../model/units.ts'
import { answerOf } from '../../runtime/checks/run.ts'

/** How long one real server is waited for. */
const PATIENCE = seconds(2)
/** Real servers that are asked; of a larger farm the first ones say enough. */
const MOST_ASKED = 500

export async function look(model: Pick<Model, 'virtuals' | 'services'>): Promise<readonly Finding[]> {
  const setup = setupOf(model)
  const facts = readFacts(directorQuestions(setup))
  const [elsewhere, answers] = await Promise.all([addressFindings(setup, facts), checkFindings(model.services)])
  return [
    ...directorFindings(setup, facts),
    ...wayOut(setup, facts),
    ...ownFindings(setup, facts),
    ...elsewhere,
    ...answers,
  ]
}

/** Without it nobody from another network is answered, and no mail gets out. */
export function wayOut(setup: Setup, facts: Facts): readonly Finding[] {
  if (facts.routes.kind === 'unseen') return []
  const families = [...new Set(virtualAddresses(setup).map(({ family }) => family))]
  return families.flatMap((family) => {
    if (defaultRoutes(facts, family).length > 0) return []
    const text = `This machine has no default route for IPv${family}: clients from other networks get no answer by it, and mails to other networks stay here.`
    return [
      finding('warning', 'no-default-route', text, {
        hint: `if it should have one: ip -${family} route add default via GATEWAY`,
      }),
    ]
  })
}

/** IPVS hands what leads to the director itself over on the spot, whatever way of forwarding is written. */
export function ownFindings(setup: Setup, facts: Facts): readonly Finding[] {
  return allServers(setup).flatMap(({ id, text }) => {
    const way = facts.ways.get(id.address)
    if (way?.kind !== 'seen' || way.value.kind !== 'local') return []
    const sentence = `The real server ${text} is this machine itself: packets are handed over here, and its service must listen on the virtual address.`
    return [
      finding('warning', 'real-is-director', sentence, { hint: 'write "forward local" for it, or another address' }),
    ]
  })
}

/** An address that is not here, and answers all the same, is somebody else's. */
async function addressFindings(setup: Setup, facts: Facts): Promise<readonly Finding[]> {
  if (facts.links.kind === 'unseen') return []
  const here = new Set(facts.links.value.flatMap(({ addresses }) => addresses.map(({ address }) => address)))
  const absent = virtualAddresses(setup).filter(({ address }) => !here.has(address))
  const answering = await Promise.all(absent.map(async ({ address }) => ((await answers(address)) ? [address] : [])))
  return answering.flat().map((address) =>
    finding('warning', 'virtual-address-taken', `${address} is not on this machine, and somebody answers for it.`, {
      hint: 'right if another director has it now; otherwise two machines would have one address',
    }),
  )
}

async function answers(address: string): Promise<boolean> {
  const ping = monitors.get('ping')
  if (ping === undefined) return false
  const signal = AbortSignal.timeout(PATIENCE)
  const { hosts } = await ping.check([host(address)], {}, { signal, timeout: PATIENCE, environment: {} })
  return hosts.some(({ kind }) => kind === 'up')
}

/** Whether anybody listens where mails are to go; the first of several relays is asked. */
export async function lookAtRelay(relay: string): Promise<readonly Finding[]> {
  const tcp = monitors.get('tcp')
  const [first = ''] = relay.split(' ', 1)
  if (tcp === undefined || !URL.canParse(first)) return []
  const { protocol, hostname, port } = new URL(first)
  const options = { port: port === '' ? (protocol === 'smtps:' ? 465 : 25) : Number(port) }
  const signal = AbortSignal.timeout(PATIENCE)
  const name = hostname.replace(/^\[(.*)\]$/, '$1')
  const { hosts } = await tcp.check([host(name)], options, { signal, timeout: PATIENCE, environment: {} })
  return hosts.flatMap((result) =>
    result.kind === 'up'
      ? []
      : [
          finding('warning', 'relay-unreachable', `The mail relay ${name} ${result.text}: nobody is told by mail.`, {
            hint: 'start it, or name another one: mailserver = smtp://HOST:PORT',
          }),
        ],
  )
}

async function checkFindings(services: readonly Service[]): Promise<readonly Finding[]> {
  let left = MOST_ASKED
  const asked = services.flatMap((service) => {
    const hosts = service.hosts.slice(0, Math.max(0, left))
    left -= hosts.length
    return hosts.length === 0 ? [] : [askedOnce(service, hosts)]
  })
  return answerFindings((await Promise.all(asked)).flat())
}

async function askedOnce(service: Service, hosts: readonly Host[]): Promise<readonly Told[]> {
  const call = service.monitor
  if (call === null) return []
  const question = {
    service: { ...service, timeout: PATIENCE },
    call,
    monitor: monitors.get(call.module),
    hosts,
    environment: {},
    controller: new AbortController(),
    started: () => undefined,
  }
  const { hosts: results } = await answerOf(question, after)
  return results.map((result) => ({ result, check: call.text }))
}

interface Told {
  readonly result: HostResult
  readonly check: string
}

/** Real servers that say the same are told of once. */
function answerFindings(told: readonly Told[]): readonly Finding[] {
  const alike = new Map<string, { readonly hosts: string[]; readonly one: Told }>()
  for (const one of told) {
    if (one.result.kind === 'up') continue
    const key = `${one.result.text} ${one.check}`
    const group = alike.get(key) ?? { hosts: [], one }
    group.hosts.push(one.result.host)
    alike.set(key, group)
  }
  return [...alike.values()].map(({ hosts, one: { result, check } }) => {
    const code = 'code' in result ? result.code : 'unknown'
    const text = `${hosts.length === 1 ? 'The real server' : 'Each of the real servers'} ${listed(hosts)} ${result.text} (check: ${check}).`
    const hint = HINTS[code] ?? 'it stays in the configuration, and is out of the pool until the check passes'
    return finding('warning', `real-${code}`, text, { hint })
  })
}

/** What is told of most often while a farm is being built. */
const HINTS: Readonly<Record<string, string>> = {
  refused: 'start the service there, or name the port on which it listens; until then it is out of the pool',
  'timed-out': 'is the machine on, and does a firewall let this one in? until it answers it is out of the pool',
  unreachable: 'is the machine on, and is this its address? until it answers it is out of the pool',
  'no-route': 'give this machine an address in its network, or a route to it',
}

function after(delay: Milliseconds, callback: () => void): () => void {
  const timer = setTimeout(callback, delay)
  return () => clearTimeout(timer)
}
