/**
 * Services, real servers and flags in ipvsadm's words. Addresses are always numbers: a director that is in trouble must
 * not wait for name servers to show its table.
 * Source: ipvsadm(8), and ipvsadm 1.31's output as observed.
 */
import type { Family, TableService, TableServiceId } from '../../model/table.ts'
import { addressBytes } from '../../wire/ipvs/address.ts'

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function endText(end: { readonly family: Family; readonly address: string; readonly port: number }): string {
  const address = addressWord(end.family, end.address)
  return end.family === 6 ? `[${address}]:${end.port}` : `${address}:${end.port}`
}

/** `80`, or `80 IPv6`. */
export function markText(id: Extract<TableServiceId, { kind: 'mark' }>): string {
  return id.family === 6 ? `${id.mark} IPv6` : String(id.mark)
}

/** Like inet_ntop(3), which writes an IPv4 address within an IPv6 address in its own form. */
function addressWord(family: Family, address: string): string {
  if (family === 4 || !/^::(?:ffff:)?[0-9a-f]+:[0-9a-f]+$/.test(address)) return address
  const bytes = addressBytes(6, address)
  if (bytes === null || bytes.length < 16) return address
  return `${address.startsWith('::ffff:') && bytes[10] === 0xff ? '::ffff:' : '::'}${bytes.subarray(12).join('.')}`
}

/** `sh-fallback`, `flag-3`. */
export function flagNames(service: Pick<TableService, 'scheduler' | 'schedulerFlags'>): string[] {
  const own = ownFlags[service.scheduler] ?? {}
  return [1, 2, 3]
    .filter((number) => (service.schedulerFlags & (1 << (number - 1))) !== 0)
    .map((number) => own[number] ?? `flag-${number}`)
}

/** Whether a scheduler's flags have names besides flag-1 and flag-2. */
export function hasOwnFlags(scheduler: string): boolean {
  return scheduler in ownFlags
}

/** The bit of a flag's name, or `null` if no scheduler has it. */
export function flagBit(name: string): number | null {
  const plain = /^flag-([123])$/.exec(name)
  if (plain !== null) return 1 << (Number(plain[1]) - 1)
  for (const names of Object.values(ownFlags)) {
    const number = [1, 2].find((one) => names[one] === name)
    if (number !== undefined) return 1 << (number - 1)
  }
  return null
}

const ownFlags: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  sh: { 1: 'sh-fallback', 2: 'sh-port' },
  mh: { 1: 'mh-fallback', 2: 'mh-port' },
}

/** The persistence mask as it is written, or `null` where clients are kept apart. */
export function maskText({ id, prefix, mask }: Pick<TableService, 'id' | 'prefix' | 'mask'>): string | null {
  if (id.family === 6) return prefix === 128 ? null : String(prefix)
  if (mask !== undefined) return mask
  if (prefix === 32) return null
  const bits = prefix <= 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}
