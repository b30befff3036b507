/**
 * Tells Prometheus Alertmanager: an alert fires while a service fails, and is resolved when it works again. Who is told
 * then, and how, is what its own configuration says.
 * Sent: at least one of the Alertmanagers has it, as Prometheus has it too; the text names those that have not. They are a
 * cluster, so people are told; what fails is told again every minute, and what nobody tells an Alertmanager of any more
 * ends there by itself after five minutes. Private addresses may be reached: an Alertmanager is inside.
 * Source: Alertmanager API v2, POST /api/v2/alerts.
 */
import { setImmediate as othersTurn } from 'node:timers/promises'
import { clock } from '../src/edge/clock.ts'
import { type Attempt, startAttempt } from '../src/edge/probe/attempt.ts'
import { viewOf } from '../src/edge/webhook/deliver.ts'
import { type Post, post } from '../src/edge/webhook/post.ts'
import { readSecret, readText } from '../src/edge/webhook/secret-file.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { milliseconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { bodiesOf, LABEL_PATTERN, type PostableAlert, postableAlert } from '../src/wire/webhook/alertmanager.ts'
import { below } from '../src/wire/webhook/request.ts'
import { STARS, shownUrl, withoutSecrets } from '../src/wire/webhook/secrets.ts'
import { judged, type Verdict } from '../src/wire/webhook/verdict.ts'

export interface AlertmanagerOptions {
  readonly urls: readonly string[]
  readonly label?: readonly string[]
  readonly user?: string
  readonly passwordFile?: string
  readonly tokenFile?: string
  readonly ca?: string
}

/** Members of a cluster. */
const URLS_MOST = 10
const LABELS_MOST = 30
/** Alerts that are put into words without a pause. */
const WRITTEN_AT_ONCE = 5

export const alertmanager: Alert<AlertmanagerOptions> = {
  name: 'alertmanager',
  deed: 'tells Prometheus Alertmanager',
  keepAlive: true,
  schema: {
    type: 'object',
    properties: {
      urls: {
        type: 'array',
        description: 'where it is; several for the members of one cluster, each of which is told',
        items: {
          type: 'string',
          pattern: '^https?://[^\\s/?#@]+(/[^\\s?#@]*)?$',
          form: 'http://host:9093, without user and password',
          maxLength: 2000,
        },
        minItems: 1,
        maxItems: URLS_MOST,
      },
      label: {
        type: 'array',
        description: 'a further label, to route by: severity=page',
        items: { type: 'string', pattern: LABEL_PATTERN, form: 'name=value', maxLength: 1000 },
        maxItems: LABELS_MOST,
      },
      user: {
        type: 'string',
        description: 'the user of basic authentication',
        pattern: '^[^:\\x00-\\x1f\\x7f]+$',
        form: 'a name',
      },
      passwordFile: { type: 'string', description: 'a file whose first line is the password', minLength: 1 },
      tokenFile: { type: 'string', description: 'a file whose first line is a Bearer token', minLength: 1 },
      ca: {
        type: 'string',
        description: 'a PEM file with certificates of authorities to trust besides the usual ones',
        minLength: 1,
      },
    },
    required: ['urls'],
    additionalProperties: false,
  },
  flags: { l: 'label' },
  rest: 'urls',
  receiver: ({ urls, label = [] }) => [...urls, ...label].join(' '),
  line: ({ urls }) => urls.join(' '),

  send: (message, options, context) => tell([message], options, context),

  repeat: tell,

  render(message, options, context) {
    const alerts = postableOf(message, options, context)
    if (alerts.length === 0) return 'nothing would be sent: Alertmanager knows nothing but failures and their ends'
    const authorization =
      options.user === undefined && options.tokenFile === undefined ? '' : `Authorization: ${STARS}\n`
    const head = `Content-Type: application/json\n${authorization}`
    const ways = options.urls.map((url) => `POST ${endpoint(url).href}\n`).join('')
    return `${ways}${head}\n${JSON.stringify(alerts, null, 2)}\n`
  },

  faults(options) {
    const access = accessOf(options)
    return access.kind === 'wrong' ? access.faults : []
  },
}

/** All of them are told in as many requests as it takes; one that nobody takes is what comes of it. */
async function tell(
  messages: readonly AlertMessage[],
  options: AlertmanagerOptions,
  context: AlertContext,
): Promise<AlertOutcome> {
  const access = accessOf(options)
  if (access.kind === 'wrong') return { kind: 'failed', retry: true, text: oneLine(access.faults.join('; '), 1000) }
  const [first, ...rest] = bodiesOf(await allPostable(messages, options, context))
  if (first === undefined)
    return { kind: 'sent', text: 'Alertmanager knows nothing but failures and their ends: nothing to tell' }

  const attempt = startAttempt(context.timeout, context.signal)
  const told = await Promise.all(
    options.urls.map(async (url): Promise<Told> => {
      let verdict = await toldOne(url, first, access, attempt)
      for (const body of rest) {
        // One that cannot take anything now is not asked for each of them; one that finds fault with some may take others.
        if (verdict.kind === 'refused' && verdict.retry) break
        const next = await toldOne(url, body, access, attempt)
        if (next.kind === 'refused') verdict = next
      }
      return { url, verdict }
    }),
  )
  attempt.end()
  return outcomeOf(told)
}

async function toldOne(url: string, body: string, access: Access, attempt: Attempt): Promise<Verdict> {
  const answer = await post(requestFor(url, body, access), { allowed: 'everywhere', ca: access.ca }, attempt)
  if (answer.kind === 'failed') return { kind: 'refused', retry: true, text: answer.text, after: null }
  return judged({ ...answer, body: withoutSecrets(answer.body, access.secrets) }, clock.wall())
}

const endpoint = (url: string): URL => below(new URL(url), '/api/v2/alerts')

interface Access {
  readonly kind: 'ready'
  readonly authorization: string
  readonly ca: string | null
  readonly secrets: readonly string[]
}

/** Keys and certificates out of their files. */
function accessOf(
  options: AlertmanagerOptions,
): Access | { readonly kind: 'wrong'; readonly faults: readonly string[] } {
  const { urls, user, passwordFile, tokenFile, ca } = options
  const faults = urls.filter((url) => !URL.canParse(url)).map((url) => `"${oneLine(url, 100)}" is no URL`)
  if (user !== undefined && passwordFile === undefined) faults.push('--user needs --password-file')
  if (user === undefined && passwordFile !== undefined) faults.push('--password-file needs --user')
  if (user !== undefined && tokenFile !== undefined) faults.push('--user and --token-file do not go together')
  const taken = (read: ReturnType<typeof readSecret> | null): string => {
    if (read?.kind === 'unreadable') faults.push(read.text)
    return read?.kind === 'text' ? read.text : ''
  }
  const password = taken(passwordFile === undefined ? null : readSecret('the password file', passwordFile))
  const token = taken(tokenFile === undefined ? null : readSecret('the token file', tokenFile))
  const trusted = taken(ca === undefined ? null : readText('the file of authorities', ca))
  if (faults.length > 0) return { kind: 'wrong', faults }
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  return {
    kind: 'ready',
    authorization: token !== '' ? `Bearer ${token}` : password !== '' ? `Basic ${basic}` : '',
    ca: trusted === '' ? null : trusted,
    secrets: [password, token, password === '' ? '' : basic],
  }
}

/** Five hundred take a fifth of a second: checks and clients have their turns in between. */
async function allPostable(
  messages: readonly AlertMessage[],
  options: AlertmanagerOptions,
  context: AlertContext,
): Promise<readonly PostableAlert[]> {
  const alerts: PostableAlert[] = []
  for (const [i, message] of messages.entries()) {
    if (i > 0 && i % WRITTEN_AT_ONCE === 0) {
      await othersTurn()
      // What has been written by then is not sent either.
      if (context.signal.aborted) break
    }
    alerts.push(...postableOf(message, options, context))
  }
  return alerts
}

function postableOf(
  message: AlertMessage,
  options: AlertmanagerOptions,
  context: AlertContext,
): readonly PostableAlert[] {
  const alert = postableAlert(message, viewOf(message, context), options.label ?? [], clock.wall())
  return alert === null ? [] : [alert]
}

function requestFor(url: string, body: string, { authorization }: Access): Post {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'User-Agent': 'upalert' }
  if (authorization !== '') headers.Authorization = authorization
  return { url: endpoint(url), method: 'POST', headers, body }
}

interface Told {
  readonly url: string
  readonly verdict: Verdict
}

function outcomeOf(told: readonly Told[]): AlertOutcome {
  const texts = told.map(({ url, verdict }) => `${shownUrl(new URL(url))} ${verdict.text}`)
  const text = oneLine(texts.join('; '), 1500)
  const refusals = told.flatMap(({ verdict }) => (verdict.kind === 'refused' ? [verdict] : []))
  if (refusals.length < told.length) return { kind: 'sent', text }
  const waits = refusals.flatMap(({ after }) => (after === null ? [] : [after]))
  const retry = refusals.some((one) => one.retry)
  return {
    kind: 'failed',
    retry,
    text,
    ...(waits.length === 0 || !retry ? {} : { after: milliseconds(Math.min(...waits)) }),
  }
}
