/** What the path of a link means now. One that we did not sign and one whose failure is over look the same from outside. */

import type { Service } from '../../model/model.ts'
import { id } from '../../model/names.ts'
import { OK, UNTESTED } from '../../model/opstatus.ts'
import type { ServiceState, State } from '../../model/state.ts'
import { type LinkParts, type LinkSubject, linkParts, signedText, subjectOf } from '../../wire/ack-link.ts'

export type Meaning =
  /** No link at all, or a part of one. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong' }
  /** `calm`: it works at this moment, and flaps, so that its failure is not over. */
  | { readonly kind: 'used' | 'acknowledged' | 'calm' | 'open'; readonly about: About }

export interface About {
  readonly subject: LinkSubject
  readonly service: Service
  readonly state: ServiceState
}

export function meaningOf(path: string, state: State, fits: (text: string, signature: string) => boolean): Meaning {
  const parts = linkParts(path)
  if (parts === null) return { kind: 'nothing' }
  const about = signed(parts, state, fits)
  if (about === null) return { kind: 'wrong' }
  const { usedLinks, ack } = about.state
  if (usedLinks.includes(id(about.subject.message))) return { kind: 'used', about }
  if (ack !== null) return { kind: 'acknowledged', about }
  const { opstatus } = about.state
  return { kind: opstatus === OK || opstatus === UNTESTED ? 'calm' : 'open', about }
}

/** The outage that it names and that lasts, if the signature says so. */
function signed(
  parts: LinkParts,
  { model, services }: State,
  fits: (text: string, signature: string) => boolean,
): About | null {
  for (const [index, state] of services.entries()) {
    const service = model.services[index]
    if (service === undefined || state.outage === null) continue
    const subject = subjectOf(parts, service.key, state.outage)
    if (subject !== null && fits(signedText(subject), parts.signature)) return { subject, service, state }
  }
  return null
}
