/**
 * A mon.cf of the LVS-HOWTO's kind runs as it stands: each real server a group of its own, ping, telnet and http monitors,
 * mail, and the table changed by virtualserver.alert or lvs.alert in all the words that their authors gave them.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Configuration, loadConfiguration } from '../../src/daemon/configuration.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { AlertContext, AlertKind, AlertMessage } from '../../src/model/alert.ts'
import type { Service } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import type { TableDoor, TableServiceId } from '../../src/model/table.ts'
import { endpointText } from '../../src/model/table.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { plainService } from '../plain-table.ts'
import { fresh } from '../scripts.ts'

const globals = `# mon.cf of a director with two real servers behind NAT
alertdir   = /usr/lib/mon/alert.d
mondir     = /usr/lib/mon/mon.d
maxprocs   = 20
histlength = 100
randstart  = 30s

hostgroup real1 10.1.1.2
hostgroup real2 10.1.1.3
`

/** A service of a watch, whose alert lines are the same for both directions but for what `ALERT` stands for. */
const service = (name: string, monitor: string, alerts: readonly (readonly [down: string, up: string])[]): string => `
    service ${name}
        interval 15s
        monitor ${monitor}
        period wd {Sun-Sat}
${alerts.map(([down, up]) => `            alert ${down}\n            upalert ${up}`).join('\n')}`

const same = (line: string) => [line, line] as const
const mail = same('mail.alert root')
const words = (operation: string, port: number) =>
  `virtualserver.alert -A ${operation} -P -t -V 192.168.1.110:${port} -R 10.1.1.2:${port} -T -m -W 1`
const byMark = '-P tcp -R 10.1.1.3 -F dr -M 8'

const file = `${globals}
watch real1${service('ping', 'ping.monitor', [mail])}${service('telnet', 'telnet.monitor', [
  mail,
  [words('-d', 23), words('-a', 23)],
])}${service('http', 'http.monitor', [same('virtualserver.alert -V 192.168.1.110:80 -R 10.1.1.2:8080')])}

watch real2${service('http', 'http.monitor -p 80 -t 10', [
  same('lvs.alert -P tcp -V 192.168.1.110:80 -R 10.1.1.3 -W 5 -F dr'),
])}${service('swap', 'http.monitor', [same(`lvs.alert ${byMark} -B 10.1.1.2`)])}${service('mark', 'http.monitor', [
  same(`lvs.alert ${byMark} -X`),
])}
`

async function load(text: string): Promise<Configuration> {
  const path = fresh('mon.cf')
  writeFileSync(path, text)
  return loadConfiguration(path)
}

test('it has no problem as it stands, on a machine without mon as well', async () => {
  for (const text of [file, file.replaceAll('/usr/lib/mon/', '/nowhere/')]) {
    const { model, problems } = await load(text)
    assert.deepEqual(problems, [], formatProblems(problems))
    assert.deepEqual(
      model?.services.map(({ key, hosts }) => `${key} ${hosts.join()}`),
      [
        ...['real1/ping 10.1.1.2', 'real1/telnet 10.1.1.2', 'real1/http 10.1.1.2'],
        ...['real2/http 10.1.1.3', 'real2/swap 10.1.1.3', 'real2/mark 10.1.1.3'],
      ],
    )
  }
})

/** What stands in the table before, after the failure, and after the end of it. */
const driven: readonly (readonly [key: string, words: string, table: readonly [string, string, string]])[] = [
  ['real1/telnet', '-A -d and -A -a with the flags of ipvsadm', ['10.1.1.2:23=1 masq', '', '10.1.1.2:23=1 masq']],
  ['real1/http', '-V and -R alone', ['10.1.1.2:8080=1 masq', '', '10.1.1.2:8080=1 masq']],
  ['real2/http', '-W and -F dr', ['10.1.1.3:80=5 route', '', '10.1.1.3:80=5 route']],
  ['real2/swap', '-M and -B', ['10.1.1.3:0=1 route', '10.1.1.2:0=1 route', '10.1.1.3:0=1 route']],
  ['real2/mark', '-M and -X', ['10.1.1.3:0=1 route', '', '10.1.1.3:0=1 route']],
]
for (const [key, words, [before, down, up]] of driven) {
  test(`${words}: the row goes with the failure, and returns with its end as it was`, async () => {
    const { model, alerts } = await load(file)
    const service = model?.services.find((one) => one.key === key)
    assert.ok(service)
    const [front] = fronts.filter((one) => (one.kind === 'mark') === words.includes('-M'))
    assert.ok(front)
    const table = openMemoryTable('for a test')
    const at = front.kind === 'mark' ? front : { ...front, port: key.endsWith('telnet') ? 23 : 80 }
    table.apply({ kind: 'new-service', service: at, settings: plainService })

    await tell(service, 'up', alerts, table)
    assert.equal(rows(table), before)
    await tell(service, 'failure', alerts, table)
    assert.equal(rows(table), down)
    await tell(service, 'up', alerts, table)
    assert.equal(rows(table), up)
  })
}

const fronts: readonly TableServiceId[] = [
  { kind: 'address', family: 4, protocol: 'tcp', address: '192.168.1.110', port: 80 },
  { kind: 'mark', family: 4, mark: 8 },
]

/** Carries out the alert lines of the service that change the table. */
async function tell(of: Service, kind: 'up' | 'failure', alerts: Configuration['alerts'], table: TableDoor) {
  for (const period of of.periods) {
    for (const call of kind === 'up' ? period.upalerts : period.alerts) {
      if (call.module !== 'ipvs') continue
      const outcome = await alerts.get(call.module)?.send(message(of, kind), call.options, { ...context, table })
      assert.equal(outcome?.kind, 'sent', outcome?.text)
    }
  }
}

const context: Omit<AlertContext, 'table'> = {
  signal: new AbortController().signal,
  timeout: milliseconds(5000),
  attempt: 1,
  mail: { server: '', from: '', hostname: '' },
}

function message({ key, group, name, hosts }: Service, kind: AlertKind): AlertMessage {
  return {
    id: id('1'),
    kind,
    key,
    group,
    service: name,
    description: '',
    hosts,
    failing: [],
    exit: 1,
    summary: '',
    detail: '',
    output: '',
    at: wallTime(0),
    firstFailure: null,
    lastFailure: null,
    lastSuccess: null,
    lasted: null,
    failures: 1,
    acknowledged: null,
    pools: [],
    environment: {},
  }
}

/** `10.1.1.2:80=1 masq` for each row. */
function rows(door: TableDoor): string {
  const table = door.read()
  assert.ok(table.kind === 'table')
  return table.services
    .flatMap(({ destinations }) => destinations)
    .map((one) => `${endpointText(one.id)}=${one.weight} ${one.forward}`)
    .join()
}
