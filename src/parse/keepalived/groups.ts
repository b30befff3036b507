/** The entries of a virtual_server_group: an address, a range or a net of them with a port, or a firewall mark. */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../model/table.ts'
import { parseAddress } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { addressRemedy, withPort } from './addresses.ts'
import type { GroupEntry, VirtualServerGroup } from './file.ts'
import { spanOf, type Word } from './line.ts'
import { readValue } from './settings.ts'
import type { Statement } from './tree.ts'
import { type Args, integer, KEEPALIVED_LARGEST, oneOf, type Value } from './values.ts'

/** Addresses that one entry may stand for: each becomes a service of its own in the kernel. */
export const MOST_OF_A_RANGE = 65_536

export function readGroup(statement: Statement, report: Report): VirtualServerGroup | null {
  const [name] = statement.words
  if (name === undefined) {
    const hint = 'write virtual_server_group NAME { … }'
    report.error('block-name', spanOf(statement.keyword), 'this virtual_server_group lacks its name', hint)
    return null
  }
  const lines = (statement.block?.statements ?? []).filter(({ block }) => block === null)
  const entries = lines.map((line) => entryOf(line, report)).filter((entry) => entry !== null)
  if (lines.length === 0) {
    const message = `the group ${quoted(name.text)} has no entries`
    report.error('group-empty', spanOf(name), message, 'write addresses with ports, or fwmark N, a line each')
  }
  return { name, entries }
}

/** The first word of an entry is a value, not a keyword. */
function entryOf(line: Statement, report: Report): GroupEntry | null {
  if (line.keyword.text === 'fwmark') return readValue(line, mark(line.keyword), report)
  const range = rangeOf(line.keyword.text)
  if (typeof range === 'string') {
    report.error('group-entry', spanOf(line.keyword), `${quoted(line.keyword.text)} ${range}`, remedy(line.keyword))
    return null
  }
  const value: Value<GroupEntry> = {
    wants: 'a port from 1 to 65535',
    read: (args) => withPort(args, { kind: 'addresses', at: line.keyword, ...range }),
  }
  return readValue(line, value, report)
}

const mark = (at: Word): Value<GroupEntry> => ({
  wants: 'a number from 1 to 4294967295, and if need be inet or inet6',
  read: (args: Args): GroupEntry | null => {
    const mark = integer(1, KEEPALIVED_LARGEST).read(args)
    if (mark === null) return null
    const family = args.peek() === undefined ? undefined : oneOf(['inet', 'inet6']).read(args)
    if (family === null) return null
    return { kind: 'mark', at, mark, family: family === undefined ? null : family === 'inet' ? 4 : 6 }
  },
})

interface Range {
  readonly family: Family
  readonly first: string
  readonly last: string
  readonly count: number
}

/** A range, or what is wrong with the text. */
function rangeOf(text: string): Range | string {
  const [, net, length] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  if (net !== undefined && length !== undefined) return netOf(net, Number(length))
  const dash = text.indexOf('-')
  const first = parseAddress(dash < 0 ? text : text.slice(0, dash))
  if (first === null) return 'is no address, range or net'
  if (dash < 0) return { family: first.family, first: first.address, last: first.address, count: 1 }
  const end = text.slice(dash + 1)
  const last = parseAddress(end) ?? parseAddress(withLastPart(first, end))
  if (last === null || last.family !== first.family) return 'has no end that fits its beginning'
  return between(first.family, numberOf(first.address), numberOf(last.address))
}

/** `10.0.0.2-9`, `2001:db8::2-9`: the last part of an address alone. */
function withLastPart(
  { family, address }: { readonly family: Family; readonly address: string },
  part: string,
): string {
  if (family === 4) return /^\d{1,3}$/.test(part) ? address.replace(/\d+$/, part) : ''
  if (!/^[0-9a-f]{1,4}$/i.test(part)) return ''
  return addressOf(6, (numberOf(address) & ~0xffffn) | BigInt(`0x${part}`))
}

function netOf(net: string, length: number): Range | string {
  const address = parseAddress(net)
  if (address === null) return 'is no net: what stands before the / is no address'
  const bits = address.family === 4 ? 32 : 128
  if (length > bits) return `is no net: behind the / stands a number from 0 to ${bits}`
  const size = 1n << BigInt(bits - length)
  const first = (numberOf(address.address) / size) * size
  return between(address.family, first, first + size - 1n)
}

function between(family: Family, first: bigint, last: bigint): Range | string {
  if (last < first) return 'ends before it begins'
  const count = last - first + 1n
  if (count > BigInt(MOST_OF_A_RANGE)) return `stands for more than ${MOST_OF_A_RANGE} addresses`
  return { family, first: addressOf(family, first), last: addressOf(family, last), count: Number(count) }
}

export const numberOf = (address: string): bigint =>
  ipaddr
    .parse(address)
    .toByteArray()
    .reduce((all, byte) => (all << 8n) | BigInt(byte), 0n)

export function addressOf(family: Family, number: bigint): string {
  const bytes = Array.from({ length: family === 4 ? 4 : 16 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn))
  const parsed = ipaddr.fromByteArray(bytes.toReversed())
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString()
}

const EXAMPLES = 'write 192.0.2.1 80, 192.0.2.1-9 80, 192.0.2.0/28 80 or fwmark 1'

const remedy = ({ text }: Word) => (/[-/]/.test(text) ? EXAMPLES : (addressRemedy(text) ?? EXAMPLES))
