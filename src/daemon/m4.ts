/**
 * A configuration that m4 writes: mon pipes a file through m4 if it is called *.m4, or if option -M is given.
 * No shell is involved; a macro that never ends, or never stops writing, comes to an end here. Source: mon(8), "-M";
 * POSIX m4, "-s".
 */
import { execFile, spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import type { Problem } from '../parse/problem.ts'
import { LARGEST_FILE } from '../parse/source.ts'
import { visible } from '../parse/text/visible.ts'

/** An honest file takes m4 some milliseconds. */
const M4_DEADLINE = 10_000
/** Characters of m4's complaints that are told. */
const COMPLAINTS_TOLD = 500

export type Expanded =
  /** What m4 wrote, with its `#line` lines. `problems` are warnings. */
  | { readonly kind: 'expanded'; readonly bytes: Uint8Array; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

interface Outcome {
  /** `null`: it was ended, or never began. */
  readonly status: number | null
  /** errno of a start that failed, or the code of the limit that was reached. */
  readonly code: string
  readonly stdout: Uint8Array
  readonly stderr: string
}

/** The m4 that is meant, if one is: `given` is the word behind -M, empty for the one in the search path. */
export function m4For(file: string, given: string | undefined): string | null {
  if (given === undefined && !file.endsWith('.m4')) return null
  return given === undefined || given.trim() === '' ? 'm4' : given.trim()
}

export function expandM4(file: string, program: string, deadline = M4_DEADLINE): Promise<Expanded> {
  const [name, words] = commandFor(file, program)
  const options = { timeout: deadline, killSignal: 'SIGKILL', maxBuffer: LARGEST_FILE, encoding: 'buffer' } as const
  return new Promise((resolve) => {
    const child = execFile(name, words, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'string' ? error.code : error?.killed === true ? 'ETIMEDOUT' : ''
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve(judge(file, program, deadline, { status, code, stdout, stderr: stderr.toString() }))
    })
    child.stdin?.end()
  })
}

/** The same for whoever cannot wait: the command line, which looks for a daemon. */
export function expandM4Sync(file: string, program: string, deadline = M4_DEADLINE): Expanded {
  const [name, words] = commandFor(file, program)
  const options = { timeout: deadline, killSignal: 'SIGKILL', maxBuffer: LARGEST_FILE, input: '' } as const
  const { status, error, stdout, stderr } = spawnSync(name, words, options)
  const code = error !== undefined && 'code' in error ? String(error.code) : ''
  return judge(file, program, deadline, { status, code, stdout: stdout ?? Buffer.alloc(0), stderr: `${stderr ?? ''}` })
}

/** `include(…)` is looked for where mon would, and beside the file. */
function commandFor(file: string, program: string): readonly [name: string, words: string[]] {
  const [name = 'm4', ...words] = program.split(/\s+/)
  const safe = file.startsWith('-') ? `./${file}` : file
  return [name, [...words, '-s', '-I', dirname(safe), safe]]
}

function judge(file: string, program: string, deadline: number, { status, code, stdout, stderr }: Outcome): Expanded {
  const complaints = complaintsOf(stderr)
  if (status === 0 && code === '') {
    const problems =
      complaints === '' ? [] : [problemOf(file, 'warning', `m4 says: ${complaints}`, 'see what it means')]
    return { kind: 'expanded', bytes: stdout, problems }
  }
  const failed = (message: string, hint: string): Expanded => ({
    kind: 'failed',
    problems: [problemOf(file, 'error', message, hint)],
  })
  switch (code) {
    case 'ENOENT':
      return failed(`this file needs ${visible(program)}, which is not there`, 'install m4, or name it: -M /path/to/m4')
    case 'EACCES':
      return failed(`this file needs ${visible(program)}, which this user may not run`, 'name another: -M /path/to/m4')
    case 'ETIMEDOUT':
      return failed(`m4 did not end within ${deadline / 1000} s`, 'look for a macro that calls itself')
    case 'ENOBUFS':
    case 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER':
      return failed(`m4 wrote more than ${LARGEST_FILE} bytes`, 'look for a macro that calls itself')
    default: {
      const ended = status === null ? `was ended${code === '' ? '' : ` (${code})`}` : `failed with status ${status}`
      return failed(`m4 ${ended}${complaints === '' ? '' : `: ${complaints}`}`, `try it: m4 ${visible(file)}`)
    }
  }
}

const complaintsOf = (stderr: string) => visible(stderr.trim().slice(0, COMPLAINTS_TOLD).split('\n').join('; '))

function problemOf(file: string, severity: Problem['severity'], message: string, hint: string): Problem {
  const span = { source: { file, text: '' }, start: 0, end: 0 }
  return { code: 'm4', severity, span, message, hint }
}
