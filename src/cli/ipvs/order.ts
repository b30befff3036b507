/**
 * The order in which ipvsadm lists services (by mark, family, protocol, address, port) and real servers (by address and
 * port), each compared by the sign of a 32-bit difference. So 192.168.0.1 comes before 10.0.0.1, and where three addresses go round in a circle
 * the merge sort of qsort(3) decides. Scripts that compare listings see all of that, so it is kept.
 * Source: ipvsadm 1.31's output as observed.
 */
import type { Family, TableDestination, TableService } from '../../model/table.ts'
import { addressBytes } from '../../wire/ipvs/address.ts'

export function sortedServices(services: readonly TableService[]): TableService[] {
  return sortedBy(services, ({ id }) =>
    id.kind === 'mark'
      ? [id.mark, id.family, 0, ...NO_ADDRESS, 0]
      : [0, id.family, PROTOCOL[id.protocol], ...words(id.family, id.address), id.port],
  )
}

export function sortedDestinations(destinations: readonly TableDestination[]): TableDestination[] {
  // Whatever their family: an IPv4 address is compared with the beginning of an IPv6 one.
  return sortedBy(destinations, ({ id }) => [...words(id.family, id.address), id.port])
}

/** By their numbers: 6, 17, 132. */
const PROTOCOL = { tcp: 0, udp: 1, sctp: 2 }
const NO_ADDRESS = [0, 0, 0, 0]

/** An address as four words, an IPv4 address as the first. */
function words(family: Family, address: string): number[] {
  const bytes = addressBytes(family, address) ?? new Uint8Array(16)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return NO_ADDRESS.map((_, i) => (family === 6 || i === 0 ? view.getUint32(4 * i, false) : 0))
}

function sortedBy<One>(list: readonly One[], key: (one: One) => number[]): One[] {
  return mergeSorted(list.map((one) => ({ one, key: key(one) }))).map(({ one }) => one)
}

interface Keyed<One> {
  readonly one: One
  readonly key: readonly number[]
}

/** qsort(3) of glibc: the first half is the smaller one, and of equals the first comes first. */
function mergeSorted<One>(list: readonly Keyed<One>[]): Keyed<One>[] {
  if (list.length < 2) return [...list]
  const middle = list.length >> 1
  const [left, right] = [mergeSorted(list.slice(0, middle)), mergeSorted(list.slice(middle))]
  const merged: Keyed<One>[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [a, b] = [left[i], right[j]]
    if (a === undefined || b === undefined) return [...merged, ...left.slice(i), ...right.slice(j)]
    if (difference(a.key, b.key) <= 0) {
      merged.push(a)
      i += 1
    } else {
      merged.push(b)
      j += 1
    }
  }
}

/** The first difference that is not zero, as a signed 32-bit number. */
function difference(a: readonly number[], b: readonly number[]): number {
  for (const [i, word] of a.entries()) {
    const sign = (word - (b[i] ?? 0)) | 0
    if (sign !== 0) return sign
  }
  return 0
}
