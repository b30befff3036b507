/**
 * Inside the guest: the shop on each real server, listening as docs/forwarding.md says for its way of forwarding, and
 * apart from it the stand-in that speaks for it, so that each can fail without the other.
 */
import { DIRECTOR, real } from './farm.ts'
import { adminAddress, VIPS } from './forwarding.farm.ts'
import { nginx, type WebServer } from './servers.ts'

interface Machine {
  readonly shop: WebServer
  readonly standIn: WebServer
}

function machine(name: string, shop: readonly string[], standIn: readonly string[]): Machine {
  return { shop: nginx(name, 'shop', shop), standIn: nginx(name, 'stand-in', standIn) }
}

/** nat.cf, nat-remap.cf and nat6.cf; the second of these machines is also behind local.cf. */
const translated = (number: number): Machine => {
  const { name, address, address6 } = real(number)
  return machine(
    name,
    [`${address}:80`, `${address}:8080`, `[${address6}]:8080`],
    [`${adminAddress(number)}:8000`, `${address}:8081`, `[${address6}]:8081`],
  )
}

/** The shop has the virtual address only, the stand-in the machine's own. */
const direct = (number: number): Machine => {
  const { name, address, address6 } = real(number)
  return machine(name, [`${VIPS.dr}:80`, `[${VIPS.dr6}]:80`], [`${address}:80`, `[${address6}]:80`])
}

const tunnelled = (number: number): Machine => {
  const { name, address } = real(number)
  return machine(name, [`${VIPS.tun}:80`, `${VIPS.gue}:80`, `${VIPS.gre}:80`], [`${address}:80`])
}

/** By their namespaces. */
export const machines: Readonly<Record<string, Machine>> = {
  real1: translated(1),
  real2: translated(2),
  real3: direct(3),
  real4: direct(4),
  real5: tunnelled(5),
  real6: tunnelled(6),
  [DIRECTOR]: machine(DIRECTOR, [`${VIPS.local}:80`], ['127.0.0.1:8000']),
}
