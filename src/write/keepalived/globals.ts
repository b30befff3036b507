/** The daemon's settings -> global_defs, SSL and track_file. Source: keepalived.conf(5), "Global definitions". */
import type { Model } from '../../model/model.ts'
import { DEFAULT_MAILSERVER } from '../../parse/defaults.ts'
import { accountBehind } from './accounts.ts'
import type { Lines } from './lines.ts'
import type { Losses } from './losses.ts'
import type { MailPlan } from './notices.ts'
import { commandText, wordText } from './quoting.ts'
import { type TrackFiles, weightText } from './track-files.ts'

export interface GlobalFacts {
  readonly mail: MailPlan
  /** Empty: none. */
  readonly scriptUser: string
  readonly scriptSecurity: boolean
  readonly logsFailures: boolean
}

export function writeGlobals({ settings }: Model, facts: GlobalFacts, lines: Lines, losses: Losses): void {
  const { mail, scriptUser, scriptSecurity, logsFailures } = facts
  const { table } = settings
  const routerId = settings.routerId === '' ? null : wordText(settings.routerId)
  const mails = mail.recipients.length > 0
  lines.block('global_defs', null, () => {
    if (routerId !== null) lines.line(`router_id ${routerId}`)
    if (mails)
      lines.block('notification_email', null, () => {
        for (const one of mail.recipients) lines.line(one)
      })
    const from = wordText(settings.mailfrom)
    if (from !== null && (mails || !settings.mailfrom.startsWith('upalert@')))
      lines.line(`notification_email_from ${from}`)
    if (mails || settings.mailserver !== DEFAULT_MAILSERVER) writeRelay(settings.mailserver, lines, losses)
    if (scriptUser !== '') lines.line(`script_user ${scriptUser}`)
    if (scriptSecurity) lines.line('enable_script_security')
    if (logsFailures) lines.line('checker_log_all_failures')
    if (table.onStart === 'clear') lines.line('lvs_flush')
    if (table.onStop === 'clear') lines.line('lvs_flush_on_stop')
    const timeouts = timeoutsText(table.timeouts)
    if (timeouts !== '') lines.line(`lvs_timeouts${timeouts}`)
    for (const line of fifoLines(table.fifos, scriptUser, losses)) lines.line(line)
  })
}

function writeRelay(mailserver: string, lines: Lines, losses: Losses): void {
  const match = /^smtp:\/\/(?:\[([^\]]+)\]|([^:/@\s]+))(?::(\d{1,5}))?\/?$/.exec(mailserver)
  const [, v6, name, port] = match ?? []
  const host = v6 ?? name
  if (host !== undefined) {
    lines.line(`smtp_server ${host} ${port ?? 25}`)
    return
  }
  const shown = mailserver.replace(/\/\/[^@/\s]*@/g, '//…@')
  const why =
    'keepalived speaks to one relay, without a login and without TLS: 127.0.0.1 is written, and this host’s own relay may pass mail on'
  losses.addUnplaced(`mailserver ${shown}`, why)
  lines.line('smtp_server 127.0.0.1 25')
}

function timeoutsText(timeouts: Model['settings']['table']['timeouts']): string {
  const words =
    timeouts === null
      ? []
      : ([
          ['tcp', timeouts.tcp],
          ['tcpfin', timeouts.tcpfin],
          ['udp', timeouts.udp],
        ] as const)
  return words.map(([name, value]) => (value > 0 ? ` ${name} ${value}` : '')).join('')
}

/** keepalived tells both the same of servers; where there is one, it is that of servers alone. */
const FIFO_WORDS = ['notify_fifo', 'lvs_notify_fifo'] as const

function fifoLines(fifos: Model['settings']['table']['fifos'], scriptUser: string, losses: Losses): string[] {
  return fifos.flatMap(({ path, user, group, reader }, i) => {
    const word = FIFO_WORDS[fifos.length === 1 ? 1 : i]
    const text = wordText(path)
    const command = reader === null ? '' : commandText(reader.command)
    if (word === undefined || text === null || command === null) {
      losses.addUnplaced(
        `notify_fifo ${path}`,
        'keepalived has two of them at most: let one reader hand on what it reads',
      )
      return []
    }
    const owner = [user, group]
      .filter((one) => one !== undefined)
      .map((one) => ` ${one}`)
      .join('')
    const account = reader === null ? '' : accountBehind({ ...reader }, scriptUser)
    return [`${word} ${text}${owner}`, ...(command === '' ? [] : [`${word}_script ${command} ${account}`.trimEnd()])]
  })
}

export function writeTrackFiles({ found }: TrackFiles, lines: Lines): void {
  for (const { name, path, weight, reverse } of found) {
    lines.gap()
    lines.block(`track_file ${name}`, null, () => {
      lines.line(`file ${wordText(path) ?? path}`)
      lines.line(`weight ${weightText({ weight, reverse })}`)
    })
  }
}

export class OneSsl {
  #files: Readonly<Record<string, string>> | null = null

  /** The first that has any decides: an SSL_GET without a certificate may have one all the same. */
  takes(files: Readonly<Record<string, string>>): boolean {
    const writable = Object.values(files).every((file) => wordText(file) !== null)
    if (!writable) return false
    this.#files ??= files
    return JSON.stringify(this.#files) === JSON.stringify(files)
  }

  write(lines: Lines): void {
    const entries = Object.entries(this.#files ?? {})
    if (entries.length === 0) return
    lines.gap()
    lines.block('SSL', null, () => {
      for (const [name, file] of entries) lines.line(`${name} ${wordText(file)}`)
    })
  }
}
