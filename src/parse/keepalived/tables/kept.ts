/**
 * The words of the blocks that are read for their structure only, and kept with their places: VRRP and what belongs to
 * it. Listed so that a mistyped one is found. Source: each word was tried with keepalived 2.2.7; keepalived.conf(5).
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** global_defs: the other half's words, and what keepalived's processes do. */
export const KEPT_GLOBALS = words(`
  bfd_cpu_affinity bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rtime bfd_rlimit_rttime bfd_rt_priority
  checker_cpu_affinity checker_no_swap checker_priority checker_process_name checker_rlimit_rtime
  checker_rlimit_rttime checker_rt_priority config_save_dir data_use_instance dbus_service_name default_interface
  disable_local_igmp dynamic_interfaces enable_dbus enable_snmp_checker enable_snmp_keepalived enable_snmp_rfc
  enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp enable_traps fifo_write_vrrp_states_on_reload include_check
  log_unknown_vrids lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs
  lvs_netlink_monitor_rcv_bufs_force lvs_process_name max_auto_priority min_auto_priority_delay nftables
  nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark
  nftables_priority process_monitor_rcv_bufs process_monitor_rcv_bufs_force process_name process_names random_seed
  reload_file reload_repeat reload_time_file snmp_socket tmp_config_directory umask vmac_addr_prefix vmac_prefix
  vrrp_check_unicast_src vrrp_cpu_affinity vrrp_down_timer_adverts vrrp_garp_extra_if vrrp_garp_interval
  vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_master_delay vrrp_garp_master_refresh
  vrrp_garp_master_refresh_repeat vrrp_garp_master_repeat vrrp_gna_interval vrrp_higher_prio_send_advert vrrp_ipsets
  vrrp_iptables vrrp_lower_prio_no_advert vrrp_mcast_group4 vrrp_mcast_group6 vrrp_min_garp
  vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
  vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap vrrp_notify_fifo vrrp_notify_fifo_script
  vrrp_notify_priority_changes vrrp_priority vrrp_process_name vrrp_rlimit_rtime vrrp_rlimit_rttime vrrp_rt_priority
  vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict vrrp_version
  vrrp_vmac_garp_intvl
`)

/** Outside every block. */
export const KEPT_OUTSIDE = words(`
  child_wait_time instance linkbeat_use_polling namespace_with_ipsets net_namespace net_namespace_ipvs use_pid_dir
`)

const NOTIFY = 'notify notify_master notify_backup notify_fault notify_stop'

export const VRRP_INSTANCE = words(`
  accept advert_int check_unicast_src debug dont_track_primary down_timer_adverts garp_extra_if garp_lower_prio_delay
  garp_lower_prio_repeat garp_master_delay garp_master_refresh garp_master_refresh_repeat garp_master_repeat
  higher_prio_send_advert interface kernel_rx_buf_size linkbeat_use_polling lower_prio_no_advert
  lvs_sync_daemon_interface mcast_dst_ip mcast_src_ip native_ipv6 no_accept nopreempt ${NOTIFY}
  notify_deleted notify_master_rx_lower_pri
  notify_priority_changes old_unicast_checksum preempt preempt_delay priority promote_secondaries
  skip_check_adv_addr smtp_alert state strict_mode sync_instance track_src_ip unicast_fault_no_peer unicast_src_ip
  unicast_ttl use_ipvlan use_vmac use_vmac_addr version virtual_router_id vmac_garp_intvl vmac_xmit_base vrf
`)

/** Blocks in which each line is a value. */
export const VRRP_INSTANCE_LISTS = words(`
  track_bfd track_file track_interface track_process track_script unicast_peer virtual_ipaddress
  virtual_ipaddress_excluded virtual_routes virtual_rules
`)

export const AUTHENTICATION = words('auth_pass auth_type')
export const VRRP_SYNC_GROUP = words(`
  global_tracking ${NOTIFY} notify_priority_changes smtp_alert sync_group_tracking_weight
`)
export const VRRP_SYNC_GROUP_LISTS = words('group track_bfd track_file track_interface track_process track_script')
export const VRRP_SCRIPT = words('fall init_fail interval rise script timeout user weight')
export const VRRP_TRACK_PROCESS = words(
  'delay fork_delay full_command param_match process quorum quorum_max terminate_delay weight',
)
export const BFD_INSTANCE = words(`
  checker hoplimit idle_tx max_hops min_rx min_tx multiplier neighbor_ip neighbour_ip passive source_ip ttl vrrp weight
`)
export const GARP_GROUP = words('garp_interval gna_interval interface')
/** Blocks at the top in which each line is a value. */
export const LISTS = words('static_ipaddress static_routes static_rules linkbeat_interfaces interface_up_down_delays')
