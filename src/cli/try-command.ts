/** `upalert try`: one check, once, by hand, and all that can be seen of it. */
import type { Command } from 'commander'
import { asJson, print } from './asker.ts'
import { TRY_EXIT, type Tried, tryExit, tryLines, tryRecord } from './try.ts'
import { readTryWords, type TryWords } from './try-words.ts'

/** `refused`: nothing was tried, and `text` says why. `told`: nothing was to be tried. */
export type TryAnswer =
  | { readonly kind: 'tried'; readonly tried: readonly Tried[] }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'told'; readonly text: string }

export interface TryDoors {
  isMonitor(name: string): boolean
  tryMonitor(words: readonly string[]): Promise<TryAnswer>
  /** `named` is the file of -c. */
  tryConfigured(words: Extract<TryWords, { kind: 'configured' }>): Promise<TryAnswer>
}

const HELP = `
  upalert try [-c FILE] GROUP/SERVICE [--host HOST]   the check of a service, against each of its hosts or this one
  upalert try [-c FILE] VIRTUAL ADDRESS:PORT          the checks of a real server
  upalert try MONITOR [OPTIONS…] HOST                 any monitor, without a configuration
  upalert try MONITOR --help                          its options

  -c, --config <FILE>   the configuration (default: $UPALERT_CONFIG, or /etc/upalert/mon.cf)
  --host <HOST>         ask this host
  --hex                 show bytes in hexadecimal
  --json                the same as JSON

Exit status: 0 up, 1 down, 3 nothing is known, 64 misuse. Options come before the name of a monitor; behind it all are its own.`

export function tryCommand(program: Command, doors: TryDoors): void {
  const command = program
    .command('try')
    .description('run one check once by hand, and show what was sent and received, the verdict and the times')
    .usage('[OPTIONS] GROUP/SERVICE | VIRTUAL ADDRESS:PORT | MONITOR [OPTIONS…] HOST')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[WORDS...]')
    .addHelpText('after', HELP)
    .action(async () => {
      const words = process.argv.slice(process.argv.indexOf('try') + 1)
      process.exit(await tryWith(words, doors, command))
    })
}

async function tryWith(words: readonly string[], doors: TryDoors, command: Command): Promise<number> {
  const read = readTryWords(words, doors.isMonitor)
  if (read.kind === 'help') {
    command.outputHelp()
    return TRY_EXIT.up
  }
  if (read.kind === 'misuse') return misuse(`${read.text}; "upalert try --help" shows examples`)
  const answer = read.kind === 'monitor' ? await doors.tryMonitor(read.words) : await doors.tryConfigured(read)
  if (answer.kind === 'refused') return misuse(answer.text)
  if (answer.kind === 'told') {
    print([answer.text])
    return TRY_EXIT.up
  }
  const { options } = read
  print(options.json ? asJson(tryRecord(answer.tried, options)) : tryLines(answer.tried, options))
  return tryExit(answer.tried)
}

function misuse(text: string): number {
  process.stderr.write(`upalert: ${text}\n`)
  return TRY_EXIT.misuse
}
