/** What the process that looks may do. */
import { readFileSync } from 'node:fs'
import { CAPABILITIES, type Seen, seen, unseen } from '../../model/facts.ts'

/** proc(5): `CapEff` is a mask in hexadecimal digits. */
export function readCapabilities(status = '/proc/self/status'): Seen<ReadonlySet<string>> {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync(status, 'utf8'))?.[1]
    if (mask === undefined) return unseen(`${status} names no capabilities`)
    const bits = BigInt(`0x${mask}`)
    return seen(
      new Set(Object.entries(CAPABILITIES).flatMap(([name, bit]) => ((bits >> BigInt(bit)) & 1n ? [name] : []))),
    )
  } catch {
    return unseen(`${status} cannot be read`)
  }
}
