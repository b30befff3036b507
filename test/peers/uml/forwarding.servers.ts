/**
 * Inside the guest: the shop on each real server, listening as docs/forwarding.md says for its way of forwarding, and
 * apart from it the stand-in that speaks for it, so that each can fail without the other.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { DIRECTOR, real } from './farm.ts'
import { adminAddress, VIPS } from './forwarding.farm.ts'

export interface Listener {
  start(): void
  kill(): Promise<void>
}

/** Debian's nginx, which answers with the machine's name on each of these endpoints. */
function listener(namespace: string, what: string, endpoints: readonly string[]): Listener {
  const file = `/run/${what}-${namespace}.conf`
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path /run/nginx;`)
  const listen = endpoints.map((endpoint) => `listen ${endpoint};`)
  writeFileSync(
    file,
    `daemon off; master_process off; pid /run/${what}-${namespace}.pid; error_log stderr;
events {}
http {
  access_log off; ${scratch.join(' ')}
  server { ${listen.join(' ')} location / { return 200 "${namespace}\\n"; } }
}
`,
  )
  let child: ChildProcess | null = null
  return {
    start() {
      child = spawn('ip', ['netns', 'exec', namespace, 'nginx', '-c', file], { stdio: 'inherit' })
    },
    kill: () =>
      new Promise((resolve) => {
        child?.once('exit', () => resolve())
        child?.kill('SIGKILL')
      }),
  }
}

interface Machine {
  readonly shop: Listener
  readonly standIn: Listener
}

function machine(name: string, shop: readonly string[], standIn: readonly string[]): Machine {
  return { shop: listener(name, 'shop', shop), standIn: listener(name, 'stand-in', standIn) }
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
