/** Programs that an lvs.cf or ldirectord.cf calls, and that are not there: told before the first check fails by it. */
import { existsSync } from 'node:fs'
import type { Call, Place } from '../../model/model.ts'
import type { Part } from '../../parse/director/part.ts'
import { spanAt } from '../../parse/director/span-at.ts'
import type { Problem } from '../../parse/problem.ts'
import { quoted } from '../../parse/text/visible.ts'
import { isProgram } from '../files.ts'

/** A warning, not an error: the program may come with the next deployment, and until then the check says what is wrong. */
export function programProblems({ services, virtuals, file }: Part): readonly Problem[] {
  const calls: Call[] = services.flatMap(({ monitor }) => (monitor === null ? [] : [monitor]))
  for (const { notices } of virtuals) calls.push(...notices.up, ...notices.down)
  const missing = new Map<string, { readonly place: Place; readonly there: boolean }>()
  for (const { options, place } of calls) {
    const path = programIn(options)
    if (path === null || missing.has(path) || isProgram(path)) continue
    missing.set(path, { place, there: existsSync(path) })
  }
  return [...missing].map(([path, { place, there }]) => ({
    code: 'program-missing',
    severity: 'warning',
    span: spanAt(place, file),
    message: there ? `${quoted(path)} is no program that this user may run` : `there is no program ${quoted(path)}`,
    hint: 'every check that calls it will fail: install it, or write the path of the one that is meant',
  }))
}

/** Only where the path is whole; another is looked for along the search path when it is started. */
function programIn(options: unknown): string | null {
  if (typeof options !== 'object' || options === null || !('command' in options)) return null
  const { command } = options
  const first: unknown = Array.isArray(command) ? command[0] : null
  return typeof first === 'string' && first.startsWith('/') ? first : null
}
