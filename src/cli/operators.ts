/** What operators do every day: look, ask why, acknowledge, drain, disable, read the configuration again. */
import { type Command, Option } from 'commander'
import type { WhyView } from '../engine/view.ts'
import { duration, since, wholeNumber, wholeWeight } from './arguments.ts'
import { type Asker, asJson, given, print, type Where } from './asker.ts'
import { type LogEntry, logLines } from './log.ts'
import { needsEye, type Status, statusLines } from './status.ts'
import { whyLines } from './why.ts'

interface Acking extends Where {
  readonly for?: number
  readonly untilChange?: boolean
  readonly sticky?: boolean
}

interface Deciding extends Where {
  readonly virtual?: string
  readonly for?: number
  readonly limit?: number
  readonly reason?: string
  readonly force?: boolean
  readonly share?: number
}

export function operatorsCommands({ asking, answered, act }: Asker): void {
  asking(
    'status',
    'how every service and virtual server stands, and why not up; exit status 1 if a service is down, or a pool lacks its quorum',
  )
    .option('--json', 'the same as JSON')
    .action(async ({ json, ...where }: Where & { json?: boolean }) => {
      const status = (await answered(where, { command: 'status' })) as Status
      print(json === true ? asJson(status) : statusLines(status))
      if (needsEye(status)) process.exitCode = 1
    })

  asking('why', 'why a host, a real server, a service or a virtual server stands as it does, and what led there')
    .argument('<SUBJECT>', 'a host, an address:port, group/service, or the name of a virtual server')
    .option('--json', 'the same as JSON')
    .action(async (subject: string, { json, ...where }: Where & { json?: boolean }) => {
      const why = (await answered(where, { command: 'why', subject })) as WhyView
      print(json === true ? asJson(why) : whyLines(why, Date.now()))
    })

  asking('log', 'what happened, what was done, and what was not and why; oldest first')
    .option('--since <TIME>', 'from this time on: 2h, 30m, 14:00, 2026-11-20, "2026-11-20 14:00" (local time)', since)
    .option('--service <GROUP/SERVICE>', 'this service only')
    .option('--alerts', 'only what people were told, when and by which way, and what they were not told and why')
    .option('-n, --limit <N>', 'at most so many entries, the newest', wholeNumber, 100)
    .option('--json', 'entries as JSON')
    .action(
      async ({
        since: from,
        service,
        limit,
        alerts,
        json,
        ...where
      }: Where & { since?: number; service?: string; limit: number; alerts?: boolean; json?: boolean }) => {
        const request = {
          command: 'log',
          limit,
          ...(from === undefined ? {} : { since: from }),
          ...(service === undefined ? {} : { service }),
          ...(alerts === true ? { alerts } : {}),
        }
        const { entries } = (await answered(where, request)) as { entries: LogEntry[] }
        print(json === true ? asJson(entries) : logLines(entries, Date.now()))
      },
    )

  acting('ack', 'acknowledge a failure: no further alerts until it has ended; its end is told')
    .argument('[COMMENT...]', 'why, for the others')
    .option('--for <TIME>', 'it ends by itself after this time, and alerts are sent again: 30m, 2h, 1d', duration)
    .addOption(new Option('--until-change', 'it ends as well when the check says something else').conflicts('sticky'))
    .option('--sticky', 'what the check says does not end it, whatever unack_summary says')
    .action((subject: string, words: string[], { for: lasts, untilChange, sticky, ...where }: Acking) => {
      const until = untilChange === true ? 'change' : sticky === true ? 'recovery' : undefined
      return act(where, { command: 'ack', subject, text: words.join(' '), ...given({ lasts, until }) })
    })
  acting('unack', 'take an acknowledgement back').action((subject: string, where: Where) =>
    act(where, { command: 'unack', subject }),
  )
  deciding(
    'drain',
    'send nobody new to a real server, and take it out of the table when its last connection has ended; "enable" ends it',
  )
    .option('--limit <TIME>', 'take it out after this time although connections are left', duration)
    .action((subject: string, words: string[], options: Deciding) => decide('drain', subject, words, options))
  deciding(
    'disable',
    'take a real server, or all of a virtual server, out as if its checks failed; of a service GROUP/SERVICE, or a watch GROUP: tell nobody, while it is still checked and still drives pools',
  ).action((subject: string, words: string[], options: Deciding) => decide('disable', subject, words, options))
  deciding('weight', 'give a real server another weight than its configuration and its checks do', '<WEIGHT>').action(
    (subject: string, share: number, words: string[], options: Deciding) =>
      decide('weight', subject, words, { ...options, share }),
  )
  asking('enable', 'let checks decide about a real or virtual server again; tell people of a service again')
    .argument('<SUBJECT>', 'what was drained, disabled or given a weight; or GROUP/SERVICE')
    .option('--virtual <NAME>', 'in this virtual server alone')
    .action((subject: string, { virtual, ...where }: Where & { virtual?: string }) =>
      act(where, { command: 'enable', subject, ...(virtual === undefined ? {} : { virtual }) }),
    )
  asking('reload', 'read the configuration again, as SIGHUP does; a bad one changes nothing').action((where: Where) =>
    act(where, { command: 'reload' }),
  )

  function acting(name: string, description: string): Command {
    return asking(name, description).argument('<GROUP/SERVICE>', 'the service')
  }

  /** A command that decides about real or virtual servers for a while. */
  function deciding(name: string, description: string, further?: string): Command {
    const command = asking(name, description).argument(
      '<SUBJECT>',
      'ADDRESS:PORT in every virtual server, VIRTUAL/ADDRESS:PORT in one, or VIRTUAL for all of its real servers',
    )
    if (further !== undefined) command.argument(further, 'from 0; 0 sends nobody new there', wholeWeight)
    return command
      .argument('[REASON...]', 'why, for the others')
      .option('--reason <TEXT>', 'the same')
      .option('--virtual <NAME>', 'in this virtual server alone')
      .option('--for <TIME>', 'ends by itself after this time: 30m, 2h, 1d', duration)
      .option('--force', 'although it leaves a pool without a usable server')
  }

  function decide(command: string, subject: string, words: readonly string[], options: Deciding): Promise<void> {
    const { config, socket, virtual, for: lasts, limit: most, reason, force, share } = options
    const text = [...words, ...(reason === undefined ? [] : [reason])].join(' ')
    const given = Object.fromEntries(
      Object.entries({ virtual, lasts, most, force, share }).filter(([, value]) => value !== undefined),
    )
    const where = Object.fromEntries(Object.entries({ config, socket }).filter(([, value]) => value !== undefined))
    return act(where, { command, subject, text, ...given })
  }
}
