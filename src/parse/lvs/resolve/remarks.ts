/** What the operator of an lvs.cf must know or do, and what several of its words mean together. */
import { quoted } from '../../text/visible.ts'
import type { LvsFile, Section } from '../file.ts'
import { spanFrom, spanOf, written } from '../word.ts'
import type { Around } from './around.ts'
import { Names } from './front.ts'

const KEEP_PULSE = 'let pulse or keepalived --vrrp do that, or put it on the interface by other means'

export function remarkOnFile(active: readonly Section[], { file, report }: Around): void {
  remarkOnService(file, active, { file, report })
  remarkOnAddresses(file, active, { file, report })
  remarkOnHeartbeat({ file, report })
  remarkOnPrograms(active, { file, report })
}

type About = Pick<Around, 'file' | 'report'>

function remarkOnService({ globals, source, problems }: LvsFile, active: readonly Section[], { report }: About): void {
  if (globals.service?.value === 'fos') {
    const message = 'with service = fos only failover sections count, and upalert runs none: nothing is watched'
    const hint = 'write service = lvs for the virtual sections; a cluster manager runs the others'
    report.warning('service-fos', spanFrom(globals.service.keyword, globals.service.at), message, hint)
    return
  }
  if (active.length > 0 || problems.some(({ severity }) => severity === 'error')) return
  const message = 'this file defines no service that is in force: no virtual has active = 1'
  report.warning(
    'config-none',
    { source, start: 0, end: 0 },
    message,
    'write active = 1 into a virtual, and its servers',
  )
}

/** The addresses are for the half that will move them; until then somebody must. */
function remarkOnAddresses({ globals }: LvsFile, active: readonly Section[], { report }: About): void {
  const first = active.find(({ settings }) => settings.address !== undefined)?.settings.address
  if (first !== undefined) {
    const message = `upalert does not move addresses yet: ${quoted(written(spanFrom(first.at, first.to)))} is put on no interface`
    report.warning('address-not-moved', spanFrom(first.keyword, first.to), message, KEEP_PULSE)
  }
  const { nat_router, network } = globals
  if (nat_router !== undefined && active.length > 0) {
    const message = `upalert does not move addresses yet: the real servers' gateway ${quoted(nat_router.at.text)} is put on no interface`
    report.warning('address-not-moved', spanFrom(nat_router.keyword, nat_router.to), message, KEEP_PULSE)
  }
  if (nat_router !== undefined || active.length === 0 || (network?.value ?? 'nat') !== 'nat') return
  const at = network?.keyword ?? active[0]?.keyword
  if (at === undefined) return
  const message = 'network = nat needs a nat_router, the address that real servers send their answers to'
  report.warning('nat-router', spanOf(at), message, 'write nat_router = 10.0.0.254 eth1:1, or network = direct')
}

function remarkOnHeartbeat({ file: { globals }, report }: About): void {
  const { keepalive, deadtime } = globals
  const [every, dead] = [keepalive?.value ?? KEEPALIVE, deadtime?.value ?? DEADTIME]
  const at = deadtime ?? keepalive
  if (at === undefined || dead > every) return
  const message = `a deadtime of ${dead} s is not more than the ${every} s of keepalive: pulse would take a healthy partner for dead`
  report.warning('deadtime', spanFrom(at.keyword, at.at), message, `write deadtime = ${every * 3}`)
}

/** Seconds, where pulse is told nothing. */
const KEEPALIVE = 2
const DEADTIME = 5

/** One remark for all programs: each of them is judged by another rule than before. */
function remarkOnPrograms(active: readonly Section[], { report }: About): void {
  const first = active.map(({ settings }) => settings.send_program).find((one) => one !== undefined)
  if (first !== undefined && first.value.text !== '') {
    const message = 'nanny took a send_program that fails, or prints nothing, for good; here its server is down'
    const hint = 'run it by hand for a good and a bad server: it must exit with 0 and print what expect says'
    report.warning('program-status', spanFrom(first.keyword, first.at), message, hint)
  }
  const other = active
    .map(({ settings }) => settings.client_monitor)
    .find((one) => one !== undefined && !isNanny(one.value.text))
  if (other === undefined) return
  const message = `${quoted(other.value.text)} is not started: upalert asks the real servers itself`
  report.warning(
    'client-monitor',
    spanFrom(other.keyword, other.at),
    message,
    'see that send and expect say what it did',
  )
}

const isNanny = (path: string) => path === 'nanny' || path.endsWith('/nanny')

/** Names are given in the order of the file, those of sections that are switched off included. */
export function namesOf({ virtuals }: LvsFile, around: Pick<Around, 'report'>): ReadonlyMap<Section, string> {
  const given = new Names()
  const names = new Map<Section, string>()
  const seen = new Set<string>()
  for (const section of virtuals) {
    const name = given.take(section)
    const { text } = section.name
    if (seen.has(text) && text !== '') {
      const message = `two sections are called ${quoted(text)}: this one is ${quoted(name)} to upalert`
      around.report.warning('section-name', spanOf(section.name), message, 'give it a name of its own')
    }
    seen.add(text)
    names.set(section, name)
  }
  return names
}
