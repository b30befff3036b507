/** `upalert maintenance …`: the calendar of the times in which nobody is told of failures, and how one begins and ends. */
import { type Command, InvalidArgumentError } from 'commander'
import type { MaintenanceView } from '../engine/maintenance-view.ts'
import { duration } from './arguments.ts'
import { type Asker, asJson, given, print, type Where } from './asker.ts'
import { maintenanceLines, parseMoment } from './maintenance.ts'

interface StartOptions extends Where {
  readonly for: number
  readonly at?: number
  readonly name?: string
  readonly reason?: string
}

export function maintenanceCommands({ asking, answered, act }: Asker): void {
  const maintenance = asking(
    'maintenance',
    'times in which nobody is told of failures: those in force, and a calendar of the next ten',
  )
    .option('--json', 'the same as JSON')
    .action(async ({ json, ...where }: Where & { json?: boolean }) => {
      const view = (await answered(where, { command: 'maintenance' })) as MaintenanceView
      print(json === true ? asJson(view) : maintenanceLines(view))
    })
  maintenance
    .command('start')
    .description(
      'tell nobody of failures of these for a while; checks and pools go on, and ends of what was told are told',
    )
    .configureHelp({ showGlobalOptions: true })
    .argument('<SUBJECT...>', 'a watch, GROUP/SERVICE, virtual:NAME, or "*" for all')
    .requiredOption('--for <TIME>', 'how long it lasts: 30m, 2h, 1d', duration)
    .option('--at <TIME>', 'when it begins: 02:00, "2026-11-22 02:00" (local time); without it, now', moment)
    .option('--name <NAME>', 'what it is called (default: maintenance-1, maintenance-2 …)')
    .option('--reason <TEXT>', 'why, for the others')
    .action((subjects: string[], _: unknown, command: Command) => {
      const { for: lasts, at, name, reason: text, config, socket } = command.optsWithGlobals<StartOptions>()
      const request = { command: 'begin-maintenance', subjects, lasts, ...given({ at, name, text }) }
      return act(given({ config, socket }), request)
    })
  maintenance
    .command('end')
    .description('end it now, or call it off; of a recurring one, what is in force now is over, and the next one comes')
    .configureHelp({ showGlobalOptions: true })
    .argument('<NAME>', 'its name, as "upalert maintenance" lists it')
    .action((name: string, _: unknown, command: Command) => {
      const { config, socket } = command.optsWithGlobals<Where>()
      return act(given({ config, socket }), { command: 'end-maintenance', name })
    })
}

function moment(text: string): number {
  const found = parseMoment(text, Date.now())
  if (found.kind === 'fault') throw new InvalidArgumentError(`${found.text}.`)
  return found.at
}
