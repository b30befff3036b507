/** Each monitor that keepalived has a checker for -> its lines. What has none is in nearest.ts. */
import { HELO_NAME, PING } from '../../parse/keepalived/resolve/asked.ts'
import { parsePort } from '../../parse/text/endpoint.ts'
import { type Asks, isOn, lose, numberIn, type Question, textIn, textsIn } from './checker.ts'
import { connectingLines, hostTime } from './connecting.ts'
import { commandText, wordText } from './quoting.ts'

/** Seconds that the monitors take for one host where nothing is written. */
const TCP_SECONDS = 10
const SMTP_SECONDS = 30
const PING_SECONDS = 1
const USUAL_SECONDS = 5

export type Writer = (question: Question) => Asks | null

export const tcpCheck: Writer = (question) => {
  const lines = connectingLines(question, { port: numberIn(question.options, 'port') ?? 0 })
  return lines === null ? null : { kind: 'TCP_CHECK', lines, timeout: hostTime(question, TCP_SECONDS) }
}

/** The port of the monitor smtp is text, since it may be a service's name, and 0 stands for 25. */
export const smtpCheck: Writer = (question) => {
  const { options } = question
  const written = textIn(options, 'port') ?? '0'
  const port = parsePort(written)
  if (port === null) {
    lose(question, `keepalived.conf knows no names of services: write the number of ${written} in connect_port`)
    return null
  }
  const lines = connectingLines(question, { port: port === 0 ? SMTP_PORT : port })
  if (lines === null) return null
  const helo = textIn(options, 'helo')
  if (helo === undefined) {
    lose(question, `SMTP_CHECK greets as ${HELO_NAME} unless helo_name says otherwise: write this host's name there`)
  } else if (helo !== HELO_NAME) lines.push(`helo_name ${helo}`)
  if (isOn(options, 'ehlo')) lose(question, 'SMTP_CHECK says HELO, and never EHLO: MISC_CHECK may say more')
  if (!isOn(options, 'anyGoodbye')) {
    lose(question, 'SMTP_CHECK takes whatever is answered to QUIT, and a MISC_CHECK may ask for more')
  }
  return { kind: 'SMTP_CHECK', lines, timeout: hostTime(question, SMTP_SECONDS) }
}

const SMTP_PORT = 25
const DNS_PORT = 53

export const dnsCheck: Writer = (question) => {
  const { options } = question
  const lines = connectingLines(question, { port: numberIn(options, 'port') ?? DNS_PORT, usualPort: DNS_PORT })
  if (lines === null) return null
  const type = textIn(options, 'type')
  const name = textIn(options, 'name')
  if (type !== undefined && type !== 'SOA') lines.push(`type ${type}`)
  if (name !== undefined && name !== '.') lines.push(`name ${name}`)
  return { kind: 'DNS_CHECK', lines, timeout: hostTime(question, USUAL_SECONDS) }
}

/** keepalived.conf(5), UDP_CHECK: the lengths where nothing is written. */
const LEAST_REPLY = 0
const MOST_REPLY = 255

export const udpCheck: Writer = (question) => {
  const { options } = question
  const lines = connectingLines(question, { port: numberIn(options, 'port') ?? 0 })
  if (lines === null) return null
  const payload = textIn(options, 'payload')
  const reply = textIn(options, 'reply')
  const least = numberIn(options, 'minReplyLength') ?? LEAST_REPLY
  const most = numberIn(options, 'maxReplyLength') ?? MOST_REPLY
  const bytes = payload?.split(/\s+/).flatMap((word) => word.toLowerCase().match(/..?/g) ?? [])
  if (bytes?.includes('ff') === true) {
    lose(
      question,
      'keepalived 2.2.7 refuses the byte ff in a payload: it sends its own 32 bytes unless a MISC_CHECK asks',
    )
  } else if (payload !== undefined) lines.push(`payload ${payload}`)
  if (reply !== undefined) lines.push(`require_reply ${reply}`)
  else if (isOn(options, 'requireReply')) lines.push('require_reply')
  if (least !== LEAST_REPLY) lines.push(`min_reply_length ${least}`)
  if (most !== MOST_REPLY) lines.push(`max_reply_length ${most}`)
  return { kind: 'UDP_CHECK', lines, timeout: hostTime(question, USUAL_SECONDS) }
}

export const pingCheck: Writer = (question) => {
  const { options } = question
  const lines = connectingLines(question, { port: null })
  if (lines === null) return null
  const { count, size } = PING
  if (numberIn(options, 'count') !== count || numberIn(options, 'size') !== size || options.maxLoss !== undefined) {
    lose(question, `PING_CHECK sends ${count} echo request of ${size} bytes: retry lets it ask again`)
  }
  return { kind: 'PING_CHECK', lines, timeout: hostTime(question, PING_SECONDS) }
}

export const miscCheck: Writer = (question) => {
  const { options, check, service, writing } = question
  const argv = textsIn(options, 'command').map((word, i) => (i === 0 ? word : word.replaceAll('{host}', check.host)))
  const command = commandText(argv)
  if (command === null) return unwritable(question)
  const lines = [`misc_path ${command}`]
  const account = writing.account(options)
  if (account !== '') lines.push(`user ${account}`)
  const time = numberIn(options, 'timeout') ?? service.timeout / 1000
  const interval = service.timing?.kind === 'every' ? service.timing.interval / 1000 : null
  const whole = Math.max(1, Math.ceil(time))
  if (time !== interval) lines.push(`misc_timeout ${whole}`)
  if (time !== interval && time !== whole) lose(question, `misc_timeout counts whole seconds: ${whole} are written`)
  if (isOn(options, 'dynamic')) lines.push('misc_dynamic')
  return { kind: 'MISC_CHECK', lines, timeout: null }
}

export const fileCheck: Writer = (question) => {
  const { options, writing, service } = question
  const path = textIn(options, 'path') ?? ''
  if (wordText(path) === null) return unwritable(question)
  const weight = numberIn(options, 'weight') ?? 0
  const lines = writing.trackFiles.linesFor({ path, weight, reverse: isOn(options, 'reverse') })
  return { kind: 'FILE_CHECK', lines, timeout: Math.max(1, service.timeout - FILE_GRACE) }
}

/** What parse/keepalived/resolve/checks.ts adds to connect_timeout. */
const FILE_GRACE = 1000

export function unwritable(question: Question): null {
  lose(
    question,
    'it holds characters that keepalived.conf cannot have: put them into a script, and run that by MISC_CHECK',
  )
  return null
}
