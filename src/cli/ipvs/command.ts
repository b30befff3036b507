/**
 * `upalert ipvs …`: the kernel's table for people and scripts that know ipvsadm. No daemon is asked: it works where none
 * runs, and shows what the kernel has whatever a daemon believes.
 */
import type { Command } from 'commander'
import { clearTable, restoreFile, saveTable, timeouts } from './actions.ts'
import type { IpvsMachine } from './machine.ts'
import { type ShowOptions, show } from './show.ts'
import { syncCommands } from './sync.ts'

/** Adds the subcommands to `upalert ipvs`. */
export function ipvsCommands(ipvs: Command, machine: IpvsMachine): void {
  listing(ipvs.command('list'), 'the table, as "ipvsadm -Ln" prints it')
    .option('-c, --connection', 'the connections instead')
    .option('--timeout', 'the timeouts instead')
    .option('--daemon', 'the sync daemons instead')
    .option('--stats', 'what has been counted')
    .option('--rate', 'what is counted in a second')
    .option('--thresholds', 'the thresholds of the real servers')
    .option('--persistent-conn', 'the persistent connections')
    .option('--tun-info', 'how tunnels wrap their packets')
    .action((options: ShowOptions) => show(machine, options))
  listing(ipvs.command('stats'), 'what has been counted: "ipvsadm -Ln --stats"').action((options: ShowOptions) =>
    show(machine, { ...options, stats: true }),
  )
  listing(ipvs.command('rate'), 'what is counted in a second: "ipvsadm -Ln --rate"').action((options: ShowOptions) =>
    show(machine, { ...options, rate: true }),
  )
  ipvs
    .command('save')
    .description('the table as lines that "restore" and "ipvsadm -R" read: "ipvsadm -Sn", with thresholds')
    .option('-n, --numeric', 'numbers instead of names; they always are')
    .action(() => saveTable(machine))
  ipvs
    .command('restore')
    .description('carry out such lines, of FILE or standard input; one bad line, and nothing is changed')
    .argument('[FILE]', 'what "save" or "ipvsadm -Sn" wrote')
    .option('--yes', 'also where traffic is balanced and a line -C clears the table')
    .action((file: string | undefined, { yes }: { yes?: boolean }) => restoreFile(machine, file ?? null, yes === true))
  ipvs
    .command('clear')
    .description('remove every virtual server, whoever made it')
    .option('--yes', 'also where traffic is balanced')
    .option('--json', 'what was removed as JSON')
    .action((options: { yes?: boolean; json?: boolean }) => clearTable(machine, options))
  ipvs
    .command('timeouts')
    .description('the timeouts, or set all three; 0 leaves one as it is')
    .argument('[TCP]', 'seconds of an established connection')
    .argument('[TCPFIN]', 'seconds of TCP after FIN')
    .argument('[UDP]', 'seconds of UDP')
    .option('--json', 'as JSON')
    .action(
      (tcp: string | undefined, tcpFin: string | undefined, udp: string | undefined, { json }: { json?: boolean }) =>
        timeouts(machine, [tcp, tcpFin, udp], json === true),
    )
  syncCommands(ipvs.command('sync').description('the daemons that tell connections to other directors'), machine)
}

function listing(command: Command, description: string): Command {
  return command
    .description(description)
    .option('-n, --numeric', 'numbers instead of names; they always are')
    .option('-t, --tcp-service <ADDRESS:PORT>', 'this virtual server only')
    .option('-u, --udp-service <ADDRESS:PORT>', 'this virtual server only')
    .option('--sctp-service <ADDRESS:PORT>', 'this virtual server only')
    .option('-f, --fwmark-service <MARK>', 'this virtual server only')
    .option('-6, --ipv6', 'the IPv6 one of that mark')
    .option('--exact', 'numbers in full instead of as thousands')
    .option('--sort', 'in order, which is so anyway')
    .option('--nosort', "in the kernel's order")
    .option('--json', 'everything as JSON')
}
