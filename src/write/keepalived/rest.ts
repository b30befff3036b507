/** What a Model has besides pools and what their checks ask: keepalived has none of it, and each thing is told once. */
import type { Model, Place, Real, RealCheck, Service, Settings } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { endpointText } from '../../model/table.ts'
import { settingLines } from '../mon/settings.ts'
import { subjectOf } from './checker.ts'
import type { Losses } from './losses.ts'
import type { MailPlan } from './notices.ts'

/** Real servers by what they follow. */
type Followers = ReadonlyMap<ServiceKey, readonly { readonly real: Real; readonly check: RealCheck }[]>

/** `base`: the settings of an empty mon.cf in the same place. */
export function loseRest(model: Model, base: Settings, mail: MailPlan, losses: Losses): void {
  const followers = followersIn(model)
  for (const service of model.services) {
    const own = followers.get(service.key)
    if (own === undefined) {
      const why =
        'keepalived checks nothing but real servers, and none follows this service: keep it in a mon.cf of upalert'
      losses.add(service.place, service.key, why)
    } else {
      loseName(service, own, losses)
      losePaths(model, service, losses)
      loseConditions(service, losses)
      losePeriods(service, mail, losses)
    }
  }
  for (const { name, disabled, place } of model.groups) {
    if (disabled.length === 0) continue
    losses.add(
      place,
      `hostgroup ${name}: *${disabled[0]}`,
      'keepalived has no hosts that start disabled: give the real server weight 0',
    )
  }
  loseOthers(model, losses)
  loseSettings(model, base, losses)
}

function followersIn({ virtuals }: Model): Followers {
  const found = new Map<ServiceKey, { real: Real; check: RealCheck }[]>()
  for (const { reals } of virtuals) {
    for (const real of reals) {
      for (const check of real.checks) {
        const own = found.get(check.service)
        if (own === undefined) found.set(check.service, [{ real, check }])
        else own.push({ real, check })
      }
    }
  }
  return found
}

/** keepalived.conf calls a check after its server and its question; what comes from one is called so already. */
function loseName(
  { key, group, place, hosts }: Service,
  followers: readonly { readonly real: Real }[],
  losses: Losses,
): void {
  const servers = new Set(followers.map(({ real }) => endpointText(real.id)))
  if (servers.size === 1 && hosts.length === 1 && servers.has(group)) return
  losses.add(
    place,
    key,
    'checks have no names in keepalived: it is written in each real server that follows it, and upalert calls it after that',
  )
}

function losePaths({ paths }: Model, { key, description, place }: Service, losses: Losses): void {
  if (paths.length === 0 || !description.endsWith('down the path of clients')) return
  losses.add(
    place,
    key,
    'keepalived asks real servers themselves, never by the way of clients: leave via vip to upalert',
  )
}

function loseConditions(service: Service, losses: Losses): void {
  const { place, dependencies, excludePeriod, excludeHosts, flap, unackSummary, traptimeout, trapduration } = service
  const lose = (text: string, why: string, at: Place = place) => losses.add(at, `${subjectOf(service)}: ${text}`, why)
  const { depend, alertdepend, monitordepend, hostdepend } = dependencies.written
  for (const [word, text] of Object.entries({ depend, alertdepend, monitordepend, hostdepend })) {
    if (text !== '') lose(`${word} ${text}`, 'keepalived knows no dependencies: each checker is judged alone')
  }
  if (excludePeriod !== null) lose(`exclude_period ${excludePeriod.text}`, 'keepalived checks at all times')
  if (excludeHosts.length > 0) lose('exclude_hosts', 'keepalived checks every real server: leave its checker out')
  if (flap !== null) lose('flap', 'keepalived tells every change: a larger retry makes them fewer')
  if (unackSummary) lose('unack_summary', 'keepalived knows no acknowledgements')
  if (traptimeout !== null || trapduration !== null) lose('traps', 'keepalived hears of no traps: a MISC_CHECK asks')
  if (service.redistribute !== null)
    lose(
      'redistribute',
      'keepalived calls nobody for each check: notify_fifo tells each change',
      service.redistribute.place,
    )
}

function losePeriods(service: Service, mail: MailPlan, losses: Losses): void {
  const { key, periods } = service
  for (const { text, alerts, upalerts, startupalerts, ackalerts, disablealerts, escalations, place } of periods) {
    const calls = [...alerts, ...upalerts, ...startupalerts, ...ackalerts, ...disablealerts]
    if (calls.length === 0 && escalations.length === 0) continue
    const told = mail.ofChecks.has(key)
      ? `instead ${mail.recipients.join(', ')} get one mail when a real server goes and one when it comes, at any time`
      : 'notification_email and notify_down tell of real servers'
    losses.add(
      place,
      `${subjectOf(service)}: period ${text}`.trimEnd(),
      `keepalived tells of real servers and not of services, and knows no periods, repeats and escalations: ${told}`,
    )
  }
}

function loseOthers({ receivers, windows, reports, views, aliases }: Model, losses: Losses): void {
  for (const { name, place } of receivers.values()) {
    losses.add(
      place,
      `receiver ${name}`,
      'keepalived tells by mail, scripts and a FIFO: call from a script of notify_fifo what this receiver calls',
    )
  }
  for (const { name, place } of windows) {
    losses.add(
      place,
      `maintenance ${name}`,
      'keepalived knows no times of maintenance: smtp_alert no in the real servers, and a reload, come nearest',
    )
  }
  for (const { name, place } of reports) {
    losses.add(place, `report ${name}`, 'keepalived keeps no history that could be reported')
  }
  for (const { name } of [...views, ...aliases]) {
    losses.addUnplaced(name, 'keepalived has no clients that could ask for it')
  }
}

/** Settings with something near in keepalived.conf; of the others a mon.cf beside it keeps what is said. */
const NEAREST: Readonly<Record<string, string>> = {
  drift: 'keepalived never looks at what others change in its table',
  on_stop: 'keepalived empties its services at once: give the real servers weight 0 before a stop',
  maintenancedir: 'FILE_CHECK with a track_file in each real server comes nearest',
  exclude_period: 'keepalived checks at all times',
  autoreload: 'keepalived reads its file again at SIGHUP alone: let a path unit of systemd send that',
}

/** What global_defs says. */
/** And how often a file is looked at, of which autoreload tells. */
const SAID = /^(?:reload_check|router_id|mailserver|mailfrom|on_start|ipvs_timeouts|notify_fifo) = |^on_stop = clear$/

function loseSettings({ settings }: Model, base: Settings, losses: Losses): void {
  for (const { text } of settingLines(settings, base)) {
    if (SAID.test(text)) continue
    const [word = ''] = text.split(' ', 1)
    const why = Object.hasOwn(NEAREST, word) ? NEAREST[word] : undefined
    losses.addUnplaced(
      text,
      why ?? 'keepalived has no such setting: a mon.cf that names this file, director = PATH, keeps it',
    )
  }
  for (const { path, place } of settings.plugins) {
    losses.add(place, `plugin = ${path}`, 'keepalived has no plugins: MISC_CHECK and notify scripts come nearest')
  }
}
