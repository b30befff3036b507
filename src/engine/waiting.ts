/** The outbox as people may see it: what has not got through yet, and why. */
import type { AlertMessage } from '../model/alert.ts'
import { calledName } from '../model/receiver.ts'
import type { State } from '../model/state.ts'

/** One notification that has not got through yet. */
export interface Waiting {
  readonly id: string
  readonly about: string
  readonly kind: AlertMessage['kind']
  readonly to: string
  readonly decidedAt: number
  readonly attempts: number
  readonly next: number
  readonly why: string
}

export const waitingOf = ({ outbox }: Pick<State, 'outbox'>): readonly Waiting[] =>
  outbox.map(({ id: one, message, call, decidedAt, attempts, notBefore, lastText, hold }) => ({
    ...{ id: one, about: message.key, kind: message.kind, to: calledName(call), decidedAt, attempts },
    next: hold?.until ?? notBefore,
    why: hold?.text ?? lastText,
  }))
