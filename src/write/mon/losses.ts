/** What a Model may have that mon.cf refuses, since the kernel or a mail server would. */
import type { Model, Real, Virtual } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'
import type { Loss } from '../../parse/director/part.ts'
import { hasEngine } from './virtual.ts'

export const lossesOf = ({ virtuals }: Model): readonly Loss[] => virtuals.flatMap(lossesOfPool)

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
