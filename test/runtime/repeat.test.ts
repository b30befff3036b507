/** Failures that last are said again to those who forget them, on a clock that stands until it is told to go on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import type { AlertCall, Service } from '../../src/model/model.ts'
import { milliseconds, minutes, seconds } from '../../src/model/units.ts'
import { createRepeater, firstRepeat, repeatEvery, requestTimeout, togetherMost } from '../../src/runtime/repeat.ts'
import { alertContext } from '../alerts/context.ts'
import { alertCall, checked, model, period, Run, result, service } from '../engine/build.ts'
import { FakeTime, settle } from './fake-time.ts'

type Answer = (message: AlertMessage, context: AlertContext) => Promise<AlertOutcome> | AlertOutcome

const kept = (text: string): AlertCall => ({ ...alertCall(text), keepAlive: true })
const sent: Answer = () => ({ kind: 'sent', text: 'taken' })

/** Services with one Alertmanager, and what it is told beside the outbox. */
class Daemon {
  readonly time = new FakeTime()
  readonly heard: string[] = []
  readonly notices: string[] = []
  answer: Answer = sent
  readonly services: readonly Service[]
  private readonly run: Run
  private readonly repeater: ReturnType<typeof createRepeater>

  /** `several`: whom it tells takes several at once. */
  constructor(count = 1, several = false, calls = [kept('am')]) {
    const periods = [period({ alerts: calls, upalerts: calls })]
    this.services = Array.from({ length: count }, (_, i) => service({ called: `web/${i + 1}`, periods }))
    this.run = new Run(model(this.services))
    const alert: Alert<Record<string, unknown>> = {
      name: 'test',
      deed: 'tells',
      schema: { type: 'object', properties: {}, additionalProperties: false },
      flags: {},
      rest: null,
      send: async (message, _options, context) => {
        this.heard.push(`${message.key} ${message.kind}`)
        return this.answer(message, context)
      },
      ...(several ? { repeat: async (messages, { to }, context) => this.together(messages, String(to), context) } : {}),
    }
    this.repeater = createRepeater({
      now: this.time.now,
      after: this.time.after,
      state: () => this.run.state,
      alert: (name) => (name === 'test' ? alert : undefined),
      context: () => alertContext(''),
      notice: (text) => this.notices.push(text),
    })
  }

  private async together(messages: readonly AlertMessage[], to: string, context: AlertContext): Promise<AlertOutcome> {
    const [first] = messages
    assert(first !== undefined)
    this.heard.push(`${messages.length} from ${first.key} ${first.kind} to ${to}`)
    return this.answer(first, context)
  }

  fails(i = 0): void {
    this.check(i, true)
  }

  passes(i = 0): void {
    this.check(i, false)
  }

  private check(i: number, fails: boolean): void {
    const of = this.services[i]
    assert(of !== undefined)
    this.run.post(checked(of, result(of.hosts, fails ? of.hosts : [])), this.time.now())
  }

  /** What it has heard since it was asked last. */
  news(): string[] {
    return this.heard.splice(0)
  }

  stop(): void {
    this.repeater.stop()
  }
}

test('what lasts is said right after a start and every minute, and what is over no more', async () => {
  const daemon = new Daemon()
  daemon.fails()
  await daemon.time.go(firstRepeat)
  assert.deepEqual(daemon.news(), ['web/1 failure'])
  await daemon.time.go(repeatEvery)
  await daemon.time.go(repeatEvery)
  assert.deepEqual(daemon.news(), ['web/1 failure', 'web/1 failure'])
  daemon.passes()
  await daemon.time.go(minutes(10))
  assert.deepEqual(daemon.news(), [])
})

test('trouble is said once, and once that it is over', async () => {
  const daemon = new Daemon()
  daemon.answer = () => ({ kind: 'failed', retry: true, text: 'nobody listens' })
  daemon.fails()
  await daemon.time.go(minutes(5))
  assert.deepEqual(daemon.notices, ['"am" cannot be told that failures last: nobody listens'])
  daemon.answer = sent
  await daemon.time.go(minutes(5))
  assert.deepEqual(daemon.notices.slice(1), ['"am" is told again that failures last'])
})

test('one that does not answer is broken off at its deadline, and asked again a minute later', async () => {
  const daemon = new Daemon()
  daemon.answer = (_message, { signal, timeout }) =>
    new Promise((resolve) => {
      assert.equal(timeout, requestTimeout)
      signal.addEventListener('abort', () => resolve({ kind: 'failed', retry: true, text: 'broken off' }))
    })
  daemon.fails()
  await daemon.time.go(firstRepeat + requestTimeout - 1)
  assert.deepEqual(daemon.notices, [])
  await daemon.time.go(1)
  assert.deepEqual(daemon.notices, ['"am" cannot be told that failures last: broken off'])
  daemon.news()
  await daemon.time.go(repeatEvery)
  assert.deepEqual(daemon.news(), ['web/1 failure'])
})

test('one that does not even end when it is told to, and one that throws, hold nothing up', async () => {
  const daemon = new Daemon()
  daemon.answer = () => new Promise(() => {})
  daemon.fails()
  await daemon.time.go(firstRepeat + requestTimeout + seconds(5))
  assert.deepEqual(daemon.notices, ['"am" cannot be told that failures last: it did not end within 20 s'])
  daemon.answer = () => {
    throw new Error('a mistake of ours')
  }
  daemon.news()
  await daemon.time.go(repeatEvery)
  assert.deepEqual(daemon.news(), ['web/1 failure'])
})

test('an end that was told while the failure was on its way is told again behind it', async () => {
  const daemon = new Daemon()
  let arrive = (): void => {}
  daemon.answer = () =>
    new Promise((resolve) => {
      arrive = () => resolve({ kind: 'sent', text: 'taken' })
    })
  daemon.fails()
  await daemon.time.go(firstRepeat)
  daemon.passes()
  daemon.answer = (message) => {
    assert.equal(message.lasted, firstRepeat)
    assert.deepEqual(message.failing, [])
    return { kind: 'sent', text: 'taken' }
  }
  arrive()
  await settle()
  assert.deepEqual(daemon.news(), ['web/1 failure', 'web/1 up'])
})

test('what ends while a slow round goes on is not said any more', async () => {
  const daemon = new Daemon(20)
  const arrive: (() => void)[] = []
  daemon.answer = () => new Promise((resolve) => arrive.push(() => resolve({ kind: 'sent', text: 'taken' })))
  for (const i of daemon.services.keys()) daemon.fails(i)
  await daemon.time.go(firstRepeat)
  assert.equal(daemon.news().length, 8, 'so many at once')
  for (const i of daemon.services.keys()) if (i >= 8) daemon.passes(i)
  for (const end of arrive.splice(0)) end()
  await settle()
  assert.deepEqual(daemon.news(), [])
})

test('a stop breaks off what is under way and says nothing more', async () => {
  const daemon = new Daemon()
  let aborted = false
  daemon.answer = (_message, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted = true
        resolve({ kind: 'failed', retry: true, text: 'broken off' })
      })
    })
  daemon.fails()
  await daemon.time.go(firstRepeat)
  daemon.stop()
  await settle()
  assert.ok(aborted)
  assert.deepEqual(daemon.notices, [])
  daemon.news()
  await daemon.time.go(minutes(10))
  assert.deepEqual(daemon.news(), [])
  assert.equal(daemon.time.pending(milliseconds(minutes(10))), 0, 'no timer is left')
})

test('those who take several at once hear of them together, each of its own', async () => {
  const calls = ['a', 'b'].map((to) => ({ ...kept(`am ${to}`), options: { to } }))
  const daemon = new Daemon(togetherMost + 3, true, calls)
  for (const i of daemon.services.keys()) daemon.fails(i)
  await daemon.time.go(firstRepeat)
  const [first, second] = [`${togetherMost} from web/1 failure`, `3 from web/${togetherMost + 1} failure`]
  assert.deepEqual(daemon.news().sort(), [`${second} to a`, `${second} to b`, `${first} to a`, `${first} to b`])
})

test('those that end while they are told together are told again as ended, and the others are not', async () => {
  const daemon = new Daemon(5, true)
  let arrive = (): void => {}
  daemon.answer = () =>
    new Promise((resolve) => {
      arrive = () => resolve({ kind: 'sent', text: 'taken' })
    })
  for (const i of daemon.services.keys()) daemon.fails(i)
  await daemon.time.go(firstRepeat)
  daemon.passes(1)
  daemon.passes(3)
  daemon.answer = sent
  arrive()
  await settle()
  assert.deepEqual(daemon.news(), ['5 from web/1 failure to undefined', '2 from web/2 up to undefined'])
})

test('where one request of a round fails, nobody is said to hear again', async () => {
  const daemon = new Daemon(togetherMost + 1, true)
  daemon.answer = ({ key }) =>
    key === 'web/1' ? { kind: 'failed', retry: true, text: 'too much' } : { kind: 'sent', text: 'taken' }
  for (const i of daemon.services.keys()) daemon.fails(i)
  await daemon.time.go(minutes(5))
  assert.deepEqual(daemon.notices, ['"am" cannot be told that failures last: too much'])
  daemon.answer = sent
  await daemon.time.go(repeatEvery)
  assert.deepEqual(daemon.notices.slice(1), ['"am" is told again that failures last'])
})
