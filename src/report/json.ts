/**
 * A report for programs. What is here stays: names keep their meaning, new ones may join them, and `version` rises should that
 * ever have to be otherwise. Lengths are in seconds, times in RFC 3339 with the offset of the zone. docs/reports.md lists it.
 */
import type { Zone } from '../model/calendar/zone.ts'
import type { Incident } from './incident.ts'
import type { WorstLatency } from './record.ts'
import type { Figures, Report } from './report.ts'
import { causeText } from './words.ts'
import { isoText } from './zone.ts'

export function jsonReport({ span, services, totals, incidents, remarks }: Report): string {
  const { label, zone, from, to } = span
  const report = {
    version: 1,
    span: { label, timezone: zone.name, from: isoText(zone, from), to: isoText(zone, to), seconds: (to - from) / 1000 },
    services: services.map(({ service, ...figures }) => ({ service: whole(service), ...told(figures, zone) })),
    totals: told(totals, zone),
    incidents: incidents.map((one) => incident(one, zone)),
    remarks,
  }
  return `${quiet(JSON.stringify(report, null, 2))}\n`
}

const told = (of: Figures, zone: Zone) => ({
  availability: of.availability,
  observed: of.observed / 1000,
  up: of.up / 1000,
  down: of.down / 1000,
  downInMaintenance: of.downInMaintenance / 1000,
  notObserved: of.notObserved / 1000,
  incidents: of.failures,
  incidentsInMaintenance: of.failuresInMaintenance,
  repairs: of.repairs,
  mttr: of.mttr === null ? null : of.mttr / 1000,
  mtbf: of.mtbf === null ? null : of.mtbf / 1000,
  changes: of.changes,
  worstLatency: of.worstLatency === null ? null : latency(of.worstLatency, zone),
})

const latency = ({ service, took, at }: WorstLatency, zone: Zone) => ({
  service: whole(service),
  milliseconds: took,
  at: isoText(zone, at),
})

const incident = (one: Incident, zone: Zone) => ({
  service: whole(one.service),
  began: isoText(zone, one.began),
  ended: one.ended === null ? null : isoText(zone, one.ended),
  recovered: one.recovered,
  lasted: one.lasted / 1000,
  down: one.down / 1000,
  downInMaintenance: one.downInMaintenance / 1000,
  notObserved: one.notObserved / 1000,
  maintenance: one.maintenance,
  beganBefore: one.beganBefore,
  goesOn: one.goesOn,
  cutByGap: one.cutByGap,
  acknowledgedBy: one.acknowledged === null ? null : whole(one.acknowledged),
  summary: whole(one.summary),
  cause: causeText(one),
  hosts: one.hosts.map(whole),
  omittedHosts: one.omittedHosts,
})

/** Without halves of characters, which UTF-8 cannot hold. */
const whole = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** What would move a terminal's cursor or turn its line can only be inside a string, where JSON has another way to write it. */
const quiet = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
