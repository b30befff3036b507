/** Which kernel modules run, and which modprobe would find. None is loaded here. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModuleState } from '../../model/facts.ts'

const DEADLINE_MS = 10_000

export function readModules(names: Iterable<string>, release: string): ReadonlyMap<string, ModuleState> {
  const loaded = loadedModules()
  return new Map([...new Set(names)].map((name) => [name, loaded.has(name) ? 'loaded' : stateOf(name, release)]))
}

function stateOf(name: string, release: string): ModuleState {
  // A part of the kernel itself shows here if it has parameters; modprobe knows of the others.
  if (existsSync(join('/sys/module', name))) return 'loaded'
  const { status, error } = spawnSync('modprobe', ['--dry-run', '--quiet', name], {
    timeout: DEADLINE_MS,
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  })
  if (status === 0) return 'loadable'
  const searched = error === undefined && existsSync(join('/lib/modules', release, 'modules.dep'))
  return searched ? 'missing' : 'unknown'
}

function loadedModules(): ReadonlySet<string> {
  try {
    return new Set(
      readFileSync('/proc/modules', 'utf8')
        .split('\n')
        .map((line) => line.split(' ', 1)[0] ?? ''),
    )
  } catch {
    // A kernel without modules has no such file.
    return new Set()
  }
}
