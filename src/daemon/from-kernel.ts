/**
 * `upalert convert --from-kernel`: reads the table that is in the kernel, asks for a check for each virtual server, and
 * answers with a first configuration. Nothing is changed, neither in the table nor in a file.
 */
import { readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type FromKernelOptions, NO_TERMINAL, notTheKernels, prompt, serviceLine, welcome } from '../cli/from-kernel.ts'
import { openKernelTable } from '../edge/table/kernel-table.ts'
import { openMemoryTable } from '../edge/table/memory-table.ts'
import { endpointText, type TableDoor, type TableService } from '../model/table.ts'
import { DEFAULT_PATHMARKS } from '../parse/defaults.ts'
import { formatProblems } from '../parse/problem.ts'
import { LARGEST_FILE } from '../parse/source.ts'
import { ALL, readAnswers } from '../write/from-kernel/answers.ts'
import { proposalFor, readAnswer } from '../write/from-kernel/checks.ts'
import { error, type Finding } from '../write/from-kernel/finding.ts'
import { fitting, virtualNameOf } from '../write/from-kernel/fitting.ts'
import { firstConfiguration } from '../write/from-kernel.ts'
import { initSurroundings } from './init/surroundings.ts'

/** Exit statuses: those of `upalert check`, and what sysexits.h has for misuse. */
const FINE = 0
const WARNED = 1
const WRONG = 2
const MISUSE = 64
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130

export interface FromKernel {
  /** `null`: nothing is to be written. */
  readonly text: string | null
  readonly findings: readonly Finding[]
  readonly exit: number
}

export interface FromKernelDoors {
  table(): TableDoor
  /** `null`: there is none. */
  terminal(): Terminal | null
}

export interface Terminal {
  say(text: string): void
  /** `null`: the terminal's end, or Ctrl-C, came first. */
  ask(prompt: string): Promise<string | null>
  close(): void
}

export async function fromKernel(options: FromKernelOptions, doors: FromKernelDoors = machine): Promise<FromKernel> {
  const read = tableOf(doors)
  if ('text' in read) return { text: null, findings: [error('', read.text)], exit: WRONG }
  const { services, findings } = fitting(read, DEFAULT_PATHMARKS)
  if (services.length === 0) {
    const empty = error(
      '',
      "there is no virtual server in the kernel's table that could be written: upalert init writes a first one",
    )
    return { text: null, findings: [...findings, empty], exit: WRONG }
  }
  const { surroundings, hear } = initSurroundings()
  const answered = await checksFor(services, options, { surroundings, hear }, doors)
  if (!('checks' in answered))
    return { text: null, findings: [...findings, error('', answered.text)], exit: answered.exit }
  const made = firstConfiguration(services, answered.checks, options.to, surroundings)
  const all = [...findings, ...made.findings]
  if (all.some(({ severity }) => severity === 'error')) return { text: null, findings: all, exit: WRONG }
  return { text: made.text, findings: all, exit: all.some(({ severity }) => severity === 'warning') ? WARNED : FINE }
}

interface Refusal {
  readonly text: string
  readonly exit: number
}

type Answered = { readonly checks: readonly string[] } | Refusal
type Hearing = ReturnType<typeof initSurroundings>

function tableOf(doors: FromKernelDoors): readonly TableService[] | { readonly text: string } {
  const door = doors.table()
  if (door.where === 'memory') {
    door.close()
    return { text: notTheKernels(door.because) }
  }
  const read = door.read()
  door.close()
  return read.kind === 'table' ? read.services : { text: notTheKernels(read.text) }
}

async function checksFor(
  services: readonly TableService[],
  { check, answers }: FromKernelOptions,
  { surroundings, hear }: Hearing,
  doors: FromKernelDoors,
): Promise<Answered> {
  if (check !== undefined) {
    hear(check)
    const read = readAnswer(check, surroundings)
    if (read.kind === 'fault') return { text: `--check: ${read.message}; ${read.hint}`, exit: MISUSE }
    return { checks: services.map(() => read.value) }
  }
  if (answers !== undefined) return fromFile(services, answers, { surroundings, hear })
  const terminal = doors.terminal()
  if (terminal === null) return { text: NO_TERMINAL, exit: MISUSE }
  try {
    return await askedAt(terminal, services, { surroundings, hear })
  } finally {
    terminal.close()
  }
}

function fromFile(services: readonly TableService[], file: string, { surroundings, hear }: Hearing): Answered {
  const bytes = bytesOf(file)
  if (typeof bytes === 'string') return { text: `${file} cannot be read: ${bytes}`, exit: WRONG }
  hear(new TextDecoder().decode(bytes))
  const names = services.map(({ id }) => virtualNameOf(id))
  const { checks, problems } = readAnswers(file, bytes, new Set(names), surroundings)
  if (problems.some(({ severity }) => severity === 'error')) return { text: formatProblems(problems), exit: WRONG }
  const found = names.map((name) => checks.get(name) ?? checks.get(ALL))
  const missing = names.filter((_, i) => found[i] === undefined)
  const whole = found.filter((one) => one !== undefined)
  if (missing.length === 0) return { checks: whole }
  const text = `${file} has no answer for ${missing.slice(0, LISTED).join(', ')}${missing.length > LISTED ? ' …' : ''}`
  return { text: `${text}: write a line for each, or * = tcp for all that are not named`, exit: WRONG }
}

/** Names that a refusal lists. */
const LISTED = 5

function bytesOf(file: string): Uint8Array | string {
  try {
    const { size } = statSync(file)
    return size > LARGEST_FILE ? `it has ${size} bytes, and at most ${LARGEST_FILE} are read` : readFileSync(file)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function askedAt(terminal: Terminal, services: readonly TableService[], hearing: Hearing): Promise<Answered> {
  terminal.say(welcome(services.length))
  const checks: string[] = []
  for (const service of services) {
    const ends = service.destinations.map(({ id }) => endpointText(id))
    terminal.say(`\n${serviceLine(virtualNameOf(service.id), service, ends)}`)
    const answer = await askedFor(service, terminal, hearing)
    if (answer === null)
      return { text: 'stopped before all questions were answered: nothing is written', exit: INTERRUPTED }
    checks.push(answer.check)
    if (answer.forAll) break
  }
  const last = checks.at(-1)
  const rest = last === undefined ? [] : services.slice(checks.length).map(() => last)
  return { checks: [...checks, ...rest] }
}

interface Answer {
  readonly check: string
  /** For this one and all behind it. */
  readonly forAll: boolean
}

async function askedFor(
  service: TableService,
  terminal: Terminal,
  { surroundings, hear }: Hearing,
): Promise<Answer | null> {
  const proposal = proposalFor(service)
  for (;;) {
    const line = await terminal.ask(prompt(proposal))
    if (line === null) return null
    hear(line)
    const words = line.trim()
    const forAll = words.startsWith(ALL)
    const read = readAnswer(words.replace(/^\*\s*/, '') || proposal, surroundings)
    if (read.kind === 'value') return { check: read.value, forAll }
    terminal.say(`  ${read.message}; ${read.hint}`)
  }
}

const machine: FromKernelDoors = {
  table() {
    const kernel = openKernelTable({ loadModule: false })
    return kernel.kind === 'open' ? kernel.door : openMemoryTable(kernel.text)
  },
  terminal: () => (process.stdin.isTTY === true && process.stderr.isTTY === true ? ownTerminal() : null),
}

/** Questions go to standard error: standard output is the configuration. */
function ownTerminal(): Terminal {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  const ended = new Promise<null>((resolve) => {
    lines.once('close', () => resolve(null))
    lines.once('SIGINT', () => resolve(null))
  })
  return {
    say: (text) => void process.stderr.write(`${text}\n`),
    ask: (text) => Promise.race([lines.question(text), ended]),
    close: () => lines.close(),
  }
}
