/**
 * The table as lines that `upalert ipvs restore` and `ipvsadm -R` read back: those of `ipvsadm -Sn`, and the thresholds
 * that ipvsadm forgets.
 * Source: ipvsadm 1.31's output as observed, ipvsadm(8).
 */
import type { Forward, TableDestination, TableService, TableTunnel } from '../../model/table.ts'
import { sortedDestinations, sortedServices } from './order.ts'
import { endText, flagNames, maskText } from './words.ts'

export function saveLines(services: readonly TableService[]): string[] {
  return sortedServices(services).flatMap((service) => [
    `-A ${savedService(service)}${savedSettings(service)}`,
    ...sortedDestinations(service.destinations).map(
      (destination) => `-a ${savedService(service)} ${savedDestination(destination)}`,
    ),
  ])
}

/** What the lines above cannot say, as sentences. */
export function unsaved(services: readonly TableService[]): string[] {
  return services.flatMap((service) =>
    service.destinations
      .filter(({ forward }) => forward === 'local' || forward === 'bypass')
      .map(
        ({ id, forward }) =>
          `${endText(id)} in ${savedService(service)} is forwarded by "${forward}", for which there is no option: written as -g`,
      ),
  )
}

const PROTOCOL = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }
const METHOD: Readonly<Record<Forward, string>> = { masq: '-m', tunnel: '-i', route: '-g', local: '-g', bypass: '-g' }
const CHECKSUM: Readonly<Record<TableTunnel['checksum'], string>> = {
  none: '--tun-nocsum',
  checksum: '--tun-csum',
  remote: '--tun-remcsum',
}

/** `-t 10.0.0.1:80`, `-f 7 -6`. */
export function savedService({ id }: Pick<TableService, 'id'>): string {
  if (id.kind === 'mark') return id.family === 6 ? `-f ${id.mark} -6` : `-f ${id.mark}`
  return `${PROTOCOL[id.protocol]} ${endText(id)}`
}

function savedSettings(service: TableService): string {
  const mask = maskText(service)
  const flags = flagNames(service).join(',')
  return [
    ` -s ${service.scheduler}`,
    service.persistenceSeconds > 0 ? ` -p ${service.persistenceSeconds}` : '',
    service.persistenceSeconds > 0 && mask !== null ? ` -M ${mask}` : '',
    service.engine === '' ? '' : ` --pe ${service.engine}`,
    service.onePacket ? ' -o' : '',
    flags === '' ? '' : ` -b ${flags}`,
  ].join('')
}

function savedDestination(destination: TableDestination): string {
  const { id, forward, weight, tunnel, upperThreshold, lowerThreshold } = destination
  return [
    `-r ${endText(id)} ${METHOD[forward]} -w ${weight}`,
    forward === 'tunnel' ? savedTunnel(tunnel) : '',
    upperThreshold > 0 ? ` -x ${upperThreshold}` : '',
    lowerThreshold > 0 ? ` -y ${lowerThreshold}` : '',
  ].join('')
}

function savedTunnel(tunnel: TableTunnel | undefined): string {
  if (tunnel === undefined || tunnel.type === 'ipip') return ' --tun-type ipip'
  const port = tunnel.type === 'gue' ? ` --tun-port ${tunnel.port}` : ''
  return ` --tun-type ${tunnel.type}${port} ${CHECKSUM[tunnel.checksum]}`
}
