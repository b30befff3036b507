/** The words of `upalert init` on the command line. */
import type { Command } from 'commander'

export interface InitOptions {
  /** Where to write; otherwise it is asked for. */
  readonly output?: string
  readonly answers?: string
  readonly saveAnswers?: string
  readonly force?: boolean
  /** commander's --no-checks. */
  readonly checks?: boolean
  readonly printSetup?: boolean
}

/** `run` answers with the exit status. */
export function initCommand(program: Command, run: (options: InitOptions) => Promise<number>): void {
  program
    .command('init')
    .description(
      'write a first configuration by asking a few questions; exit status 0: written or as it was, 1: edited and left alone, 2: wrong answers, 3: cannot be written',
    )
    .option('-o, --output <FILE>', 'the file to write (default: asked for; as root /etc/upalert/mon.cf)')
    .option('--answers <FILE>', 'take the answers from this file and ask nothing; docs/init.md explains it')
    .option('--save-answers <FILE>', 'write the answers down as well, for --answers of the next run')
    .option('--force', 'overwrite a file that was edited; what was there is kept in FILE.bak')
    .option('--no-checks', 'do not look at this machine, nor at the real servers')
    .option(
      '--print-setup',
      'write nothing; print the commands that set up the machines for --answers, or for the file of -o',
    )
    .action(async (options: InitOptions) => process.exit(await run(options)))
}
