/** `upalert alert …` and `upalert outbox`: whom a failure would reach, whether a receiver is reached, and what waits. */
import type { Command } from 'commander'
import type { Route } from '../engine/route.ts'
import type { Waiting } from '../engine/waiting.ts'
import { outboxLines, previewLines, resultLines, routeLines, type TestResult } from './alerts.ts'
import { exitStatus, instant } from './arguments.ts'
import { type Asker, asJson, given, print, type Where } from './asker.ts'

interface TestOptions extends Where {
  readonly send?: boolean
  readonly up?: boolean
}

interface RouteOptions extends Where {
  readonly at?: number
  readonly exit?: number
  readonly json?: boolean
}

export function alertCommands(program: Command, { asking, answered, act }: Asker): void {
  const alert = program.command('alert').description('who is told of what, and whether it arrives')
  asking('test', 'show or send a message that says it is only a test', alert)
    .argument('<RECEIVER>', 'a receiver of the configuration, or GROUP/SERVICE for all of its alert lines')
    .option('--render', 'show what would be sent, and send nothing (default)')
    .option('--send', 'send it, and say what came of it; exit status 1 if it did not arrive everywhere')
    .option('--up', 'the message of a recovery instead')
    .action(async (subject: string, { send, up, ...where }: TestOptions) => {
      const text = `${send === true ? 'send' : 'render'}${up === true ? '-up' : ''}`
      const data = await answered(where, { command: 'alert-test', subject, text })
      if (send !== true) return print(previewLines((data as { previews: { to: string; text: string }[] }).previews))
      const result = data as TestResult
      print(resultLines(result))
      if (result.waiting > 0 || result.results.some(({ well }) => !well)) process.exitCode = 1
    })
  asking('route', 'which receivers would hear of a failure, and which rule says so', alert)
    .argument('<GROUP>', 'the watch, or GROUP/SERVICE')
    .argument('[SERVICE]', 'the service')
    .option('--at <TIME>', 'at this time: 14:00, "2026-11-22 03:00" (local time)', instant)
    .option('--exit <STATUS>', 'with this exit status of the monitor (default: 1)', exitStatus)
    .option('--json', 'the same as JSON')
    .action(async (group: string, service: string | undefined, { at, exit: share, json, ...where }: RouteOptions) => {
      const subject = service === undefined ? group : `${group}/${service}`
      const route = (await answered(where, { command: 'alert-route', subject, ...given({ at, share }) })) as Route
      print(json === true ? asJson(route) : routeLines(route, Date.now()))
      if (!route.lines.some(({ hears }) => hears)) process.exitCode = 1
    })
  asking('outbox', 'notifications that have not got through yet, and why; exit status 1 if one has been tried in vain')
    .option('--drop <ID>', 'do not send this one any more, or GROUP/SERVICE for all about a service')
    .option('--json', 'the same as JSON')
    .action(async ({ drop, json, ...where }: Where & { drop?: string; json?: boolean }) => {
      if (drop !== undefined) return act(where, { command: 'drop', subject: drop })
      const { waiting } = (await answered(where, { command: 'outbox' })) as { waiting: Waiting[] }
      print(json === true ? asJson(waiting) : outboxLines(waiting, Date.now()))
      if (waiting.some(({ attempts }) => attempts > 0)) process.exitCode = 1
    })
}
