/**
 * The words that are known and not honoured, each with what its user loses. One table: `upalert check` warns with it,
 * and docs/keepalived.md is held against it.
 */

const PROCESS =
  "upalert is one process, and starts with its service's priority: set Nice= and CPUSchedulingPolicy= there"
const SNMP = 'no SNMP agent answers for these servers'
const BUFFERS = 'the kernel gives the socket its default buffers'
const NFT = 'upalert makes no nftables rules: mark the packets yourself, and write virtual_server fwmark N'
const AROUND =
  'upalert runs no script before it starts or after it stops: write ExecStartPre=, ExecStopPost= in its service'
const HOUSEKEEPING = 'upalert has no such files or processes'

/** By block and word. */
export const LOSSES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the file': {
    child_wait_time: HOUSEKEEPING,
    use_pid_dir: HOUSEKEEPING,
    namespace_with_ipsets: 'no ipsets are made',
    net_namespace: 'upalert stays in the namespace it is started in: start it with ip netns exec NAME',
    net_namespace_ipvs: 'the table is that of the namespace upalert is started in',
  },
  global_defs: {
    ...each('checker_priority checker_rt_priority checker_rlimit_rtime checker_rlimit_rttime checker_no_swap', PROCESS),
    ...each('checker_cpu_affinity max_auto_priority min_auto_priority_delay', PROCESS),
    ...each('enable_snmp_checker enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3', SNMP),
    ...each('enable_snmp_vrrp enable_traps snmp_socket', SNMP),
    ...each('enable_dbus dbus_service_name', 'nothing is published on D-Bus'),
    ...each('lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force', BUFFERS),
    ...each('lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force', BUFFERS),
    ...each('process_monitor_rcv_bufs process_monitor_rcv_bufs_force', BUFFERS),
    ...each('nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark', NFT),
    ...each('checker_process_name lvs_process_name process_name process_names data_use_instance', HOUSEKEEPING),
    ...each('startup_script startup_script_timeout shutdown_script shutdown_script_timeout', AROUND),
    rs_init_notifies: 'notify_up is run for servers that change, not for all of them at the start',
    smtp_helo_name: 'the relay is greeted by the name of this host',
    lvs_sync_daemon:
      'connections are not copied to another director: upalert ipvs sync start --interface NAME starts that',
    ...each('config_save_dir tmp_config_directory umask', HOUSEKEEPING),
    ...each('reload_repeat reload_time_file', 'no reload comes at a set time: let cron or a timer send SIGHUP'),
    reload_file: 'no file marks a reload; upalert status tells of it',
    random_seed: '_RANDOM has a seed of its own, which is the same at every start',
  },
  virtual_server: {
    snmp_name: SNMP,
    hashed: 'nothing: keepalived 2.2.7 passes it over as well',
  },
  real_server: {
    snmp_name: SNMP,
    BFD_CHECK: 'upalert speaks no BFD, so this check never fails; add a TCP_CHECK or PING_CHECK',
  },
  track_file: {
    init_file: 'upalert writes no such file; one that is missing counts as 0',
  },
  url: {
    regex_stack: 'nothing: patterns need no stack of their own',
  },
}

function each(words: string, loss: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words.split(' ').map((word) => [word, loss]))
}

export function lossOf(block: string, word: string): string | undefined {
  const words = Object.hasOwn(LOSSES, block) ? LOSSES[block] : undefined
  return words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined
}
