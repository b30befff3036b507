/** A `receiver` block -> Receiver: its channels, who takes over from them, and how much they are told at once. */
import type { AlertCall } from '../../model/model.ts'
import type { GroupBy, Receiver, SecondChannel } from '../../model/receiver.ts'
import {
  DEFAULT_GROUP_BY,
  DEFAULT_GROUP_WAIT,
  LONGEST_BURST,
  LONGEST_GROUP_WAIT,
  LONGEST_PATIENCE,
  MOST_CHANNELS,
  MOST_MESSAGES,
} from '../defaults.ts'
import type { OwnBlockLines, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { ReceiverWord } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { lacksTime, resolveAlerts, splitTime } from './alert-lines.ts'
import { type BlockLines, sortLines } from './block-lines.ts'
import { readAtMost, readBurst } from './burst.ts'
import type { Naming } from './call.ts'

export const RECEIVER_EXAMPLES: Readonly<Record<ReceiverWord, string>> = {
  alert: 'alert mail ops@example.com',
  second: 'second 5m pager 01705550100@sms.example.com',
  group_wait: 'group_wait 10s',
  group_by: 'group_by host, watch, virtual or receiver',
  digest: 'digest 10 1m',
  rate: 'rate 20 10m',
}

const REPEATED: ReadonlySet<ReceiverWord> = new Set(['alert'])
const MESSAGES = {
  ...{ code: 'receiver-limit', what: 'messages', example: '10 1m' },
  ...{ least: 1, most: MOST_MESSAGES, longest: LONGEST_BURST },
}

/** After a mistake as much of it as there is, so that who names it is not told of a mistake as well. */
export function resolveReceiver(block: OwnBlockLines, naming: Naming, report: Report): Receiver {
  const lines = sortLines(block, { kind: 'receiver', examples: RECEIVER_EXAMPLES, repeated: REPEATED }, report)
  const name = block.name.text
  const value = (word: ReceiverWord) => lines.get(word)?.[0]?.value
  const burst = (word: 'digest' | 'rate') => {
    const words = value(word)
    return words === undefined ? null : readBurst(words, { ...MESSAGES, word }, report)
  }
  const receiver: Receiver = {
    name,
    channels: readChannels(lines.get('alert') ?? [], name, naming, report),
    second: readSecond(value('second'), name, naming, report),
    groupWait: readGroupWait(value('group_wait'), report),
    groupBy: readGroupBy(value('group_by'), report),
    digest: burst('digest'),
    rate: burst('rate'),
    place: placeOfSlice(block.name),
  }
  if (!lines.has('alert')) reportSilent(block, report)
  reportSameTeller(receiver, value('second'), naming, report)
  reportOneByOne(receiver, lines, report)
  return receiver
}

function readChannels(lines: readonly Statement[], name: string, naming: Naming, report: Report): readonly AlertCall[] {
  const over = lines[MOST_CHANNELS]
  if (over !== undefined) {
    const message = `more than ${MOST_CHANNELS} channels of one receiver`
    report.error('receiver-channels', spanOf(over.keyword), message, 'make two receivers of it: alert to ONE TWO')
  }
  const channels = new Map<string, AlertCall>()
  for (const { value } of lines.slice(0, MOST_CHANNELS)) {
    for (const call of readChannel(value, name, naming, report)) {
      if (channels.has(call.text)) {
        const message = `${quoted(call.text)} is a channel of this receiver already`
        report.warning('receiver-channels', spanOf(value), message, 'leave out one of the two lines')
      }
      channels.set(call.text, call)
    }
  }
  return [...channels.values()]
}

/** Channels count by their words, and go by the line that names the receiver. */
function readChannel(value: Slice, receiver: string, naming: Naming, report: Report): AlertCall[] {
  return resolveAlerts(value, naming, report).map((call) => {
    if (call.exit === null) return { ...call, receiver }
    const message = 'a receiver is told whatever the exit status was: exit= belongs to the line that names it'
    report.error('receiver-exit', spanOf(value), message, `write alert exit=1-2 to ${receiver} in the period`)
    return { ...call, exit: null, receiver }
  })
}

function readSecond(value: Slice | undefined, name: string, naming: Naming, report: Report): SecondChannel | null {
  if (value === undefined || lacksTime('second', value, RECEIVER_EXAMPLES.second, naming, report)) return null
  const { time, rest } = splitTime(value)
  if (rest.text === '') {
    const message = '"second" says when, and not who takes over'
    report.error('receiver-second', spanOf(value), message, `write ${RECEIVER_EXAMPLES.second}`)
    return null
  }
  const after = readAtMost(time, 'second', LONGEST_PATIENCE, 'receiver-second', report)
  const calls = readChannel(rest, name, naming, report)
  return after === null || calls.length === 0 ? null : { after, calls }
}

const readGroupWait = (value: Slice | undefined, report: Report) =>
  value === undefined
    ? DEFAULT_GROUP_WAIT
    : (readAtMost(value, 'group_wait', LONGEST_GROUP_WAIT, 'receiver-limit', report, { zero: true }) ??
      DEFAULT_GROUP_WAIT)

const GROUPS: readonly GroupBy[] = ['host', 'watch', 'virtual', 'receiver']

function readGroupBy(value: Slice | undefined, report: Report): GroupBy {
  if (value === undefined) return DEFAULT_GROUP_BY
  const found = GROUPS.find((word) => word === value.text)
  if (found !== undefined) return found
  const nearest = report.nearest(value.text, GROUPS)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${GROUPS.join(', ')}`
  report.error('receiver-group', spanOf(value), `${quoted(value.text)} is nothing to group messages by`, hint)
  return DEFAULT_GROUP_BY
}

function reportSilent({ name }: OwnBlockLines, report: Report): void {
  const message = `receiver ${quoted(name.text)} has no alert: nobody would be told`
  report.error('receiver-silent', spanOf(name), message, `write ${RECEIVER_EXAMPLES.alert} below it`)
}

/** What does not get through to somebody gets through to him no better a second time. */
function reportSameTeller({ channels, second }: Receiver, value: Slice | undefined, naming: Naming, report: Report) {
  if (second === null || value === undefined) return
  const tellers = new Set(channels.map((call) => tellerOf(call, naming)))
  if (!second.calls.some((call) => tellers.has(tellerOf(call, naming)))) return
  const message = 'the second channel tells whom a channel of this receiver tells in the same way'
  report.error(
    'receiver-second',
    spanOf(splitTime(value).rest),
    message,
    'name somebody else, or another way of telling',
  )
}

function tellerOf({ module, options }: AlertCall, { surroundings }: Naming): string {
  const told = surroundings.alerts.get(module)?.receiver?.(options)
  return `${module} ${told ?? JSON.stringify(options)}`
}

function reportOneByOne({ channels }: Receiver, lines: BlockLines<ReceiverWord>, report: Report): void {
  if (channels.length === 0 || channels.some(({ combines }) => combines === true)) return
  for (const word of ['group_wait', 'digest'] as const) {
    const line = lines.get(word)?.[0]
    if (line === undefined) continue
    const message = `no channel of this receiver can tell of several messages at once: with ${word} they go one by one`
    report.warning('receiver-one-by-one', spanOf(line.keyword), message, `leave ${word} out, or add alert mail`)
  }
}
