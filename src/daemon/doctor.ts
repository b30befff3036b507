/** `upalert doctor`: the facts of this machine, read once, and what is wrong with them for a director or a real server. */
import { directorFindings, directorQuestions } from '../doctor/director.ts'
import type { Finding } from '../doctor/finding.ts'
import { realFindings } from '../doctor/real/real.ts'
import { type RealWords, realQuestions } from '../doctor/real/subject.ts'
import { setupOf } from '../doctor/setup.ts'
import { readFacts } from '../edge/facts/facts.ts'
import { loadConfiguration } from './configuration.ts'

/** `refused`: the configuration cannot be used, and `upalert check` says why. */
type Examined =
  | { readonly kind: 'examined'; readonly findings: readonly Finding[] }
  | { readonly kind: 'refused'; readonly text: string }

export async function examineDirector(file: string, { standby }: { readonly standby: boolean }): Promise<Examined> {
  const { model } = await loadConfiguration(file)
  if (model === null)
    return {
      kind: 'refused',
      text: `${file} cannot be used as it is; "upalert check ${file}" says what is wrong in it`,
    }
  const setup = setupOf(model, { standby })
  return { kind: 'examined', findings: directorFindings(setup, readFacts(directorQuestions(setup))) }
}

export function examineReal(words: RealWords): readonly Finding[] {
  return realFindings(words, readFacts(realQuestions(words)))
}
