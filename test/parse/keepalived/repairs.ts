/** What keepalived repairs with a message and goes on: what upalert says of it, and what becomes of it. */
import type { Virtual } from '../../../src/model/model.ts'
import { serviceText } from '../../../src/model/table.ts'
import { realText, virtualText } from './world.ts'

export const repairs: readonly {
  readonly name: string
  readonly text: string
  readonly said: readonly string[]
  /** Whether keepalived -t says something, where that is not what upalert does. */
  readonly keepalived?: boolean
  readonly becomes?: (virtual: Virtual) => unknown
  readonly expected?: unknown
}[] = [
  {
    name: 'a real server that stands there twice counts once',
    text: virtualText('', `${realText('weight 2')}\n${realText('weight 3')}`),
    said: ['warning real-server-twice'],
    becomes: ({ reals }) => reals.map(({ weight }) => weight),
    expected: [2],
  },
  {
    name: 'two ports that direct routing makes one count once',
    text: virtualText('lvs_method DR', 'real_server 10.1.1.2 80 {\n}\n real_server 10.1.1.2 8080 {\n}'),
    said: ['warning real-server-twice'],
    becomes: ({ reals }) => reals.map(({ id }) => id.port),
    expected: [80],
  },
  {
    name: 'the same address at two ports is two servers with NAT',
    text: virtualText('', 'real_server 10.1.1.2 80 {\n}\n real_server 10.1.1.2 8080 {\n}'),
    said: [],
    becomes: ({ reals }) => reals.map(({ id }) => id.port),
    expected: [80, 8080],
  },
  {
    name: 'direct routing leaves the port alone, and the check keeps the one that is written',
    text: virtualText('lvs_method DR', realText('TCP_CHECK {\n}')),
    said: ['warning real-port'],
    becomes: ({ reals }) => reals.map(({ id, portFollows, checks }) => [id.port, portFollows, checks[0]?.service]),
    expected: [[8080, true, '10.1.1.2:8080/TCP_CHECK']],
  },
  {
    name: 'a real server without a port has that of its service',
    text: virtualText('', 'real_server 10.1.1.2 {\n TCP_CHECK {\n}\n}'),
    said: [],
    becomes: ({ reals }) => reals.map(({ id, portFollows }) => [id.port, portFollows]),
    expected: [[80, true]],
  },
  {
    name: 'behind a mark, a port of direct routing is for the checks',
    text: 'virtual_server fwmark 3 {\n lvs_sched rr\n lvs_method DR\n real_server 10.1.1.2 80 {\n TCP_CHECK {\n}\n}\n}\n',
    said: ['warning real-port'],
    becomes: ({ reals }) => reals.map(({ portFollows }) => portFollows),
    expected: [true],
  },
  {
    name: 'a quorum that no weights reach is their sum',
    text: virtualText('quorum 9', realText('weight 4')),
    said: ['warning quorum'],
    becomes: ({ quorum, hysteresis }) => [quorum, hysteresis],
    expected: [4, 0],
  },
  {
    name: 'a hysteresis that could never be undone is the quorum less one',
    text: virtualText('quorum 3\n hysteresis 7', realText('weight 4')),
    said: ['warning hysteresis'],
    becomes: ({ quorum, hysteresis }) => [quorum, hysteresis],
    expected: [3, 2],
  },
  {
    name: 'where all weights are 0, quorum and hysteresis are 0',
    text: virtualText('hysteresis 1', realText('weight 0')),
    said: ['warning hysteresis'],
    becomes: ({ quorum, hysteresis }) => [quorum, hysteresis],
    expected: [0, 0],
  },
  {
    name: 'no port needs persistence',
    text: virtualText('').replace('192.0.2.10 80', '192.0.2.10'),
    said: ['warning port-missing'],
    becomes: ({ settings, services }) => [settings.persistenceSeconds, services.map(serviceText)],
    expected: [360, ['tcp 192.0.2.10:0']],
  },
  {
    name: 'persistence_timeout 0 is none',
    text: virtualText('persistence_timeout 0'),
    said: ['warning persistence-zero'],
    becomes: ({ settings }) => settings.persistenceSeconds,
    expected: 0,
  },
  {
    name: 'ops is for UDP',
    text: virtualText('ops'),
    said: ['warning ops'],
    becomes: ({ settings }) => settings.onePacket,
    expected: false,
  },
  {
    name: 'no protocol is UDP, no scheduler wlc, no method NAT',
    text: 'virtual_server 192.0.2.10 53 {\n real_server 10.1.1.2 53 {\n}\n}\n',
    said: ['warning word-missing', 'warning word-missing', 'warning word-missing'],
    becomes: ({ services, settings, reals }) => [services.map(serviceText), settings.scheduler, reals[0]?.forward],
    expected: [['udp 192.0.2.10:53'], 'wlc', 'masq'],
  },
  {
    name: 'a sorry server that is a real server is taken out as that one is',
    text: virtualText('sorry_server 10.1.1.2 8080', realText('inhibit_on_failure')),
    said: ['warning sorry-inhibit'],
    becomes: ({ sorry }) => sorry?.inhibit,
    expected: true,
  },
  {
    name: 'a sorry server by direct routing has the port of its service',
    text: virtualText('lvs_method DR\n sorry_server 10.9.9.9 81', 'real_server 10.1.1.2 80 {\n}'),
    said: ['warning sorry-port'],
    becomes: ({ sorry }) => sorry?.portFollows,
    expected: true,
  },
  {
    name: 'ha_suspend of a mark counts for nothing',
    text: 'virtual_server fwmark 3 {\n lvs_sched rr\n lvs_method NAT\n ha_suspend\n real_server 10.1.1.2 80 {\n}\n}\n',
    said: ['warning ha-suspend'],
    becomes: ({ haSuspend }) => haSuspend,
    expected: false,
  },
  {
    name: 'a virtual server without real servers is left out',
    text: `${virtualText('', '')}${virtualText('').replace('80 {', '81 {')}`,
    said: ['warning virtual-server-empty'],
    becomes: ({ name }) => name,
    expected: '192.0.2.10:81',
  },
  {
    name: 'backup_below without a backup server',
    text: virtualText('backup_below 3'),
    said: ['warning backup-none'],
  },
  {
    name: 'a BFD_CHECK never fails',
    text: virtualText('', realText('BFD_CHECK {\n name x\n}')),
    said: ['warning not-honoured'],
  },
]
