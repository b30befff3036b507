/**
 * `upalert mon` as an init script runs it: a process in a directory of its own, on free loopback ports.
 *
 *   const mon = await startUpalert(t, { config: 'hostgroup g h1\n\nwatch g\n…' })
 *   const { lines } = await mon.command('list opstatus')
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openSession, type Reply, type Session } from '../../peers/mon/session.ts'

export interface Cleaning {
  after(callback: () => unknown): void
}

/** How long, in milliseconds, a test waits for something that must come; reaching it is a failure. */
const PATIENCE = 40_000
/** Between two looks at something that tells nobody when it changes. */
const LOOK_EVERY = 25
const MAIN = join(import.meta.dirname, '../../../src/main.ts')
/** By its path, since the daemon stands in a directory of its own. */
const TSX = import.meta.resolve('tsx')

/** Everything, permitted to everybody. */
const OPEN_AUTH = `command section
${['ack', 'checkauth', 'clear', 'disable', 'enable', 'get', 'list', 'loadstate', 'reload', 'reset', 'savestate', 'set']
  .concat(['servertime', 'start', 'stop', 'term', 'test', 'version'])
  .map((command) => `${command}: all\n`)
  .join('')}
trap section
* * *
`

/** Answers as the file `status` beside it says, and notes what it was started with. */
const MONITOR = `#!/bin/sh
here=$(dirname "$0")/..
grep '^Sig' /proc/self/status > "$here/signals"
cat "$here/summary" 2>/dev/null || echo
exit "$(cat "$here/status" 2>/dev/null || echo 0)"
`
const ALERT = `#!/bin/sh
cat > /dev/null
echo "$MON_ALERTTYPE $*" >> "$(dirname "$0")/../alerts"
`

export const CONFIG = `hostgroup g h1 h2

watch g
  service s
    interval 1h
    monitor scr.monitor
    period
      alertevery 1d
      alert rec.alert one
      upalert rec.alert two
`

/** A directory with mon.cf, auth.cf, mon.d/, alert.d/, state/ and log/. */
export class Place {
  readonly directory: string
  /** What must end before the directory goes. */
  readonly endings: (() => Promise<void>)[] = []

  constructor(t: Cleaning, config: string, { auth = OPEN_AUTH } = {}) {
    const directory = mkdtempSync(join(tmpdir(), 'upalert-as-mon-'))
    this.directory = directory
    t.after(async () => {
      for (const end of this.endings) await end()
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
    })
    for (const name of ['state', 'log']) mkdirSync(join(directory, name))
    this.configure(config)
    this.write('auth.cf', auth)
    this.write('mon.d/scr.monitor', MONITOR)
    this.write('alert.d/rec.alert', ALERT)
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  configure(config: string): void {
    const { directory } = this
    const header = `cfbasedir = ${directory}
basedir = ${directory}
statedir = ${directory}/state
logdir = ${directory}/log
mondir = ${directory}/mon.d
alertdir = ${directory}/alert.d
authfile = auth.cf
authtype = trustlocal
pidfile = ${directory}/mon.pid
monerrfile = ${directory}/err
database = none
`
    this.write('mon.cf', `${header}\n${config}`)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
    if (/^(mon|alert)\.d\//.test(name)) chmodSync(this.path(name), 0o755)
  }

  /** Empty as long as it is not there. */
  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : ''
  }

  /** The file, once it has it. */
  async shows(name: string, pattern: RegExp): Promise<string> {
    await until(
      `${name} has ${pattern}`,
      () => pattern.test(this.read(name)),
      () => this.read(name),
    )
    return this.read(name)
  }
}

/** For what the outside sees and nobody announces: a file, a process. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, seen = () => ''): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`in vain: ${what}\n${seen()}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
  }
}

export interface Ran {
  readonly status: number | null
  readonly output: string
}

/** `upalert WORDS` from its start to its end. */
export async function run(t: Cleaning, place: Place, ...words: readonly string[]): Promise<Ran> {
  const program = new Program(t, place, words)
  await until(
    'it ends',
    () => program.isOver(),
    () => program.output,
  )
  return { status: await program.ended, output: program.output }
}

/** A process of upalert; killed with the test. */
export class Program {
  output = ''
  readonly child: ChildProcess
  /** Its exit status. */
  readonly ended: Promise<number | null>

  constructor(t: Cleaning, { directory }: Place, words: readonly string[], before: readonly string[] = []) {
    const [program = '', ...rest] = [...before, process.execPath, '--import', TSX, MAIN, ...words]
    const child = spawn(program, rest, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', TZ: 'UTC', UPALERT_CONFIG: undefined },
    })
    this.child = child
    child.stdout.on('data', (chunk: Buffer) => this.hear(chunk))
    child.stderr.on('data', (chunk: Buffer) => this.hear(chunk))
    this.ended = new Promise((resolve) => child.once('close', (status) => resolve(status)))
    t.after(async () => {
      child.kill('SIGKILL')
      await this.ended
    })
  }

  private hear(chunk: Buffer): void {
    this.output += chunk.toString()
  }

  isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  says(pattern: RegExp): Promise<void> {
    const said = () => {
      const over = this.isOver()
      if (pattern.test(this.output)) return true
      if (over) throw new Error(`it ended without ${pattern}:\n${this.output}`)
      return false
    }
    return until(`it says ${pattern}`, said, () => this.output)
  }
}

export interface Upalert {
  readonly port: number
  readonly trapPort: number
  readonly place: Place
  readonly program: Program
  /** In a session that all calls share. */
  command(text: string): Promise<Reply>
  trap(packet: string): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Ends it by SIGTERM, and answers its exit status. */
  stop(): Promise<number | null>
}

export interface UpalertOptions {
  /** mon.cf behind the globals of Place, or a place that is there already. */
  readonly config?: string | Place
  /** Further words of `upalert mon`. */
  readonly args?: readonly string[]
  /** What it is started through. */
  readonly before?: readonly string[]
}

/** Starts it in the foreground, and waits until it runs. What happens is in `program.output`. */
export async function startUpalert(t: Cleaning, options: UpalertOptions = {}): Promise<Upalert> {
  const { config = CONFIG, args = [], before = [] } = options
  const place = typeof config === 'string' ? new Place(t, config) : config
  const [port, trapPort] = [await freePort(), await freeTrapPort()]
  const words = ['mon', '-d', '-c', 'mon.cf', '-p', `${port}`, '-t', `${trapPort}`, ...args]
  const program = new Program(t, place, words, before)
  await program.says(/upalert runs /)
  let session: Promise<Session> | null = null
  t.after(async () => (await session?.catch(() => null))?.close())
  return {
    port,
    trapPort,
    place,
    program,
    async command(text) {
      session ??= openSession(port)
      return (await session).command(text)
    },
    trap: (packet) => sendDatagram(trapPort, packet),
    signal: (signal) => program.child.kill(signal),
    stop() {
      program.child.kill('SIGTERM')
      return program.ended
    },
  }
}

async function sendDatagram(port: number, packet: string): Promise<void> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve, reject) => {
    socket.send(packet, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)))
  })
  socket.close()
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

export async function freeTrapPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
