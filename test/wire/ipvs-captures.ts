/** What ipvsadm, keepalived and the kernel really said to each other: the lines of ipvs.hex. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NetlinkMessage } from '../../src/wire/ipvs/netlink.ts'
import { decodeMessages, isMalformed } from '../../src/wire/ipvs/netlink.ts'

export const captured = new Map(
  readFileSync(join(import.meta.dirname, 'ipvs.hex'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'))
    .map(([name = '', what = '', hex = '']) => [name, { what, bytes: Buffer.from(hex, 'hex') }]),
)

export function vector(name: string): { what: string; bytes: Buffer } {
  const found = captured.get(name)
  assert(found !== undefined, `ipvs.hex has no ${name}`)
  return found
}

export function message(bytes: Uint8Array): NetlinkMessage {
  const messages = decodeMessages(bytes)
  assert(!isMalformed(messages) && messages[0] !== undefined)
  return messages[0]
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
