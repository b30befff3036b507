/**
 * What mon 1.3.6 does otherwise than its manual promises. The manual's way is the default; `quirks = mon-1.3` in mon.cf
 * turns all of these on, so that a drop-in decides exactly as before. Each is one condition in the engine.
 */
export interface Quirks {
  /** A monitor that dies by a signal has succeeded. */
  readonly signalIsSuccess: boolean
  /** `alertdepend` without `depend` is never worked out, so that the service never alerts. */
  readonly loneAlertdependSilences: boolean
  /** `upalertafter` is accepted and has no effect. */
  readonly upalertafterIgnored: boolean
  /** `dep_memory` is accepted and has no effect. */
  readonly depMemoryIgnored: boolean
  /** A host dependency leaves out `web1` when the summary names `web10`. */
  readonly hostsMatchedWithinWords: boolean
  /**
   * Startup, acknowledgement and disable alerts count towards numalerts, start alertevery, and are answered by upalerts; with
   * unack_summary the empty output of a startup ends an acknowledgement.
   */
  readonly otherAlertsCount: boolean
  /** A sent upalert ends the clock of `alertevery … strict`. */
  readonly upalertEndsStrict: boolean
  /** `no_comp_alerts` brings one upalert without an alert before it, and then none until an alert was sent. */
  readonly oneUnpairedUpalert: boolean
  /** The end of `trapduration` is silent: no upalert, and acknowledgement and counters stay. */
  readonly trapdurationEndsSilently: boolean
  /** `reset keepstate` keeps what the state file has room for: an upalert right after it reads nothing. */
  readonly resetForgetsOutput: boolean
  /** The end of a failure that was told is not told outside the period, of a disabled service, or after a reload without it. */
  readonly endsMayBeUntold: boolean
}

export const asPromised: Quirks = {
  signalIsSuccess: false,
  loneAlertdependSilences: false,
  upalertafterIgnored: false,
  depMemoryIgnored: false,
  hostsMatchedWithinWords: false,
  otherAlertsCount: false,
  upalertEndsStrict: false,
  oneUnpairedUpalert: false,
  trapdurationEndsSilently: false,
  resetForgetsOutput: false,
  endsMayBeUntold: false,
}

export const asMon13: Quirks = {
  signalIsSuccess: true,
  loneAlertdependSilences: true,
  upalertafterIgnored: true,
  depMemoryIgnored: true,
  hostsMatchedWithinWords: true,
  otherAlertsCount: true,
  upalertEndsStrict: true,
  oneUnpairedUpalert: true,
  trapdurationEndsSilently: true,
  resetForgetsOutput: true,
  endsMayBeUntold: true,
}
