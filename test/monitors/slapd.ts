/** A real slapd on loopback with a directory of its own in memory and files of its own, gone when the test ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const BASE = 'dc=example,dc=org'

const conf = (folder: string, more: string): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${folder}/slapd.pid
argsfile ${folder}/slapd.args
modulepath /usr/lib/ldap
moduleload back_ldif
${more}
database ldif
suffix "${BASE}"
directory ${folder}/db
access to * by * read
`

const people = `
dn: ${BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=Anna,${BASE}
objectClass: inetOrgPerson
cn: Anna
sn: Berg
userPassword: xyzzy
title: admin
mail: anna@example.org

dn: cn=Bert,${BASE}
objectClass: inetOrgPerson
cn: Bert
sn: Çelik
title: admin
title: guest

dn: cn=Carl,${BASE}
objectClass: inetOrgPerson
cn: Carl
sn: Dahl
title: guest
`

/** The port it listens on, of 127.0.0.1. `more`: lines for slapd.conf, before those of the directory. */
export async function slapd(t: TestContext, more = '', scheme: 'ldap' | 'ldaps' = 'ldap'): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'slapd-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'db'))
  writeFileSync(join(folder, 'slapd.conf'), conf(folder, more))
  writeFileSync(join(folder, 'people.ldif'), people)
  const config = ['-f', join(folder, 'slapd.conf')]
  await run('slapadd', [...config, '-l', join(folder, 'people.ldif')])
  const port = await freePort()
  const words = ['-d', 'stats', ...config, '-h', `${scheme}://127.0.0.1:${port}/`]
  const daemon = spawn('/usr/sbin/slapd', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(daemon, 'exit')
  t.after(async () => {
    daemon.kill()
    await ended
  })
  // It says so just before it listens.
  let said = ''
  for await (const bytes of daemon.stderr) {
    said += bytes
    if (said.includes('slapd starting')) break
  }
  if (!said.includes('slapd starting')) throw new Error(`slapd ended before it listened: ${said}`)
  while (daemon.exitCode === null && !(await accepts(port))) await new Promise((turn) => setImmediate(turn))
  return port
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise<boolean>((settle) => {
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  }).finally(() => socket.destroy())
}

async function run(name: string, words: readonly string[]): Promise<void> {
  const child = spawn(`/usr/sbin/${name}`, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${said}`)
}

/** slapd listens on a port that is named, and so one is looked for. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
