/**
 * A Model -> the lines of a keepalived.conf that keepalived 2.2.7 and upalert both read: pools with their checks, settings
 * and scripts. What it has no words for is a loss, with the nearest that there is. Read back it is the same Model where
 * there is none. Source: keepalived.conf(5); parse/keepalived is the way back.
 */
import type { Model, Settings } from '../../model/model.ts'
import type { Dormant } from '../../parse/director/part.ts'
import type { Written } from '../written.ts'
import { accountBehind, scriptUserOf } from './accounts.ts'
import { subjectOf, type Writing } from './checker.ts'
import { Fronts, groupLines } from './fronts.ts'
import { type GlobalFacts, OneSsl, writeGlobals, writeTrackFiles } from './globals.ts'
import { Lines } from './lines.ts'
import { Losses } from './losses.ts'
import { mailPlanOf, NoticeWriter, optionsOf } from './notices.ts'
import { loseRest } from './rest.ts'
import { TrackFiles } from './track-files.ts'
import { type Around, writeVirtual } from './virtual.ts'

export interface KeepalivedOptions {
  /** The file that the Model was read from, for losses whose place nobody kept. */
  readonly file?: string
  /** The settings of an empty mon.cf in the same place; without them no setting is told as lost. */
  readonly base?: Settings
  /** What is written and switched off: it stands there as comments. */
  readonly dormant?: readonly Dormant[]
}

export function keepalivedText(model: Model, options: KeepalivedOptions = {}): Written {
  const { file = '', base = model.settings, dormant = [] } = options
  const losses = new Losses(file)
  const scriptUser = scriptUserOf(model)
  const ssl = new OneSsl()
  const trackFiles = new TrackFiles()
  const writing: Writing = { losses, trackFiles, ssl, account: (options) => accountBehind(options, scriptUser) }
  const mail = mailPlanOf(model)
  const facts = { mail, scriptUser, ...securityOf(model, losses), logsFailures: logsFailuresOf(model, losses) }
  const fronts = new Fronts(losses)
  const pools = model.virtuals.flatMap((virtual) => fronts.of(virtual).map((front) => ({ virtual, front })))
  const services = new Map(model.services.map((service) => [service.key, service]))
  const around = { writing, notices: new NoticeWriter(mail, writing), services, logsFailures: facts.logsFailures }
  // Last in the making and first in the file: what the checkers need is known when they are written.
  const blocks = new Lines()
  for (const { virtual, front } of pools) writeVirtual(virtual, front, blocks, around)
  const head = new Lines()
  writeGlobals(model, facts, head, losses)
  ssl.write(head)
  writeTrackFiles(trackFiles, head)
  for (const group of fronts.groups) {
    head.gap()
    head.block(`virtual_server_group ${group.name}`, null, () => {
      for (const line of groupLines(group)) head.line(line)
    })
  }
  if (blocks.written.length === 0) {
    losses.addUnplaced('no virtual server', 'a keepalived.conf without one gives keepalived nothing to do')
  } else head.gap()
  writeDormant(dormant, blocks, around)
  loseRest(model, base, mail, losses)
  return { lines: [...head.written, ...blocks.written], losses: losses.sorted() }
}

/** As comments, and nothing of it is told: a file that does nothing loses nothing. */
function writeDormant(dormant: readonly Dormant[], blocks: Lines, around: Around): void {
  for (const { kind, virtual, services } of dormant) {
    const losses = new Losses('')
    const trackFiles = new TrackFiles()
    const writing: Writing = { ...around.writing, losses, trackFiles }
    const known = new Map([...around.services, ...services.map((service) => [service.key, service] as const)])
    const lines = new Lines()
    for (const front of new Fronts(losses).of(virtual)) {
      writeVirtual(virtual, front, lines, { ...around, writing, services: known })
    }
    if (lines.written.length === 0) continue
    blocks.gap()
    blocks.line(kind === 'real' ? '# Switched off, of a virtual_server above:' : '# Switched off:')
    for (const line of lines.written) blocks.written.push({ ...line, text: `# ${line.text}`.trimEnd() })
  }
}

/** enable_script_security is for all scripts. */
function securityOf({ virtuals }: Model, losses: Losses): Pick<GlobalFacts, 'scriptSecurity'> {
  const calls = virtuals.flatMap(({ notices, reals }) => [
    ...[...notices.up, ...notices.down],
    ...reals.flatMap((real) => [...real.notices.up, ...real.notices.down]),
  ])
  const scripts = calls.filter(({ module }) => module === 'notify')
  const secured = scripts.filter((call) => optionsOf(call).scriptSecurity === true)
  if (secured.length > 0 && secured.length < scripts.length) {
    losses.addUnplaced('script_security', 'enable_script_security is for all scripts of keepalived, and is written')
  }
  return { scriptSecurity: secured.length > 0 }
}

/** FILE_CHECK has no word of its own for it. */
function logsFailuresOf({ services, virtuals }: Model, losses: Losses): boolean {
  const followed = new Set(
    virtuals.flatMap(({ reals }) => reals.flatMap(({ checks }) => checks.map((one) => one.service))),
  )
  const checks = services.filter(({ key }) => followed.has(key))
  const files = checks.filter(({ monitor }) => monitor?.module === 'file')
  const loud = files.filter((one) => one.logFailures)
  for (const one of loud.length < files.length ? loud : []) {
    losses.add(
      one.place,
      `${subjectOf(one)}: log_failures`,
      'checker_log_all_failures is for all FILE_CHECKs, and is written',
    )
  }
  return loud.length > 0 || (checks.length > 0 && checks.every((one) => one.logFailures))
}
