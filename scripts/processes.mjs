/** The processes that a process started, near and far, found through /proc; on systems without it, only itself. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * `pid` itself, its descendants, all of its session, and whoever carries `mark` (NAME=value) in its environment: a
 * daemon leaves its parent and its session, but rarely its environment. Zombies are gone already.
 */
export function familyOf(pid, mark) {
  const all = processes()
  const family = new Set([pid])
  for (let before = 0; before !== family.size; ) {
    before = family.size
    for (const one of all) if (family.has(one.parent) || one.session === pid) family.add(one.pid)
  }
  for (const one of all) if (!family.has(one.pid) && marked(one.pid, mark)) family.add(one.pid)
  return all.filter((one) => family.has(one.pid) && one.pid !== process.pid && one.state !== 'Z')
}

/** Ends them the hard way: they had their time. */
export function endAll(family) {
  for (const { pid } of family) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

function processes() {
  return pids().flatMap((pid) => {
    // "pid (command) state parent group session …": the command may hold spaces and parentheses itself.
    const stat = read(`/proc/${pid}/stat`)
    const open = stat.indexOf('(')
    const close = stat.lastIndexOf(')')
    if (open < 0) return []
    const [state, parent, , session] = stat.slice(close + 2).split(' ')
    return [
      {
        pid,
        state,
        parent: Number(parent),
        session: Number(session),
        command: commandOf(pid, stat.slice(open, close + 1)),
      },
    ]
  })
}

function pids() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function commandOf(pid, name) {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || name
}

function marked(pid, mark) {
  return read(`/proc/${pid}/environ`).split('\0').includes(mark)
}

/** Empty where the process has ended or belongs to somebody else. */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
