/**
 * Who hears of a change: the scripts of notify_up, notify_down, quorum_up and quorum_down, and the recipients of mail.
 * Source: keepalived.conf(5), "smtp_alert", "notify_up"; for the defaults 2.2.7 tried.
 */
import type { AlertCall, Notices } from '../../../model/model.ts'
import { faultsOf } from '../../option-faults.ts'
import { quoted } from '../../text/visible.ts'
import type { Command } from '../commands.ts'
import type { RealServer, VirtualServer } from '../file.ts'
import { spanOf, type Word } from '../line.ts'
import type { Setting } from '../settings.ts'
import type { Around } from './around.ts'
import { accountOf } from './commands.ts'
import { placeOfWord } from './place.ts'

/** Of a real server, mail is sent unless it is switched off. */
export function realNotices({ settings }: RealServer, around: Around): Notices {
  const { notify_up, notify_down, smtp_alert } = settings
  return notices(notify_up, notify_down, smtp_alert ?? mailDefault(around) ?? { value: true }, around)
}

/** Of a quorum, mail is sent only where it is switched on. */
export function quorumNotices({ settings }: VirtualServer, around: Around): Notices {
  const { quorum_up, quorum_down, smtp_alert } = settings
  return notices(quorum_up, quorum_down, smtp_alert ?? mailDefault(around) ?? { value: false }, around)
}

/** keepalived never sees what others change. Whoever hears of its servers by mail hears of this, unless it is switched off. */
export function driftAlerts({ settings }: VirtualServer, around: Around): readonly AlertCall[] {
  const wantsMail = settings.smtp_alert ?? mailDefault(around) ?? { value: true }
  return wantsMail.value ? mailCall(around) : []
}

const mailDefault = ({ file: { globals } }: Around) => globals.smtp_alert_checker ?? globals.smtp_alert

function notices(
  up: Setting<Command> | undefined,
  down: Setting<Command> | undefined,
  wantsMail: { readonly value: boolean },
  around: Around,
): Notices {
  const mail = wantsMail.value ? mailCall(around) : []
  return { up: [...scriptCall(up, around), ...mail], down: [...scriptCall(down, around), ...mail] }
}

function scriptCall(command: Setting<Command> | undefined, around: Around): AlertCall[] {
  if (command === undefined) return []
  const { argv } = command.value
  const secured = around.file.globals.enable_script_security === undefined ? {} : { scriptSecurity: true }
  const options = { command: argv, ...accountOf(command.value, around), ...secured }
  const text = `${command.keyword.text} ${command.at.text}`
  return call('notify', options, { word: command.keyword, argv, text }, around)
}

/** Only with recipients and a relay, as in keepalived. */
function mailCall(around: Around): AlertCall[] {
  const { notificationEmail, globals } = around.file
  const [first] = notificationEmail
  if (first === undefined || globals.smtp_server === undefined) return []
  const recipients = notificationEmail.map(({ text }) => text)
  const argv = ['mail', ...recipients]
  return call('mail', { recipients }, { word: first, argv, text: argv.join(' ') }, around)
}

function call(
  module: string,
  options: Readonly<Record<string, unknown>>,
  { word, argv, text }: { readonly word: Word; readonly argv: readonly string[]; readonly text: string },
  { surroundings, report }: Around,
): AlertCall[] {
  const shape = surroundings.alerts.get(module)
  if (shape === undefined) {
    const message = `${quoted(word.text)} needs the alert ${quoted(module)}, which this build does not have`
    report.error('alert-unknown', spanOf(word), message, 'take the line out, or use another upalert')
    return []
  }
  const { filled, faults } = faultsOf(shape, options)
  for (const { property, text: what, allowed } of faults) {
    report.error('notice-value', spanOf(word), `the ${property ?? 'value'} of ${quoted(word.text)} ${what}`, allowed)
  }
  if (faults.length > 0) return []
  const [script = module, ...rest] = argv
  const place = placeOfWord(word)
  return [{ module, options: filled, text, withHosts: false, place, exit: null, script, argumentText: rest.join(' ') }]
}
