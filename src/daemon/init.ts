/**
 * `upalert init`: a first configuration from a few answers, typed at a terminal or read from a file; what can be seen of
 * them from here; and what is to be done on the machines. Nothing but the files that it names is changed.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { doctorAnswer } from '../cli/doctor.ts'
import type { InitOptions } from '../cli/init.ts'
import { directorQuestions } from '../doctor/director.ts'
import type { Finding } from '../doctor/finding.ts'
import { setupOf } from '../doctor/setup.ts'
import { readFacts } from '../edge/facts/facts.ts'
import type { Model } from '../model/model.ts'
import { formatProblems } from '../parse/problem.ts'
import type { Surroundings } from '../parse/resolve.ts'
import { type Answers, haveSecrets } from '../write/init/answers.ts'
import { answersText, readAnswers } from '../write/init/answers-file.ts'
import { type Answered, dialogue, type Step } from '../write/init/dialogue.ts'
import { understood } from '../write/init/judge.ts'
import { monCf } from '../write/init/mon-cf.ts'
import { loadConfiguration } from './configuration.ts'
import { addressesHere, mailDomain, proposedOutput } from './init/known.ts'
import { look, lookAtRelay } from './init/look.ts'
import { type Placed, place } from './init/place.ts'
import { setupScript } from './init/setup.ts'
import { initSurroundings } from './init/surroundings.ts'
import { converse, type Terminal } from './init/terminal.ts'

/** Exit statuses. */
const DONE = 0
/** The file was edited, and stays as it is. */
const KEPT = 1
/** Answers are missing or wrong. */
const WRONG = 2
const NOT_WRITTEN = 3
/** EX_USAGE of sysexits.h. */
const MISUSE = 64
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130

export interface InitDoors extends Terminal {
  readonly isTerminal: boolean
  complain(text: string): void
}

const doors: InitDoors = {
  input: process.stdin,
  output: process.stdout,
  isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
  complain: (text) => void process.stderr.write(`${text}\n`),
}

/** The exit status. */
export async function runInit(options: InitOptions, at: InitDoors = doors): Promise<number> {
  if (options.printSetup === true && options.answers === undefined) return printSetup(options, at)
  const { surroundings, hear } = initSurroundings()
  const answered =
    options.answers === undefined
      ? await askedAtTerminal(options, { surroundings, hear }, at)
      : readFromFile(options, options.answers, { surroundings, hear }, at)
  if (typeof answered === 'number') return answered
  return finish(answered, options, surroundings, at)
}

type Looking = Extract<Step, { kind: 'look' | 'look-relay' }>
type Hearing = ReturnType<typeof initSurroundings>

async function askedAtTerminal(options: InitOptions, { surroundings, hear }: Hearing, at: InitDoors) {
  if (!at.isTerminal) {
    at.complain(
      'upalert: init asks its questions at a terminal, and this is none; write the answers into a file and name it with --answers FILE (docs/init.md shows one)',
    )
    return MISUSE
  }
  const told = new Set<string>()
  const known = {
    surroundings,
    addresses: addressesHere(),
    mailDomain: mailDomain(),
    output: options.output ?? null,
    proposedOutput: proposedOutput(),
  }
  const driver = {
    hear,
    async look(step: Looking) {
      if (options.checks === false) return ''
      if (step.kind === 'look-relay') return findingsText(await lookAtRelay(step.relay), told)
      const model = modelOf({ ...nobodyTold, virtuals: [step.virtual] }, surroundings)
      return model === null ? '' : findingsText(await look(model), told)
    },
  }
  const answered = await converse(dialogue(known), at, driver)
  if (answered !== null) return answered
  at.complain('\nupalert: nothing was written')
  return INTERRUPTED
}

const nobodyTold = { mail: { to: [], from: '', relay: 'smtp://127.0.0.1:25' }, database: 'none' }

function readFromFile(
  options: InitOptions,
  file: string,
  { surroundings, hear }: Hearing,
  at: InitDoors,
): Answered | number {
  const bytes = bytesOf(file)
  if (typeof bytes === 'string') {
    at.complain(`upalert: ${bytes}`)
    return WRONG
  }
  hear(bytes.toString('latin1'))
  const { answers, output, problems } = readAnswers(file, bytes, surroundings)
  if (problems.length > 0) at.complain(formatProblems(problems))
  return answers === null ? WRONG : { answers, output: options.output ?? output ?? proposedOutput() }
}

function bytesOf(file: string): Buffer | string {
  try {
    return readFileSync(file)
  } catch (error) {
    return `the answers in ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** What the daemon will make of it, by the rules of `upalert check`; `null` would be a mistake of ours. */
function modelOf(answers: Answers, surroundings: Surroundings): Model | null {
  const { model, problems } = understood(monCf(answers, surroundings), surroundings)
  return problems.length === 0 ? model : null
}

async function finish(
  { answers, output }: Answered,
  options: InitOptions,
  surroundings: Surroundings,
  at: InitDoors,
): Promise<number> {
  const say = (text: string) => void at.output.write(`${text}\n`)
  const text = monCf(answers, surroundings)
  const { model, problems } = understood(text, surroundings)
  if (model === null || problems.length > 0) {
    at.complain(`upalert: these answers do not go together; nothing was written\n${formatProblems(problems)}`)
    return WRONG
  }
  const setup = setupOf(model)
  const script = () => setupScript(setup, readFacts(directorQuestions(setup)))
  if (options.printSetup === true) {
    say(script().trimEnd())
    return DONE
  }
  if (options.answers !== undefined && options.checks !== false) {
    const relay = answers.mail.to.length > 0 ? lookAtRelay(answers.mail.relay) : []
    const found = await Promise.all([look(model), relay])
    const findings = findingsText(found.flat(), new Set())
    if (findings !== '') say(findings)
  }
  const file = resolve(output)
  const secret = haveSecrets(answers)
  const placed = place(file, text, { secret, force: options.force === true })
  const status = told(placed, file, { say, complain: at.complain })
  const saved =
    options.saveAnswers === undefined
      ? DONE
      : save(options.saveAnswers, answers, file, secret, { say, complain: at.complain })
  if (placed.kind === 'written' || placed.kind === 'replaced') say(`\n${script()}\n${nextSteps(file)}`)
  return Math.max(status, saved)
}

interface Voice {
  say(text: string): void
  complain(text: string): void
}

function told(placed: Placed, file: string, { say, complain }: Voice): number {
  switch (placed.kind) {
    case 'no-change':
      say(`${file}: no change`)
      return DONE
    case 'written':
      say(`${file} is written.`)
      return DONE
    case 'replaced':
      say(
        `${file} ${placed.edited ? 'had been edited, and' : 'was as init had left it, and'} is replaced; what was there is in ${placed.backup}:`,
      )
      say(placed.difference.join('\n'))
      return DONE
    case 'kept':
      complain(
        `upalert: ${file} was not written by init, or has been edited since; it stays as it is. What these answers would change:`,
      )
      complain(placed.difference.join('\n'))
      complain(`upalert: name another file with -o, or say --force, which keeps what is there in ${file}.bak`)
      return KEPT
    case 'failed':
      complain(`upalert: ${placed.text}`)
      return NOT_WRITTEN
  }
}

function save(to: string, answers: Answers, output: string, secret: boolean, { say, complain }: Voice): number {
  const placed = place(resolve(to), answersText(answers, output), { secret, force: true })
  if (placed.kind === 'failed') {
    complain(`upalert: the answers are not kept: ${placed.text}`)
    return NOT_WRITTEN
  }
  say(`The answers are in ${to}: "upalert init --answers ${to}" writes the same again.`)
  return DONE
}

/** Findings that were told already are not told again. */
function findingsText(findings: readonly Finding[], before: Set<string>): string {
  const fresh = findings.filter(({ text }) => !before.has(text))
  for (const { text } of fresh) before.add(text)
  if (fresh.length === 0) return ''
  return `\nWhat can be seen from here (nothing of it keeps the answers from being written):\n\n${doctorAnswer(fresh).text}\n`
}

function nextSteps(file: string): string {
  const rows = [
    [`upalert check ${file}`, 'what is wrong in it'],
    [`upalert doctor -c ${file}`, 'what this machine lacks as a director'],
    [`upalert plan -c ${file}`, "what would be changed in the kernel's table"],
    [`upalert run -c ${file}`, 'run it'],
  ] as const
  const width = Math.max(...rows.map(([command]) => command.length))
  return ['Next:', ...rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)].join('\n')
}

/** The same commands for a configuration that is there, whatever its format. */
async function printSetup({ output }: InitOptions, at: InitDoors): Promise<number> {
  const file = resolve(output ?? proposedOutput())
  const { model } = await loadConfiguration(file)
  if (model === null) {
    at.complain(`upalert: ${file} cannot be used as it is; "upalert check ${file}" says what is wrong in it`)
    return WRONG
  }
  const setup = setupOf(model)
  if (setup.services.length === 0) {
    at.complain(`upalert: ${file} has no virtual server, so there is nothing to set up`)
    return WRONG
  }
  at.output.write(setupScript(setup, readFacts(directorQuestions(setup))))
  return DONE
}
