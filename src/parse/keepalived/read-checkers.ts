/** The checkers of a real_server: blocks -> Checker. */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Checker, SmtpHost, Url } from './file.ts'
import { spanOf, type Word } from './line.ts'
import { readSettings, type SettingsOf, type Table, warnOfLoss } from './settings.ts'
import * as tables from './tables/checkers.ts'
import type { Statement } from './tree.ts'

export function readCheckers(statements: readonly Statement[], report: Report): Checker[] {
  return statements.map((statement) => readChecker(statement, report)).filter((checker) => checker !== null)
}

function readChecker(statement: Statement, report: Report): Checker | null {
  const { keyword, block } = statement
  if (block === null) return null
  const kind = keyword.text
  const settings = <T extends Table>(table: T): SettingsOf<T> =>
    readSettings(block.statements, { block: kind, table, report })
  switch (kind) {
    case 'TCP_CHECK':
    case 'PING_CHECK':
      return withBindIf({ kind, keyword, settings: settings(tables.TCP_CHECK) }, report)
    case 'HTTP_GET':
    case 'SSL_GET':
      return withBindIf(
        { kind, keyword, settings: settings(tables.HTTP_GET), urls: readUrls(statement, report) },
        report,
      )
    case 'SMTP_CHECK':
      return withBindIf(
        { kind, keyword, settings: settings(tables.SMTP_CHECK), hosts: readHosts(block.statements, report) },
        report,
      )
    case 'DNS_CHECK':
      return withBindIf({ kind, keyword, settings: settings(tables.DNS_CHECK) }, report)
    case 'UDP_CHECK': {
      const udp = settings(tables.UDP_CHECK)
      checkLengths(udp, report)
      return withBindIf({ kind, keyword, settings: udp }, report)
    }
    case 'MISC_CHECK': {
      const misc = settings(tables.MISC_CHECK)
      if (isMissing(block.statements, 'misc_path')) reportMissing(keyword, 'misc_path and a command', report)
      return { kind, keyword, settings: misc }
    }
    case 'FILE_CHECK': {
      const file = settings(tables.FILE_CHECK)
      if (isMissing(block.statements, 'track_file')) reportMissing(keyword, 'track_file and its name', report)
      return { kind, keyword, settings: file }
    }
    case 'BFD_CHECK':
      warnOfLoss(keyword, 'real_server', report)
      return { kind, keyword, settings: settings(tables.BFD_CHECK) }
    default:
      return null
  }
}

function readUrls({ keyword, block }: Statement, report: Report): readonly Url[] {
  const blocks = (block?.statements ?? []).filter((one) => one.keyword.text === 'url' && one.block !== null)
  if (isMissing(block?.statements ?? [], 'url')) reportMissing(keyword, 'url { path / }', report)
  return blocks.map((url) => {
    const statements = url.block?.statements ?? []
    const settings = readSettings(statements, { block: 'url', table: tables.URL, report })
    if (isMissing(statements, 'path')) reportMissing(url.keyword, 'path and the path of a page', report)
    checkPattern(settings, report)
    return { keyword: url.keyword, settings }
  })
}

function readHosts(statements: readonly Statement[], report: Report): readonly SmtpHost[] {
  return statements
    .filter(({ keyword, block }) => keyword.text === 'host' && block !== null)
    .map(({ keyword, block }) => {
      const settings = readSettings(block?.statements ?? [], { block: 'host', table: tables.HOST, report })
      return { keyword, settings }
    })
}

/** 0 and 255 where they are not written. */
function checkLengths(
  { min_reply_length, max_reply_length }: SettingsOf<typeof tables.UDP_CHECK>,
  report: Report,
): void {
  const least = min_reply_length?.value ?? 0
  const most = max_reply_length?.value ?? 255
  if (least <= most) return
  const message = `no reply has ${least} bytes at least and ${most} at most`
  const at = (min_reply_length ?? max_reply_length)?.at
  if (at !== undefined) report.error('reply-length', spanOf(at), message, 'write the larger one for max_reply_length')
}

/** keepalived passes over a pattern that its library cannot read, and makes no test; here it is a mistake. */
function checkPattern({ regex }: Url['settings'], report: Report): void {
  if (regex === undefined) return
  try {
    new RegExp(regex.value)
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /s, '') : 'it cannot be read'
    const message = `the pattern ${quoted(regex.value)} cannot be used: ${why}`
    const hint = 'upalert reads patterns as JavaScript does; options such as caseless stand in regex_options'
    report.error('regex', spanOf(regex.at), message, hint)
  }
}

/** RFC 4007 11: a link-local address means nothing without its interface. */
function withBindIf<T extends { readonly settings: SettingsOf<typeof tables.TCP_CHECK> }>(
  checker: T,
  report: Report,
): T {
  const { connect_ip, bind_if } = checker.settings
  if (connect_ip === undefined || bind_if !== undefined || !/^fe[89ab]/.test(connect_ip.value.address)) return checker
  const message = `${quoted(connect_ip.value.address)} is a link-local address, and no interface is named`
  report.error('link-local', spanOf(connect_ip.at), message, 'write bind_if and the interface on a line below')
  return checker
}

/** One that is there with a mistake in it was reported already. */
const isMissing = (statements: readonly Statement[], word: string) =>
  !statements.some(({ keyword }) => keyword.text === word)

function reportMissing(keyword: Word, what: string, report: Report): void {
  const message = `this ${keyword.text} lacks ${what.split(' ')[0]}, without which it checks nothing`
  report.error('checker-incomplete', spanOf(keyword), message, `write ${what} in it`)
}
