/** A pool of a few real servers, each with a check of its own, and the table that it wants. */
import { wantedTable } from '../../../src/engine/pool/wanted.ts'
import type { Effect } from '../../../src/model/effect.ts'
import type { AlertCall, Model, Real, Service, Virtual } from '../../../src/model/model.ts'
import { host } from '../../../src/model/names.ts'
import type { WeightSaid } from '../../../src/model/result.ts'
import { endpointText } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'
import { alertCall, at, checked, model, Run, real, result, service, virtual } from '../build.ts'

/** `10.1.1.N:80`, checked by `p/N`. */
export const checkOf = (n: number, changes: Partial<Service> = {}): Service =>
  service({ called: `p/${n}`, hosts: [host(`10.1.1.${n}`)], periods: [], ...changes })

export function realOf(n: number, changes: Partial<Real> = {}): Real {
  const { key } = checkOf(n)
  return real(`10.1.1.${n}`, { checks: [{ service: key, host: host(`10.1.1.${n}`) }], ...changes })
}

export class Pool extends Run {
  private readonly services: readonly Service[]

  constructor(of: Model) {
    super(of)
    this.services = of.services
  }

  /** One result of the check of real server N. */
  check(n: number, said: '+' | '-' | '?', second = 0, share?: WeightSaid): Effect[] {
    const of = this.services.find(({ name }) => name === String(n))
    if (of === undefined) throw new Error(`no check ${n}`)
    const ran = result(of.hosts, said === '-' ? of.hosts : [])
    const hosts = ran.hosts.map((one) => {
      if (said === '?') return { ...one, kind: 'unknown' as const, code: 'broken', text: 'could not be checked' }
      return one.kind === 'up' && share !== undefined ? { ...one, share } : one
    })
    return [...this.post(checked(of, { ...ran, exit: said === '+' ? 0 : 1, hosts }), at(second))]
  }

  /** `1=2 2=- 3=?`: weights, entries that shall be absent, and those that stay as they are found. */
  get wanted(): string {
    const [only] = wantedTable(this.state.model, this.state.pools)
    return (only?.destinations ?? [])
      .map((one) => {
        const name = endpointText(one.id).replace(/^10\.1\.1\.(\d+):80$/, '$1')
        return `${name}=${one.kind === 'present' ? one.settings.weight : one.kind === 'absent' ? '-' : '?'}`
      })
      .join(' ')
  }

  get table() {
    return wantedTable(this.state.model, this.state.pools)
  }

  get standing(): string {
    return this.state.pools[0]?.standing ?? ''
  }
}

export function poolOf(reals: readonly Real[], changes: Partial<Virtual> = {}, of: readonly Service[] = []): Pool {
  const checks = reals.flatMap(({ checks: all }) => all.map((check) => Number(String(check.service).split('/')[1])))
  const services = of.length > 0 ? of : [...new Set(checks)].map((n) => checkOf(n))
  return new Pool(model(services, [virtual(reals, changes)]))
}

/** What is told, as `CALL kind subject`. */
export const calls = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => {
    if (effect.kind !== 'deliver') return []
    const { call, message } = effect.delivery
    return [`${call.text} ${message.kind} ${message.service}`]
  })

export const notices = (up: string, down: string): { up: readonly AlertCall[]; down: readonly AlertCall[] } => ({
  up: [alertCall(up)],
  down: [alertCall(down)],
})

export const sorryServer = {
  id: { family: 4, address: '10.9.9.9', port: 80 },
  forward: 'masq',
  inhibit: false,
} as const

export const heavy = (n: number, share: number, changes: Partial<Real> = {}): Real =>
  realOf(n, { weight: weight(share), ...changes })
