/**
 * What of the world around the daemon its decisions depend on besides checks: files in the maintenance directory
 * (ldirectord "maintenancedir"; those that are named after a host mean its addresses) and the addresses on this host
 * (keepalived.conf "ha_suspend"). Looked at every second.
 */
import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { EventBody } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { Controls, MeantName, State } from '../model/state.ts'
import { canonicalEnd } from '../parse/text/endpoint.ts'
import { type Names, namesLookedUp } from './looked-up.ts'

/** Names in the maintenance directory that are looked at; a directory with more is somebody's mistake. */
const mostNames = 10_000

/** What has changed, as events. `complain` says once that the directory cannot be read, and once that it can. */
export function surroundingsWatch(
  state: () => State,
  post: (event: EventBody) => void,
  complain: (text: string) => void,
  lookedUp: Names = namesLookedUp(),
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
    if (names !== null) {
      const found = meantNames(names, model, controls, lookedUp)
      const isNew = !sameNames(found.names, controls.maintenance) || found.means.length > 0
      if (isNew)
        post({ kind: 'maintenance', names: found.names, ...(found.means.length > 0 ? { means: found.means } : {}) })
    }
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

/**
 * Without names that are looked up for the first time and mean nothing yet: they are told in a moment, with what they mean.
 * `means`: what is new.
 */
function meantNames(
  names: readonly string[],
  model: Model,
  { maintenance, maintenanceMeans = [] }: Controls,
  lookedUp: Names,
): { readonly names: readonly string[]; readonly means: readonly MeantName[] } {
  const hosts = names.flatMap((name) => hostIn(name) ?? [])
  lookedUp.keepOnly(new Set(hosts.map(({ host }) => host)))
  if (hosts.length === 0) return { names, means: [] }
  const former = new Map(maintenanceMeans.map(({ name, ends }) => [name, ends]))
  const there = new Set(maintenance)
  const known = hostsOfChecks(model)
  const late = new Set<string>()
  const means: MeantName[] = []
  for (const { name, host, port } of hosts) {
    const { waits, addresses } = lookedUp.of(host)
    const ends = addresses.map((address) => endOf(address, port))
    if (waits && !there.has(name) && !known.has(host)) late.add(name)
    else if (ends.length > 0 && !sameNames(ends, former.get(name) ?? [])) means.push({ name, ends })
  }
  return { names: late.size === 0 ? names : names.filter((name) => !late.has(name)), means }
}

/** `web1`, `web1.example.com:8080`. What the C library takes for an address in an odd notation (`10.1`, `0x7f.1`) is none. */
function hostIn(name: string): { readonly name: string; readonly host: string; readonly port: string } | null {
  const [, host, port = ''] = /^([a-z0-9][a-z0-9._-]{0,252}?)(?::(\d{1,5}))?$/i.exec(name) ?? []
  if (host === undefined || /^(\d+|0x[0-9a-f]*)$/i.test(host.split('.').at(-1) ?? '')) return null
  return { name, host, port }
}

function endOf(address: string, port: string): string {
  const end = canonicalEnd(address)
  if (port === '') return end
  return end.includes(':') ? `[${end}]:${port}` : `${end}:${port}`
}

const checked = new WeakMap<Model, ReadonlySet<string>>()

/** Names that mean a real server as they stand. */
function hostsOfChecks(model: Model): ReadonlySet<string> {
  const known = checked.get(model)
  if (known !== undefined) return known
  const found = new Set<string>()
  for (const { reals } of model.virtuals) for (const { checks } of reals) for (const { host } of checks) found.add(host)
  checked.set(model, found)
  return found
}

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
