/** One run of a monitor: it is asked, told to end at its deadline, and left behind should it not; always a result. */
import { setMaxListeners } from 'node:events'
import type { Call, Service } from '../../model/model.ts'
import type { Monitor } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult } from '../../model/result.ts'
import { type Milliseconds, milliseconds, seconds } from '../../model/units.ts'

/** A monitor that has not settled this long after its deadline is left behind; the service goes on without it. */
export const settleGrace = seconds(5)

/** What is asked of whom, and when it must be over. */
export interface Question {
  readonly service: Service
  readonly call: Call
  /** `undefined`: it is not loaded. */
  readonly monitor: Monitor | undefined
  readonly hosts: readonly Host[]
  readonly environment: Readonly<Record<string, string>>
  readonly controller: AbortController
  readonly started: (pid: number) => void
}

type After = (delay: Milliseconds, callback: () => void) => () => void

/** The monitor's answer; or, from one that neither answers nor ends when told to, an answer in its place. */
export function answerOf(question: Question, after: After): Promise<CheckResult> {
  const { call, monitor, controller } = question
  const { timeout } = question.service
  if (monitor === undefined) {
    return Promise.resolve(noAnswer(question, 'monitor-missing', `the monitor "${call.module}" is not loaded`))
  }
  setMaxListeners(0, controller.signal)
  return new Promise((resolve) => {
    const cancelDeadline = after(timeout, () => controller.abort())
    const cancelGiveUp = after(milliseconds(timeout + settleGrace), () => {
      const text = `the monitor "${call.module}" did not end within its ${timeout / 1000} s`
      resolve(noAnswer(question, 'monitor-stuck', text))
    })
    void asked(question, monitor).then((result) => {
      cancelDeadline()
      cancelGiveUp()
      resolve(result)
    })
  })
}

async function asked(question: Question, monitor: Monitor): Promise<CheckResult> {
  const { service, call, hosts, environment, controller, started } = question
  const { timeout } = service
  const { withHosts, options } = call
  try {
    return await monitor.check(hosts, options, { withHosts, signal: controller.signal, timeout, environment, started })
  } catch (error) {
    return noAnswer(question, 'monitor-broken', `the monitor "${call.module}" failed: ${String(error)}`)
  }
}

/** A failure of our own making says nothing about the hosts. */
function noAnswer({ hosts }: Question, code: string, text: string): CheckResult {
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  return {
    exit: 1,
    summary: text,
    detail: '',
    hosts: hosts.map((host) => ({ kind: 'unknown', host, code, text, timings })),
    performance: [],
    warnings: [],
  }
}
