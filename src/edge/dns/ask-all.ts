/** Several questions to one name server, a few at a time: each takes a socket, and many servers are asked at once. */
import type { Host } from '../../model/names.ts'
import type { Answer, Question } from '../../wire/dns/answer.ts'
import type { Attempt } from '../probe/attempt.ts'
import { familyOf } from '../probe/reach.ts'
import { resolve } from '../probe/resolve.ts'
import { askServer, type Way } from './ask-server.ts'
import type { WayOptions } from './options.ts'

export interface Asked {
  /** In the order of the questions. */
  readonly answers: readonly Answer[]
  /** `null`: the server's name has none. */
  readonly address: string | null
}

const QUESTIONS_AT_ONCE = 8

export async function askAll(
  host: Host | string,
  questions: readonly Question[],
  way: Way,
  options: WayOptions,
  attempt: Attempt,
): Promise<Asked> {
  const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
  if (found.kind === 'failed') {
    const answer: Answer = { kind: 'none', code: found.code, text: found.text, blame: 'us' }
    return { answers: questions.map(() => answer), address: null }
  }
  const answers: Answer[] = []
  for (let next = 0; next < questions.length; next += QUESTIONS_AT_ONCE) {
    const some = questions.slice(next, next + QUESTIONS_AT_ONCE)
    answers.push(...(await Promise.all(some.map((question) => askServer(found, question, way, attempt)))))
  }
  return { answers, address: found.address }
}
