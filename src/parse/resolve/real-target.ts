/** The first word of a `real` line: an address with or without a port, or each host of a hostgroup. */
import type { Host } from '../../model/names.ts'
import { host } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { type Endpoint, isFault, parseAddress, parseEndpoint, parsePort } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Known } from './real.ts'

export interface Target {
  readonly end: Endpoint
  /** The host as its hostgroup has it. */
  readonly host: Host
}

export const readTargets = (word: Slice, known: Known, report: Report): Target[] =>
  word.text.startsWith('@') ? groupTargets(word, known, report) : oneTarget(word, report)

function oneTarget(word: Slice, report: Report): Target[] {
  const end = parseEndpoint(word.text, (name, names) => report.nearest(name, names))
  if (isFault(end)) {
    report.error('real-address', spanOf(word), end.message, end.hint)
    return []
  }
  if (end.protocol === null) return [{ end, host: host(end.address) }]
  const message = 'a real server has the protocol of its virtual server'
  report.error('real-address', spanOf(word), message, 'leave out the part behind /')
  return []
}

/** `@web:8080`: each host of the hostgroup, at this port. */
function groupTargets(word: Slice, known: Known, report: Report): Target[] {
  const [name = '', portText] = word.text.slice(1).split(':')
  const group = known.groups.get(name)
  const port = portText === undefined ? null : parsePort(portText)
  if (portText !== undefined && port === null) {
    const hint = 'a port is a number from 0 to 65535, or a name such as http'
    report.error('real-address', spanOf(word), `${quoted(portText)} is not a port`, hint)
    return []
  }
  if (group === undefined) {
    const nearest = report.nearest(name, known.groups.keys())
    const hint = nearest === null ? 'write the name of a hostgroup behind the @' : `did you mean @${nearest}?`
    report.error('real-address', spanOf(word), `there is no hostgroup ${quoted(name)}`, hint)
    return []
  }
  return group.hosts.flatMap((text) => {
    const address = parseAddress(text)
    if (address !== null) return [{ end: { ...address, port, protocol: null }, host: text }]
    // That is told where the host stands.
    if (hostFault(text) !== null) return []
    const message = `host ${quoted(text)} of hostgroup ${quoted(name)} is a name, and the kernel table holds addresses only`
    report.error('real-address', spanOf(word), message, 'write its IP address in the hostgroup, or a real line for it')
    return []
  })
}
