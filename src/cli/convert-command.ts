/** `upalert convert`: a configuration of any of the four formats, or the kernel's table, as a mon.cf or a keepalived.conf. */
import { type Command, Option } from 'commander'

type Target = 'mon' | 'keepalived'

interface ConvertWords {
  readonly to: Target
  readonly output?: string
  readonly configId?: string
  readonly force?: boolean
  readonly fromKernel?: boolean
  readonly check?: string
  readonly answers?: string
}

export interface Converted {
  /** `null`: nothing is to be written. */
  readonly text: string | null
  /** What has no equivalent, with its place and the reason, and how much was converted. */
  readonly told: readonly string[]
  readonly exit: number
}

export interface ConvertDoors {
  convert(file: string, options: { readonly to: Target; readonly configId?: string }): Promise<Converted>
  fromKernel(options: { readonly to: Target; readonly check?: string; readonly answers?: string }): Promise<Converted>
  /** `null`, or why it was not written. */
  write(path: string, text: string, options: { readonly force: boolean }): string | null
}

/** Misuse has a status of its own (EX_USAGE of sysexits.h), and so has a file that cannot be written (EX_CANTCREAT). */
const MISUSE = 64
const NOT_WRITTEN = 73

export function convertCommand(program: Command, doors: ConvertDoors, end = printAndLeave): void {
  program
    .command('convert')
    .description(
      'write a configuration in another format, and say what has no equivalent; exit status 0: it means the same, 1: not all of it, 2: the file has errors',
    )
    .argument('[FILE]', "mon.cf, keepalived.conf, Piranha's lvs.cf or ldirectord.cf")
    .addOption(new Option('--to <FORMAT>', 'what is written').choices(['mon', 'keepalived']).default('mon'))
    .option(
      '-o, --output <FILE>',
      'write a new file, readable for its owner alone if it holds passwords (default: print it)',
    )
    .option('--force', 'overwrite the file of -o')
    .option(
      '-i, --config-id <ID>',
      'chooses the @ID lines of a keepalived.conf (default: the host name up to its first dot)',
    )
    .option('--from-kernel', "write a first configuration of the kernel's table instead of a file")
    .option('--check <CHECK>', 'with --from-kernel: the check of all real servers, such as tcp or "http --url /health"')
    .option('--answers <FILE>', 'with --from-kernel: a check for each virtual server; docs/from-kernel.md')
    .action(async (file: string | undefined, words: ConvertWords) => end(await answerOf(file, words, doors)))
}

/** What the command prints, tells on standard error, and ends with. */
export interface ConvertAnswer {
  readonly out: string
  readonly told: readonly string[]
  readonly exit: number
}

async function answerOf(file: string | undefined, words: ConvertWords, doors: ConvertDoors): Promise<ConvertAnswer> {
  const wrong = misuseOf(file, words)
  if (wrong !== null) return { out: '', told: [wrong], exit: MISUSE }
  const { to, output, force = false } = words
  const { text, told, exit } = await convertedBy(file, to, words, doors)
  if (text === null || output === undefined) return { out: text ?? '', told, exit }
  const fault = doors.write(output, text, { force })
  return fault === null ? { out: '', told, exit } : { out: '', told: [...told, fault], exit: NOT_WRITTEN }
}

function printAndLeave({ out, told, exit }: ConvertAnswer): void {
  if (told.length > 0) process.stderr.write(`${told.join('\n')}\n`)
  process.stdout.write(out)
  process.exitCode = exit
}

function convertedBy(
  file: string | undefined,
  to: Target,
  words: ConvertWords,
  doors: ConvertDoors,
): Promise<Converted> {
  const { configId, check, answers } = words
  if (file !== undefined) return doors.convert(file, { to, ...(configId === undefined ? {} : { configId }) })
  return doors.fromKernel({
    to,
    ...(check === undefined ? {} : { check }),
    ...(answers === undefined ? {} : { answers }),
  })
}

function misuseOf(file: string | undefined, { fromKernel = false, check, answers }: ConvertWords): string | null {
  if (file !== undefined && fromKernel) return 'a FILE and --from-kernel are two sources: name one of them'
  if (file === undefined && !fromKernel) return 'which file? write upalert convert FILE, or --from-kernel'
  if (!fromKernel && (check ?? answers) !== undefined) return '--check and --answers are for --from-kernel'
  return check !== undefined && answers !== undefined ? '--check and --answers both say the checks: write one' : null
}
