/**
 * Whether anybody but root could change what root is about to run: keepalived's `enable_script_security`. Looked at before
 * each run, along the path as it is written and along what its links lead to, and answered with the part that is at fault.
 * Source: keepalived.conf(5), "Script security"; a directory with the sticky bit counts as safe there.
 */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'

/** The tail of a sentence that names the part and what to do; `null`: nobody else can change the program. */
export function insecurePart(program: string): string | null {
  const path = program.includes('/') ? program : inPath(program)
  if (path === null) return null
  if (!isAbsolute(path)) return `${program} is no absolute path, so that it depends on where upalert was started`
  for (const part of partsOf(path)) {
    const fault = faultOf(part)
    if (fault !== null) return fault
  }
  return null
}

/** From the root down: first the path as written, then where it leads. */
function partsOf(path: string): readonly string[] {
  return [...new Set([...downTo(path), ...downTo(resolved(path))])]
}

function downTo(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [...downTo(above), path]
}

function faultOf(part: string): string | null {
  const stat = look(part)
  // What is missing says so itself when it is started; a link is as safe as the directory it is in.
  if (stat === null || stat.isSymbolicLink()) return null
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0')
  if (stat.uid !== 0)
    return `${part} belongs to user ${stat.uid}, who could change what root runs; run chown root ${part}, or name a user to run it as`
  if (stat.isDirectory() && (stat.mode & 0o1000) !== 0) return null
  const who = (stat.mode & 0o002) !== 0 ? 'everybody' : (stat.mode & 0o020) !== 0 && stat.gid !== 0 ? 'group' : null
  if (who === null) return null
  const [whom, letter] = who === 'group' ? [`group ${stat.gid}`, 'g-w'] : ['everybody', 'o-w']
  return `${part} is writable by ${whom} (mode ${mode}), who could change what root runs; run chmod ${letter} ${part}, or name a user to run it as`
}

function look(part: string): Stats | null {
  try {
    return lstatSync(part)
  } catch {
    return null
  }
}

function resolved(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The file that execvp(3) would find. */
function inPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path
  }
  return null
}
