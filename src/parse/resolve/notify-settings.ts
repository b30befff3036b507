/**
 * The globals about how people are told: undelivered_after, page_listen, page_url, templates, list_id, dkim,
 * webhook_allow, keep_history, keep_rollups. `undelivered` is read by itself, once the receivers are known. Sources:
 * RFC 2919 (List-Id), RFC 6376 3.1 (selectors), RFC 4632 (networks).
 */
import ipaddr from 'ipaddr.js'
import type { AlertCall } from '../../model/model.ts'
import { type Dkim, KEEP_QUIET, type NotifySettings } from '../../model/notify-settings.ts'
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import { LEAST_KEPT, LONGEST_DOMAIN, LONGEST_LIST_ID, LONGEST_PATIENCE, MOST_NETWORKS } from '../defaults.ts'
import { type Slice, slice, spanOf } from '../mon/lines.ts'
import type { GlobalWord } from '../mon/words.ts'
import { parseAddress } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { resolveAlerts } from './alert-lines.ts'
import { readAtMost } from './burst.ts'
import type { Naming } from './call.ts'
import { readPageListen, readPageUrl, reportPage } from './page-settings.ts'
import { readDuration, type SettingReader } from './setting-reader.ts'

export function readNotifySettings(settings: SettingReader): NotifySettings {
  const { report } = settings
  const get = (name: GlobalWord) => settings.value(name)
  const after = get('undelivered_after')
  const pageListen = readPageListen(get('page_listen'), report)
  const pageUrl = readPageUrl(get('page_url'), report)
  reportPage({ pageListen, pageUrl }, get, report)
  return {
    undelivered: [],
    undeliveredAfter:
      (after && readAtMost(after, 'undelivered_after', LONGEST_PATIENCE, 'setting-value', report)) ??
      KEEP_QUIET.undeliveredAfter,
    pageListen,
    pageUrl,
    templates: settings.text('templates', KEEP_QUIET.templates),
    mailListId: readListId(get('list_id'), report),
    dkim: readDkim(get('dkim'), report),
    webhookAllow: readNetworks(get('webhook_allow'), report),
    keepHistory: readKept(get('keep_history'), KEEP_QUIET.keepHistory, report),
    keepRollups: readKept(get('keep_rollups'), KEEP_QUIET.keepRollups, report),
  }
}

/** Who hears that notifications do not get through. */
export function readUndelivered(value: Slice | undefined, naming: Naming, report: Report): readonly AlertCall[] {
  if (value === undefined) return []
  const calls = resolveAlerts(value, naming, report)
  if (calls.every(({ exit }) => exit === null)) return calls
  const message = 'what is not delivered has no exit status: exit= belongs to the alerts of a period'
  report.error('setting-value', spanOf(value), message, 'write undelivered = to NAME, or undelivered = mail a@b')
  return []
}

/** RFC 2919 3: a label and a namespace, both dot-atom-text. */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LIST_ID = new RegExp(`^${ATOM}(\\.${ATOM})+$`)

function readListId(value: Slice | undefined, report: Report): string {
  if (value === undefined) return KEEP_QUIET.mailListId
  if (value.text.length <= LONGEST_LIST_ID && LIST_ID.test(value.text)) return value.text
  const hint = 'write a name such as upalert.example.com, without < >'
  report.error('setting-value', spanOf(value), `${quoted(value.text)} is not a List-Id (RFC 2919)`, hint)
  return KEEP_QUIET.mailListId
}

const DOMAIN = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i
const isDomain = ({ text }: Slice) => text.length <= LONGEST_DOMAIN && DOMAIN.test(text)

function readDkim(value: Slice | undefined, report: Report): Dkim | null {
  if (value === undefined) return null
  const [domain, selector] = plainWords(value)
  const keyFile = selector === undefined ? '' : value.line.text.slice(selector.to, value.to).trim()
  if (domain === undefined || selector === undefined || keyFile === '') {
    const hint = 'write dkim = DOMAIN SELECTOR KEYFILE: dkim = example.com upalert dkim.pem'
    report.error('setting-value', spanOf(value), 'a signature needs a domain, a selector and a file with the key', hint)
    return null
  }
  const odd = isDomain(domain) && domain.text.includes('.') ? (isDomain(selector) ? null : selector) : domain
  if (odd !== null) {
    const what = odd === domain ? 'a domain' : 'a selector (RFC 6376)'
    const hint = 'write dkim = DOMAIN SELECTOR KEYFILE: dkim = example.com upalert dkim.pem'
    report.error('setting-value', spanOf(odd), `${quoted(odd.text)} is not ${what}`, hint)
    return null
  }
  return { domain: domain.text, selector: selector.text, keyFile }
}

function readNetworks(value: Slice | undefined, report: Report): readonly string[] {
  if (value === undefined) return []
  const words = plainWords(value)
  const over = words[MOST_NETWORKS]
  if (over !== undefined) {
    const rest = slice(over.line, over.from, value.to)
    report.error('setting-value', spanOf(rest), `more than ${MOST_NETWORKS} networks`, 'write fewer and larger ones')
  }
  return words.slice(0, MOST_NETWORKS).flatMap((word) => readNetwork(word, report) ?? [])
}

/** A single address is a network as well. */
function readNetwork(word: Slice, report: Report): string | null {
  const [, written = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(word.text) ?? []
  const address = parseAddress(written)
  const widest = address?.family === 6 ? 128 : 32
  const prefix = length === undefined ? widest : Number(length)
  if (address === null || prefix > widest) {
    const hint = 'write networks as 10.0.0.0/8 or fd00::/8, blanks between'
    report.error('setting-value', spanOf(word), `${quoted(word.text)} is not a network`, hint)
    return null
  }
  const text = `${address.address}/${prefix}`
  const network = `${networkOf(address.address, prefix)}/${prefix}`
  if (network !== text) {
    const message = `${quoted(word.text)} is an address inside a network`
    report.error('setting-value', spanOf(word), message, `did you mean ${network}, or ${address.address} alone?`)
    return null
  }
  if (prefix === 0) {
    const message = 'this lets webhooks reach every address, also this machine and what only it can reach'
    report.warning('webhook-allow', spanOf(word), message, 'name the networks that are meant')
  }
  return text
}

function networkOf(address: string, prefix: number): string {
  const bytes = ipaddr.parse(address).toByteArray()
  const masked = bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))) & 0xff)
  const network = ipaddr.fromByteArray(masked)
  return 'toRFC5952String' in network ? network.toRFC5952String() : network.toString()
}

function readKept(value: Slice | undefined, fallback: Milliseconds, report: Report): Milliseconds {
  if (value === undefined) return fallback
  if (value.text === 'forever' || value.text === '0') return milliseconds(0)
  if (report.nearest(value.text, ['forever']) !== null) {
    report.error(
      'setting-value',
      spanOf(value),
      `${quoted(value.text)} is not a length of time`,
      'did you mean forever?',
    )
    return fallback
  }
  const kept = readDuration(value, report, { zero: true })
  if (kept === null || kept === 0 || kept >= LEAST_KEPT) return kept ?? fallback
  const message = `${quoted(value.text)} is too short: the history is kept by the day`
  report.error('setting-value', spanOf(value), message, 'write 1d or more, or forever')
  return fallback
}
