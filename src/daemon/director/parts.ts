/** The files of other tools -> the parts of a Model that they stand for, checks shared among all of them. */

import type { Part } from '../../parse/director/part.ts'
import { Services } from '../../parse/director/services.ts'
import { resolveKeepalived } from '../../parse/keepalived/resolve.ts'
import { hostNames as ldirectordNames, resolveLdirectord } from '../../parse/ldirectord/resolve.ts'
import { hostNames as lvsNames, resolveLvs } from '../../parse/lvs/resolve.ts'
import type { Problem } from '../../parse/problem.ts'
import type { Surroundings } from '../../parse/resolve/surroundings.ts'
import { scriptAccount, scriptProblems } from '../scripts.ts'
import type { DirectorFile } from './files.ts'
import { type Addresses, lookedUp } from './names.ts'
import { programProblems } from './programs.ts'

export interface DirectorParts {
  readonly parts: readonly Part[]
  readonly problems: readonly Problem[]
  /** Problems beyond the number that is kept. */
  readonly omitted: number
}

type Modules = Pick<Surroundings, 'monitors' | 'alerts'>

export async function understood(files: readonly DirectorFile[], modules: Modules): Promise<DirectorParts> {
  const services = new Services()
  const addresses = await lookedUp(files.flatMap(namesIn))
  const parts = files.map((file) => partOf(file, modules, addresses, services))
  return {
    parts,
    problems: parts.flatMap((part, i) => [...part.problems, ...programsOf(part, files[i])]),
    omitted: parts.reduce((sum, part) => sum + part.omitted, 0),
  }
}

function namesIn(one: DirectorFile): readonly string[] {
  switch (one.format) {
    case 'keepalived':
      return []
    case 'lvs':
      return lvsNames(one.file)
    case 'ldirectord':
      return ldirectordNames(one.file)
  }
}

function partOf(
  one: DirectorFile,
  modules: Modules,
  addresses: ReadonlyMap<string, Addresses>,
  services: Services,
): Part {
  switch (one.format) {
    case 'keepalived':
      return resolveKeepalived(one.file, { ...modules, scriptAccount: scriptAccount() }, services)
    case 'lvs':
      return resolveLvs(one.file, { ...modules, addresses }, services)
    case 'ldirectord':
      return resolveLdirectord(one.file, { ...modules, addresses }, services)
  }
}

const programsOf = (part: Part, file: DirectorFile | undefined): readonly Problem[] =>
  file?.format === 'keepalived' ? scriptProblems(file.file) : programProblems(part)
