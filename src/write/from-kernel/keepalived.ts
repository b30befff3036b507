/**
 * The table and its checks -> the lines of a keepalived.conf. The mon.cf of the same answers says what each check is; here
 * each real server has it for itself, and by keepalived's own rules.
 */
import { virtualName } from '../../model/keepalived-names.ts'
import type { Model, Real, Service, Virtual } from '../../model/model.ts'
import { groupName, serviceKey, serviceName } from '../../model/names.ts'
import { endpointText } from '../../model/table.ts'
import { milliseconds } from '../../model/units.ts'
import type { Loss } from '../../parse/director/part.ts'
import { keepalivedText } from '../keepalived/keepalived-text.ts'
import type { WrittenLine } from '../written.ts'

interface KeepalivedLines {
  readonly lines: readonly WrittenLine[]
  readonly losses: readonly Loss[]
}

/** `model`: that of the mon.cf. */
export function keepalivedLines(model: Model): KeepalivedLines {
  const known = new Map(model.services.map((service) => [service.key, service]))
  const services = new Map<string, Service>()
  const virtuals = model.virtuals.map((virtual): Virtual => {
    const [only] = virtual.services
    const reals = virtual.reals.map((real) => ownChecks(real, known, services))
    return { ...virtual, keepalivedName: only === undefined ? null : virtualName(only), reals }
  })
  const { lines, losses } = keepalivedText({ ...model, groups: [], services: [...services.values()], virtuals })
  const quiesced = new Map(
    virtuals.flatMap(({ reals }) => reals.filter(({ weight }) => weight === 0).map((real) => [real.place, real])),
  )
  return { lines: [...HEAD, ...lines.flatMap((line) => remarked(line, quiesced))], losses }
}

const HEAD: readonly WrittenLine[] = [
  '# Written by "upalert convert --from-kernel" from the virtual server table that was in the kernel.',
  '# What the table does not say, and you may want to write: notification_email, a sorry_server, a quorum.',
].map((text) => ({ text, place: null, depth: 0 }))

function remarked(line: WrittenLine, quiesced: ReadonlyMap<WrittenLine['place'], Real>): WrittenLine[] {
  const real = quiesced.get(line.place)
  if (real === undefined || !line.text.startsWith('real_server ')) return [line]
  const text = `# ${endpointText(real.id)} has weight 0 in the table: was it quiesced? Then write its weight here.`
  return [{ text, place: null, depth: line.depth }, line]
}

/** The rules of keepalived's checkers where nothing is written: parse/keepalived/resolve/checks.ts. */
const RULES: Readonly<Record<string, Partial<Service>>> = {
  tcp: { fall: 2, firstFall: 1, retriesWhileDown: true, retryInterval: milliseconds(1000) },
  udp: { fall: 2, firstFall: 1, retryInterval: milliseconds(1000) },
  ping: { fall: 2, firstFall: 1, retryInterval: milliseconds(1000) },
  http: { fall: 2, firstFall: 1, rise: 2, retryInterval: milliseconds(3000) },
  smtp: { fall: 2, retriesWhileDown: true, retryInterval: milliseconds(1000) },
  'dns-check': { fall: 4, firstFall: 1 },
}

function ownChecks(real: Real, known: ReadonlyMap<string, Service>, services: Map<string, Service>): Real {
  const checks = real.checks.map((check) => {
    const service = known.get(check.service)
    if (service === undefined) return check
    const group = groupName(endpointText(real.id))
    const name = serviceName(service.key)
    const key = serviceKey(group, name)
    const rules = Object.hasOwn(RULES, service.monitor?.module ?? '') ? RULES[service.monitor?.module ?? ''] : {}
    services.set(key, { ...service, ...rules, key, group, name, hosts: [check.host] })
    return { ...check, service: key }
  })
  return { ...real, checks }
}
