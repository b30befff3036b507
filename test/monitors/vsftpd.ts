/** A real vsftpd, started for each connection as inetd would, with files that anybody may fetch. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { endOf, folder } from './started.ts'

const configuration = (dir: string): string => `listen=NO
listen_ipv6=NO
anonymous_enable=YES
anon_root=${dir}/root
secure_chroot_dir=${dir}/empty
seccomp_sandbox=NO
xferlog_enable=NO
ftpd_banner=files
`

export async function vsftpd(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  address: string,
): Promise<number> {
  const dir = folder(endOf(t), 'vsftpd')
  for (const inside of ['root', 'empty']) mkdirSync(join(dir, inside), { mode: 0o755 })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, 'root', name), text, { mode: 0o644 })
  writeFileSync(join(dir, 'conf'), configuration(dir))
  const ended: Promise<unknown>[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn('/usr/sbin/vsftpd', [join(dir, 'conf')], { stdio: [socket, socket, 'ignore'] })
    ended.push(once(child, 'exit'))
    socket.destroy()
    t.after(() => void child.kill())
  })
  server.listen(0, address)
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    await Promise.all(ended)
  })
  const where = server.address()
  return typeof where === 'object' && where !== null ? where.port : 0
}
