/**
 * Debian's mon itself, started for a test in a directory of its own on free loopback ports, and its clients' side of
 * the protocol. Everything it and its monitors write stays in that directory, which goes when the test ends.
 *
 *   const mon = await startMon(t, { config: 'hostgroup g h1\n\nwatch g\n  service s\n    interval 1m\n    monitor m\n' })
 *   const { lines, status } = await mon.command('list opstatus')
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openSession, type Reply, type Session } from './session.ts'

/** The part of a test's context, or of a suite's, that ends what was started. */
export interface Cleaning {
  after(callback: () => unknown): void
}

export interface MonOptions {
  /** What follows the globals of `header` in mon.cf; a global set again here wins. A function is given the directory. */
  readonly config: string | ((directory: string) => string)
  /** auth.cf as a whole. Without it everybody may give every command and send traps from anywhere. */
  readonly auth?: string
  /** Further words for mon's command line, such as `['-l', 'all']`. */
  readonly args?: readonly string[]
  /**
   * Files by their place in the directory; what is in `mon.d/` or `alert.d/` becomes executable, and is found there
   * before mon's own monitors and alerts.
   */
  readonly files?: Readonly<Record<string, string>>
  /** Environment beside this process's own. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Mon {
  readonly port: number
  readonly trapPort: number
  readonly pid: number
  /** Holds mon.cf, auth.cf, mon.d/, alert.d/, and what mon writes: state/, log/. */
  readonly directory: string
  /** Gives one command in a session that all calls share, and answers without the line ends. */
  command(text: string): Promise<Reply>
  /** A session of its own, for logins and views. */
  connect(): Promise<Session>
  /** Sends one datagram to the trap port. */
  trap(packet: Uint8Array | string): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** What it wrote to standard error and output so far. */
  output(): string
  /** Ends it and all that it started; resolves when it is gone. May be called again. */
  stop(): Promise<void>
}

const PROGRAM = '/usr/sbin/mon'
/** How long, in milliseconds, a start may take; reaching it is a failure. */
const PATIENCE = 20_000
/** Between the look for a free port and mon's bind another process may take it. */
const ATTEMPTS = 5
/** How long, in milliseconds, mon may take to end before it is killed. */
const GRACE = 5_000
/** Characters of its output that are kept. */
const OUTPUT_KEPT = 65_536
/** Everything mon knows, permitted to everybody. */
const OPEN_AUTH = `command section
${[
  ...['ack', 'checkauth', 'clear', 'disable', 'enable', 'get', 'list', 'loadstate', 'reload', 'reset', 'savestate'],
  ...['servertime', 'set', 'start', 'stop', 'term', 'test', 'version'],
]
  .map((command) => `${command}: all`)
  .join('\n')}

trap section
* * *
`

/** Starts mon and waits until it answers. Rejects with what it wrote if it does not start. */
export async function startMon(t: Cleaning, options: MonOptions): Promise<Mon> {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-mon-'))
  const stops: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const stop of stops) await stop()
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  })
  furnish(directory, options)
  for (let attempt = 1; ; attempt++) {
    const ports = { port: await freePort(), trapPort: await freeTrapPort() }
    try {
      return await launch(directory, ports, options, (stop) => stops.push(stop))
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof PortTaken)) throw error
    }
  }
}

function furnish(directory: string, options: MonOptions): void {
  for (const name of ['state', 'log', 'mon.d', 'alert.d']) mkdirSync(join(directory, name))
  const config = typeof options.config === 'function' ? options.config(directory) : options.config
  writeFileSync(join(directory, 'mon.cf'), `${header(directory)}\n${config}\n`)
  writeFileSync(join(directory, 'auth.cf'), options.auth ?? OPEN_AUTH)
  for (const [name, text] of Object.entries(options.files ?? {})) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    if (/^(?:mon|alert)\.d\//.test(name)) chmodSync(path, 0o755)
  }
}

/** The globals that keep mon inside its directory and on loopback. */
function header(directory: string): string {
  return `cfbasedir = ${directory}
basedir = ${directory}
statedir = ${directory}/state
logdir = ${directory}/log
mondir = ${directory}/mon.d:/usr/lib/mon/mon.d
alertdir = ${directory}/alert.d:/usr/lib/mon/alert.d
authfile = ${directory}/auth.cf
serverbind = 127.0.0.1
trapbind = 127.0.0.1
authtype = trustlocal
`
}

interface Ports {
  readonly port: number
  readonly trapPort: number
}

async function launch(
  directory: string,
  ports: Ports,
  options: MonOptions,
  atEnd: (stop: () => Promise<void>) => void,
): Promise<Mon> {
  const pidfile = join(directory, 'mon.pid')
  rmSync(pidfile, { force: true })
  const words = ['-c', join(directory, 'mon.cf'), '-P', pidfile, '-p', `${ports.port}`, '-t', `${ports.trapPort}`]
  // A process group of its own, so that its monitors and alerts end with it.
  const child = spawn(PROGRAM, [...words, ...(options.args ?? [])], {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  const output = collect(child)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  const sessions = new Sessions(ports.port)
  const stop = async (): Promise<void> => {
    sessions.close()
    await end(child, ended)
  }
  atEnd(stop)
  await started(pidfile, ended, output)
  // The loop runs, and saved state has been loaded, once it answers.
  await sessions.command('version')
  return {
    ...ports,
    pid: child.pid ?? 0,
    directory,
    command: (text) => sessions.command(text),
    connect: () => sessions.open(),
    trap: (packet) => sendDatagram(ports.trapPort, packet),
    signal: (signal) => child.kill(signal),
    output,
    stop,
  }
}

/** The last OUTPUT_KEPT characters of what a program writes. */
function collect(child: ChildProcess): () => string {
  let text = ''
  const hear = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-OUTPUT_KEPT)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  return () => text
}

/** mon writes its pid file after it has bound its ports. */
async function started(pidfile: string, ended: Promise<void>, output: () => string): Promise<void> {
  const overdue = AbortSignal.timeout(PATIENCE)
  const watching = new AbortController()
  const changes = watch(dirname(pidfile), { signal: AbortSignal.any([overdue, watching.signal]) })
  const written = new Promise<'written'>((resolve, reject) => {
    const look = (): void => {
      if (existsSync(pidfile)) resolve('written')
    }
    changes.on('change', look)
    changes.on('close', () => reject(new Error(`mon did not start within ${PATIENCE} ms:\n${output()}`)))
    look()
  })
  try {
    if ((await Promise.race([written, ended])) === 'written') return
  } finally {
    written.catch(() => {})
    watching.abort()
  }
  const said = output().trim()
  // It is silent about a port that is taken, and about nothing else.
  if (said === '') throw new PortTaken()
  throw new Error(`mon did not start:\n${said}`)
}

class PortTaken extends Error {}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || (child.exitCode ?? child.signalCode) !== null) return
  killGroup(child.pid, 'SIGTERM')
  const timer = setTimeout(killGroup, GRACE, child.pid, 'SIGKILL')
  await ended
  clearTimeout(timer)
}

/** A group whose last process has just gone is what was wanted. */
function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Sessions with one mon: one that is shared and opened again when mon has closed it, and others on demand. */
class Sessions {
  private readonly port: number
  private readonly all = new Set<Session>()
  private shared: Promise<Session> | null = null

  constructor(port: number) {
    this.port = port
  }

  async open(): Promise<Session> {
    const session = await openSession(this.port)
    this.all.add(session)
    return session
  }

  async command(text: string): Promise<Reply> {
    this.shared ??= this.open()
    let session = await this.shared
    if (session.closed) {
      this.all.delete(session)
      this.shared = this.open()
      session = await this.shared
    }
    return session.command(text)
  }

  close(): void {
    for (const session of this.all) session.close()
  }
}

async function sendDatagram(port: number, packet: Uint8Array | string): Promise<void> {
  const socket = createSocket('udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.send(packet, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)))
    })
  } finally {
    socket.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function freeTrapPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
