/** A notification as it is when it has just been decided: nobody has tried it yet. */
import type { Delivery } from '../model/state.ts'
import type { Now } from '../model/units.ts'

export const decidedNow = (
  { id, message, call, cause }: Pick<Delivery, 'id' | 'message' | 'call' | 'cause'>,
  { wall }: Now,
): Delivery => ({ id, message, call, attempts: 0, decidedAt: wall, notBefore: wall, lastText: '', cause })
