/** A keepalived.conf and what it becomes, as the daemon would have both, without a disk. */
import { alerts } from '../../alerts/index.ts'
import { monitors } from '../../monitors/index.ts'
import { emptyModel } from '../../src/model/empty-model.ts'
import type { Model } from '../../src/model/model.ts'
import { joined } from '../../src/parse/director/join.ts'
import type { Dormant, Part } from '../../src/parse/director/part.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { type Resolved, resolve, type Surroundings, settingsOf } from '../../src/parse/resolve.ts'
import { monText } from '../../src/write/mon/mon-text.ts'
import { textOf } from '../../src/write/written.ts'

export const modules = { monitors, alerts }

const surroundings: Surroundings = {
  ...modules,
  programs: { monitors: new Map(), alerts: new Map() },
  environment: {},
  hostname: 'director',
  timeZone: 'UTC',
}

export const readMon = (text: string): Resolved => resolve(parseMon({ file: 'converted.cf', text }), surroundings)

/** The settings of an empty mon.cf. */
export const base = settingsOf(parseMon({ file: 'mon.cf', text: '' }), surroundings)

const empty = emptyModel(base)

/** What one file of another tool means by itself. */
export const modelOfPart = (part: Part): Model => joined(empty, [part], new Set()).model

export const writtenMon = (model: Model, dormant: readonly Dormant[] = []): string =>
  textOf(monText(model, { modules, base, dormant }))

/** The Model of a text that mon.cf's reader finds no error in. */
export function readBack(text: string): Model {
  const { model, problems } = readMon(text)
  if (model === null) throw new Error(`${formatProblems(problems)}\n\n${text}`)
  return model
}
