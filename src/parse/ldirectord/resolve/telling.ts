/** Who hears of the checks of a service, and where their results are written. Two services that share a check both hear. */
import type { AlertCall, Period, RealCheck, Service } from '../../../model/model.ts'
import type { VirtualService } from '../file.ts'
import type { Around, Listeners } from './around.ts'
import { alertCall } from './calls.ts'
import { addLoss } from './losses.ts'
import { mailCalls, mailPeriod, samePeriod } from './mail.ts'

export interface Telling {
  /** Somebody hears. */
  readonly says: boolean
  readonly mails: readonly AlertCall[]
  listenTo(check: RealCheck): void
}

export function tellingOf(virtual: VirtualService, around: Around): Telling {
  const mails = mailCalls(virtual, around)
  const period = mailPeriod(virtual, mails, around)
  const record = recordCall(virtual, around)
  const description = descriptionOf(virtual)
  return {
    says: period !== null || record !== null || description !== '',
    mails,
    listenTo({ service }) {
      const known = around.listeners.get(service) ?? {
        periods: [],
        descriptions: new Set<string>(),
        redistribute: null,
      }
      around.listeners.set(service, known)
      if (period !== null && !known.periods.some((one) => samePeriod(one, period)))
        known.periods.push(labelled(period, known))
      if (description !== '') known.descriptions.add(description)
      addRecord(virtual, record, known, around)
    },
  }
}

/** The state of a period goes by its label. */
function labelled(period: Period, { periods }: Listeners): Period {
  const others = periods.filter(({ label }) => label === period.label || label.startsWith(`${period.label} (`)).length
  return others === 0 ? period : { ...period, label: `${period.label} (${others + 1})` }
}

function addRecord(virtual: VirtualService, record: AlertCall | null, known: Listeners, around: Around): void {
  if (record === null) return
  known.redistribute ??= record
  const { monitorfile } = virtual.settings
  if (monitorfile === undefined || JSON.stringify(known.redistribute.options) === JSON.stringify(record.options)) return
  addLoss(monitorfile, 'two services share a check, and its results go to the file of the first', around)
}

/** servicename and comment, as mails name them. */
const descriptionOf = ({ settings }: VirtualService): string =>
  [settings.servicename?.value.trim(), settings.comment?.value.trim()].filter((text) => text).join(': ')

/** One line for each result. */
function recordCall({ settings }: VirtualService, around: Around): AlertCall | null {
  const { monitorfile } = settings
  if (monitorfile === undefined) return null
  const path = monitorfile.value
  const { keyword, at } = monitorfile
  const [call = null] = alertCall({ module: 'file', options: { path }, keyword, at, words: ['file', path] }, around)
  return call
}

/** The checks with all who hear of them. */
export function heard(services: readonly Service[], listeners: Around['listeners']): Service[] {
  return services.map((service) => {
    const found = listeners.get(service.key)
    if (found === undefined) return service
    const { periods, redistribute, descriptions } = found
    return { ...service, periods, redistribute, description: [...descriptions].join('; ') }
  })
}
