/**
 * Sends a mon trap over UDP: another mon, or another upalert, is told how this service fares. Reached as `trap` and, where
 * no program of that name is found, as `trap.alert`.
 * Sent: the network has it, and nobody refused it for a moment; whether it arrived, UDP tells nobody.
 * Source: mon's trap.alert (its words, and what it sends); mon manual, "TRAPS".
 */
import { startAttempt } from '../src/edge/probe/attempt.ts'
import { type TrapCredentialOptions, trapCredentials } from '../src/edge/trap/credentials.ts'
import { sendTrap, type TrapSent } from '../src/edge/trap/send.ts'
import type { Alert, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import type { OptionProperty } from '../src/model/module.ts'
import { hostsProperty } from '../src/wire/host-port.ts'
import { encodeTrap } from '../src/wire/mon/trap.ts'

export interface TrapOptions extends TrapCredentialOptions {
  readonly hosts: readonly string[]
  readonly port?: number
  readonly opstatus?: number
}

/** mon's port, of traps as of clients. */
const MON_PORT = 2583
/** Characters of a user's name or a password: more would take the packet's room from what is told. */
const LONGEST_CREDENTIAL = 255

const properties: Readonly<Record<string, OptionProperty>> = {
  hosts: hostsProperty('the machines whose mon is told: names or addresses'),
  port: { type: 'integer', description: 'their UDP port', minimum: 1, maximum: 65_535, default: MON_PORT },
  user: {
    type: 'string',
    description: 'the user that the receiver knows; the environment variable MON_TRAP_USER wins',
    maxLength: LONGEST_CREDENTIAL,
  },
  password: {
    type: 'string',
    description:
      'the password, which is shown wherever this line is: better a password file, or MON_TRAP_PASS, which wins',
    maxLength: LONGEST_CREDENTIAL,
  },
  passwordFile: {
    type: 'string',
    description: 'a file whose first line is the password; wins over both',
    minLength: 1,
  },
  opstatus: {
    type: 'integer',
    description: "the status code that the receiver logs; without it the service's own",
    minimum: 0,
    maximum: 9,
  },
}

export const trap: Alert<TrapOptions> = {
  name: 'trap',
  deed: 'sends a trap to another mon',
  schema: { type: 'object', properties, required: ['hosts'], additionalProperties: false },
  flags: { p: 'port', U: 'user', P: 'password', o: 'opstatus' },
  rest: 'hosts',
  restFaults: (words) =>
    words.flatMap((text, word) => {
      const port = /^[^:]*:([0-9]+)$/.exec(text)?.[1]
      if (port === undefined) return []
      const message = 'a host and a port stand together here'
      return [{ word, message, hint: `the port has an option of its own, for all hosts: --port ${port}` }]
    }),
  /** What is told of one service to one mon keeps its order, whatever user and password are. */
  receiver: ({ hosts, port = MON_PORT }) => `${hosts.join(' ')} ${port}`,

  async send(message, options, context): Promise<AlertOutcome> {
    const status = statusOf(message)
    if (status === null) return { kind: 'sent', text: `sent no trap: "${message.kind}" is no exit status` }
    const credentials = await trapCredentials(options, message.environment)
    if (credentials.kind === 'unreadable') return { kind: 'failed', retry: true, text: credentials.text }
    const { user, password } = credentials
    const packet = encodeTrap({
      ...content(message),
      usr: user,
      pas: password,
      sta: status,
      spc: code(message, options),
    })

    const { hosts, port = MON_PORT } = options
    const before = context.reached ?? []
    const waiting = [...new Set(hosts)].filter((host) => !before.includes(host))
    const attempt = startAttempt(context.timeout, context.signal)
    const send = async (host: string): Promise<Told> => ({
      host,
      sent: await sendTrap({ host, port }, packet, attempt),
    })
    const told = await Promise.all(waiting.map(send))
    attempt.end()
    const remark = user === '' && password !== '' ? '; without the password, since no user is named' : ''
    return outcomeOf(told, before, port, remark)
  },
}

/**
 * The exit status that is sent: what mon gives its alerts as MON_RETVAL, so that a trap's status, which is any word, is
 * passed on as it came. mon sets none for an acknowledgement, and its trap.alert then sends nothing.
 */
function statusOf({ kind, exit, environment }: AlertMessage): string | null {
  if (environment.MON_RETVAL !== undefined) return environment.MON_RETVAL
  if (kind === 'ack' || kind === 'disable') return null
  return kind === 'up' || kind === 'startup' ? '0' : String(exit)
}

/** The first line is the summary, the rest the detail, each without its last line end. */
function content({ group, service, output, at }: AlertMessage) {
  const end = output.indexOf('\n')
  const sum = end < 0 ? output : output.slice(0, end)
  const dtl = end < 0 ? '' : output.slice(end + 1).replace(/\n$/, '')
  return { grp: group, svc: service, sum, dtl, tsp: at }
}

const code = ({ environment }: AlertMessage, { opstatus }: TrapOptions): string =>
  opstatus === undefined ? (environment.MON_OPSTATUS ?? '0') : String(opstatus)

interface Told {
  readonly host: string
  readonly sent: TrapSent
}

function outcomeOf(told: readonly Told[], before: readonly string[], port: number, remark: string): AlertOutcome {
  const reached = told.flatMap(({ host, sent }) =>
    sent.kind === 'handed-over' ? [{ host, address: sent.address }] : [],
  )
  const failures = told.flatMap(({ host, sent }) => (sent.kind === 'failed' ? [{ ...sent, host }] : []))
  const places = reached.map(({ host, address }) => `${host}${host === address ? '' : ` (${address})`}`).join(', ')
  const gone =
    reached.length === 0 ? '' : `handed to the network for ${places}, UDP port ${port}; nobody confirms a trap${remark}`
  if (failures.length === 0) return { kind: 'sent', text: gone === '' ? 'all hosts had been sent it already' : gone }

  const refused = failures.map(({ host, text }) => `${host} ${text}`).join('; ')
  return {
    kind: 'failed',
    retry: failures.some(({ retry }) => retry),
    text: `no trap for UDP port ${port}: ${refused}${gone === '' ? '' : `; ${gone}`}`,
    reached: [...before, ...reached.map(({ host }) => host)],
  }
}
