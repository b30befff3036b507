/**
 * What of the world around the daemon its decisions depend on besides checks: files in the maintenance directory
 * (ldirectord "maintenancedir") and the addresses on this host (keepalived.conf "ha_suspend"). Looked at every second.
 */
import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { EventBody } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { State } from '../model/state.ts'
import { canonicalEnd } from '../parse/text/endpoint.ts'

/** Names in the maintenance directory that are looked at; a directory with more is somebody's mistake. */
const mostNames = 10_000

/** What has changed, as events. `complain` says once that the directory cannot be read, and once that it can. */
export function surroundingsWatch(
  state: () => State,
  post: (event: EventBody) => void,
  complain: (text: string) => void,
): () => void {
  let trouble = ''
  const say = (text: string): void => {
    if (text === trouble) return
    complain(text === '' ? 'the maintenance directory can be read again' : text)
    trouble = text
  }
  return () => {
    const { model, controls } = state()
    const names = maintenanceNames(model.settings.table.maintenancedir, say)
    if (names !== null && !sameNames(names, controls.maintenance)) post({ kind: 'maintenance', names })
    const needed = addressesNeeded(model)
    const present = needed.length === 0 ? [] : presentOf(needed)
    const isKnown = controls.addresses !== null || needed.length === 0
    if (!isKnown || !sameNames(present, controls.addresses ?? [])) post({ kind: 'addresses', present })
  }
}

/** `null`: it cannot be read now, and what was there before still counts. A directory that does not exist is empty. */
function maintenanceNames(directory: string, say: (text: string) => void): readonly string[] | null {
  if (directory === '') return []
  try {
    const names = namesIn(directory)
    say('')
    return names
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT') return []
    say(`the maintenance directory ${directory} cannot be read (${code}); what was found there last still counts`)
    return null
  }
}

/** Addresses as the table has them, however they are written. Throws what reading a directory throws. */
export const namesIn = (directory: string): readonly string[] =>
  [...new Set(readdirSync(directory).filter(isVisible).slice(0, mostNames).map(canonicalEnd))].sort()

/** What editors and shells leave behind has a dot in front; and what is no name is shown to nobody. */
const isVisible = (name: string): boolean => !name.startsWith('.') && !/[\u0000-\u001f\u007f]/.test(name)

const needs = new WeakMap<Model, readonly string[]>()

function addressesNeeded(model: Model): readonly string[] {
  const known = needs.get(model)
  if (known !== undefined) return known
  const found = [...new Set(model.services.flatMap(({ onlyWith }) => onlyWith ?? []))].sort()
  needs.set(model, found)
  return found
}

function presentOf(needed: readonly string[]): readonly string[] {
  const here = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)))
  return needed.filter((address) => here.has(address))
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i])
