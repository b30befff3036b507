/** Settings of the virtual server table in words, whole or as what differs; no difference in words is no difference. */
import type { TableDestinationSettings, TableServiceSettings, TableTunnel } from '../model/table.ts'

type Words = Readonly<Record<string, string>>

/** `scheduler wlc persistent 300` */
export function serviceSettingsText(settings: TableServiceSettings): string {
  return said(serviceWords(settings))
}

/** `masq weight 2` */
export function destinationSettingsText(settings: TableDestinationSettings): string {
  return said(destinationWords(settings))
}

/** `["scheduler rr -> wlc"]`; empty if the two are the same to the kernel. */
export function serviceDifferences(from: TableServiceSettings, to: TableServiceSettings): readonly string[] {
  if (sameServiceFields(from, to)) return NONE
  return differences(serviceWords(from), serviceWords(to))
}

/** `["weight 5 -> 2"]` */
export function destinationDifferences(
  from: TableDestinationSettings,
  to: TableDestinationSettings,
): readonly string[] {
  if (sameDestinationFields(from, to)) return NONE
  return differences(destinationWords(from), destinationWords(to))
}

const NONE: readonly string[] = []

/** What is the same to the letter needs no words: nearly all of a large table, every few seconds. */
function sameServiceFields(from: TableServiceSettings, to: TableServiceSettings): boolean {
  return (
    from.scheduler === to.scheduler &&
    from.persistenceSeconds === to.persistenceSeconds &&
    from.prefix === to.prefix &&
    from.onePacket === to.onePacket &&
    from.schedulerFlags === to.schedulerFlags &&
    from.engine === to.engine
  )
}

function sameDestinationFields(from: TableDestinationSettings, to: TableDestinationSettings): boolean {
  return (
    from.forward === to.forward &&
    from.weight === to.weight &&
    from.upperThreshold === to.upperThreshold &&
    from.lowerThreshold === to.lowerThreshold &&
    from.tunnel === undefined &&
    to.tunnel === undefined
  )
}

/** The defaults that every table shares go without saying, but a mask differs by family, so it is always compared. */
function serviceWords(settings: TableServiceSettings): Words {
  return {
    scheduler: settings.scheduler,
    persistent: settings.persistenceSeconds === 0 ? '' : `${settings.persistenceSeconds}`,
    mask: settings.prefix < 0 ? 'irregular' : `/${settings.prefix}`,
    'one-packet': settings.onePacket ? 'on' : '',
    'scheduler-flags': settings.schedulerFlags === 0 ? '' : `${settings.schedulerFlags}`,
    engine: settings.engine,
  }
}

function destinationWords(settings: TableDestinationSettings): Words {
  return {
    forward: settings.forward,
    weight: `${settings.weight}`,
    upper: settings.upperThreshold === 0 ? '' : `${settings.upperThreshold}`,
    lower: settings.lowerThreshold === 0 ? '' : `${settings.lowerThreshold}`,
    tunnel: settings.forward === 'tunnel' && settings.tunnel !== undefined ? tunnelText(settings.tunnel) : '',
  }
}

function tunnelText({ type, port, checksum }: TableTunnel): string {
  if (type === 'ipip' && checksum === 'none') return ''
  return `${type}${port === 0 ? '' : `:${port}`}${checksum === 'none' ? '' : `:${checksum}`}`
}

/** Names that explain themselves by their value, and the mask nobody asked for, are left out. */
function said(words: Words): string {
  return Object.entries(words)
    .filter(([name, value]) => value !== '' && !(name === 'mask' && (value === '/32' || value === '/128')))
    .map(([name, value]) =>
      name === 'forward' || value === 'on' ? (value === 'on' ? name : value) : `${name} ${value}`,
    )
    .join(' ')
}

function differences(from: Words, to: Words): readonly string[] {
  return Object.keys(to).flatMap((name) => {
    const [old, now] = [from[name] ?? '', to[name] ?? '']
    return old === now ? [] : [`${name} ${old || 'none'} -> ${now || 'none'}`]
  })
}
