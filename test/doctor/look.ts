/** `upalert doctor` without the rest of the command line, for tests that ask it often: one JSON argument, findings as JSON. */
import { doctorAnswer } from '../../src/cli/doctor.ts'
import { examineDirector, examineReal } from '../../src/daemon/doctor.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import type { RealWords } from '../../src/doctor/real/subject.ts'

export type Question =
  | { readonly kind: 'director'; readonly file: string; readonly standby?: boolean }
  | ({ readonly kind: 'real' } & RealWords)

export interface Answer {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
  readonly findings: readonly Finding[]
}

const question: Question = JSON.parse(process.argv[2] ?? '')
const { text, exit } = doctorAnswer(await findings(), { json: true })
process.stdout.write(text)
process.exitCode = exit

async function findings(): Promise<readonly Finding[]> {
  if (question.kind === 'real') return examineReal(question)
  const examined = await examineDirector(question.file, { standby: question.standby ?? false })
  if (examined.kind === 'refused') throw new Error(examined.text)
  return examined.findings
}
