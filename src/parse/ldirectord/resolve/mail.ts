/**
 * emailalert and its like -> who hears of a check: a mail when a server fails, again every emailalertfreq, and one when it is
 * back. Source: ldirectord(8), "emailalert", "emailalertfreq", "emailalertstatus", "smtp".
 */
import type { AlertCall, Period } from '../../../model/model.ts'
import { seconds } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { VirtualService } from '../file.ts'
import { spanOf, type Word } from '../words.ts'
import type { Around } from './around.ts'
import { alertCall } from './calls.ts'
import { levelsOf, nearest, numberOf } from './inherited.ts'
import { addLoss } from './losses.ts'

/** A mail for one and all: ldirectord names each server in one of its own as well. */
export function mailCalls(virtual: VirtualService, around: Around): readonly AlertCall[] {
  const { settings } = virtual
  const levels = levelsOf(virtual, around.file)
  const emailalert = nearest(levels, 'emailalert')
  if (emailalert === undefined) return []
  const states = nearest(levels, 'emailalertstatus')
  if (states !== undefined && !states.value.some((state) => state === 'all' || state === 'running')) {
    const why =
      'no mail tells of a server, since upalert mails while it runs and at no other time; add running for mails'
    addLoss(states, why, around)
    return []
  }
  if (states?.value.some((state) => state !== 'all' && state !== 'running') === true) {
    addLoss(states, 'mails are sent while upalert runs, and not for its start, stop or reload', around)
  }
  const { smtp } = settings
  const server = smtp !== undefined && isRelay(smtp.at, smtp.value, around) ? relayUrl(smtp.value) : null
  const options = { recipients: emailalert.value, ...(server === null ? {} : { server }) }
  const words = ['mail', ...emailalert.value]
  return alertCall({ module: 'mail', options, keyword: emailalert.keyword, at: emailalert.at, words }, around)
}

/** `null`: nobody hears. */
export function mailPeriod(virtual: VirtualService, calls: readonly AlertCall[], around: Around): Period | null {
  const [call] = calls
  if (call === undefined) return null
  const every = numberOf(levelsOf(virtual, around.file), 'emailalertfreq')
  const again = every === 0 ? 'once' : `every ${every}s`
  return {
    label: `emailalert ${again}: ${call.argumentText}`.slice(0, LONGEST_LABEL),
    text: '',
    when: { kind: 'always' },
    alertevery: every === 0 ? null : { every: seconds(every), unless: 'strict' },
    alertafter: { count: null, time: null, window: null },
    numalerts: every === 0 ? 1 : 0,
    upalertafter: null,
    alertexitrange: null,
    noCompAlerts: false,
    alertsDontCount: false,
    alerts: calls,
    upalerts: calls,
    startupalerts: [],
    ackalerts: [],
    disablealerts: [],
    escalations: [],
    place: call.place,
  }
}

/** Characters of a period's name; people read it in lists. */
const LONGEST_LABEL = 200

/** The same to whom, by which relay and how often is one period, whoever asks for it. */
export const samePeriod = (one: Period, other: Period): boolean =>
  one.label === other.label && JSON.stringify(one.alerts[0]?.options) === JSON.stringify(other.alerts[0]?.options)

const SMTP_PORT = 25

export function relayUrl(host: string): string {
  const bare = host.trim()
  const ended = /:\d{1,5}$/.test(bare) && !/:.*:/.test(bare.replace(/^\[.*\]/, ''))
  const named = bare.includes(':') && !ended && !bare.startsWith('[') ? `[${bare}]` : bare
  return `smtp://${ended ? named : `${named}:${SMTP_PORT}`}`
}

/** A host and nothing else: what is made of it is a URL. */
export function isRelay(at: Word, value: string, { report }: Around): boolean {
  if (/^(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Fa-f:.]{2,45})(?::\d{1,5})?$/.test(value.trim())) return true
  report.error('address', spanOf(at), `${quoted(value)} is no mail server`, 'write its name or its address')
  return false
}
