/**
 * What becomes of our part of the table when the daemon stops: what the globals say (on_stop), unless a virtual server says
 * otherwise for itself.
 */
import type { Model, Virtual } from '../model/model.ts'
import type { Owned } from '../model/state.ts'
import { serviceText } from '../model/table.ts'
import type { TableSettings } from '../model/table-settings.ts'

type AtStop = TableSettings['onStop']

export const atStop = ({ onStop }: Virtual, table: TableSettings): AtStop => onStop ?? table.onStop

/** Of what is ours, what is removed at once and what when its connections have ended; `null`: nothing. */
export function leftAtStop(model: Model, owned: Owned): { readonly clear: Owned | null; readonly drain: Owned | null } {
  const { table } = model.settings
  const own = new Map(
    model.virtuals.flatMap((virtual) =>
      virtual.services.map((id): [string, AtStop] => [serviceText(id), atStop(virtual, table)]),
    ),
  )
  const part = (wanted: AtStop): Owned | null => {
    const its = Object.entries(owned).filter(([service]) => (own.get(service) ?? table.onStop) === wanted)
    return its.length === 0 ? null : Object.fromEntries(its)
  }
  return { clear: part('clear'), drain: part('drain') }
}

export const drainsAtStop = ({ settings, virtuals }: Model): boolean =>
  settings.table.onStop === 'drain' || virtuals.some(({ onStop }) => onStop === 'drain')

const becomes: Readonly<Record<AtStop, string>> = {
  keep: 'our part of the IPVS table stays as it is',
  drain: 'our part of the IPVS table goes when its connections have ended',
  clear: 'our part of the IPVS table goes',
}

const becomesOne: Readonly<Record<AtStop, readonly [one: string, several: string]>> = {
  keep: ['stays', 'stay'],
  drain: ['goes when its connections have ended', 'go when their connections have ended'],
  clear: ['goes', 'go'],
}

/** What the last line of the log says of it. */
export function atStopText({ settings: { table }, virtuals }: Model): string {
  const others = (['keep', 'drain', 'clear'] as const).flatMap((what) => {
    const names = virtuals.filter((one) => atStop(one, table) === what && what !== table.onStop).map(({ name }) => name)
    if (names.length === 0) return []
    const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : ''
    return [`${names.slice(0, namesShown).join(', ')}${more} ${becomesOne[what][names.length === 1 ? 0 : 1]}`]
  })
  if (others.length === 0) return table.onStop === 'keep' ? 'the IPVS table stays as it is' : becomes[table.onStop]
  return `${becomes[table.onStop]}, but ${others.join(', and ')}`
}

/** Virtual servers that are named. */
const namesShown = 20
