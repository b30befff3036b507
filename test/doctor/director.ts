/** The configurations of the director's vectors, and how a vector is judged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directorFindings } from '../../src/doctor/director.ts'
import type { Finding, Severity } from '../../src/doctor/finding.ts'
import type { Setup, SetupServer, SetupService } from '../../src/doctor/setup.ts'
import type { Facts } from '../../src/model/facts.ts'
import { plainService as settings } from '../plain-table.ts'
import { director, out, VIP, VIP6 } from './machine.ts'

export { plainService as settings } from '../plain-table.ts'

export const server = (address: string, forward: SetupServer['forward'] = 'masq', port = 80): SetupServer => {
  const family = address.includes(':') ? 6 : 4
  const tunnel = forward === 'tunnel' ? ({ type: 'ipip', port: 0, checksum: 'none' } as const) : null
  return { text: `web: ${address}:${port}`, id: { family, address, port }, forward, tunnel, sorry: false }
}

export const web = (...servers: SetupServer[]): SetupService => ({
  name: 'web',
  id: { kind: 'address', family: 4, protocol: 'tcp', address: VIP, port: 80 },
  settings,
  servers,
})

export const setup = (...services: SetupService[]): Setup => ({
  services,
  pings: false,
  syncInterfaces: [],
  standby: false,
})

export const nat = setup(web(server('10.1.1.2')))
export const direct = setup(web(server('192.0.2.2', 'route')))
export const tunnel = setup(web(server('10.1.1.2', 'tunnel')))
export const dns = setup({
  ...web(server('10.1.1.2')),
  name: 'dns',
  id: { kind: 'address', family: 4, protocol: 'udp', address: VIP, port: 80 },
})
export const shop = setup({
  ...web(server('10.1.1.2')),
  name: 'shop',
  settings: { ...settings, persistenceSeconds: 300 },
})
export const marked = setup({ ...web(server('10.1.1.2')), name: 'marked', id: { kind: 'mark', family: 4, mark: 42 } })
export const six = setup({
  ...web(server('2001:db8:1::2')),
  name: 'six',
  id: { kind: 'address', family: 6, protocol: 'tcp', address: VIP6, port: 80 },
})

export const near = { '10.1.1.2': out('eth1'), '192.0.2.2': out('eth0'), '2001:db8:1::2': out('eth1') }
export const sound = director({ ways: near })
export const changed = (change: Parameters<typeof director>[0]): Facts =>
  director({ ...change, ways: { ...near, ...change?.ways } })

export interface Vector {
  readonly name: string
  readonly setup: Setup
  readonly facts: Facts
  readonly finds: readonly (readonly [Severity, string, RegExp, ...string[]])[]
}

/** Exactly these findings, in this order. */
export function judge(vectors: readonly Vector[]): void {
  for (const { name, setup, facts, finds } of vectors) {
    test(name, () => {
      const findings = directorFindings(setup, facts)
      const wanted = finds.map(([severity, code, , ...mend]) => [severity, code, ...mend])
      assert.deepEqual(findings.map(brief), wanted, findings.map(({ text }) => text).join('\n'))
      for (const [i, [, , text]] of finds.entries()) assert.match(findings[i]?.text ?? '', text)
    })
  }
}

const brief = ({ severity, code, mend }: Finding) => [severity, code, ...mend]
