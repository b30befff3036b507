/**
 * Looks up one name, or the name of one address, on a name server, and looks for a pattern in what it answers: ldirectord's
 * dns check. A short name is looked up as a program of this machine would do it.
 * Source: ldirectord(8), service=dns; Net::DNS::Resolver, `search`.
 */
import { readFile } from 'node:fs/promises'
import type { Host } from '../../model/names.ts'
import { answerFault, type Fault } from '../../wire/dns/answer.ts'
import { addressesAndNames, questionOf } from '../../wire/dns/reverse.ts'
import { namesToTry, readSearchList, type SearchList } from '../../wire/dns/search-list.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Attempt } from '../probe/attempt.ts'
import type { Outcome } from '../probe/each-host.ts'
import { type Receive, receiveFault, shownPattern } from '../probe/receive.ts'
import { askAll } from './ask-all.ts'
import type { Way } from './ask-server.ts'
import type { WayOptions } from './options.ts'

const RESOLV_CONF = '/etc/resolv.conf'

/** A machine without the file looks up every name as it is. */
export async function searchList(): Promise<SearchList> {
  return readSearchList(await readFile(RESOLV_CONF, 'utf8').catch(() => ''))
}

export interface AskFor {
  /** A name or an address. */
  readonly name: string
  readonly receive: Receive
  readonly list: SearchList
  readonly way: Way
  readonly options: WayOptions
}

const QUOTED = 80

/** One name after the other, as a resolver does it: the first that the server has records of counts. */
export async function askFor(
  host: Host,
  { name, receive, list, way, options }: AskFor,
  attempt: Attempt,
): Promise<Outcome> {
  const { name: given, type } = questionOf(name)
  const names = type === 'A' ? namesToTry(given, list) : [given]
  let fault: Fault = { code: 'empty-answer', text: 'was asked for nothing', blame: 'us' }
  let address: string | null = null
  for (const one of names) {
    const question = { name: one, type }
    const asked = await askAll(host, [question], way, options, attempt)
    const [answer] = asked.answers
    address = asked.address
    if (answer === undefined) continue
    const none = answerFault(answer, question)
    if (none === null && answer.kind === 'reply') {
      return { ...verdictOn(addressesAndNames(answer.records), receive, `${type} of ${one}`), address }
    }
    fault = none ?? fault
    // Silent for one name, silent for the next.
    if (answer.kind === 'none') break
  }
  const { code, text, blame } = fault
  return { kind: blame === 'host' ? 'down' : 'unknown', code, text, address }
}

function verdictOn(found: readonly string[], receive: Receive, asked: string): Outcome {
  const right = found.find((text) => receiveFault(receive, Buffer.from(text), 'an answer') === null)
  if (right !== undefined) return { kind: 'up', text: `answered ${oneLine(right, QUOTED)} for ${asked}` }
  const said = found.length === 0 ? 'neither an address nor a name' : oneLine(found.join(', '), QUOTED)
  const wanted = receive.kind === 'pattern' ? ` where ${shownPattern(receive.shown)} was expected` : ''
  return { kind: 'down', code: 'no-match', text: `answered ${said} for ${asked}${wanted}` }
}
