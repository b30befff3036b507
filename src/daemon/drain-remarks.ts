/** What speaks against a drain, for whoever asks for one: the kernel's switches and the services' persistence. */
import { readDrainSysctls } from '../edge/facts/ip-vs-sysctls.ts'
import { type DrainAdvice, drainAdvice } from '../model/drain-advice.ts'
import type { State } from '../model/state.ts'

export function drainRemarks(
  { model, pools }: State,
  { virtual, real }: { readonly virtual: string | null; readonly real: string | null },
  removedAtLimit: boolean,
): readonly string[] {
  const sysctls = readDrainSysctls()
  const meant = model.virtuals.filter(({ name }, i) => {
    if (virtual !== null && virtual !== name) return false
    return real === null || pools[i]?.reals.some((one) => one.real === real) === true
  })
  const sentences = meant.flatMap(({ services, settings }) =>
    services.flatMap((service) => {
      const protocol = service.kind === 'mark' ? ('mark' as const) : service.protocol
      const { persistenceSeconds, onePacket } = settings
      const drained = { protocol, persistenceSeconds, onePacket, removedAtLimit }
      return drainAdvice(sysctls, drained).map(remark)
    }),
  )
  return [...new Set(sentences)]
}

/** One sentence with its way out: `… is 0 (mended by "sysctl -w …").` */
const remark = ({ text, command }: DrainAdvice): string =>
  command === '' ? text : `${text.replace(/\.$/, '')} (mended by "${command}").`
