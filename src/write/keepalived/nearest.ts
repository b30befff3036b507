/**
 * The check that comes nearest where keepalived has none: a program where the exit status alone says it all, and otherwise
 * whether the port accepts a connection. A real server without any check would get clients whatever state it is in.
 */
import { type Asks, checkText, isOn, lose, numberIn, type Question, textIn, textsIn } from './checker.ts'
import {
  dnsCheck,
  fileCheck,
  miscCheck,
  pingCheck,
  smtpCheck,
  tcpCheck,
  udpCheck,
  unwritable,
  type Writer,
} from './checkers.ts'
import { connectingLines } from './connecting.ts'
import { httpCheck, httpGetCheck } from './pages.ts'
import { commandText } from './quoting.ts'

/** By the monitor's name. */
const WRITERS: ReadonlyMap<string, Writer> = new Map([
  ['tcp', tcpCheck],
  ['http-get', httpGetCheck],
  ['smtp', smtpCheck],
  ['dns-check', dnsCheck],
  ['udp', udpCheck],
  ['ping', pingCheck],
  ['misc', miscCheck],
  ['file', fileCheck],
  ['http', (question) => httpCheck(question) ?? nearestCheck(question)],
  ['script', scriptCheck],
])

/** `null`: the real server is left without it, which is told. */
export function asksOf(question: Question): Asks | null {
  const { service, writing } = question
  if (service.monitor === null) {
    const why = 'it has no monitor of its own, and keepalived hears of no traps: write a MISC_CHECK that asks'
    writing.losses.add(service.place, checkText({ service }), why)
    return null
  }
  return (WRITERS.get(service.monitor.module) ?? nearestCheck)(question)
}

/** mon's programs name the hosts that failed; asked about one host, the exit status says the same. */
function scriptCheck(question: Question): Asks | null {
  const { options, service, check, writing } = question
  if (isOn(options, 'nagios')) {
    lose(
      question,
      'a Nagios plugin ends with 1 for a warning, which MISC_CHECK takes for a failure: write a script around it',
    )
    return null
  }
  const argv = textsIn(options, 'command')
  const command = commandText(service.monitor?.withHosts === false ? argv : [...argv, check.host])
  if (command === null) return unwritable(question)
  if (Object.keys(service.environment).length > 0) {
    lose(question, 'keepalived hands a MISC_CHECK no variables: set them in a script around the program')
  }
  const account = writing.account(options)
  const lines = [`misc_path ${command}`]
  if (account !== '') lines.push(`user ${account}`)
  return { kind: 'MISC_CHECK', lines: [...lines, `misc_timeout ${wholeSeconds(service.timeout)}`], timeout: null }
}

const wholeSeconds = (time: number) => Math.max(1, Math.ceil(time / 1000))

/** Monitors that ask by UDP, or no port at all: whether a TCP port accepts says nothing of them. */
const WITHOUT_TCP: ReadonlySet<string> = new Set([
  'radius',
  'fping',
  'mon-ping',
  'send-program',
  'load',
  'agent',
  'dns',
  'dns-query',
])

function nearestCheck(question: Question): Asks | null {
  const { options, service } = question
  const module = service.monitor?.module ?? ''
  const port = portOf(question)
  const why = `keepalived has no checker that asks as this monitor ${module} does`
  if (port === null || isOn(options, 'udp') || WITHOUT_TCP.has(module)) {
    lose(question, `${why}: it is NOT CHECKED and always in use, until MISC_CHECK runs a program that does`)
    return null
  }
  const lines = connectingLines(question, { port })
  if (lines === null) return null
  const instead = `a TCP_CHECK that asks only whether port ${port} accepts stands in its place`
  lose(question, `${why}: ${instead}, and MISC_CHECK may run a program that asks the same`)
  return { kind: 'TCP_CHECK', lines, timeout: Math.min(USUAL_TIMEOUT, service.timeout) }
}

/** By the monitor's name: without TLS, and with it. */
const PORTS: Readonly<Record<string, readonly [plain: number, secure: number]>> = {
  http: [80, 443],
  ftp: [21, 990],
  smtp: [25, 465],
  pop3: [110, 995],
  nntp: [119, 563],
  imap: [143, 993],
  ldap: [389, 636],
  mysql: [3306, 3306],
  pgsql: [5432, 5432],
  sip: [5060, 5061],
}

/** `null`: nobody knows. */
function portOf({ options, service }: Question): number | null {
  const text = textIn(options, 'port')
  const written = numberIn(options, 'port') ?? (text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null)
  const module = service.monitor?.module ?? ''
  const [plain, secure] = (Object.hasOwn(PORTS, module) ? PORTS[module] : undefined) ?? []
  return written ?? (isOn(options, 'tls') ? secure : plain) ?? null
}

/** keepalived.conf(5), connect_timeout. */
const USUAL_TIMEOUT = 5000
