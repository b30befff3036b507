/**
 * Boots a Linux kernel with IPVS as an ordinary process (Debian's user-mode-linux), on this machine's own files, runs one
 * shell script in it as root, and hands back what it said. The guest sees every file read-only; it may write to its own
 * /run and /tmp, and to the scratch directory that host and guest share. About three seconds a boot, so boot once a file.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

export interface Guest {
  /**
   * Shell commands, run by `sh -e` as root. `$SCRATCH` is the shared directory, `$NODE` this Node, `$REPO` the repository;
   * `guest NAME` runs the program NAME of `programs`.
   */
  readonly script: string
  /** TypeScript files to run inside by `guest NAME`; each is bundled beforehand, since compiling is slow in the guest. */
  readonly programs?: Readonly<Record<string, string>>
  /** Text files to put into the scratch directory, by their path in it. */
  readonly files?: Readonly<Record<string, string>>
  /** Kernel modules to load at the start, IPVS and what a farm needs if nothing is said; others the kernel loads itself. */
  readonly modules?: readonly string[]
  /** After so many milliseconds the guest is ended, and the run fails with what it had said by then. */
  readonly timeout?: number
  readonly memory?: string
}

/** What a run in the guest left behind. */
export interface GuestRun {
  /** Everything that the script and its programs printed. */
  readonly output: string
  /** The script's exit status; `null` if the guest ended without one. */
  readonly exit: number | null
  /** What programs reported through guest.ts, in order. */
  readonly reports: readonly GuestReport[]
  /** Text files that the script wrote into the scratch directory; `null` where there is none. */
  file(path: string): string | null
}

/** One named thing that a program in the guest tried. */
export interface GuestReport {
  readonly name: string
  /** `null`: it went as expected. */
  readonly error: string | null
  readonly data: unknown
}

const repository = join(import.meta.dirname, '../../..')
const moduleDirectory = '/usr/lib/uml/modules'
const MODULES = ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_wlc', 'veth', 'bridge']
/** A boot takes three seconds on an idle machine; this one may be busy. */
const TIMEOUT = 120_000
/** How much of the output a failed run shows. */
const SHOWN = 6_000
/** Larger files in the scratch directory are not read back. */
const FILE_LIMIT = 4 * 1024 * 1024

/** Runs a script in a fresh guest. Rejects if the guest does not come to its end in time; the exit status is yours to judge. */
export async function bootGuest(guest: Guest): Promise<GuestRun> {
  const scratch = mkdtempSync(join(tmpdir(), 'upalert-uml-'))
  try {
    await prepare(guest, scratch)
    const console = await boot(guest, scratch)
    return collect(scratch, console)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The report of that name, asserted to be good. */
export function expectReport(run: GuestRun, name: string): GuestReport {
  const report = run.reports.find((one) => one.name === name)
  assert(report !== undefined, `the guest never came to "${name}" (exit ${run.exit}):\n${run.output.slice(-SHOWN)}`)
  assert.equal(report.error, null, `in the guest: ${report.error}`)
  return report
}

async function prepare(guest: Guest, scratch: string): Promise<void> {
  for (const [path, text] of Object.entries(guest.files ?? {})) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
  symlinkSync(join(repository, 'node_modules'), join(scratch, 'node_modules'))
  for (const [name, entry] of Object.entries(guest.programs ?? {})) {
    const outfile = join(scratch, `${name}.mjs`)
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  }
  writeFileSync(join(scratch, 'script'), guest.script)
  program(join(scratch, 'modprobe'), '#!/bin/sh\nexec /sbin/modprobe -d /run "$@"\n')
  program(join(scratch, 'guest'), `#!/bin/sh\nname=$1; shift\nexec "$NODE" "$SCRATCH/$name.mjs" "$@"\n`)
  program(join(scratch, 'init'), initScript(scratch, guest.modules ?? MODULES))
}

function program(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

/**
 * The guest's first process. The scratch directory is mounted where it is on the host, so paths mean the same to both; and
 * so is a repository, or a Node, that lies where the guest has its own temporary files.
 */
function initScript(scratch: string, modules: readonly string[]): string {
  return `#!/bin/sh
export PATH=${scratch}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export SCRATCH=${scratch} NODE=${process.execPath} REPO=${repository} HOME=/tmp LC_ALL=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm 2>/dev/null
mount -t tmpfs -o mode=1777 tmpfs ${tmpdir()}
test ${tmpdir()} = /tmp || mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p $SCRATCH /run/lib/modules
mount -t hostfs none $SCRATCH -o ${scratch}
show() { test -e $1 || { mkdir -p $1 && mount -r -t hostfs none $1 -o $1; }; }
show $REPO
show ${dirname(dirname(process.execPath))}
exec >$SCRATCH/output 2>&1
ln -s ${moduleDirectory}/$(uname -r) /run/lib/modules/
echo $SCRATCH/modprobe >/proc/sys/kernel/modprobe
${modules.length === 0 ? '' : `modprobe -a ${modules.join(' ')}`}
ip link set lo up
cd /tmp
sh -e $SCRATCH/script
echo $? >$SCRATCH/exit
sync
echo o >/proc/sysrq-trigger
while :; do sleep 1; done
`
}

async function boot(guest: Guest, scratch: string): Promise<string> {
  const words = [
    `mem=${guest.memory ?? '768M'}`,
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${scratch}/init`,
    'con=null',
    'con0=null,fd:1',
    'quiet',
  ]
  const child = spawn('linux.uml', words, {
    // Its own group: a user-mode kernel is several processes, and all of them must end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/bin:/usr/sbin`, TMPDIR: scratch },
  })
  let console = ''
  const listen = (chunk: Buffer) => {
    console = (console + chunk.toString('latin1')).slice(-SHOWN)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)

  let late = false
  const end = () => {
    late = true
    if (child.pid !== undefined) endGroup(child.pid)
  }
  const timer = setTimeout(end, guest.timeout ?? TIMEOUT)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  clearTimeout(timer)
  if (late) {
    const { output } = collect(scratch, console)
    throw new Error(`the guest did not end in time; its console:\n${console}\nits output:\n${output.slice(-SHOWN)}`)
  }
  return console
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** Reads what the guest left before the scratch directory goes. */
function collect(scratch: string, console: string): GuestRun {
  const files = new Map<string, string>()
  for (const entry of readdirSync(scratch, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && statSync(path).size <= FILE_LIMIT)
      files.set(relative(scratch, path), readFileSync(path, 'utf8'))
  }
  const exit = files.get('exit')
  return {
    output: files.get('output') ?? `(no output; the guest's console:)\n${console}`,
    exit: exit === undefined ? null : Number(exit),
    reports: (files.get('reports') ?? '').split('\n').filter(Boolean).map(readReport),
    file: (path) => files.get(path) ?? null,
  }
}

function readReport(line: string): GuestReport {
  const report: unknown = JSON.parse(line)
  assert(typeof report === 'object' && report !== null && 'name' in report && 'error' in report, `no report: ${line}`)
  const data = 'data' in report ? report.data : null
  return { name: String(report.name), error: report.error === null ? null : String(report.error), data }
}
