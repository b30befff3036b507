/**
 * What the words of a virtual_server mean together: their order, what must not be missing, what contradicts. Where
 * keepalived 2.2.7 repairs something with a message and goes on, that is a warning here that says what it is read as.
 */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { RealServer, VirtualServer } from './file.ts'
import { spanOf, type Word } from './line.ts'
import { oldWord } from './old-words.ts'
import type { Statement } from './tree.ts'

interface Around {
  readonly statements: readonly Statement[]
  /** real_server blocks, those with a mistake in their head included. */
  readonly servers: number
  readonly report: Report
}

export function checkVirtualServer(server: VirtualServer, around: Around): void {
  const { report } = around
  checkOrder(around)
  checkMissing(server, around)
  checkContradictions(server, report)
  checkQuorum(server, report)
  checkRealServers(server, report)
}

/** Words that count only behind another one. */
function checkOrder({ statements, report }: Around): void {
  let scheduler: string | null = null
  let sorry = false
  for (const { keyword, words } of statements) {
    const name = oldWord('virtual_server', keyword.text)?.now ?? keyword.text
    if (name === 'lvs_sched') scheduler = words[0]?.text ?? null
    if (name === 'sorry_server') sorry = true
    const flagOf = /^(sh|mh)-(?:port|fallback)$/.exec(name)?.[1]
    if (flagOf !== undefined && scheduler !== flagOf) {
      const message = `${quoted(name)} is for the scheduler ${flagOf}, and counts only behind it`
      report.error('word-order', spanOf(keyword), message, `write lvs_sched ${flagOf} on a line before`)
    }
    if (/^sorry_server_/.test(name) && !sorry) {
      const message = `${quoted(name)} counts only behind sorry_server`
      report.error('word-order', spanOf(keyword), message, 'write sorry_server and its address on a line before')
    }
  }
}

function checkMissing({ keyword, of, settings }: VirtualServer, { servers, report, statements }: Around): void {
  const has = (word: string) =>
    statements.some(({ keyword: { text } }) => (oldWord('virtual_server', text)?.now ?? text) === word)
  const missing = (word: string, read: string, hint: string) => {
    if (has(word)) return
    report.warning('word-missing', spanOf(keyword), `this virtual_server has no ${word}: it is read as ${read}`, hint)
  }
  missing('lvs_sched', 'wlc', 'write lvs_sched wlc in it, or another scheduler')
  missing('lvs_method', 'NAT', 'write lvs_method NAT in it, or DR or TUN')
  if (of.kind !== 'mark') missing('protocol', 'UDP', 'write protocol TCP in it, or UDP or SCTP')
  if (servers === 0) {
    const message = 'this virtual_server has no real_server, so nothing is made of it'
    report.warning('virtual-server-empty', spanOf(keyword), message, 'write real_server ADDRESS PORT { … } in it')
  }
  const persistent = settings.persistence_timeout !== undefined || settings.persistence_granularity !== undefined
  if (of.kind === 'address' && of.port === null && !persistent) {
    const message = 'a virtual_server without a port is for all ports, and needs persistence: 360 seconds are taken'
    report.warning(
      'port-missing',
      spanOf(of.at),
      message,
      'write the port behind the address, or persistence_timeout 360',
    )
  }
}

function checkContradictions({ of, settings }: VirtualServer, report: Report): void {
  const { protocol, ops, ha_suspend, persistence_timeout, persistence_granularity } = settings
  if (of.kind === 'mark' && protocol !== undefined) {
    const message = 'a firewall mark has no protocol of its own, so this counts for nothing'
    report.warning('protocol-of-mark', spanOf(protocol.keyword), message, 'take the line out')
  }
  if (ops !== undefined && of.kind !== 'mark' && protocol !== undefined && protocol.value !== 'UDP') {
    const message = 'one-packet scheduling is for UDP, so this counts for nothing'
    report.warning('ops', spanOf(ops.keyword), message, 'take the line out')
  }
  if (ha_suspend !== undefined && of.kind === 'group') {
    const message = 'with a group ha_suspend would stop all checks for ever'
    report.error(
      'ha-suspend',
      spanOf(ha_suspend.keyword),
      message,
      'take it out, or write a virtual_server for each address',
    )
  }
  if (ha_suspend !== undefined && of.kind === 'mark') {
    const message = 'a firewall mark has no address to look for, so ha_suspend counts for nothing'
    report.warning('ha-suspend', spanOf(ha_suspend.keyword), message, 'take the line out')
  }
  if (persistence_timeout?.value === 0) {
    const message = 'keepalived refuses persistence_timeout 0; it is read as no persistence'
    report.warning('persistence-zero', spanOf(persistence_timeout.at), message, 'take the line out')
  }
  if (of.kind !== 'address' || persistence_granularity === undefined) return
  if (persistence_granularity.value.family === of.family) return
  const hint = of.family === 4 ? 'write a netmask such as 255.255.255.0' : 'write a length from 1 to 128'
  const message = 'this granularity is not for the addresses of this virtual_server'
  report.error('granularity', spanOf(persistence_granularity.at), message, hint)
}

function checkQuorum({ settings, realServers }: VirtualServer, report: Report): void {
  const { quorum, hysteresis, weight } = settings
  if (realServers.length === 0) return
  const all = realServers.reduce((sum, real) => sum + (real.settings.weight?.value ?? weight?.value ?? 1), 0)
  const effective = Math.min(quorum?.value ?? 1, all)
  if (quorum !== undefined && quorum.value > all) {
    const message = `the quorum ${quorum.value} is more than all weights together, so ${all} is taken`
    report.warning(
      'quorum',
      spanOf(quorum.at),
      message,
      all === 0 ? 'give a real_server a weight' : `write ${all} or less, or see the weights`,
    )
  }
  if (hysteresis === undefined || hysteresis.value === 0 || hysteresis.value < effective) return
  const taken = Math.max(0, effective - 1)
  const message = `a hysteresis of ${hysteresis.value} with a quorum of ${effective} could never be undone, so ${taken} is taken`
  report.warning(
    'hysteresis',
    spanOf(hysteresis.at),
    message,
    taken === 0 ? 'take the line out' : `write ${taken} or less`,
  )
}

function checkRealServers({ of, settings, realServers }: VirtualServer, report: Report): void {
  const seen = new Map<string, RealServer>()
  for (const real of realServers) {
    const identity = `${real.address.address} ${real.port}`
    if (seen.has(identity)) twice(real.at, report)
    else seen.set(identity, real)
    const tunnelled = (real.settings.lvs_method ?? settings.lvs_method)?.value.method === 'TUN'
    if (of.kind !== 'address' || tunnelled || real.address.family === of.family) continue
    const message = `${quoted(real.address.address)} and the virtual_server are of different families`
    report.error('real-family', spanOf(real.at), message, 'only a tunnel carries one in the other: lvs_method TUN')
  }
}

function twice(at: Word, report: Report): void {
  const message = `the real_server ${quoted(at.text)} stands here a second time with the same port; only the first counts`
  report.warning('real-server-twice', spanOf(at), message, 'take one of them out')
}
