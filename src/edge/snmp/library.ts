/**
 * The npm package net-snmp, an optional part: npm may have left it out, and then SNMP alone is missing. It is loaded when
 * the first notification is sent.
 */
import { createRequire } from 'node:module'

export type SnmpLibrary = typeof import('net-snmp')

export const SNMP_MISSING =
  'SNMP needs the npm package net-snmp, which is not installed here: run npm install net-snmp where upalert is installed'

/** `null`: it is not there, or does not load. */
export async function loadSnmp(
  load: () => Promise<SnmpLibrary> = () => import('net-snmp'),
): Promise<SnmpLibrary | null> {
  try {
    return await load()
  } catch {
    return null
  }
}

/** Whether it is there, without loading it. */
export function hasSnmp(name = 'net-snmp'): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}
