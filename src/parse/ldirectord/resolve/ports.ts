/** Which port a check connects to. Source: ldirectord(8), "checkport", "service"; 4.12 tried. */
import type { VirtualService } from '../file.ts'
import type { RealLine } from '../real.ts'
import type { ServiceKind } from '../service-values.ts'
import { spanOf } from '../words.ts'
import type { Around } from './around.ts'
import type { Front } from './front.ts'

const USUAL: Partial<Readonly<Record<ServiceKind, number>>> = {
  ftp: 21,
  smtp: 25,
  dns: 53,
  http: 80,
  pop: 110,
  nntp: 119,
  imap: 143,
  ldap: 389,
  https: 443,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pops: 995,
  oracle: 1521,
  radius: 1812,
  http_proxy: 3128,
  mysql: 3306,
  sip: 5060,
  pgsql: 5432,
}

/** What is asked behind a port where no `service` says it. */
export function serviceOf({ settings }: VirtualService, { port }: Front): ServiceKind {
  if (settings.service !== undefined) return settings.service.value
  for (const [service, usual] of Object.entries(USUAL)) if (usual === port && isService(service)) return service
  return 'none'
}

const isService = (text: string): text is ServiceKind => Object.hasOwn(USUAL, text)

/** 0: nobody knows. */
export function checkPort(virtual: VirtualService, real: RealLine, front: Front, around: Around): number {
  const { checkport } = virtual.settings
  if (checkport !== undefined) return checkport.value
  if (real.port !== null && real.port > 0) return real.port
  const usual = USUAL[serviceOf(virtual, front)]
  if (usual === undefined && front.port > 0) {
    const message = `ldirectord does not know which port to check here, and takes the server for dead; upalert checks ${front.port}`
    around.report.warning('check-port', spanOf(real.at), message, 'write the port behind the address, or checkport')
    return front.port
  }
  if (usual !== undefined && front.port > 0 && usual !== front.port) {
    const message = `clients reach this server at port ${front.port}, and its check, as in ldirectord, at port ${usual}`
    around.report.warning('check-port', spanOf(real.at), message, 'write the port behind the address, or checkport')
  }
  return usual ?? 0
}
