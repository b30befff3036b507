/** `upalert init` as a process of its own, for tests that need a terminal, a signal or an exit status. */
import { Command } from 'commander'
import { initCommand } from '../../../src/cli/init.ts'
import { runInit } from '../../../src/daemon/init.ts'

const program = new Command('upalert')
initCommand(program, runInit)
await program.parseAsync()
