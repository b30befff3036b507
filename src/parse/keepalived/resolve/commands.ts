/** Programs that the file calls: as whom they run, and which of them daemon/scripts.ts must look at beforehand. */
import type { Command } from '../commands.ts'
import type { KeepalivedFile } from '../file.ts'
import type { Word } from '../line.ts'
import type { Around } from './around.ts'

/** A program, and the words that name it. */
export interface ProgramUsed {
  readonly path: string
  readonly at: Word
  /** As whom; `null`: whom script_user or the daemon itself is. */
  readonly user: string | null
  /** It is what a check runs, and not what tells somebody. */
  readonly checks: boolean
}

interface Account {
  readonly user: string | null
  readonly group: string | null
}

/** The account behind a command, script_user's, or the one that keepalived takes where it exists. */
export function accountOf(
  { user, group }: Account,
  { file, surroundings }: Pick<Around, 'file' | 'surroundings'>,
): { readonly user?: string; readonly group?: string } {
  const standard = { user: surroundings.scriptAccount, group: null }
  const account = user !== null ? { user, group } : (file.globals.script_user?.value ?? standard)
  if (account.user === null) return {}
  return { user: account.user, ...(account.group === null ? {} : { group: account.group }) }
}

/** Every program that something in the file would run here. */
export function programsUsed({ globals, virtualServers }: KeepalivedFile): readonly ProgramUsed[] {
  const used: ProgramUsed[] = []
  const owner = globals.script_user?.value.user ?? null
  const add = (
    command: { readonly at: Word; readonly value: Command } | undefined,
    check?: { user: string | null },
  ) => {
    const [path] = command?.value.argv ?? []
    if (command === undefined || path === undefined) return
    const user = check?.user ?? command.value.user ?? owner
    used.push({ path, at: command.at, user, checks: check !== undefined })
  }
  if (globals.notify_fifo !== undefined) add(globals.notify_fifo_script)
  if (globals.lvs_notify_fifo !== undefined) add(globals.lvs_notify_fifo_script)
  for (const { settings, realServers } of virtualServers) {
    add(settings.quorum_up)
    add(settings.quorum_down)
    for (const real of realServers) {
      add(real.settings.notify_up)
      add(real.settings.notify_down)
      for (const checker of real.checkers) {
        if (checker.kind === 'MISC_CHECK')
          add(checker.settings.misc_path, { user: checker.settings.user?.value.user ?? null })
      }
    }
  }
  return used
}
