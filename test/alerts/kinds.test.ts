/** What people are told on each occasion: a startup is no failure, and an acknowledgement says who and what. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { mail } from '../../alerts/mail.ts'
import { pager } from '../../alerts/pager.ts'
import type { Alert, AlertMessage } from '../../src/model/alert.ts'
import { bodyOf, decoded, headersOf, startRelay } from '../peers/relay.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const acked = {
  ...failure,
  kind: 'ack',
  exit: 0,
  output: 'ann: on my way',
  acknowledged: 'on my way',
  environment: { MON_ACK: 'ann: on my way' },
} as const satisfies AlertMessage

const timedOut = 'trap timeout after 60s at Thu Jun  4 14:02:11 2026\n'

interface Vector {
  readonly name: string
  readonly message: AlertMessage
  readonly subject: string
  readonly page: RegExp
  /** Of the mail's body. */
  readonly says?: readonly RegExp[]
  readonly never?: RegExp
}

const vectors: readonly Vector[] = [
  {
    name: 'a startup says so, and nothing of what failed before',
    message: { ...failure, kind: 'startup', exit: 0, output: '' },
    subject: 'STARTUP web/http: upalert has started',
    page: /^START web\/http: upalert has started\. 2 of 3 left\. \d\d:\d\d$/,
    says: [/^STARTUP web\/http \(the shop\)\nupalert has started$/m, /^Failing since: /m],
    never: /503|monitor's output|Monitor said/,
  },
  {
    name: 'an acknowledgement says who, what, and which host it is about',
    message: acked,
    subject: 'ACK web/http: acknowledged by ann: on my way',
    page: /^ACK web\/http 10\.1\.1\.3: acknowledged by ann: on my way\. 2 of 3 left\. \d\d:\d\d$/,
    says: [
      /^acknowledged by ann: on my way$/m,
      /^Failing now:\n {2}10\.1\.1\.3 answered 503 where 200-399 was expected$/m,
      /^Acknowledged: {2}ann: on my way$/m,
    ],
  },
  {
    name: 'nobody is named who did not log in',
    message: { ...acked, output: ': on my way', environment: { MON_ACK: ': on my way' } },
    subject: 'ACK web/http: acknowledged: on my way',
    page: /^ACK web\/http 10\.1\.1\.3: acknowledged: on my way\. /,
    says: [/^Acknowledged: {2}on my way$/m],
  },
  {
    name: 'an acknowledgement without a comment says who',
    message: { ...acked, output: 'ann: ' },
    subject: 'ACK web/http: acknowledged by ann',
    page: /^ACK web\/http 10\.1\.1\.3: acknowledged by ann\. /,
  },
  {
    name: 'the upalert of an acknowledged outage says who had it',
    message: { ...recovery, acknowledged: 'on my way', environment: { MON_ACK: 'ann: on my way' } },
    subject: 'UPALERT web/http: up again after 4 min 30 s',
    page: /^UP web\/http\. 3 of 3 left\. /,
    says: [/^Acknowledged: {2}ann: on my way$/m],
  },
  {
    name: 'switching off says who did it, and blames no host',
    message: { ...failure, kind: 'disable', exit: 0, output: 'ann' },
    subject: 'DISABLE web/http: disabled by ann',
    page: /^DISABLED web\/http: disabled by ann\. 2 of 3 left\. \d\d:\d\d$/,
    never: /503/,
  },
  {
    name: 'a failing trap is an alert like others, and says where it came from',
    message: { ...failure, kind: 'trap', failing: [], summary: 'disk full', detail: '\n/var 100 %' },
    subject: 'ALERT web/http: disk full',
    page: /^DOWN web\/http: disk full\. /,
    says: [/^Told by: {7}a trap$/m, /^\/var 100 %$/m],
  },
  {
    name: 'a trap without words is not taken for a check',
    message: { ...failure, kind: 'trap', failing: [], summary: '', detail: '' },
    subject: 'ALERT web/http: a trap came with exit status 1 and said nothing',
    page: /^DOWN web\/http: a trap came with exit status 1 and said nothing\. /,
  },
  {
    name: 'a missing trap is not blamed on hosts that an earlier one named',
    message: { ...failure, kind: 'traptimeout', summary: 'trap timeout', detail: timedOut },
    subject: 'ALERT web/http: trap timeout',
    page: /^DOWN web\/http: trap timeout\. /,
    says: [/^trap timeout after 60s at Thu Jun {2}4 14:02:11 2026$/m],
    never: /503/,
  },
  ...(['test', 'up', 'startup', 'ack', 'disable'] as const).map((kind): Vector => {
    const word = { test: 'ALERT', up: 'UPALERT', startup: 'STARTUP', ack: 'ACK', disable: 'DISABLE' }[kind]
    return {
      name: `a tried-out alert of kind ${kind} says that nothing has happened`,
      message: { ...failure, kind, isTest: true, summary: 'test', detail: 'test detail\n', output: 'test\n' },
      subject: `TEST ${word} web/http: only a test of the notification, nothing has failed`,
      page: /^TEST web\/http: only a test, nothing has failed\. 2 of 3 left\. \d\d:\d\d$/,
      says: [/^Decided at: /m],
      never: /503|Up again|Failing|test detail/,
    }
  }),
]

async function delivered<Options>(t: TestContext, alert: Alert<Options>, message: AlertMessage, options: Options) {
  const relay = await startRelay(t)
  const outcome = await alert.send(message, options, alertContext(relay.url))
  assert.equal(outcome.kind, 'sent', outcome.text)
  const raw = relay.mails[0]?.raw ?? ''
  return { subject: decoded(headersOf(raw).get('subject')?.[0] ?? ''), body: bodyOf(raw) }
}

for (const { name, message, subject, page, says = [], never } of vectors) {
  test(name, async (t) => {
    const mailed = await delivered(t, mail, message, { recipients: ['ann@example.org'] })
    assert.equal(mailed.subject, subject)
    for (const words of says) assert.match(mailed.body, words)
    if (never !== undefined) assert.doesNotMatch(mailed.body, never)
    const paged = await delivered(t, pager, message, { recipients: ['017@example.org'] })
    assert.match(paged.body.trimEnd(), page)
  })
}
