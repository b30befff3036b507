/** The switches of IPVS that a drain depends on, as the kernel has them in this network namespace. */
import { join } from 'node:path'
import type { DrainSysctls } from '../../model/drain-advice.ts'
import { readSysctl } from './sysctls.ts'

/** `null` where one is absent (no module ip_vs, an older kernel) or may not be read. */
export function readDrainSysctls(root = '/proc/sys'): DrainSysctls {
  const value = (name: string): number | null => {
    const text = readSysctl(join(root, 'net/ipv4/vs', name))
    return text !== null && /^-?\d+$/.test(text) ? Number(text) : null
  }
  return {
    expireNodestConn: value('expire_nodest_conn'),
    expireQuiescentTemplate: value('expire_quiescent_template'),
    connReuseMode: value('conn_reuse_mode'),
  }
}
