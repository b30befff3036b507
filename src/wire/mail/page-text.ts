/**
 * A page: everything that fits on a phone's 160 places, most important first, cut between words only.
 *   DOWN web/http 10.1.1.3: answered 503. 2 of 3 left. 14:02
 * A link is there whole or not at all.
 * Source: 3GPP TS 23.038 (160 places of the GSM alphabet in one SMS).
 */
import type { AlertMessage } from '../../model/alert.ts'
import type { AlertView } from './alert-view.ts'
import { combinedText, type Several } from './page-combined.ts'
import { gsmPlaces, oneLine, shorten } from './safe-text.ts'
import { sampleViews } from './sample-views.ts'
import { type Rendered, render, templateProblem } from './template.ts'

/** Places of one SMS; a gateway cuts or splits what is longer. */
export const PAGE_LIMIT = 160

export const pageTemplate =
  '{{#if news}}{{news}}{{else}}{{state}} {{key}}{{#if hosts}} {{hosts}}{{/if}}{{#if reason}}: {{reason}}{{/if}}.{{/if}}{{#if left}} {{left}} left.{{/if}}{{#if lasted}} After {{lasted}}.{{/if}}{{#if because}} {{because}}.{{/if}} {{clock}}{{#if ackLink}} {{ackLink}}{{/if}}'

/** Names of which an operator's template must use one to be used for several messages: others are of one alone. */
const OF_SEVERAL = /\b(?:news|headline|reason|members)\b/

/** Places that a reason is worth before what is left of the pools gives way to it, and before further hosts do. */
const REASON_ENOUGH = 40
/** Places that the failing hosts may take beyond the first. */
const HOSTS_SHARE = 60
/** A longer host name is counted instead of named: half a name would be another host's. */
const HOST_LONGEST = 70
/** Places of a service's name; a longer one is cut, and the cut shows. */
const KEY_SHARE = 50
/** Places of why it comes to this receiver. */
const BECAUSE_SHARE = 50
/** Behind a text that was cut; ASCII, since one other letter would make the whole SMS UCS-2 with 70 places. */
const CUT = '...'
/** At the end of a page whose own template could not be used, if there is room. */
const WARNING = ' (page template has a mistake)'

/**
 * Fills the template with as much as fits. `limit` is smaller than PAGE_LIMIT when a subject takes its share; `members` are
 * the messages that this one tells of.
 */
export function pageText(
  template: string,
  view: AlertView,
  limit: number,
  { members = [], omitted = 0, counts }: Pick<AlertMessage, 'members' | 'omitted' | 'counts'> = {},
): Rendered {
  const usable = !view.combined || OF_SEVERAL.test(template) ? template : pageTemplate
  const made = view.combined ? ofSeveral(usable, view, limit, { members, omitted, counts }) : ofOne(usable, view, limit)
  if (made.problem === '') return made
  const warned = `${made.text}${WARNING}`
  return gsmPlaces(warned) <= limit ? { ...made, text: warned } : made
}

/** What is wrong with a template for pages, found by trying it; `null`: nothing. */
export function pageFault(template: string): string | null {
  const pieces = { news: 'news', hosts: 'hosts', left: 'left' }
  const mistake = templateProblem(
    template,
    sampleViews.map((view) => ({ ...view, ...pieces })),
  )
  const problems = [mistake, ...sampleViews.map((view) => pageText(template, view, PAGE_LIMIT).problem)]
  return problems.find((problem) => problem !== '') ?? null
}

/** What the template's names stand for here, of which there may be more or less. */
interface Pieces {
  readonly hosts: string
  readonly left: string
  readonly because: string
  readonly ackLink: string
  /** The least that a reason may be cut to in favour of the others. */
  readonly reasonLeast: number
}

function ofOne(template: string, view: AlertView, limit: number): Rendered {
  const names = view.failing.map(({ host }) => host)
  const total = names.length + view.more
  const reason = plain(view.reason)
  const hosts = hostList(names, total, HOSTS_SHARE)
  const fill = ({ reasonLeast: _, ...pieces }: Pieces, why: string) =>
    filled(template, { ...plainView(view), ...pieces, news: '', reason: why })

  for (const pieces of ladder(view, hosts, gsmPlaces(reason))) {
    const room = limit - gsmPlaces(fill(pieces, reason === '' ? '' : '-').text) + 1
    if (room < Math.min(pieces.reasonLeast, gsmPlaces(reason))) continue
    const made = fill(pieces, shorten(reason, room, CUT, gsmPlaces))
    // The operator's template may say the link or the reason twice.
    if (pieces.ackLink === '' || gsmPlaces(made.text) <= limit) return fitted(made, limit)
  }
  const least = { left: '', because: '', ackLink: '', reasonLeast: 0 }
  const one = { ...least, hosts: hostList(names, total, 0) }
  const room = limit - gsmPlaces(fill(one, '-').text) + 1
  return fitted(
    fill(one, room < Math.min(REASON_ENOUGH, gsmPlaces(reason)) ? '' : shorten(reason, room, CUT, gsmPlaces)),
    limit,
  )
}

/** From all that could be said to what must be. */
function ladder(view: AlertView, hosts: string, whole: number): readonly Pieces[] {
  const left = whatIsLeft(view.pools)
  const because = shorten(plain(view.because).replace(/\.$/, ''), BECAUSE_SHARE, CUT, gsmPlaces)
  const { ackLink } = view
  return [
    { hosts, left, because, ackLink, reasonLeast: whole },
    { hosts, left, because: '', ackLink, reasonLeast: whole },
    { hosts, left, because, ackLink: '', reasonLeast: REASON_ENOUGH },
    { hosts, left, because: '', ackLink: '', reasonLeast: REASON_ENOUGH },
    { hosts, left: '', because: '', ackLink: '', reasonLeast: REASON_ENOUGH },
  ]
}

function ofSeveral(template: string, view: AlertView, limit: number, several: Several): Rendered {
  const pools = view.pools.length > 0 ? view.pools : view.members.flatMap((member) => member.pools)
  const fill = ({ reasonLeast: _, ...pieces }: Pieces, news: string) =>
    filled(template, { ...plainView(view), reason: news, ...pieces, news })
  const whole = plain(combinedText(several, limit))
  const steps = [...ladder({ ...view, pools }, '', gsmPlaces(whole)).slice(0, 4)]
  for (const pieces of steps) {
    const made = fill(pieces, whole)
    if (gsmPlaces(made.text) <= limit) return fitted(made, limit)
  }
  const least = { hosts: '', left: '', because: '', ackLink: '', reasonLeast: 0 }
  const room = limit - gsmPlaces(fill(least, '-').text) + 1
  return fitted(fill(least, plain(combinedText(several, Math.max(0, room)))), limit)
}

/** A template that says nothing is one with a mistake. */
function filled(template: string, view: object): Rendered {
  const made = render(template, pageTemplate, view)
  const text = line(made.text)
  if (text !== '') return { ...made, text }
  return { text: line(render(pageTemplate, pageTemplate, view).text), problem: 'the template gives no text' }
}

/** Looked at of a text that an operator's template made; the rest is dropped before any work is done on it. */
const LOOKED_AT = PAGE_LIMIT * 8

const line = (text: string): string => oneLine(plain(text), LOOKED_AT).replace(/\.{4,}/g, CUT)

/** The operator's template may repeat a piece, so what it made is measured once more. */
const fitted = (made: Rendered, limit: number): Rendered => ({
  ...made,
  text: shorten(made.text, limit, CUT, gsmPlaces),
})

/** As many whole names as fit, at least the first, and how many are not named: `10.1.1.2 10.1.1.3 +4`. */
function hostList(names: readonly string[], total: number, share: number): string {
  for (let count = names.length; count > 1; count--) {
    const list = listed(names, count, total)
    if (gsmPlaces(list) <= share) return list
  }
  const first = names[0]
  if (first === undefined) return ''
  return gsmPlaces(first) <= HOST_LONGEST ? listed(names, 1, total) : `${total} ${total === 1 ? 'host' : 'hosts'}`
}

function listed(names: readonly string[], count: number, total: number): string {
  const list = names.slice(0, count).join(' ')
  return total > count ? `${list} +${total - count}` : list
}

/** `2 of 3`, or with several pools `web 2 of 3, api 0 of 2`, from sentences such as "2 of 3 real servers of web are in use". */
function whatIsLeft(pools: readonly string[]): string {
  const counts = new Map<string, string>()
  for (const pool of pools) {
    const found = /^(\d+ of \d+) real servers of (\S+)/.exec(pool)
    if (found !== null) counts.set(found[2] ?? '', found[1] ?? '')
  }
  const [only] = counts.values()
  if (counts.size === 1) return only ?? ''
  return plain([...counts].map(([name, count]) => `${name} ${count}`).join(', '))
}

/** Punctuation outside the GSM alphabet, by its nearest neighbour inside. */
const plain = (text: string): string =>
  text.replace(/[–—]/g, '-').replace(/[‘’]/g, "'").replace(/[“”„]/g, '"').replace(/…/g, CUT)

function plainView(view: AlertView): AlertView {
  const key = shorten(view.key, KEY_SHARE, CUT, gsmPlaces)
  return { ...view, key, headline: plain(view.headline), summary: plain(view.summary) }
}
