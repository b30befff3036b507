/** As whom scripts run: script_user where all that name somebody name the same, and otherwise behind each command. */
import type { Model } from '../../model/model.ts'
import { textIn } from './checker.ts'
import { optionsOf } from './notices.ts'

type Options = Readonly<Record<string, unknown>>

/** The modules that run a program for keepalived. */
const RUNNERS: ReadonlySet<string> = new Set(['misc', 'script', 'notify'])

const accountText = (options: Options): string =>
  [textIn(options, 'user'), textIn(options, 'group')].filter((word) => word !== undefined).join(' ')

/** `script_user`; empty: there is none, since some run as the daemon itself. */
export function scriptUserOf(model: Model): string {
  const calls = [
    ...model.services.flatMap(({ monitor }) => (monitor === null ? [] : [monitor])),
    ...model.virtuals.flatMap(({ notices, reals }) => [
      ...[...notices.up, ...notices.down],
      ...reals.flatMap((real) => [...real.notices.up, ...real.notices.down]),
    ]),
  ].filter(({ module }) => RUNNERS.has(module))
  const readers = model.settings.table.fifos.flatMap(({ reader }) => (reader === null ? [] : [{ ...reader }]))
  const accounts = new Set([...calls.map(optionsOf), ...readers].map(accountText))
  const [only = ''] = accounts
  return accounts.size === 1 ? only : ''
}

/** What stands behind a command. */
export function accountBehind(options: Options, scriptUser: string): string {
  const account = accountText(options)
  return account === scriptUser ? '' : account
}
