/** Inside the guest: the real servers' web server, and the mailbox of the people on call. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { SMTPServer } from 'smtp-server'
import { subjectOf } from '../../../src/demo/mailbox.ts'

export interface WebServer {
  start(): void
  /** As if the machine's power were cut, for the process. */
  kill(): Promise<void>
}

/** On these ports of all addresses of a namespace. */
export const webServer = (namespace: string, ...ports: readonly number[]): WebServer =>
  nginx(
    namespace,
    'web',
    ports.flatMap((port) => [`${port}`, `[::]:${port}`]),
  )

/** Debian's nginx in a namespace, answering every request with the namespace's name. It starts in no time. */
export function nginx(namespace: string, what: string, endpoints: readonly string[]): WebServer {
  const file = `/run/${what}-${namespace}.conf`
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path /run/nginx;`)
  const listen = endpoints.map((endpoint) => `listen ${endpoint};`)
  writeFileSync(
    file,
    `daemon off; master_process off; pid /run/${what}-${namespace}.pid; error_log stderr;
events {}
http {
  access_log off; ${scratch.join(' ')}
  server { ${listen.join(' ')} location / { return 200 "${namespace}\\n"; } }
}
`,
  )
  let child: ChildProcess | null = null
  return {
    start() {
      child = spawn('ip', ['netns', 'exec', namespace, 'nginx', '-c', file], { stdio: 'inherit' })
    },
    kill: () =>
      new Promise((resolve) => {
        child?.once('exit', () => resolve())
        child?.kill('SIGKILL')
      }),
  }
}

/** A real mail server on the client's side. */
export interface Mailbox {
  /** The subjects of all mails, in the order they came. */
  readonly subjects: readonly string[]
  close(): void
}

export function openMailbox(address: string, port: number): Promise<Mailbox> {
  const subjects: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => void parts.push(part))
      stream.on('end', () => {
        subjects.push(subjectOf(Buffer.concat(parts)))
        done()
      })
    },
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve({ subjects, close: () => server.close() }))
  })
}
