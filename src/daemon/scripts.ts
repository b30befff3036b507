/**
 * What is wrong with the programs that a keepalived.conf calls, looked at where they are: one that is not there, and,
 * with enable_script_security, one that root would run although somebody else may change it. Source: keepalived.conf(5),
 * "enable_script_security". Unlike keepalived it says which part of the path it is.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { insecurePart } from '../edge/program/script-security.ts'
import type { KeepalivedFile } from '../parse/keepalived/file.ts'
import { spanOf } from '../parse/keepalived/line.ts'
import { type ProgramUsed, programsUsed } from '../parse/keepalived/resolve.ts'
import type { Problem } from '../parse/problem.ts'
import { quoted } from '../parse/text/visible.ts'
import { isProgram } from './files.ts'

/** Where a name without a slash is looked for; confstr(3), _CS_PATH, and the administrator's. */
const SEARCHED = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The account as which keepalived runs scripts where this machine has it. */
const SCRIPT_ACCOUNT = 'keepalived_script'

export function scriptProblems(file: KeepalivedFile): readonly Problem[] {
  const secured = file.globals.enable_script_security !== undefined
  return programsUsed(file).flatMap((used) => {
    const path = pathOf(used.path)
    if (path === null) return [missing(used)]
    return secured && runsAsRoot(used) ? insecure(used, path) : []
  })
}

export function scriptAccount(): string | null {
  try {
    return new RegExp(`^${SCRIPT_ACCOUNT}:`, 'm').test(readFileSync('/etc/passwd', 'utf8')) ? SCRIPT_ACCOUNT : null
  } catch {
    return null
  }
}

function pathOf(name: string): string | null {
  const places = name.includes('/') ? [name] : SEARCHED.map((directory) => join(directory, name))
  return places.find(isProgram) ?? null
}

const runsAsRoot = ({ user }: ProgramUsed) => user === 'root' || (user ?? scriptAccount()) === null

/** A check without its program would never fail; a notice without it is only not given. */
function missing({ path, at, checks }: ProgramUsed): Problem {
  const what = checks ? 'this check would say nothing' : 'nobody would be told'
  const message = `${quoted(path)} is not an executable file: ${what}`
  const hint = 'look at its path and its mode: chmod +x'
  return { code: 'script-missing', severity: checks ? 'error' : 'warning', span: spanOf(at), message, hint }
}

function insecure({ at }: ProgramUsed, path: string): Problem[] {
  const fault = insecurePart(path)
  if (fault === null) return []
  const [message = '', hint = ''] = fault.split('; ')
  return [{ code: 'script-security', severity: 'warning', span: spanOf(at), message, hint }]
}
