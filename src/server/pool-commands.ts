/** What operators do about real and virtual servers: drain, disable, weight, enable, and plan. */
import type { Preview } from '../engine/preview.ts'
import type { Entry } from '../model/entry.ts'
import type { Command, EventBody } from '../model/event.ts'
import type { Answer, Request } from '../model/request.ts'
import type { State } from '../model/state.ts'
import { milliseconds, weight } from '../model/units.ts'
import { oneLine } from '../wire/mail/safe-text.ts'
import { decidedTarget, type Found, type Target, targetNamed } from './targets.ts'

export interface PoolDaemon {
  state(): State
  post(event: EventBody): readonly Entry[]
  /** When all that was posted is on disk (`null`), or is known not to be: why. */
  kept(): Promise<string | null>
  /** What speaks against draining these real servers: sysctls, persistence. `limited`: connections may be left at the end. */
  drainRemarks(target: Target, limited: boolean): readonly string[]
  /** `file`: of a configuration that does not run; `null`: of the one that does. */
  plan(
    file: string | null,
  ): Promise<{ readonly ok: true; readonly plan: Preview } | { readonly ok: false; readonly text: string }>
}

export type Deed = 'drain' | 'disable' | 'weight'

/** The greatest weight that the kernel takes. */
const mostWeight = 2_147_483_647

export async function decideOn(deed: Deed, request: Request, daemon: PoolDaemon): Promise<Answer> {
  const { subject = '', who = 'somebody', lasts, most, share, force = false } = request
  const text = comment(request.text)
  const target = targetOf(request, daemon)
  if (target.kind !== 'target') return refusal(subject, target, daemon.state())
  const what = deedOf(deed, share, most)
  if (what === null) return { ok: false, text: `a weight is a whole number from 0 to ${mostWeight}` }
  const { virtual, real } = target
  const remarks = deed === 'drain' ? daemon.drainRemarks({ virtual, real }, most !== undefined) : []
  const duration = lasts === undefined ? null : milliseconds(lasts)
  return given({ kind: 'override', virtual, real, what, lasts: duration, reason: text, force, remarks }, who, daemon)
}

export async function endDecision(request: Request, daemon: PoolDaemon): Promise<Answer> {
  const target = targetOf(request, daemon)
  if (target.kind !== 'target') return refusal(request.subject ?? '', target, daemon.state())
  const { virtual, real } = target
  return given({ kind: 'end-override', virtual, real }, request.who ?? 'somebody', daemon)
}

export function targetOf({ command, subject = '', virtual }: Request, daemon: Pick<PoolDaemon, 'state'>): Found {
  const found = targetNamed(daemon.state(), subject, virtual ?? null)
  if (found.kind === 'target' || command !== 'enable') return found
  const decided = decidedTarget(daemon.state(), subject, virtual ?? null)
  return decided.kind === 'target' ? decided : found
}

function deedOf(deed: Deed, share: number | undefined, most: number | undefined) {
  if (deed === 'drain') return { kind: deed, most: most === undefined ? null : milliseconds(most) } as const
  if (deed === 'disable') return { kind: deed } as const
  const isWeight = share !== undefined && Number.isInteger(share) && share >= 0 && share <= mostWeight
  return isWeight ? ({ kind: deed, weight: weight(share) } as const) : null
}

function refusal(subject: string, found: Exclude<Found, { kind: 'target' }>, { pools }: State): Answer {
  if (found.kind === 'unclear') return { ok: false, text: found.text }
  const known = pools.map(({ name }) => name).slice(0, namesShown)
  const hint = known.length === 0 ? 'no virtual server is configured' : `virtual servers are: ${known.join(', ')}`
  return { ok: false, text: `no real or virtual server is called "${subject}"; ${hint}` }
}

/** Names that an answer lists. */
const namesShown = 20

/** Posts a command, and answers when it is on disk: what is answered as done outlives a crash. */
export async function given(command: Command, who: string, daemon: Pick<PoolDaemon, 'post' | 'kept'>): Promise<Answer> {
  const entry = daemon.post({ kind: 'command', who, command }).find((one) => one.kind === 'command')
  if (entry?.kind !== 'command') return { ok: false, text: 'the daemon gave no answer' }
  if (entry.outcome !== 'done') return { ok: false, text: entry.text }
  const trouble = await daemon.kept()
  const but = trouble === null ? '' : `. BUT: it is in memory only, and a crash forgets it: ${trouble}`
  return { ok: true, data: { text: `${entry.text}${but}` } }
}

/** Characters of a reason or comment that are kept: it stands in tables, mails and pages. */
const longestComment = 500

/** What an operator writes is shown on others' terminals: on one line, and without what moves a cursor. */
export const comment = (text = ''): string => oneLine(text, longestComment)

export async function planned({ file }: Request, daemon: PoolDaemon): Promise<Answer> {
  const made = await daemon.plan(file ?? null)
  return made.ok ? { ok: true, data: made.plan } : { ok: false, text: made.text }
}
