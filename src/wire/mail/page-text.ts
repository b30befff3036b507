/**
 * A page: everything that fits on a phone's 160 places, most important first, cut between words only.
 *   DOWN web/http 10.1.1.3: answered 503. 2 of 3 left. 14:02
 * Source: 3GPP TS 23.038 (160 places of the GSM alphabet in one SMS).
 */
import type { AlertView } from './alert-view.ts'
import { gsmPlaces, oneLine, shorten } from './safe-text.ts'
import { type Rendered, render } from './template.ts'

/** Places of one SMS; a gateway cuts or splits what is longer. */
export const PAGE_LIMIT = 160

export const pageTemplate =
  '{{state}} {{key}}{{#if hosts}} {{hosts}}{{/if}}{{#if reason}}: {{reason}}{{/if}}.{{#if left}} {{left}} left.{{/if}}{{#if lasted}} After {{lasted}}.{{/if}} {{clock}}'

/** Places that a reason is worth before what is left of the pools gives way to it, and before further hosts do. */
const REASON_ENOUGH = 40
/** Places that the failing hosts may take beyond the first. */
const HOSTS_SHARE = 60
/** A longer host name is counted instead of named: half a name would be another host's. */
const HOST_LONGEST = 70
/** Places of a service's name; a longer one is cut, and the cut shows. */
const KEY_SHARE = 50
/** Behind a text that was cut; ASCII, since one other letter would make the whole SMS UCS-2 with 70 places. */
const CUT = '...'

/** Fills the template with as much as fits. `limit` is smaller than PAGE_LIMIT when a subject takes its share. */
export function pageText(template: string, view: AlertView, limit: number): Rendered {
  const names = view.failing.map(({ host }) => host)
  const total = names.length + view.more
  const left = whatIsLeft(view.pools)
  const reason = plain(view.reason)
  const fill = (pieces: Pieces) => render(template, pageTemplate, { ...plainView(view), ...pieces })

  for (const pieces of [
    { hosts: hostList(names, total, HOSTS_SHARE), left },
    { hosts: hostList(names, total, HOSTS_SHARE), left: '' },
    { hosts: hostList(names, total, 0), left: '' },
  ]) {
    const room = limit - gsmPlaces(fill({ ...pieces, reason: reason === '' ? '' : '-' }).text) + 1
    if (room < Math.min(REASON_ENOUGH, gsmPlaces(reason))) continue
    const filled = fill({ ...pieces, reason: shorten(reason, room, CUT, gsmPlaces) })
    return { ...filled, text: fitted(filled.text, limit) }
  }
  const least = fill({ hosts: hostList(names, total, 0), left: '', reason: '' })
  return { ...least, text: fitted(least.text, limit) }
}

interface Pieces {
  readonly hosts: string
  readonly left: string
  readonly reason: string
}

/** The operator's template may repeat a piece, so what it made is measured once more. */
function fitted(text: string, limit: number): string {
  const line = oneLine(plain(text), limit * 4).replace(/\.{4,}/g, CUT)
  return shorten(line, limit, CUT, gsmPlaces)
}

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
  const counts = pools.flatMap((pool) => {
    const found = /^(\d+ of \d+) real servers of (\S+)/.exec(pool)
    return found === null ? [] : [{ count: found[1] ?? '', name: found[2] ?? '' }]
  })
  if (counts.length === 1) return counts[0]?.count ?? ''
  return plain(counts.map(({ name, count }) => `${name} ${count}`).join(', '))
}

/** Punctuation outside the GSM alphabet, by its nearest neighbour inside. */
const plain = (text: string): string =>
  text.replace(/[–—]/g, '-').replace(/[‘’]/g, "'").replace(/[“”„]/g, '"').replace(/…/g, CUT)

function plainView(view: AlertView): AlertView {
  const key = shorten(view.key, KEY_SHARE, CUT, gsmPlaces)
  return { ...view, key, headline: plain(view.headline), summary: plain(view.summary) }
}
