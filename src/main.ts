/** The command line: which words there are, what each needs, and the exit status it ends with. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ask, isNobodyThere } from './cli/client.ts'
import { type DoctorOptions, doctorAnswer, misplacedWord, realWords } from './cli/doctor.ts'
import { ipvsCommands } from './cli/ipvs/command.ts'
import { type LogEntry, logLines, parseSince } from './cli/log.ts'
import { type Plan, planLines } from './cli/plan.ts'
import { needsEye, type Status, statusLines } from './cli/status.ts'
import { whyLines } from './cli/why.ts'
import { checkedFiles } from './daemon/check.ts'
import { examineDirector, examineReal } from './daemon/doctor.ts'
import { ipvsMachine } from './daemon/ipvs-machine.ts'
import { monCommand } from './daemon/mon/command.ts'
import { configurationFile, packageRoot, shippedConfiguration } from './daemon/paths.ts'
import { planWithoutDaemon } from './daemon/plan.ts'
import { runDaemon } from './daemon/run.ts'
import { socketFor } from './daemon/where.ts'
import type { WhyView } from './engine/view.ts'
import { genhash } from './genhash.ts'
import type { Request } from './model/request.ts'
import { checkAnswer } from './parse/check.ts'
import { parseDuration } from './parse/text/duration.ts'

interface Where {
  readonly config?: string
  readonly socket?: string
}

/** keepalived's -i. */
interface ConfigId {
  readonly configId?: string
}

interface CheckOptions extends Where, ConfigId {
  readonly mon?: boolean
  readonly json?: boolean
}

/** genhash's bytes go out as they are. */
const bare = {
  stdout: (text: string | Buffer) => void process.stdout.write(text),
  stderr: (text: string) => void process.stderr.write(text),
}

const usageStatus = 64

const configIdHelp = 'chooses the @ID lines of a keepalived.conf (default: the host name up to its first dot)'

const idGiven = (configId: string | undefined) => (configId === undefined ? {} : { configId })

const version: string = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version

const program = new Command('upalert')
  .description(
    'Checks the real servers behind a Linux load balancer, keeps the IPVS table true, tells people, and remembers.',
  )
  .version(version)
  .showHelpAfterError('(upalert --help lists the commands)')
  // Misuse has a status of its own (EX_USAGE of sysexits.h): 1 and 2 mean warnings and errors, or a service that is down.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageStatus))

program
  .command('run')
  .description('run the daemon in the foreground; SIGHUP reads the configuration again, SIGTERM stops it')
  .option('-c, --config <FILE>', 'mon.cf or keepalived.conf to run (default: $UPALERT_CONFIG, or /etc/upalert/mon.cf)')
  .option('-i, --config-id <ID>', configIdHelp)
  .action(async ({ config, configId }: Where & ConfigId) =>
    end(await runDaemon({ file: ownConfiguration(config), demo: false, given: idGiven(configId) })),
  )

program
  .command('mon')
  .description('run as mon(8): its options, defaults and quirks; "upalert mon --help" lists them')
  .allowUnknownOption()
  .helpOption(false)
  .argument('[OPTIONS...]')
  .action(async () => end(await monCommand(process.argv.slice(process.argv.indexOf('mon') + 1), version)))

program
  .command('start')
  .description('what "npm start" runs: the shipped example with its demonstration servers, or your own file with -c')
  .option('-c, --config <FILE>', 'mon.cf to run instead of the shipped example')
  .action(async ({ config }: Where) =>
    end(
      await runDaemon({
        file: config === undefined ? shippedConfiguration : configurationFile(config),
        demo: config === undefined,
      }),
    ),
  )

program
  .command('check')
  .description('say what is wrong in a configuration; exit status 0: nothing, 1: warnings, 2: errors')
  .argument('[FILE]', 'mon.cf or keepalived.conf to check')
  .option('-c, --config <FILE>', 'the same')
  .option('-i, --config-id <ID>', configIdHelp)
  .option('--mon', 'as "upalert mon" would take it: with mon\'s defaults and quirks, and its auth.cf')
  .option('--json', 'problems as JSON')
  .action(async (file: string | undefined, { config, configId, mon = false, json = false }: CheckOptions) => {
    const own = ownConfiguration(oneOf(file, config))
    const { name, problems, omitted } = await checkedFiles(own, mon, idGiven(configId))
    const { text, exit } = checkAnswer(name, problems, { json, omitted })
    process.stdout.write(`${text}\n`)
    process.exitCode = exit
  })

program
  .command('doctor')
  .description(
    'say what this machine lacks as a director, or with --real as a real server, and the commands that mend it; changes nothing; exit status 0: nothing, 1: warnings, 2: errors',
  )
  .option('-c, --config <FILE>', 'mon.cf of the director (default: $UPALERT_CONFIG, or /etc/upalert/mon.cf)')
  .option('--standby', 'this director stands by: the virtual addresses are on the other one')
  .option('--real', 'this machine is a real server')
  .option('--vip <ADDRESS...>', 'the virtual addresses it serves (default: those on lo, dummy and tunnel devices)')
  .addOption(new Option('--forward <HOW>', 'how packets reach it').choices(['dr', 'tun', 'nat']))
  .option('--director <ADDRESS>', "the director's address on this machine's network")
  .addOption(new Option('--tunnel <TYPE>', 'what wraps them (default: ipip)').choices(['ipip', 'gue', 'gre']))
  .option('--port <PORT...>', 'ports of its services: is somebody listening where packets arrive?', portNumbers)
  .option('--gue-port <PORT>', 'UDP port of gue (default: 6080)', portNumber)
  .option('--json', 'findings as JSON')
  .action(async (options: DoctorOptions) => {
    const { text, exit } = doctorAnswer(await examined(options), { json: options.json === true })
    print([text])
    process.exitCode = exit
  })

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
  .option('-n, --limit <N>', 'at most so many entries, the newest', wholeNumber, 100)
  .option('--json', 'entries as JSON')
  .action(
    async ({
      since: from,
      service,
      limit,
      json,
      ...where
    }: Where & { since?: number; service?: string; limit: number; json?: boolean }) => {
      const request = {
        command: 'log',
        limit,
        ...(from === undefined ? {} : { since: from }),
        ...(service === undefined ? {} : { service }),
      }
      const { entries } = (await answered(where, request)) as { entries: LogEntry[] }
      print(json === true ? asJson(entries) : logLines(entries, Date.now()))
    },
  )

acting('ack', 'acknowledge a failure: no further alerts until it has ended; its end is told')
  .argument('[COMMENT...]', 'why, for the others')
  .action((subject: string, words: string[], where: Where) =>
    act(where, { command: 'ack', subject, text: words.join(' ') }),
  )
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
program
  .command('plan')
  .description(
    'what would be changed in the IPVS table, and what that costs: connections, capacity, alerts; exit status 0: nothing, 2: changes',
  )
  .option('-c, --config <FILE>', 'a configuration that does not run yet')
  .addOption(new Option('--socket <PATH>', "the daemon's socket, if it is not in its statedir").env('UPALERT_SOCKET'))
  .option('--json', 'the same as JSON')
  .action(async ({ json, ...where }: Where & { json?: boolean }) => {
    const plan = await planFor(where)
    print(json === true ? asJson(plan) : planLines(plan))
    if (plan.changes.length > 0) process.exitCode = 2
  })
asking('reload', 'read the configuration again, as SIGHUP does; a bad one changes nothing').action((where: Where) =>
  act(where, { command: 'reload' }),
)

ipvsCommands(
  program
    .command('ipvs')
    .description("the kernel's virtual server table in ipvsadm's words, whether a daemon runs or not; needs root"),
  ipvsMachine,
)

program
  .command('genhash')
  .description("the digest of a page, for a check's --digest; takes the options of keepalived's genhash")
  .allowUnknownOption()
  .helpOption(false)
  .argument('[ARGUMENTS...]')
  .action(async () => end(await genhash(process.argv.slice(process.argv.indexOf('genhash') + 1), bare)))

async function examined(options: DoctorOptions) {
  const misplaced = misplacedWord(options)
  if (misplaced !== null) return fail(misplaced)
  if (options.real === true) {
    const words = realWords(options)
    return 'fault' in words ? fail(words.fault) : examineReal(words)
  }
  const result = await examineDirector(ownConfiguration(options.config), { standby: options.standby === true })
  return result.kind === 'refused' ? fail(result.text) : result.findings
}

/** The file that is meant; the shipped example is run by nobody who did not ask for it. */
function ownConfiguration(named: string | undefined): string {
  const file = configurationFile(named)
  if (named === undefined && file === shippedConfiguration) {
    fail(
      'there is no /etc/upalert/mon.cf; name a configuration with -c FILE (the shipped example is run by "upalert start")',
    )
  }
  return file
}

function oneOf(file: string | undefined, config: string | undefined): string | undefined {
  if (file !== undefined && config !== undefined && file !== config)
    fail(`${file} and ${config} are two files; name one`)
  return file ?? config
}

/** A command that asks the daemon that runs on a configuration. */
function asking(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('-c, --config <FILE>', 'the configuration of the daemon that is meant')
    .addOption(new Option('--socket <PATH>', 'its socket, if it is not in its statedir').env('UPALERT_SOCKET'))
}

function acting(name: string, description: string): Command {
  return asking(name, description).argument('<GROUP/SERVICE>', 'the service')
}

interface Deciding extends Where {
  readonly virtual?: string
  readonly for?: number
  readonly limit?: number
  readonly reason?: string
  readonly force?: boolean
  readonly share?: number
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

/** Asked of the daemon that runs, also about another file; where none runs, of what a first start would do. */
async function planFor({ config, socket }: Where): Promise<Plan> {
  const running = socket ?? socketFor(configurationFile(undefined))
  const own = config === undefined ? null : socketFor(configurationFile(config))
  const paths = [...new Set([own, running].filter((path) => path !== null))]
  for (const path of paths) {
    const file = config === undefined ? {} : { file: resolve(configurationFile(config)) }
    const answer = await ask(path, { command: 'plan', ...file })
    if (answer.ok) return answer.data as Plan
    if (!isNobodyThere(answer.text)) fail(answer.text)
  }
  const planned = await planWithoutDaemon(ownConfiguration(config))
  return planned.ok ? planned.plan : fail(planned.text)
}

async function act(where: Where, request: Request): Promise<void> {
  const { text } = (await answered(where, request)) as { text: string }
  print([text])
}

/** The daemon's answer; a refusal or its silence ends the program with a sentence and exit status 3. */
async function answered({ config, socket }: Where, request: Request): Promise<unknown> {
  const file = configurationFile(config)
  const path = socket ?? socketFor(file)
  if (path === null)
    return fail(`${file} cannot be read, so its daemon cannot be found; name one with -c FILE or --socket PATH`)
  const answer = await ask(path, request)
  return answer.ok ? answer.data : fail(answer.text)
}

function fail(text: string): never {
  process.stderr.write(`upalert: ${text}\n`)
  process.exit(3)
}

const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)
const asJson = (value: unknown): string[] => [JSON.stringify(value, null, 2)]

/** The daemon's timers would keep the process; it has closed all that matters. */
function end(status: number): void {
  process.exit(status)
}

function since(text: string): number {
  const time = parseSince(text, Date.now())
  if (time === null) throw new InvalidArgumentError('write 2h, 30m, 14:00, 2026-11-20 or "2026-11-20 14:00".')
  return time
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('write a whole number from 1 to 99999.')
  return Number(text)
}

function wholeWeight(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647)
    throw new InvalidArgumentError('write a whole number from 0 to 2147483647.')
  return Number(text)
}

function duration(text: string): number {
  const parsed = parseDuration(text)
  if (parsed.kind !== 'duration') throw new InvalidArgumentError(`${parsed.message}; ${parsed.hint}.`)
  return parsed.duration
}

function portNumbers(text: string, before: readonly number[] = []): number[] {
  return [...before, portNumber(text)]
}

function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port > 65535) throw new InvalidArgumentError('write a port from 1 to 65535.')
  return port
}

// A reader that goes away ("upalert log | head") is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

await program.parseAsync()
