/** The names of schedulers' flags in every format. Source: linux/ip_vs.h, IP_VS_SVC_F_SCHED1 to 3; ipvsadm(8). */

/** For sh and mh, the first is fallback and the second port. */
export const SCHEDULER_FLAGS = {
  'sh-fallback': 1,
  'sh-port': 2,
  'mh-fallback': 1,
  'mh-port': 2,
  'flag-1': 1,
  'flag-2': 2,
  'flag-3': 4,
} as const

type SchedulerFlag = keyof typeof SCHEDULER_FLAGS

export const schedulerFlagNames = Object.keys(SCHEDULER_FLAGS) as readonly SchedulerFlag[]

/** The bit that a name stands for; `undefined`: it is no such name. */
export const schedulerFlag = (name: string): number | undefined => {
  const found = schedulerFlagNames.find((one) => one === name)
  return found === undefined ? undefined : SCHEDULER_FLAGS[found]
}
