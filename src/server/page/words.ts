/** The pages that a link in a message may open, in words. */
import { ackView } from '../../engine/ack-view.ts'
import { poolsFollowing } from '../../engine/pool/pools.ts'
import { poolText } from '../../engine/pool/words.ts'
import { remedyOf } from '../../engine/remedy.ts'
import type { State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Page } from './html.ts'
import type { About } from './links.ts'

export interface Told {
  readonly state: State
  readonly now: Now
  /** An instant in local time, with its zone. */
  timeText(at: number): string
}

/** Characters of a sentence, and lines of a list, that are shown. */
const SENTENCE = 400
const LINES = 10

export function failurePage({ service, state }: About, { state: whole, timeText }: Told): Page {
  const failing = state.hosts.flatMap(({ host, verdict }) =>
    verdict.kind === 'down' ? [shown(`${host} ${verdict.text}`)] : [],
  )
  const pools = poolsFollowing(whole.model, service.key).flatMap((i) => {
    const [pool, virtual] = [whole.pools[i], whole.model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [shown(poolText(pool, virtual))]
  })
  const since = state.firstFailure === null ? [] : [timeText(state.firstFailure)]
  const remedy = remedyOf(service, state)
  return {
    title: shown(`${service.key} fails`),
    tone: 'bad',
    text: shown(service.description),
    facts: [
      { name: 'The check says', lines: [shown(state.summary)] },
      { name: 'Failing now', lines: bounded(failing) },
      { name: 'What is left', lines: bounded(pools) },
      { name: 'Failing since', lines: since },
      { name: 'What ends it', lines: remedy === '' ? [] : [shown(remedy)] },
    ].filter(({ lines }) => lines.some((line) => line !== '')),
    // With unack_summary a change ends it in any case.
    form: { asksForChange: !service.unackSummary },
  }
}

const shown = (text: string): string => oneLine(text, SENTENCE)

const bounded = (lines: readonly string[]): readonly string[] =>
  lines.length <= LINES ? lines : [...lines.slice(0, LINES), `and ${lines.length - LINES} more`]

/** Whoever has pressed the button, or comes after somebody who has. */
export function acknowledgedPage(title: string, tone: Page['tone'], { service, state }: About, told: Told): Page {
  const ack = ackView(state, service, told.now)
  if (ack === null) return { title, tone, text: `${shown(service.key)} is not acknowledged any more.` }
  const { who, comment, at, until, untilChange } = ack
  const ends = [
    ...(until === null ? [] : [told.timeText(until)]),
    ...(untilChange ? ['what the check says changes'] : []),
    'the service has recovered',
  ]
  return {
    title,
    tone,
    facts: [
      { name: 'What', lines: [shown(service.key)] },
      { name: 'By', lines: [shown(who) || 'somebody'] },
      ...(comment === '' ? [] : [{ name: 'Comment', lines: [shown(comment)] }]),
      { name: 'At', lines: [told.timeText(at)] },
      { name: 'Alerts stop until', lines: ends.map((end, i) => (i === 0 ? end : `or ${end}`)) },
    ],
  }
}

export function usedPage(about: About, told: Told): Page {
  const title = 'This link has been used'
  if (about.state.ack !== null) return acknowledgedPage(title, 'plain', about, told)
  const text = `What it acknowledged is over, and ${shown(about.service.key)} still fails. Use the link of a newer message, or "upalert ack".`
  return { title, tone: 'plain', text }
}

export const calmPage = ({ service }: About): Page => ({
  title: 'Nothing to acknowledge now',
  tone: 'plain',
  text: `${shown(service.key)} works at this moment; it changes too often to call it mended.`,
})

/** What the engine says where it does not take an acknowledgement. */
export const refusedPage = (text: string): Page => ({ title: 'Not acknowledged', tone: 'bad', text: shown(text) })

export const PAGES = {
  wrong: {
    title: 'Nothing to acknowledge',
    tone: 'plain',
    text: 'The failure that this link was about is over, or this is not the whole link.',
  },
  nothing: { title: 'There is nothing here', tone: 'plain', text: 'Look whether the whole link was opened.' },
  busy: {
    title: 'Not now',
    tone: 'plain',
    text: 'Too many links that mean nothing were opened just now. Try again in a moment, or use "upalert ack".',
  },
  tooLong: { title: 'Not acknowledged', tone: 'bad', text: 'That was too much: a comment may have 300 characters.' },
  noForm: {
    title: 'Not acknowledged',
    tone: 'bad',
    text: 'This was not what the page sends. Open the link in a browser, or use "upalert ack".',
  },
  stumbled: {
    title: 'Not acknowledged',
    tone: 'bad',
    text: 'upalert stumbled over this request and goes on. Use "upalert ack".',
  },
} as const satisfies Record<string, Page>
