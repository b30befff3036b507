/** The command line: which words there are, what each needs, and the exit status it ends with. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { alertCommands } from './cli/alert-commands.ts'
import { portNumber, portNumbers } from './cli/arguments.ts'
import { asJson, askerFor, fail, print, type Where } from './cli/asker.ts'
import { ask, isNobodyThere } from './cli/client.ts'
import { convertCommand } from './cli/convert-command.ts'
import { type DoctorOptions, doctorAnswer, misplacedWord, realWords } from './cli/doctor.ts'
import { initCommand } from './cli/init.ts'
import { ipvsCommands } from './cli/ipvs/command.ts'
import { maintenanceCommands } from './cli/maintenance-commands.ts'
import { operatorsCommands } from './cli/operators.ts'
import { type Plan, planLines } from './cli/plan.ts'
import { type ReportOptions, reportRequest } from './cli/report.ts'
import { tryCommand } from './cli/try-command.ts'
import { checkedFiles } from './daemon/check.ts'
import { convertDoors } from './daemon/convert.ts'
import { examineDirector, examineReal } from './daemon/doctor.ts'
import { runInit } from './daemon/init.ts'
import { ipvsMachine } from './daemon/ipvs-machine.ts'
import { monCommand } from './daemon/mon/command.ts'
import { configurationFile, packageRoot, shippedConfiguration } from './daemon/paths.ts'
import { planWithoutDaemon } from './daemon/plan.ts'
import { reportText } from './daemon/report.ts'
import { runDaemon } from './daemon/run.ts'
import { tryDoors } from './daemon/try.ts'
import { socketFor } from './daemon/where.ts'
import { genhash } from './genhash.ts'
import { wallTime } from './model/units.ts'
import { checkAnswer } from './parse/check.ts'
import { FORMATS } from './report/format.ts'

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
  .option(
    '-c, --config <FILE>',
    'mon.cf, keepalived.conf, lvs.cf or ldirectord.cf to run (default: $UPALERT_CONFIG, or /etc/upalert/mon.cf)',
  )
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
  .argument('[FILE]', 'mon.cf, keepalived.conf, lvs.cf or ldirectord.cf to check')
  .option('-c, --config <FILE>', 'the same')
  .option('-i, --config-id <ID>', configIdHelp)
  .option('--mon', 'as "upalert mon" would take it: with mon\'s defaults and quirks, and its auth.cf')
  .option('--json', 'problems as JSON')
  .action(async (file: string | undefined, { config, configId, mon = false, json = false }: CheckOptions) => {
    const own = ownConfiguration(oneOf(file, config))
    const { name, problems, omitted, ofMon } = await checkedFiles(own, mon, idGiven(configId))
    const { text, exit } = checkAnswer(name, problems, { json, omitted, ofMon })
    process.stdout.write(`${text}\n`)
    process.exitCode = exit
  })

initCommand(program, (options) => runInit(options))
convertCommand(program, convertDoors)
tryCommand(program, tryDoors(configurationFile))

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

const asker = askerFor(program, { configurationFile, socketFor })
operatorsCommands(asker)
alertCommands(program, asker)
maintenanceCommands(asker)
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
program
  .command('report')
  .description('how available services were in a day, a week or a month, what failed, and how long repairs took')
  .option('-c, --config <FILE>', 'the configuration, which says where the history is')
  .option('--month [YYYY-MM]', 'that month; the last whole one (default)')
  .option('--week [YYYY-Www]', 'that ISO week; the last whole one')
  .option('--day [YYYY-MM-DD]', 'that day; yesterday')
  .option('--from <TIME>', 'from this time on')
  .option('--to <TIME>', 'up to this time, without it (default: now)')
  .option('--timezone <ZONE>', "whose calendar (default: the machine's)")
  .option('--service <GROUP/SERVICE...>', 'these services only')
  .option('--director <HOST>', "another director's history")
  .addOption(new Option('--format <FORMAT>', 'of the output').choices([...FORMATS]).default('text'))
  .action(async ({ config, ...options }: ReportOptions & { config?: string }) => {
    const request = reportRequest(options, wallTime(Date.now()))
    if ('fault' in request) {
      process.stderr.write(`upalert: ${request.fault}\n`)
      process.exit(usageStatus)
    }
    const { kind, text } = await reportText(ownConfiguration(config), request)
    if (kind === 'failed') fail(text)
    process.stdout.write(text)
  })

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

/** The daemon's timers would keep the process; it has closed all that matters. */
function end(status: number): void {
  process.exit(status)
}

// A reader that goes away ("upalert log | head") is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`upalert: the output cannot be written: ${error.message}\n`)
  process.exit(1)
})

await program.parseAsync()
