/**
 * `upalert init` as a conversation: a generator that asks, and is answered. It knows no terminal and no machine; whoever
 * drives it shows what it says, and looks at the machine when it wants that. What was answered is never lost: a pool that
 * is not right is asked again with its answers as what is proposed.
 */
import { endpointText } from '../../model/table.ts'
import { DEFAULT_DATABASE, DEFAULT_MAILSERVER, DEFAULT_SCHEDULER } from '../../parse/defaults.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { hostFault } from '../../parse/text/host.ts'
import { type Answers, type MailAnswers, MOST_VIRTUALS, type RealAnswers, type VirtualAnswers } from './answers.ts'
import { proposedCheck } from './checks.ts'
import * as explain from './explanations.ts'
import {
  type Address,
  type Front,
  type Read,
  readAddress,
  readCheck,
  readForward,
  readName,
  readPort,
  readProtocol,
  readReal,
  readRecipients,
  readRelay,
  readScheduler,
  readSender,
  readYesNo,
  textFault,
  twiceFault,
} from './fields.ts'
import { fault } from './judge.ts'
import { virtualSummary } from './summary.ts'

export type Step =
  | { readonly kind: 'say'; readonly text: string }
  /** The reply is what was typed. */
  | { readonly kind: 'ask'; readonly prompt: string }
  /** The reply is the addresses of a name, with blanks between; nothing where it has none. */
  | { readonly kind: 'addresses-of'; readonly name: string }
  /** What can be seen of it from here is told; the reply means nothing. */
  | { readonly kind: 'look'; readonly virtual: VirtualAnswers }
  | { readonly kind: 'look-relay'; readonly relay: string }

export interface Known {
  readonly surroundings: Surroundings
  /** Of this machine, those that are likeliest to be virtual ones first. */
  readonly addresses: readonly { readonly address: string; readonly device: string }[]
  /** Behind the @ of addresses here; empty where nobody knows. */
  readonly mailDomain: string
  /** The command line's -o; `null`: it is asked for. */
  readonly output: string | null
  readonly proposedOutput: string
}

export interface Answered {
  readonly answers: Answers
  readonly output: string
}

type Dialogue<T> = Generator<Step, T, string>

interface Question {
  readonly prompt: string
  readonly explanation: string
  /** What an empty line stands for; `null`: something must be written. */
  readonly proposal: string | null
}

export function* dialogue(known: Known): Dialogue<Answered> {
  yield say(explain.WELCOME)
  const virtuals: VirtualAnswers[] = []
  do virtuals.push(yield* virtual(known, virtuals))
  while (virtuals.length < MOST_VIRTUALS && (yield* confirmed('Another virtual server?', false)))
  const mail = yield* telling(known)
  const output =
    known.output ??
    (yield* asked({ prompt: 'File', explanation: explain.OUTPUT, proposal: known.proposedOutput }, (text) => ({
      kind: 'value',
      value: text,
    })))
  return { answers: { mail, database: DEFAULT_DATABASE, virtuals }, output }
}

const say = (text: string): Step => ({ kind: 'say', text })

/** Asks until the answer is right, and says each time what was wrong. */
function* asked<T>({ prompt, explanation, proposal }: Question, read: (text: string) => Read<T>): Dialogue<T> {
  if (explanation !== '') yield say(`\n${explanation}`)
  const bracket = proposal === null || proposal === '' ? '' : ` [${proposal}]`
  for (;;) {
    const typed = (yield { kind: 'ask', prompt: `${prompt}${bracket}: ` }).trim()
    if (typed === '?') {
      yield say(explanation === '' ? 'Write yes or no.' : explanation)
      continue
    }
    const answer = typed === '' ? proposal : typed
    const result = answer === null ? fault('this has no answer yet', 'write one; ? explains') : judged(answer, read)
    if (result.kind === 'value') return result.value
    yield say(wrong(result))
  }
}

const judged = <T>(text: string, read: (text: string) => Read<T>): Read<T> => textFault(text) ?? read(text)

function wrong({ message, hint }: { readonly message: string; readonly hint: string }): string {
  const sentence = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`
  const end = /[.?!]$/.test(hint) ? '' : '.'
  return `  ! ${wrapped(hint === '' ? `${sentence}.` : `${sentence}: ${hint}${end}`, '    ')}`
}

/** Columns of a line, for terminals of a hundred. */
const WIDTH = 96

function wrapped(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${indent}`)
}

const confirmed = (prompt: string, proposal: boolean): Dialogue<boolean> =>
  asked({ prompt, explanation: '', proposal: proposal ? 'yes' : 'no' }, readYesNo)

function* virtual(known: Known, others: readonly VirtualAnswers[]): Dialogue<VirtualAnswers> {
  let former: VirtualAnswers | null = null
  for (;;) {
    former = yield* oneVirtual(known, others, former)
    yield say(`\n${virtualSummary(former)}`)
    yield { kind: 'look', virtual: former }
    if (yield* confirmed('Is this as you want it? ("no" asks again, with these answers)', true)) return former
  }
}

function* oneVirtual(
  known: Known,
  others: readonly VirtualAnswers[],
  former: VirtualAnswers | null,
): Dialogue<VirtualAnswers> {
  const { surroundings } = known
  const taken = new Set(others.map(({ name }) => name))
  const nameProposal = former?.name ?? (others.length === 0 ? 'web' : null)
  const name = yield* asked({ prompt: 'Name', explanation: explain.NAME, proposal: nameProposal }, (text) =>
    readName(text, taken),
  )
  const at = yield* virtualAddress(known, former)
  const { port, protocol } = yield* ends(name, at, others, former)
  const forward = yield* asked(
    {
      prompt: 'Forwarding',
      explanation: explain.FORWARD,
      proposal: former?.forward ?? others.at(-1)?.forward ?? 'nat',
    },
    readForward,
  )
  const reals = yield* pool({ ...at, port, forward }, former?.reals ?? [])
  const same = former !== null && former.port === port && former.protocol === protocol
  const checkProposal = same ? former.check : proposedCheck(reals[0]?.port ?? port, protocol)
  const check = yield* asked({ prompt: 'Check', explanation: explain.CHECK, proposal: checkProposal }, (text) =>
    readCheck(text, surroundings),
  )
  const scheduler = yield* asked(
    { prompt: 'Scheduler', explanation: explain.SCHEDULER, proposal: former?.scheduler ?? DEFAULT_SCHEDULER },
    (text) => readScheduler(text, reals, surroundings),
  )
  return { name, ...at, port, protocol, forward, reals, check, scheduler }
}

const portFor = (name: string): string => (readPort(name).kind === 'value' ? name : 'http')

/** A name is looked up once: the kernel's table holds addresses. */
function* virtualAddress({ addresses }: Known, former: VirtualAnswers | null): Dialogue<Address> {
  const listed = addresses.map(({ address, device }) => `${address} (${device})`).join(', ')
  const here = listed === '' ? '' : `\nOn this machine: ${listed}.`
  const proposal = former?.address ?? addresses[0]?.address ?? null
  for (;;) {
    const question = { prompt: 'Virtual address', explanation: explain.ADDRESS + here, proposal }
    const text = yield* asked(question, (word) => {
      const read = readAddress(word)
      return read.kind === 'value' || hostFault(word) !== null ? mapped(read, ({ address }) => address) : asIs(word)
    })
    const read = readAddress(yield* lookedUp(text))
    if (read.kind === 'value') return read.value
    yield say(wrong(read))
  }
}

const asIs = (text: string): Read<string> => ({ kind: 'value', value: text })

const mapped = <T, U>(read: Read<T>, to: (value: T) => U): Read<U> =>
  read.kind === 'value' ? { kind: 'value', value: to(read.value) } : read

/** The first word of a line as an address, if it is a name that has one; the line as it is otherwise. */
function* lookedUp(line: string): Dialogue<string> {
  const [, name = '', port = '', rest = ''] = /^([^\s:[\]]+)(:\w+)?(\s.*)?$/.exec(line) ?? []
  if (name === '' || hostFault(name) !== null || readAddress(name).kind === 'value' || /^[\d.]+$/.test(name))
    return line
  const [address, ...more] = (yield { kind: 'addresses-of', name }).split(' ').filter((word) => word !== '')
  if (address === undefined) return line
  const others = more.length === 0 ? '' : ` (and ${more.join(', ')})`
  yield say(`  ${name} is ${address}${others} now; the kernel's table holds addresses, so that one is taken.`)
  return `${port !== '' && address.includes(':') ? `[${address}]` : address}${port}${rest}`
}

/** Port and protocol, which with the address must be nobody else's. */
function* ends(
  name: string,
  at: Address,
  others: readonly VirtualAnswers[],
  former: VirtualAnswers | null,
): Dialogue<Pick<VirtualAnswers, 'port' | 'protocol'>> {
  for (;;) {
    const proposal = former === null ? portFor(name) : String(former.port)
    const port = yield* asked({ prompt: 'Port', explanation: explain.PORT, proposal }, readPort)
    const usual = former?.protocol ?? (DATAGRAMS.includes(port) ? 'udp' : 'tcp')
    const question = { prompt: 'Protocol', explanation: explain.PROTOCOL, proposal: usual }
    const protocol = yield* asked(question, readProtocol)
    const text = endpointText({ ...at, port })
    const same = others.find((other) => other.protocol === protocol && endpointText(other) === text)
    if (same === undefined) return { port, protocol }
    const hint = 'give another port or another protocol'
    yield say(wrong(fault(`${text}/${protocol} belongs to virtual server "${same.name}" already`, hint)))
  }
}

/** DNS, NTP and syslog. */
const DATAGRAMS: readonly number[] = [53, 123, 514]

function* pool(front: Front, former: readonly RealAnswers[]): Dialogue<readonly RealAnswers[]> {
  yield say(`\n${explain.REALS[front.forward]}`)
  // With another way of forwarding or another address, some of them may not do any more.
  const kept = former.filter((real) => readReal(realText(real), front).kind === 'value')
  if (kept.length > 0) {
    yield say(kept.map((real) => `  ${realText(real)}`).join('\n'))
    if (yield* confirmed('Keep these real servers, to add others?', true)) return yield* realsOf(front, kept)
  }
  return yield* realsOf(front, [])
}

const realText = (real: RealAnswers): string => `${endpointText(real)} weight ${real.weight}`

function* realsOf(front: Front, before: readonly RealAnswers[]): Dialogue<readonly RealAnswers[]> {
  const reals = [...before]
  for (;;) {
    const typed = (yield { kind: 'ask', prompt: `Real server ${reals.length + 1}: ` }).trim()
    if (typed === '') {
      if (reals.some(({ weight }) => weight > 0)) return reals
      const none = fault('there is no real server yet', 'write its address, such as 10.1.1.2')
      const asleep = fault('every real server has weight 0, so none takes a connection', 'name one that has 1 at least')
      yield say(wrong(reals.length === 0 ? none : asleep))
      continue
    }
    if (typed === '?') {
      yield say(explain.REALS[front.forward])
      continue
    }
    const line = textFault(typed) === null ? yield* lookedUp(typed) : typed
    const read = judged(line, (text) => readReal(text, front))
    const again = read.kind === 'value' ? twiceFault(read.value, reals) : null
    if (read.kind === 'fault') yield say(wrong(read))
    else if (again !== null) yield say(wrong(again))
    else reals.push(read.value)
  }
}

function* telling({ surroundings, mailDomain }: Known): Dialogue<MailAnswers> {
  const at = mailDomain === '' ? '' : `@${mailDomain}`
  const to = yield* asked({ prompt: 'Mail to', explanation: explain.RECIPIENTS, proposal: `root${at}` }, (text) =>
    readRecipients(text, surroundings),
  )
  if (to.length === 0) return { to, from: '', relay: DEFAULT_MAILSERVER }
  const relay = yield* asked(
    { prompt: 'Mail relay', explanation: explain.RELAY, proposal: DEFAULT_MAILSERVER },
    (text) => readRelay(text, surroundings),
  )
  const from = yield* asked(
    {
      prompt: 'Mail from',
      explanation: explain.SENDER,
      proposal: `upalert@${mailDomain === '' ? 'localhost' : mailDomain}`,
    },
    (text) => readSender(text, surroundings),
  )
  yield { kind: 'look-relay', relay }
  return { to, from, relay }
}
