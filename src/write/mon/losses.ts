/** What a Model may have that mon.cf refuses, since the kernel or a mail server would. */
import type { Model, Real, Settings, Virtual } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'
import type { Loss } from '../../parse/director/part.ts'
import { isSender } from '../../parse/resolve/settings.ts'
import { hasEngine } from './virtual.ts'

export const lossesOf = ({ settings, virtuals }: Model): readonly Loss[] => [
  ...lossesOfMail(settings),
  ...virtuals.flatMap(lossesOfPool),
]

/** Settings have no places. */
const NOWHERE = { file: '', line: 0, column: 0 }

function lossesOfMail({ mailfrom }: Settings): Loss[] {
  if (isSender(mailfrom)) return []
  return [{ place: NOWHERE, text: `sender ${mailfrom}`, why: 'mailfrom takes a bare address: upalert@example.com' }]
}

function lossesOfPool(virtual: Virtual): Loss[] {
  const { settings, place, reals } = virtual
  const engine =
    settings.engine === '' || hasEngine(virtual)
      ? []
      : [
          {
            place,
            text: `persistence engine ${settings.engine}`,
            why: 'the kernel has one, sip, and it reads UDP alone',
          },
        ]
  return [...engine, ...reals.flatMap(lossesOfReal)]
}

function lossesOfReal({ id, place, upperThreshold, lowerThreshold }: Real): Loss[] {
  if (lowerThreshold <= upperThreshold) return []
  const text = `lower threshold ${lowerThreshold} of ${endpointText(id)}`
  return [{ place, text, why: `the kernel refuses one above the upper threshold, ${upperThreshold}` }]
}
