/**
 * Pings one host a few times and says what that means. Up: an answer came, or with a limit on losses, enough of them.
 * The first answer settles it, and the rest is not sent, unless losses are counted.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckContext } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult } from '../../model/result.ts'
import type { Family } from '../../model/table.ts'
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { outletFailure } from '../probe/connect.ts'
import { checkResult, eachHost, type Outcome } from '../probe/each-host.ts'
import { type Outlet, type SocketTrouble, troubleText } from '../probe/own-socket.ts'
import { resolve } from '../probe/resolve.ts'
import { type EchoAnswer, echo } from './icmp.ts'

export interface PingPlan {
  readonly count: number
  /** Between one request and the next. */
  readonly interval: Milliseconds
  /** For the answer to one request. */
  readonly wait: Milliseconds
  readonly size: number
  readonly outlet: Outlet
  /** The address asked instead of the host's own. */
  readonly connectIp?: string | undefined
  readonly family: Family | null
  /** Percentage of requests that may stay without an answer; `null`: one answer is enough. */
  readonly maxLoss: number | null
}

/** Round trips of the hosts that answered, by host. */
type RoundTrips = Map<Host, Milliseconds>

/** Pings all hosts at once. `timings.total` of a host that answered is the round trip of its first answer. */
export async function pingHosts(hosts: readonly Host[], plan: PingPlan, context: CheckContext): Promise<CheckResult> {
  const roundTrips: RoundTrips = new Map()
  const result = await eachHost(hosts, longest(plan), context, async (host, attempt) => {
    const found = await resolve(plan.connectIp ?? host, plan.family, attempt)
    if (found.kind === 'failed') return { kind: 'unknown', code: found.code, text: found.text }
    const { address, family } = found
    const wrong = outletFailure({ address, family, port: 0, ...plan.outlet })
    if (wrong !== null) return { kind: 'unknown', code: wrong.code, text: wrong.text, address }
    const answers = await ping(address, family, plan, attempt)
    const reply = answers.find(({ kind }) => kind === 'reply')
    if (reply?.kind === 'reply') roundTrips.set(host, reply.roundTrip)
    return { ...outcomeOf(answers, family, plan, attempt), address }
  })
  const timed = result.hosts.map((host) => {
    const total = roundTrips.get(host.host) ?? host.timings.total
    return { ...host, timings: { ...host.timings, total } }
  })
  return checkResult(timed, result.warnings)
}

/** A name's lookup comes before the first request, and may take as long as all of them. */
function longest({ count, interval, wait }: PingPlan): Milliseconds {
  const pinging = (count - 1) * interval + wait
  return milliseconds(pinging * 2 + LOOKUP_GRACE_MS)
}

/** Time for looking up a name besides that of the pings. */
const LOOKUP_GRACE_MS = 5000

/** One answer a request that was sent, in the order in which they settled. */
async function ping(address: string, family: Family, plan: PingPlan, attempt: Attempt): Promise<EchoAnswer[]> {
  const enough = new AbortController()
  const signal = AbortSignal.any([enough.signal, attempt.signal])
  // Each request listens to it; Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, signal)
  const answers: EchoAnswer[] = []
  const under: Promise<void>[] = []
  for (let sent = 0; sent < plan.count && !signal.aborted; sent++) {
    if (sent > 0) await sleep(plan.interval, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    const { size, outlet, wait } = plan
    const answered = echo({ address, family, size, outlet, wait, signal }).then((answer) => {
      answers.push(answer)
      if (settles(answer, plan)) enough.abort()
    })
    under.push(answered)
  }
  await Promise.all(under)
  return answers
}

/** Whether further requests could say nothing new. */
function settles(answer: EchoAnswer, { maxLoss }: PingPlan): boolean {
  if (answer.kind === 'reply') return maxLoss === null
  return answer.kind === 'no-socket' || answer.kind === 'too-many'
}

function outcomeOf(answers: readonly EchoAnswer[], family: Family, plan: PingPlan, attempt: Attempt): Outcome {
  const replies = answers.flatMap((answer) => (answer.kind === 'reply' ? [answer.roundTrip] : []))
  const [first] = replies
  if (plan.maxLoss === null && first !== undefined) return { kind: 'up', text: answered(first) }
  if (attempt.stopped() === 'aborted') return { kind: 'unknown', code: 'aborted', text: 'was not checked to the end' }
  if (first === undefined && answers.length > 0) return byWorst(answers, family, plan)
  if (plan.maxLoss !== null && first !== undefined && answers.length === plan.count) {
    return byLoss(replies.length, first, plan.count, plan.maxLoss)
  }
  const why = `only ${answers.length} of ${plan.count} pings were sent before the time was over; raise the timeout of the service`
  return unknown('cut-short', why)
}

function byLoss(replies: number, first: Milliseconds, count: number, maxLoss: number): Outcome {
  const lost = Math.round(((count - replies) / count) * 100)
  if (lost <= maxLoss) return { kind: 'up', text: `${answered(first)}; ${lost} % of ${count} pings were lost` }
  const text = `answered ${replies} of ${count} pings; ${lost} % were lost, and at most ${maxLoss} % may be`
  return { kind: 'down', code: 'loss', text }
}

/** No answer came. What the network said of it comes first, then trouble of our own, then silence. */
function byWorst(answers: readonly EchoAnswer[], family: Family, { outlet, wait }: PingPlan): Outcome {
  for (const answer of answers) {
    if (answer.kind === 'unreachable') {
      const text = `did not answer ${pings(answers.length)}: ${answer.from} says ${answer.text}`
      return { kind: 'down', code: 'unreachable', text }
    }
  }
  for (const answer of answers) {
    if (answer.kind === 'no-socket') return noSocket(answer.trouble, family, outlet)
    if (answer.kind === 'not-sent') return notSent(answer.errno, family)
    if (answer.kind === 'too-many') {
      return unknown('too-many-pings', 'too many pings are under way already; spread the checks')
    }
  }
  const text = `did not answer ${pings(answers.length)} within ${limitText(wait)}`
  return { kind: 'down', code: 'no-answer', text }
}

const pings = (count: number): string => (count === 1 ? 'a ping' : `${count} pings`)
const answered = (roundTrip: Milliseconds): string => `answered a ping in ${roundTrip.toFixed(2)} ms`

const unknown = (code: string, why: string): Outcome => ({
  kind: 'unknown',
  code,
  text: `could not be checked: ${why}`,
})

/** What an operator has to do so that pings may be sent: one of three, said exactly. */
const PERMISSION =
  'this user may not send pings; run sysctl -w net.ipv4.ping_group_range="0 2147483647" (for all users), ' +
  'or setcap cap_net_raw+ep on the node program, or give the service AmbientCapabilities=CAP_NET_RAW'

function noSocket(trouble: SocketTrouble, family: Family, outlet: Outlet): Outcome {
  const { errno, step } = trouble
  const text = step === 'socket' ? null : troubleText(trouble, outlet)
  if (text !== null) return unknown(errno === 'ENODEV' ? 'no-interface' : 'not-permitted', text)
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return unknown('not-permitted', PERMISSION)
    case 'EADDRNOTAVAIL':
    case 'ENODEV':
      return unknown('source-unavailable', `the source address ${outlet.source} is not one of this machine's`)
    case 'EMFILE':
    case 'ENFILE':
      return unknown('too-many-open-files', 'too many files are open here; raise LimitNOFILE')
    case 'EAFNOSUPPORT':
      return unknown('not-permitted', `IPv${family} is switched off on this machine`)
    default:
      return unknown('no-socket', `the kernel refused an ICMP socket (${errno})`)
  }
}

/** sendto(2): what the routing table and the firewall of this machine say at once. */
function notSent(errno: string, family: Family): Outcome {
  switch (errno) {
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return {
        kind: 'down',
        code: 'unreachable',
        text: 'cannot be reached: nobody on its network answers for its address',
      }
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return { kind: 'down', code: 'no-route', text: 'cannot be reached: this machine has no route to its address' }
    case 'EACCES':
    case 'EPERM':
      return unknown('not-permitted', `this machine forbids the ping (${errno}); look at its own firewall rules`)
    default:
      return unknown('not-sent', `a ping over IPv${family} could not be sent (${errno})`)
  }
}
