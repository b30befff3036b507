/** Commands that ask the running daemon: the options by which it is found, its answer, and how a refusal ends the program. */
import { type Command, Option } from 'commander'
import type { Request } from '../model/request.ts'
import { ask } from './client.ts'

export interface Where {
  readonly config?: string
  readonly socket?: string
}

/** How a daemon is found by its configuration. */
export interface Finder {
  configurationFile(named: string | undefined): string
  /** `null`: the file cannot be read. */
  socketFor(file: string): string | null
}

export interface Asker {
  /** A command with the options that say which daemon is meant. */
  asking(name: string, description: string, parent?: Command): Command
  /** The daemon's answer; a refusal or its silence ends the program with a sentence and exit status 3. */
  answered(where: Where, request: Request): Promise<unknown>
  /** Has something done, and prints what the daemon says to it. */
  act(where: Where, request: Request): Promise<void>
}

export function askerFor(program: Command, finder: Finder): Asker {
  function asking(name: string, description: string, parent = program): Command {
    return parent
      .command(name)
      .description(description)
      .option('-c, --config <FILE>', 'the configuration of the daemon that is meant')
      .addOption(new Option('--socket <PATH>', 'its socket, if it is not in its statedir').env('UPALERT_SOCKET'))
  }

  async function answered({ config, socket }: Where, request: Request): Promise<unknown> {
    const file = finder.configurationFile(config)
    const path = socket ?? finder.socketFor(file)
    if (path === null)
      return fail(`${file} cannot be read, so its daemon cannot be found; name one with -c FILE or --socket PATH`)
    const answer = await ask(path, request)
    return answer.ok ? answer.data : fail(answer.text)
  }

  async function act(where: Where, request: Request): Promise<void> {
    const { text } = (await answered(where, request)) as { text: string }
    print([text])
  }

  return { asking, answered, act }
}

export function fail(text: string): never {
  process.stderr.write(`upalert: ${text}\n`)
  process.exit(3)
}

export const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

export const asJson = (value: unknown): string[] => [JSON.stringify(value, null, 2)]

/** Options without those that were not given: the socket's requests have no `undefined`. */
type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

export const given = <T extends object>(options: T): Given<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
