/** virtual_server and real_server: blocks -> nouns. What several words of a block mean together is in server-checks.ts. */
import type { Report } from '../text/report.ts'
import { type AddressAndPort, addressAndPort } from './addresses.ts'
import type { RealServer, VirtualServer, VirtualServerOf } from './file.ts'
import { spanOf } from './line.ts'
import { readCheckers } from './read-checkers.ts'
import { checkVirtualServer } from './server-checks.ts'
import { readSettings, readValue } from './settings.ts'
import { REAL_SERVER, VIRTUAL_SERVER } from './tables/servers.ts'
import type { Statement } from './tree.ts'
import { integer, KEEPALIVED_LARGEST, text, type Value } from './values.ts'

/** What stands in it is read, and its mistakes reported, also where its head is wrong; then the answer is null. */
export function readVirtualServer(statement: Statement, report: Report): VirtualServer | null {
  const of = readValue(statement, head, report)
  const statements = statement.block?.statements ?? []
  const settings = readSettings(statements, { block: 'virtual_server', table: VIRTUAL_SERVER, report })
  const blocks = statements.filter(({ keyword, block }) => keyword.text === 'real_server' && block !== null)
  const realServers = blocks.map((block) => readRealServer(block, report)).filter((server) => server !== null)
  if (of === null) return null
  const server = { keyword: statement.keyword, of, settings, realServers }
  checkVirtualServer(server, { statements, servers: blocks.length, report })
  return server
}

const head: Value<VirtualServerOf> = {
  wants: 'an IP address and a port, fwmark and a number, or group and its name',
  read: (args) => {
    const at = args.peek()
    if (at === undefined) return args.missing()
    if (at.text === 'fwmark') {
      args.take()
      const mark = integer(1, KEEPALIVED_LARGEST).read(args)
      return mark === null ? null : { kind: 'mark', at, mark }
    }
    if (at.text === 'group') {
      args.take()
      const name = args.peek()
      const found = text('the name of a virtual_server_group').read(args)
      return found === null || name === undefined ? null : { kind: 'group', name }
    }
    const found = addressAndPort.read(args)
    return found === null ? null : { kind: 'address', at, ...found }
  },
}

function readRealServer(statement: Statement, report: Report): RealServer | null {
  const [at] = statement.words
  const found = readValue<AddressAndPort>(statement, addressAndPort, report)
  const statements = statement.block?.statements ?? []
  const settings = readSettings(statements, { block: 'real_server', table: REAL_SERVER, report })
  const checkers = readCheckers(statements, report)
  if (found === null || at === undefined) return null
  checkThresholds(settings, report)
  const { family, address, port } = found
  return { keyword: statement.keyword, at, address: { family, address }, port, settings, checkers }
}

/** linux/net/netfilter/ipvs/ip_vs_ctl.c: a lower threshold above the upper one is refused. */
function checkThresholds({ lthreshold, uthreshold }: RealServer['settings'], report: Report): void {
  if (lthreshold === undefined || uthreshold === undefined || uthreshold.value === 0) return
  if (lthreshold.value <= uthreshold.value) return
  const message = `lthreshold ${lthreshold.value} is above uthreshold ${uthreshold.value}: the kernel refuses that`
  report.error('thresholds', spanOf(lthreshold.keyword), message, 'write a lower one, or 0 for none')
}
