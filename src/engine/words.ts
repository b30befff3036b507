/**
 * One sentence for each entry: the terminal, `log`, `why`, mails and PostgreSQL's readers all see these words.
 * A sentence begins with what it is about and ends with the reason.
 */

import type { AlertKind } from '../model/alert.ts'
import { durationText } from '../model/duration.ts'
import type { Entry, PoolStanding } from '../model/entry.ts'
import { calledName } from '../model/receiver.ts'
import { standingText } from './pool/words.ts'

export function sentence(entry: Entry): string {
  switch (entry.kind) {
    case 'service':
      return serviceSentence(entry)
    case 'host':
      return `${entry.host} is ${entry.to.toUpperCase()} for ${entry.service}: ${entry.text || 'the check passed'}${after(entry)}`
    case 'real':
      return `${entry.virtual}: real server ${entry.real} is now ${standingText[entry.to]}${weightText(entry)}: ${entry.text}`
    case 'pool':
      return `${entry.virtual} ${poolWords[entry.to]}: ${entry.text}`
    case 'alert':
      return `${entry.service}: ${entry.service.startsWith('report ') ? 'report' : alertWords[entry.alert]} handed to "${calledName({ text: entry.call, ...(entry.receiver === undefined ? {} : { receiver: entry.receiver }) })}": ${entry.summary}${heldText(entry)}`
    case 'quiet':
      return `${entry.service}: no ${alertWords[entry.alert]} for period "${entry.period}", because ${entry.text}`
    case 'delivery':
      return deliverySentence(entry)
    case 'ipvs':
      return ipvsSentence(entry)
    case 'held':
      return entry.text === null
        ? `${entry.service} is checked again`
        : `${entry.service} is not checked: ${entry.text}`
    case 'command':
      return `${entry.who}: ${entry.command}: ${entry.outcome === 'done' ? '' : 'refused: '}${entry.text}`
    case 'batch':
      return `${entry.call}: ${entry.deliveries.length} notifications go as one: ${entry.text}`
    case 'maintenance':
      return `${entry.service}: ${entry.text}`
    case 'daemon':
    case 'gap':
    case 'configuration':
      return entry.text
  }
}

/** Why it comes, and why it waits. */
const heldText = ({ held, because, summary }: Extract<Entry, { kind: 'alert' }>): string =>
  [because === summary ? undefined : because, held].map((text) => (text === undefined ? '' : ` (${text})`)).join('')

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>

function serviceSentence(entry: Of<'service'>): string {
  if (entry.to === 'up') return `${entry.service} is UP${after(entry)}`
  if (entry.to === 'untested') return `${entry.service} is not watched any more: ${entry.summary}${after(entry)}`
  return `${entry.service} is DOWN: ${entry.summary}${after(entry)}`
}

const after = ({ from, lasted }: Of<'service'> | Of<'host'>): string =>
  lasted === null ? '' : ` (was ${from} for ${durationText(lasted)})`

const weightText = ({ to, weight }: Of<'real'>): string => (to === 'in' ? ` with weight ${weight}` : '')

const poolWords: Readonly<Record<PoolStanding, string>> = {
  unknown: 'is not known yet',
  serving: 'serves',
  sorry: 'has called in its SORRY SERVER',
  'below-quorum': 'is BELOW ITS QUORUM',
  empty: 'is EMPTY',
}

/** mon's words, as its alert history has them. */
const alertWords: Readonly<Record<AlertKind, string>> = {
  failure: 'alert',
  up: 'upalert',
  startup: 'startupalert',
  ack: 'ackalert',
  disable: 'disablealert',
  trap: 'alert for a trap',
  traptimeout: 'alert for a missing trap',
  test: 'test alert',
}

function deliverySentence(entry: Of<'delivery'>): string {
  const which = entry.attempt > 1 ? ` (attempt ${entry.attempt})` : ''
  switch (entry.outcome) {
    case 'sent':
      return `${entry.service}: "${entry.call}" is done${which}: ${entry.text}`
    case 'retry':
      return `${entry.service}: "${entry.call}" has NOT got through${which}: ${entry.text}`
    case 'gave-up':
      return `${entry.service}: "${entry.call}" is GIVEN UP${which}: ${entry.text}`
    case 'handed-over':
      return `${entry.service}: "${entry.call}" has not got through, and another channel takes over: ${entry.text}`
    case 'dropped':
      return `${entry.service}: "${entry.call}" is NOT SENT any more: ${entry.text}`
  }
}

function ipvsSentence({ virtual, where, change, outcome, text }: Of<'ipvs'>): string {
  const table = where === 'kernel' ? 'IPVS' : 'IPVS (in memory)'
  if (outcome === 'LEFT') return `${virtual}: ${table} ${text}: ${change}`
  if (outcome !== 'OK') return `${virtual}: ${table} REFUSED ${change}: ${text} (${outcome})`
  return `${virtual}: ${table} ${change}: ${text}`
}

/** How loud a sentence is on a terminal and in a log. */
export function loudness(entry: Entry): 'alarm' | 'good' | 'warning' | 'plain' {
  switch (entry.kind) {
    case 'service':
    case 'host':
      return entry.to === 'down' ? 'alarm' : entry.to === 'up' ? 'good' : 'plain'
    case 'real':
      return entry.to === 'in' ? 'good' : entry.to === 'held' ? 'plain' : 'warning'
    case 'pool':
      return entry.to === 'serving' ? 'good' : entry.to === 'unknown' ? 'plain' : 'alarm'
    case 'delivery':
      return entry.outcome === 'sent' ? 'plain' : entry.outcome === 'retry' ? 'warning' : 'alarm'
    case 'ipvs':
      if (entry.outcome !== 'OK' && entry.outcome !== 'LEFT') return 'alarm'
      return entry.reason === 'drift' ? 'warning' : 'plain'
    case 'held':
      return entry.text === null ? 'plain' : 'warning'
    case 'command':
      return entry.outcome === 'done' ? 'plain' : 'warning'
    case 'daemon':
      return troubles.has(entry.what) ? 'warning' : 'plain'
    default:
      return 'plain'
  }
}

const troubles = new Set(['stood-still', 'forgotten', 'reload-refused', 'clock-stepped', 'trouble', 'memory-table'])
