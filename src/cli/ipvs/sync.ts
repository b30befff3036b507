/** `upalert ipvs sync …`: the kernel's connection sync daemons. They run in the kernel, and outlive the command. */
import { type Command, InvalidArgumentError } from 'commander'
import type { SyncState } from '../../model/table-control.ts'
import { addressBytes } from '../../wire/ipvs/address.ts'
import { daemonLines } from './list.ts'
import { end, expectDone, expectRead, type IpvsMachine, MISUSE, openDoor } from './machine.ts'
import { showDaemons } from './show.ts'

interface Which {
  readonly master?: boolean
  readonly backup?: boolean
}

interface StartOptions extends Which {
  readonly interface: string
  readonly id: number
  readonly maxLength?: number
  readonly group?: string
  readonly port?: number
  readonly ttl?: number
}

export function syncCommands(sync: Command, machine: IpvsMachine): void {
  sync
    .command('show', { isDefault: true })
    .description('which of them run')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) =>
      showDaemons(machine, openDoor(machine, { loadModule: false }), json === true),
    )
  sync
    .command('start')
    .description('start one; it runs in the kernel until it is stopped')
    .option('--master', 'tell our connections to others')
    .option('--backup', 'take those of a master')
    .requiredOption('--interface <NAME>', 'on which multicast goes out or comes in')
    .option('--id <N>', 'masters and backups of one id belong together (0 to 255)', number(0, 255), 0)
    .option('--max-length <BYTES>', 'the longest message', number(1, 65_535))
    .option('--group <ADDRESS>', 'the multicast group (default: 224.0.0.81)', group)
    .option('--port <PORT>', 'its UDP port (default: 8848)', number(1, 65_535))
    .option('--ttl <N>', 'how many routers may pass it on (default: 1)', number(1, 255))
    .action((options: StartOptions) => start(machine, options))
  sync
    .command('stop')
    .description('stop one, or what runs')
    .option('--master', 'the one that tells')
    .option('--backup', 'the one that listens')
    .action((which: Which) => stop(machine, which))
}

function start(machine: IpvsMachine, options: StartOptions): void {
  const { interface: name, id, maxLength, group: address, port, ttl } = options
  const [state, other] = states(options)
  if (state === undefined || other !== undefined) {
    end(machine, 'say which to start: --master or --backup', MISUSE)
  }
  const door = openDoor(machine, { loadModule: true })
  const answer = door.startDaemon({
    state,
    interface: name,
    id,
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(address === undefined ? {} : { group: address }),
    ...(port === undefined ? {} : { port }),
    ...(ttl === undefined ? {} : { ttl }),
  })
  expectDone(machine, answer)
  const { daemons } = expectRead(machine, door.daemons())
  machine.print(daemonLines(daemons.filter((one) => one.state === state)))
}

function stop(machine: IpvsMachine, which: Which): void {
  const door = openDoor(machine, { loadModule: false })
  const asked = states(which)
  const running = expectRead(machine, door.daemons()).daemons.map(({ state }) => state)
  const stopped = asked.length > 0 ? asked : running
  for (const state of stopped) {
    expectDone(machine, door.stopDaemon(state))
    machine.print([`stopped the ${state} sync daemon`])
  }
  if (stopped.length === 0) machine.print(['no sync daemon runs'])
}

function states({ master, backup }: Which): SyncState[] {
  return [...(master === true ? ['master' as const] : []), ...(backup === true ? ['backup' as const] : [])]
}

function number(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : -1
    if (value < lowest || value > highest) {
      throw new InvalidArgumentError(`write a whole number from ${lowest} to ${highest}.`)
    }
    return value
  }
}

function group(text: string): string {
  if (addressBytes(4, text) === null && addressBytes(6, text) === null) {
    throw new InvalidArgumentError('write a multicast address, 224.0.0.81 or ff02::81.')
  }
  return text
}
