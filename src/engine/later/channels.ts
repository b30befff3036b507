/** Every way of telling that the configuration names, by what limits and troubles count by. */
import type { AlertCall, Model, Service, Virtual } from '../../model/model.ts'
import { channelOf } from '../../model/receiver.ts'

/** Asked whenever the engine is told of the time; a model is never changed. */
export function channelsNamed(model: Model): ReadonlySet<string> {
  const there = known.get(model) ?? namedBy(model)
  known.set(model, there)
  return there
}

const known = new WeakMap<Model, ReadonlySet<string>>()

const namedBy = (model: Model): ReadonlySet<string> =>
  new Set(
    [
      ...model.services.flatMap(ofService),
      ...model.virtuals.flatMap(ofVirtual),
      ...[...model.receivers.values()].flatMap(({ channels, second }) => [...channels, ...(second?.calls ?? [])]),
      ...model.reports.flatMap(({ calls }) => calls),
      ...model.settings.notify.undelivered,
    ].map(channelOf),
  )

const ofService = ({ periods, redistribute }: Service): readonly AlertCall[] => [
  ...(redistribute === null ? [] : [redistribute]),
  ...periods.flatMap(({ alerts, upalerts, startupalerts, ackalerts, disablealerts, escalations }) => [
    ...[...alerts, ...upalerts, ...startupalerts, ...ackalerts, ...disablealerts],
    ...escalations.flatMap(({ calls }) => calls),
  ]),
]

const ofVirtual = ({ notices, driftAlerts, reals }: Virtual): readonly AlertCall[] => [
  ...[...notices.up, ...notices.down, ...driftAlerts],
  ...reals.flatMap((real) => [...real.notices.up, ...real.notices.down]),
]
