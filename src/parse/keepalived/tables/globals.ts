/** The words of global_defs that the half with virtual servers reads; those of the other half are in tables/kept.ts. */
import { command } from '../commands.ts'
import {
  account,
  fifo,
  flushOnStop,
  initFile,
  kernelTimeouts,
  relay,
  syncDaemon,
  trackWeight,
  wholeSeconds,
} from '../global-values.ts'
import { boolean, flag, integer, optional, text } from '../values.ts'

const scriptTimeout = integer(1, 1000)

export const GLOBALS = {
  router_id: text('a name'),
  notification_email_from: text('a mail address'),
  smtp_server: relay,
  smtp_helo_name: text('a host name'),
  smtp_connect_timeout: wholeSeconds,
  smtp_alert: boolean,
  smtp_alert_checker: boolean,
  smtp_alert_vrrp: boolean,
  no_email_faults: flag,
  no_checker_emails: flag,
  checker_log_all_failures: boolean,
  rs_init_notifies: flag,
  script_user: account,
  enable_script_security: flag,
  notify_fifo: fifo,
  notify_fifo_script: command,
  lvs_notify_fifo: fifo,
  lvs_notify_fifo_script: command,
  startup_script: command,
  startup_script_timeout: scriptTimeout,
  shutdown_script: command,
  shutdown_script_timeout: scriptTimeout,
  lvs_flush: flag,
  lvs_flush_on_stop: flushOnStop,
  lvs_timeouts: kernelTimeouts,
  lvs_sync_daemon: syncDaemon,
  reload_check_config: optional(text('a file for messages'), ''),
}

export const SSL = {
  password: text('a password'),
  ca: text('a file'),
  certificate: text('a file'),
  key: text('a file'),
}

export const TRACK_FILE = {
  file: text('the path of a file'),
  weight: trackWeight,
  init_file: initFile,
}
